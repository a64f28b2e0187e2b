/* SPDX-License-Identifier: MIT */
/* What the files of this port share. */
#pragma once

#include <asm/hwcap.h>
#include <asm/ptrace.h>
#include <lib/types.h>
#include <port/sysreg.h>

struct trapframe;

/* What the boot CPU said of itself, before and in cpu.c. */
struct arm64_features {
	bool is_el2;		/* entered at EL2: el2_vectors is there, the next kernel gets it back */
	paddr_t early_uart;	/* a PL011, mapped at EARLY_DEVICE_BASE; 0: none */
	unsigned long hwcap, hwcap2;
	unsigned int cache_line; /* smallest data cache line, bytes */
	unsigned int sve_vl;	/* bytes of an SVE vector; 0: no SVE */
};
extern struct arm64_features arm64_features;

extern bool arm64_has_pan;	/* uaccess.S reads it */
extern unsigned int arm64_timer_intid;

extern char arm64_vectors[];
/* fpu.c. first_sve(): at a trap by the current thread's first use; false: there is no SVE, or no memory. */
void arm64_fpu_init_this_cpu(void);
bool arm64_first_sve(void);
void arm64_open_sve(bool is_open);	/* to EL0, on this CPU */
unsigned int arm64_sve_bytes(void);	/* of a thread's area */

void arm64_fpu_save_regs(struct user_fpsimd_state *state);
void arm64_fpu_load_regs(const struct user_fpsimd_state *state);
void arm64_sve_save_regs(void *area);
void arm64_sve_load_regs(const void *area);
unsigned long arm64_sve_vl(void);

/* auth.c: pointer authentication. enable(): of the thread's keys (PR_PAC_*), those in `on` and no others; -EINVAL. */
struct thread;
static inline bool arm64_has_auth(void)
{
	return arm64_features.hwcap & (HWCAP_PACA | HWCAP_PACG);
}
void arm64_auth_init_this_cpu(void);
void arm64_auth_switch(const struct thread *prev, const struct thread *next);
void arm64_auth_exec(struct thread *thread);
int arm64_auth_enable(struct thread *thread, unsigned long keys, unsigned long on);
long arm64_auth_enabled(const struct thread *thread);

/* [start, start + size) of the direct map written back and dropped: who reads next may have no caches. */
void arm64_cache_flush(const void *start, size_t size);

/* cpu.c: what a program reads in an ID register, by its ARM64_SYSREG(); false: not for programs. */
#define ARM64_SYSREG(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)) /* as in mrs */
bool arm64_id_register(unsigned int reg, uint64_t *value);

/* trap.c */
struct cpu;
void arm64_irqchip_init_cpu(struct cpu *cpu);
void arm64_irqchip_send_ipi(struct cpu *cpu);
void arm64_irqchip_enable_local(unsigned int intid);
void arm64_irqchip_leave_cpu(void);
void arm64_handle_ipi(void); /* smp.c */
