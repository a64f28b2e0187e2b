// SPDX-License-Identifier: MIT
/* A thread's first stack frame, the user state that is switched beside the stack, the FPU. */
#include <arch/context.h>

#include <arch/layout.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <port/asm_offsets.h>

#include "arm64.h"

static_assert(offsetof(struct cpu, running) == CPU_CURRENT);
static_assert(offsetof(struct thread, arch.kernel_sp) == THREAD_KERNEL_SP);
static_assert(offsetof(struct thread, arch.stack_top) == THREAD_STACK_TOP);
static_assert(offsetof(struct thread, work) == THREAD_WORK);
static_assert(offsetof(struct trapframe, r.regs[29]) == FRAME_FP);
static_assert(offsetof(struct trapframe, r.regs[30]) == FRAME_LR);
static_assert(offsetof(struct trapframe, r.sp) == FRAME_SP);
static_assert(offsetof(struct trapframe, r.pc) == FRAME_PC);
static_assert(offsetof(struct trapframe, r.pstate) == FRAME_PSTATE);
static_assert(offsetof(struct trapframe, orig_x0) == FRAME_ORIG_X0);
static_assert(offsetof(struct trapframe, cause) == FRAME_CAUSE);
static_assert(sizeof(struct trapframe) == FRAME_SIZE);

/* What arch_context_switch() stores, lowest address first. */
struct switch_frame {
	uint64_t x29;
	void (*x30)(void);
	uint64_t x19, x20, x21_to_x28[8];
};
static_assert(sizeof(struct switch_frame) == 96);

void arm64_thread_start(void);

void arch_context_init(struct thread *thread, void (*entry)(void *arg), void *arg)
{
	struct switch_frame *frame;

	thread->arch.stack_top = (uintptr_t)thread->stack + KERNEL_STACK_SIZE;
	frame = (struct switch_frame *)arch_user_frame(thread) - 1;
	*frame = (struct switch_frame){
		.x30 = arm64_thread_start, .x19 = (uintptr_t)entry, .x20 = (uintptr_t)arg,
	};
	thread->arch.kernel_sp = (uintptr_t)frame;
}

void arch_switch_user_state(struct thread *prev, struct thread *next)
{
	prev->arch.tls = sysreg_read(tpidr_el0);
	sysreg_write(tpidr_el0, next->arch.tls);
	if (unlikely(!prev->arch.sve != !next->arch.sve))
		arm64_open_sve(next->arch.sve);
	if (unlikely(arm64_has_auth()))
		arm64_auth_switch(prev, next);
	if (unlikely(prev->arch.is_stepped != next->arch.is_stepped))
		sysreg_write(mdscr_el1, next->arch.is_stepped ? MDSCR_SS : 0);
}

int arch_set_user_tls(struct thread *thread, uintptr_t tls)
{
	thread->arch.tls = tls;
	return 0;
}

void arch_thread_fork(struct thread *child, struct thread *parent)
{
	child->arch.tls = sysreg_read(tpidr_el0);
	memcpy(child->arch.keys, parent->arch.keys, sizeof(child->arch.keys));
	child->arch.keys_off = parent->arch.keys_off;
}

void arch_thread_exec(struct thread *thread)
{
	sysreg_write(tpidr_el0, 0);
	arm64_auth_exec(thread);
}

long arch_prctl(struct thread *thread, int code, unsigned long addr)
{
	return -ENOSYS;
}

/* --- frames ----------------------------------------------------------------------------------- */

void arch_user_frame_init(struct trapframe *frame, uintptr_t ip, uintptr_t sp)
{
	memset(frame, 0, sizeof(*frame));
	frame->r.pc = ip;
	frame->r.sp = sp;
	frame->r.pstate = PSR_MODE_EL0t;
}

void arch_syscall_restart(struct trapframe *frame, long nr)
{
	frame->r.regs[0] = frame->orig_x0;
	if (nr >= 0)
		frame->r.regs[8] = (unsigned long)nr;
	frame->r.pc -= 4; /* the length of svc */
}

void arch_frame_dump(const struct trapframe *frame)
{
	const struct user_pt_regs *r = &frame->r;

	pr_emerg("pc : %016lx lr : %016lx sp : %016lx\n", (unsigned long)r->pc, (unsigned long)r->regs[30],
		(unsigned long)r->sp);
	for (unsigned int i = 0; i < 30; i += 3)
		pr_emerg("x%-2u: %016lx x%-2u: %016lx x%-2u: %016lx\n", i, (unsigned long)r->regs[i], i + 1,
			(unsigned long)r->regs[i + 1], i + 2, (unsigned long)r->regs[i + 2]);
	pr_emerg("pstate: %016lx esr: %016lx\n", (unsigned long)r->pstate, frame->cause);
}
