/* SPDX-License-Identifier: MIT */
/* What the files of this port share. */
#pragma once

#include <lib/types.h>
#include <port/csr.h>

struct cpu;
struct loongarch_fpu;
struct trapframe;

/* A reserved piece of RAM, chosen at the start, where CPUs wait for the next kernel (smp.c). */
#define PARKING_BYTES 0x10000	/* boot/fdt_boot.c's unit of reservations */
#define PARKING_SIGNS 0x1000	/* a word for each CPU, behind the code */
extern paddr_t loongarch_parking;

extern char loongarch_trap_entry[], loongarch_tlb_refill[], loongarch_idle_start[], loongarch_idle_end[];

void loongarch_trap(struct trapframe *frame);
void loongarch_enable_lines(void); /* on this CPU: those with a handler, timer and IPI */
void loongarch_init_csrs(void); /* mmu.c: traps and the walk of page tables, each CPU */

void loongarch_fpu_save(struct loongarch_fpu *state);
void loongarch_lsx_save(struct loongarch_fpu *state);
void loongarch_lasx_save(struct loongarch_fpu *state);
void loongarch_fpu_load(const struct loongarch_fpu *state);
void loongarch_lsx_load(const struct loongarch_fpu *state);
void loongarch_lasx_load(const struct loongarch_fpu *state);

/* Program's first use of registers of a level: false where the CPU has none. Interrupts off (context.c). */
bool loongarch_fpu_raise(unsigned int level);

void loongarch_handle_ipi(void); /* smp.c */
