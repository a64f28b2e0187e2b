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
	uint64_t probed;	/* riscv_hwprobe's RISCV_HWPROBE_KEY_IMA_EXT_0 */
	unsigned int zero_bytes; /* cbo.zero's block; 0: not for programs */
	bool has_fpu, has_sstc, has_vector;
	bool has_dbcn;		/* SBI debug console */
	char isa[640];		/* "rv64imafdc_..." */
};
extern struct riscv_features riscv_features;

void riscv_features_init(void); /* after fdt_init() */

extern char riscv_trap_entry[];

void riscv_fpu_save_regs(struct __riscv_d_ext_state *state);
void riscv_fpu_load_regs(const struct __riscv_d_ext_state *state);

/*
 * vector.c: vector registers of a thread that has used them; arch_fpu_*() call these. first_use(): at an illegal
 * instruction of the current thread; false: it is one.
 */
#define VECTOR_NR_REGS 32
struct thread;
struct trapframe;
bool riscv_vector_first_use(struct trapframe *frame);
bool riscv_vector_is_allowed(void); /* to the current thread */
void riscv_vector_init_this_cpu(void);
size_t riscv_vector_bytes(void); /* of all registers of a thread; 0: no vectors */
void riscv_vector_save(struct thread *thread);
void riscv_vector_load_regs(const struct __riscv_v_regset_state *state);
void riscv_vector_fork(struct thread *child, struct thread *parent);
void riscv_vector_exec(struct thread *thread);

/* Their record in a signal frame, at `to`. push returns what is behind it, NULL: -EFAULT. */
size_t riscv_vector_record_bytes(void);
void *riscv_vector_push(void *to);
int riscv_vector_pop(const void *from);

/* Runs fn(mask, base) for the harts of the CPUs in cpus: bit n of mask is hart base + n, as SBI takes them. */
struct cpumask;
void riscv_for_harts(const struct cpumask *cpus, void (*fn)(unsigned long mask, unsigned long base, void *arg), void *arg);

/* trap.c; smp.c */
void riscv_init_external(struct cpu *cpu);
void riscv_handle_ipi(void);
