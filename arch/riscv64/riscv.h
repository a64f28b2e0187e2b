/* SPDX-License-Identifier: MIT */
/* What the files of this port share. */
#pragma once

#include <asm/ptrace.h>
#include <lib/types.h>
#include <port/csr.h>

struct cpu;

/* What the device tree says of all harts together (cpu.c). */
struct riscv_features {
	uint64_t boot_hart;
	unsigned long hwcap;	/* AT_HWCAP: bit n is extension 'a' + n */
	bool has_fpu, has_sstc;
	bool has_dbcn;		/* SBI debug console */
	char isa[640];		/* "rv64imafdc_..." */
};
extern struct riscv_features riscv_features;

void riscv_features_init(void); /* after fdt_init() */

extern char riscv_trap_entry[];

void riscv_fpu_save_regs(struct __riscv_d_ext_state *state);
void riscv_fpu_load_regs(const struct __riscv_d_ext_state *state);

/* Runs fn(mask, base) for the harts of the CPUs in cpus: bit n of mask is hart base + n, as SBI takes them. */
struct cpumask;
void riscv_for_harts(const struct cpumask *cpus, void (*fn)(unsigned long mask, unsigned long base, void *arg), void *arg);

/* trap.c; smp.c */
void riscv_init_external(struct cpu *cpu);
void riscv_handle_ipi(void);
