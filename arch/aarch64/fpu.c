// SPDX-License-Identifier: MIT
/*
 * FP, SIMD and SVE of a thread. SVE is closed to a program until it uses it first: only then the thread gets an
 * area, and its switches carry it. Vectors are limited to 512 bits, Linux's default: a signal frame has room.
 */
#include <arch/context.h>

#include <arch/irqflags.h>
#include <kernel/cpu.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/compiler.h>
#include <lib/string.h>

#include "arm64.h"

static_assert(offsetof(struct user_fpsimd_state, fpcr) == 516);

#define CPACR_FP_SIMD (3ul << 20)
#define CPACR_SVE_EL1 (1ul << 16)
#define CPACR_SVE_EL0 (1ul << 17)
#define ZCR_LEN 3 /* in quadwords, less one */
#define ZCR_EL1 s3_0_c1_c2_0
#define zcr_write(reg, value) sysreg_write(reg, value) /* expands the name */

static bool has_sve;

void arm64_fpu_init_this_cpu(void)
{
	has_sve = sysreg_read(id_aa64pfr0_el1) >> 32 & 0xf;
	arm64_open_sve(false);
	if (!has_sve)
		return;
	zcr_write(ZCR_EL1, ZCR_LEN);
	isb();
	arm64_features.sve_vl = (unsigned int)arm64_sve_vl();
}

void arm64_open_sve(bool is_open)
{
	sysreg_write(cpacr_el1, CPACR_FP_SIMD | (has_sve ? CPACR_SVE_EL1 : 0) | (is_open ? CPACR_SVE_EL0 : 0));
	isb();
}

unsigned int arm64_sve_bytes(void)
{
	unsigned int vl = arm64_features.sve_vl;

	return 32 * vl + 17 * vl / 8;
}

int arch_fpu_alloc(struct thread *thread)
{
	memset(&thread->arch.fpu, 0, sizeof(thread->arch.fpu));
	thread->arch.has_fpu = true;
	return 0;
}

void arch_fpu_free(struct thread *thread)
{
	kfree(thread->arch.sve);
	thread->arch.sve = NULL;
	thread->arch.has_fpu = false;
}

void arch_fpu_save(struct thread *thread)
{
	if (!thread->arch.has_fpu)
		return;
	arm64_fpu_save_regs(&thread->arch.fpu);
	if (unlikely(thread->arch.sve))
		arm64_sve_save_regs(thread->arch.sve);
}

/* V registers are the low parts of Z's, and fpu is what signals and tracers change. */
static void restore_sve(const struct thread *thread)
{
	const struct user_fpsimd_state *fpu = &thread->arch.fpu;

	for (unsigned int i = 0; i < ARRAY_SIZE(fpu->vregs); i++)
		memcpy((char *)thread->arch.sve + i * arm64_features.sve_vl, &fpu->vregs[i], sizeof(fpu->vregs[i]));
	arm64_sve_load_regs(thread->arch.sve);
}

void arch_fpu_restore(struct thread *thread)
{
	if (!thread->arch.has_fpu)
		return;
	arm64_fpu_load_regs(&thread->arch.fpu);
	if (unlikely(thread->arch.sve))
		restore_sve(thread);
}

/* A system call need not keep SVE's part: the child begins without. */
void arch_fpu_copy(struct thread *child, struct thread *parent)
{
	unsigned long flags = arch_irq_save();

	arch_fpu_save(parent);
	child->arch.fpu = parent->arch.fpu;
	arch_irq_restore(flags);
}

void arch_fpu_reset(struct thread *thread)
{
	void *sve = thread->arch.sve;
	unsigned long flags = arch_irq_save();

	memset(&thread->arch.fpu, 0, sizeof(thread->arch.fpu));
	thread->arch.sve = NULL;
	arm64_open_sve(false);
	arch_fpu_restore(thread);
	arch_irq_restore(flags);
	kfree(sve);
}

bool arm64_first_sve(void)
{
	struct thread *thread = current;
	void *sve = has_sve && !thread->arch.sve ? kzalloc(arm64_sve_bytes()) : NULL;
	unsigned long flags;

	if (!sve)
		return false;
	flags = arch_irq_save();
	arch_fpu_save(thread);
	thread->arch.sve = sve;
	arm64_open_sve(true);
	arch_fpu_restore(thread);
	arch_irq_restore(flags);
	return true;
}
