/* SPDX-License-Identifier: MIT */
/*
 * Between the port (vectors, local APIC, IPIs) and the drivers of its interrupt controllers
 * (drivers/irqchip/), which register here because the port cannot name them.
 */
#pragma once

#include <lib/linker_set.h>
#include <lib/types.h>

struct cpu;

/* Called by arch_init(), boot CPU, interrupts off. */
struct x86_irqchip {
	void (*init)(void);
};
#define X86_IRQCHIP(object) LINKER_SET_ADD(x86_irqchips, object)

/* Interrupt vectors are the same on all CPUs. alloc binds a free one to irq: the vector, or -ENOSPC. Any context. */
#define X86_FIRST_DEVICE_VECTOR 0x30
#define X86_LAST_DEVICE_VECTOR 0xeb
int x86_vector_alloc(unsigned int irq);
void x86_vector_free(unsigned int vector);

/* Vectors below 0x30 belong to the two 8259s, which are masked: only spurious ones can come. */
#define X86_PIC_VECTOR 0x20

/* kexec: the boot CPU's local APIC as firmware left it. Interrupts off, after the controllers behind it. */
void x86_apic_shutdown(void);
