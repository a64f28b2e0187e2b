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
#include <lib/alloc.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <port/asm_offsets.h>

#include "riscv.h"

static_assert(offsetof(struct cpu, running) == CPU_CURRENT);
static_assert(offsetof(struct cpu, arch.kernel_sp) == CPU_KERNEL_SP);
static_assert(offsetof(struct cpu, arch.user_sp) == CPU_USER_SP);
static_assert(offsetof(struct thread, arch.kernel_sp) == THREAD_KERNEL_SP);
static_assert(offsetof(struct thread, arch.stack_top) == THREAD_STACK_TOP);
static_assert(offsetof(struct thread, arch.fpu) == THREAD_FPU);
static_assert(offsetof(struct thread, work) == THREAD_WORK);
static_assert(offsetof(struct trapframe, r.pc) == FRAME_PC);
static_assert(offsetof(struct trapframe, r.t6) == 8 * 31);
static_assert(offsetof(struct trapframe, status) == FRAME_STATUS);
static_assert(offsetof(struct trapframe, badaddr) == FRAME_BADADDR);
static_assert(offsetof(struct trapframe, cause) == FRAME_CAUSE);
static_assert(offsetof(struct trapframe, orig_a0) == FRAME_ORIG_A0);
static_assert(sizeof(struct trapframe) == FRAME_SIZE);
static_assert(offsetof(struct __riscv_d_ext_state, fcsr) == 256);

/* What arch_context_switch() stores, lowest address first. */
struct switch_frame {
	uint64_t unused, s11, s10, s9, s8, s7, s6, s5, s4, s3, s2, s1, s0;
	void (*ra)(void);
};
static_assert(sizeof(struct switch_frame) == 112);
static_assert(offsetof(struct switch_frame, s0) == UNWIND_SWITCHED);

void riscv_thread_start(void);

void arch_context_init(struct thread *thread, void (*entry)(void *arg), void *arg)
{
	struct switch_frame *frame;

	thread->arch.stack_top = (uintptr_t)thread->stack + KERNEL_STACK_SIZE;
	frame = (struct switch_frame *)arch_user_frame(thread) - 1;
	*frame = (struct switch_frame){
		.s1 = (uintptr_t)entry, .s2 = (uintptr_t)arg, .ra = riscv_thread_start,
	};
	thread->arch.kernel_sp = (uintptr_t)frame;
}

void arch_switch_user_state(struct thread *prev, struct thread *next)
{
	arch_this_cpu()->arch.kernel_sp = next->arch.stack_top;
}

int arch_set_user_tls(struct thread *thread, uintptr_t tls)
{
	arch_user_frame(thread)->r.tp = tls;
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

/* --- FPU: sstatus.FS of the user frame says whether the registers changed since the last save -- */

static bool is_dirty(const struct trapframe *frame)
{
	return (frame->status & SSTATUS_FS) == SSTATUS_FS_DIRTY;
}

static void set_fs(struct trapframe *frame, unsigned long fs)
{
	frame->status = (frame->status & ~(unsigned long)SSTATUS_FS) | fs;
}

int arch_fpu_alloc(struct thread *thread)
{
	memset(&thread->arch.fpu, 0, sizeof(thread->arch.fpu));
	thread->arch.has_fpu = riscv_features.has_fpu;
	return 0;
}

void arch_fpu_free(struct thread *thread)
{
	thread->arch.has_fpu = false;
	kfree(thread->arch.vector);
	thread->arch.vector = NULL;
}

static void save_scalars(struct thread *thread)
{
	struct trapframe *frame = arch_user_frame(thread);

	if (!thread->arch.has_fpu || !is_dirty(frame))
		return;
	riscv_fpu_save_regs(&thread->arch.fpu);
	set_fs(frame, SSTATUS_FS_CLEAN);
}

void arch_fpu_save(struct thread *thread)
{
	save_scalars(thread);
	if (unlikely(thread->arch.vector))
		riscv_vector_save(thread);
}

void arch_fpu_restore(struct thread *thread)
{
	if (thread->arch.has_fpu)
		riscv_fpu_load_regs(&thread->arch.fpu);
	if (unlikely(thread->arch.vector))
		riscv_vector_load_regs(thread->arch.vector);
}

void arch_fpu_copy(struct thread *child, struct thread *parent)
{
	unsigned long flags = arch_irq_save();

	arch_fpu_save(parent);
	child->arch.fpu = parent->arch.fpu;
	arch_irq_restore(flags);
	riscv_vector_fork(child, parent);
}

void arch_fpu_reset(struct thread *thread)
{
	unsigned long flags;

	riscv_vector_exec(thread);
	flags = arch_irq_save();

	memset(&thread->arch.fpu, 0, sizeof(thread->arch.fpu));
	arch_fpu_restore(thread);
	arch_irq_restore(flags);
}

/* --- frames ----------------------------------------------------------------------------------- */

void arch_user_frame_init(struct trapframe *frame, uintptr_t ip, uintptr_t sp)
{
	memset(frame, 0, sizeof(*frame));
	frame->r.pc = ip;
	frame->r.sp = sp;
	frame->status = SSTATUS_SPIE | (riscv_features.has_fpu ? SSTATUS_FS_INITIAL : 0);
	frame->cause = -1UL;
}

void arch_syscall_restart(struct trapframe *frame, long nr)
{
	frame->r.a0 = frame->orig_a0;
	if (nr >= 0)
		frame->r.a7 = (unsigned long)nr;
	frame->r.pc -= 4; /* the length of ecall */
}

void arch_frame_dump(const struct trapframe *frame)
{
	const struct user_regs_struct *r = &frame->r;

	pr_emerg("epc : %016lx ra : %016lx sp : %016lx\n", r->pc, r->ra, r->sp);
	pr_emerg(" gp : %016lx tp : %016lx t0 : %016lx\n", r->gp, r->tp, r->t0);
	pr_emerg(" t1 : %016lx t2 : %016lx s0 : %016lx\n", r->t1, r->t2, r->s0);
	pr_emerg(" s1 : %016lx a0 : %016lx a1 : %016lx\n", r->s1, r->a0, r->a1);
	pr_emerg(" a2 : %016lx a3 : %016lx a4 : %016lx\n", r->a2, r->a3, r->a4);
	pr_emerg(" a5 : %016lx a6 : %016lx a7 : %016lx\n", r->a5, r->a6, r->a7);
	pr_emerg(" s2 : %016lx s3 : %016lx s4 : %016lx\n", r->s2, r->s3, r->s4);
	pr_emerg(" s5 : %016lx s6 : %016lx s7 : %016lx\n", r->s5, r->s6, r->s7);
	pr_emerg(" s8 : %016lx s9 : %016lx s10: %016lx\n", r->s8, r->s9, r->s10);
	pr_emerg(" s11: %016lx t3 : %016lx t4 : %016lx\n", r->s11, r->t3, r->t4);
	pr_emerg(" t5 : %016lx t6 : %016lx\n", r->t5, r->t6);
	pr_emerg("status: %016lx badaddr: %016lx cause: %016lx\n", frame->status, frame->badaddr, frame->cause);
}
