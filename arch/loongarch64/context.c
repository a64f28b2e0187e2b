// SPDX-License-Identifier: MIT
/* A thread's first stack frame, the user state that is switched beside the stack, the FPU. */
#include <arch/context.h>

#include <arch/irqflags.h>
#include <arch/layout.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <arch/unwind.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <port/asm_offsets.h>

#include "loongarch.h"

static_assert(offsetof(struct cpu, running) == CPU_CURRENT);
static_assert(offsetof(struct cpu, arch.kernel_sp) == CPU_KERNEL_SP);
static_assert(offsetof(struct thread, arch.kernel_sp) == THREAD_KERNEL_SP);
static_assert(offsetof(struct thread, arch.stack_top) == THREAD_STACK_TOP);
static_assert(offsetof(struct thread, work) == THREAD_WORK);
static_assert(offsetof(struct trapframe, orig_a0) == FRAME_ORIG_A0);
static_assert(offsetof(struct trapframe, era) == FRAME_ERA);
static_assert(offsetof(struct trapframe, badv) == FRAME_BADV);
static_assert(offsetof(struct trapframe, prmd) == FRAME_PRMD);
static_assert(offsetof(struct trapframe, estat) == FRAME_ESTAT);
static_assert(sizeof(struct trapframe) == FRAME_SIZE);
static_assert(offsetof(struct loongarch_fpu, fcc) == FPU_FCC);
static_assert(offsetof(struct loongarch_fpu, fcsr) == FPU_FCSR);

/* What arch_context_switch() stores, lowest address first. */
struct switch_frame {
	uint64_t unused, s8, s7, s6, s5, s4, s3, s2, s1, s0, fp;
	void (*ra)(void);
};
static_assert(sizeof(struct switch_frame) == 96);
static_assert(offsetof(struct switch_frame, fp) == UNWIND_SWITCHED);

void loongarch_thread_start(void);

void arch_context_init(struct thread *thread, void (*entry)(void *arg), void *arg)
{
	struct switch_frame *frame;

	thread->arch.stack_top = (uintptr_t)thread->stack + KERNEL_STACK_SIZE;
	frame = (struct switch_frame *)arch_user_frame(thread) - 1;
	*frame = (struct switch_frame){
		.s0 = (uintptr_t)entry, .s1 = (uintptr_t)arg, .ra = loongarch_thread_start,
	};
	thread->arch.kernel_sp = (uintptr_t)frame;
}

void arch_switch_user_state(struct thread *prev, struct thread *next)
{
	arch_this_cpu()->arch.kernel_sp = next->arch.stack_top;
}

int arch_set_user_tls(struct thread *thread, uintptr_t tls)
{
	arch_user_frame(thread)->regs[2] = tls;
	return 0;
}

/* The frame is a copy of the parent's; so is the TLS register in it. */
void arch_thread_fork(struct thread *child, struct thread *parent)
{
}

void arch_thread_exec(struct thread *thread)
{
}

long arch_prctl(struct thread *thread, int code, unsigned long addr)
{
	return -ENOSYS;
}

/* --- FPU: off until a program uses it; from then on kept at the width that it used ---------------- */

static const uint8_t euen_of[] = {
	[FPU_SCALAR] = EUEN_FPE,
	[FPU_LSX] = EUEN_FPE | EUEN_SXE,
	[FPU_LASX] = EUEN_FPE | EUEN_SXE | EUEN_ASXE,
};

static void load(const struct thread *thread)
{
	csr_write(CSR_EUEN, euen_of[thread->arch.fpu_level]);
	switch (thread->arch.fpu_level) {
	case FPU_SCALAR:
		return loongarch_fpu_load(&thread->arch.fpu);
	case FPU_LSX:
		return loongarch_lsx_load(&thread->arch.fpu);
	case FPU_LASX:
		return loongarch_lasx_load(&thread->arch.fpu);
	}
}

void arch_fpu_save(struct thread *thread)
{
	switch (thread->arch.fpu_level) {
	case FPU_SCALAR:
		return loongarch_fpu_save(&thread->arch.fpu);
	case FPU_LSX:
		return loongarch_lsx_save(&thread->arch.fpu);
	case FPU_LASX:
		return loongarch_lasx_save(&thread->arch.fpu);
	}
}

void arch_fpu_restore(struct thread *thread)
{
	load(thread);
}

/* CPUCFG word 2: FP, LSX, LASX. */
bool loongarch_fpu_raise(unsigned int level)
{
	static const uint8_t feature[] = { [FPU_SCALAR] = 0, [FPU_LSX] = 6, [FPU_LASX] = 7 };

	if (!(cpucfg(2) >> feature[level] & 1))
		return false;
	if (level > current->arch.fpu_level) {
		arch_fpu_save(current);
		current->arch.fpu_level = level;
		load(current);
	}
	return true;
}

/* Registers begin as all ones, a signalling NaN, as Linux has them. */
static void init(struct loongarch_fpu *fpu)
{
	memset(fpu, 0, sizeof(*fpu));
	memset(fpu->regs, 0xff, sizeof(fpu->regs));
}

int arch_fpu_alloc(struct thread *thread)
{
	init(&thread->arch.fpu);
	thread->arch.fpu_level = FPU_NONE;
	return 0;
}

void arch_fpu_free(struct thread *thread)
{
	thread->arch.fpu_level = FPU_NONE;
}

void arch_fpu_copy(struct thread *child, struct thread *parent)
{
	unsigned long flags = arch_irq_save();

	arch_fpu_save(parent);
	/* As on Linux a child begins with the scalar registers alone in use. */
	child->arch.fpu_level = min(parent->arch.fpu_level, (unsigned int)FPU_SCALAR);
	if (parent->arch.fpu_level != FPU_NONE)
		child->arch.fpu = parent->arch.fpu;
	arch_irq_restore(flags);
}

void arch_fpu_reset(struct thread *thread)
{
	unsigned long flags = arch_irq_save();

	if (thread->arch.fpu_level != FPU_NONE)
		init(&thread->arch.fpu);
	thread->arch.fpu_level = FPU_NONE;
	load(thread);
	arch_irq_restore(flags);
}

/* --- frames ----------------------------------------------------------------------------------- */

void arch_user_frame_init(struct trapframe *frame, uintptr_t ip, uintptr_t sp)
{
	memset(frame, 0, sizeof(*frame));
	frame->era = ip;
	frame->regs[3] = sp;
	frame->prmd = PRMD_PPLV | PRMD_PIE;
}

void arch_syscall_restart(struct trapframe *frame, long nr)
{
	frame->regs[4] = frame->orig_a0;
	if (nr >= 0)
		frame->regs[11] = (unsigned long)nr;
	frame->era -= 4; /* the length of syscall */
}

void arch_frame_dump(const struct trapframe *frame)
{
	static const char names[32][5] = {
		"zero", "ra", "tp", "sp", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3",
		"t4", "t5", "t6", "t7", "t8", "u0", "s9", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8",
	};
	const unsigned long *r = frame->regs;

	pr_emerg("pc %016lx prmd %lx estat %lx badv %016lx\n", frame->era, frame->prmd, frame->estat, frame->badv);
	for (unsigned int i = 0; i < 32; i += 4)
		pr_emerg("%s %016lx %s %016lx %s %016lx %s %016lx\n", names[i], r[i], names[i + 1], r[i + 1],
			names[i + 2], r[i + 2], names[i + 3], r[i + 3]);
}
