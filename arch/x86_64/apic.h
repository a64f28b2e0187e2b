/* SPDX-License-Identifier: MIT */
/* The local APIC (SDM 3A, chapter 11), as xAPIC or x2APIC. Interrupts off unless said otherwise. */
#pragma once

#include <kernel/cpumask.h>
#include <lib/types.h>

#define X86_VECTOR_TIMER 0xec
#define X86_VECTOR_IPI 0xf0 /* + enum ipi */
#define X86_VECTOR_ERROR 0xfe
#define X86_VECTOR_SPURIOUS 0xff

void apic_init(void);		/* boot CPU: finds mode and registers */
void apic_init_this_cpu(void);
void apic_shutdown_this_cpu(void); /* as it was found */
uint32_t apic_id(void);		/* of the running CPU */
void apic_eoi(void);
void apic_send(uint32_t dest, uint32_t icr_low); /* waits until the last one left */
void apic_timer_calibrate(uint64_t tsc_hz, unsigned int sample_us);
void apic_timer_init_this_cpu(void);
void apic_timer_arm(uint64_t deadline);

#define APIC_ICR_FIXED 0x000
#define APIC_ICR_NMI 0x400
#define APIC_ICR_INIT 0x500
#define APIC_ICR_STARTUP 0x600
#define APIC_ICR_ASSERT 0x4000
