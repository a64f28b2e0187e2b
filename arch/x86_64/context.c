// SPDX-License-Identifier: MIT
/*
 * A thread's first stack frame and the user state that is switched beside the stack.
 */
#include <arch/context.h>
#include <arch/irqflags.h>
#include <arch/layout.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <arch/unwind.h>
#include <asm/prctl.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <port/asm_offsets.h>

#include "x86.h"

static_assert(offsetof(struct cpu, self) == CPU_SELF);
static_assert(offsetof(struct cpu, running) == CPU_CURRENT);
static_assert(offsetof(struct cpu, arch.kernel_sp) == CPU_KERNEL_SP);
static_assert(offsetof(struct cpu, arch.user_sp) == CPU_USER_SP);
static_assert(offsetof(struct thread, arch.kernel_sp) == THREAD_KERNEL_SP);
static_assert(offsetof(struct thread, arch.stack_top) == THREAD_STACK_TOP);
static_assert(offsetof(struct thread, work) == THREAD_WORK);
static_assert(offsetof(struct trapframe, r.rbp) == FRAME_RBP);
static_assert(offsetof(struct trapframe, r.r11) == FRAME_R11);
static_assert(offsetof(struct trapframe, r.r10) == FRAME_R10);
static_assert(offsetof(struct trapframe, r.r9) == FRAME_R9);
static_assert(offsetof(struct trapframe, r.r8) == FRAME_R8);
static_assert(offsetof(struct trapframe, r.rax) == FRAME_RAX);
static_assert(offsetof(struct trapframe, r.rdx) == FRAME_RDX);
static_assert(offsetof(struct trapframe, r.rsi) == FRAME_RSI);
static_assert(offsetof(struct trapframe, r.rdi) == FRAME_RDI);
static_assert(offsetof(struct trapframe, r.orig_rax) == FRAME_ORIG_RAX);
static_assert(offsetof(struct trapframe, r.rip) == FRAME_RIP);
static_assert(offsetof(struct trapframe, r.cs) == FRAME_CS);
static_assert(offsetof(struct trapframe, r.eflags) == FRAME_EFLAGS);
static_assert(offsetof(struct trapframe, r.rsp) == FRAME_RSP);
static_assert(sizeof(struct trapframe) == FRAME_SIZE);

/* What arch_context_switch() pops, lowest address first. */
struct switch_frame {
	uint64_t r15, r14, r13, r12, rbx, rbp;
	void (*ip)(void);
};
static_assert(offsetof(struct switch_frame, rbp) == UNWIND_SWITCHED);

void x86_thread_start(void);

void arch_context_init(struct thread *thread, void (*entry)(void *arg), void *arg)
{
	struct switch_frame *frame;

	thread->arch.stack_top = (uintptr_t)thread->stack + KERNEL_STACK_SIZE;
	frame = (struct switch_frame *)arch_user_frame(thread) - 1;
	*frame = (struct switch_frame){
		.r12 = (uintptr_t)entry, .r13 = (uintptr_t)arg, .ip = x86_thread_start,
	};
	thread->arch.kernel_sp = (uintptr_t)frame;
}

static uint64_t read_fs_base(const struct cpu *cpu)
{
	uint64_t base;

	if (!x86_features.fsgsbase)
		return cpu->arch.fs_base;
	__asm__ volatile("rdfsbase %0" : "=r"(base));
	return base;
}

/* The program's GS base stands in the swapgs register while the kernel runs. Interrupts off. */
static uint64_t read_user_gs_base(const struct cpu *cpu)
{
	uint64_t base;

	if (!x86_features.fsgsbase)
		return cpu->arch.gs_base;
	__asm__ volatile("swapgs; rdgsbase %0; swapgs" : "=r"(base)::"memory");
	return base;
}

static void write_fs_base(struct cpu *cpu, uint64_t base)
{
	cpu->arch.fs_base = base;
	if (x86_features.fsgsbase)
		__asm__ volatile("wrfsbase %0" ::"r"(base) : "memory");
	else
		x86_wrmsr(MSR_FS_BASE, base);
}

static void write_user_gs_base(struct cpu *cpu, uint64_t base)
{
	cpu->arch.gs_base = base;
	if (x86_features.fsgsbase)
		__asm__ volatile("swapgs; wrgsbase %0; swapgs" ::"r"(base) : "memory");
	else
		x86_wrmsr(MSR_KERNEL_GS_BASE, base);
}

static void save_user_bases(struct thread *thread)
{
	const struct cpu *cpu = arch_this_cpu();

	thread->arch.fs_base = read_fs_base(cpu);
	thread->arch.gs_base = read_user_gs_base(cpu);
}

static void load_user_bases(struct thread *thread)
{
	struct cpu *cpu = arch_this_cpu();

	if (read_fs_base(cpu) != thread->arch.fs_base)
		write_fs_base(cpu, thread->arch.fs_base);
	if (read_user_gs_base(cpu) != thread->arch.gs_base)
		write_user_gs_base(cpu, thread->arch.gs_base);
}

void arch_switch_user_state(struct thread *prev, struct thread *next)
{
	struct cpu *cpu = arch_this_cpu();

	cpu->arch.kernel_sp = next->arch.stack_top;
	cpu->arch.tss.rsp[0] = next->arch.stack_top;
	if (prev->process && x86_features.fsgsbase)
		save_user_bases(prev);
	if (next->process)
		load_user_bases(next);
}

int arch_set_user_tls(struct thread *thread, uintptr_t tls)
{
	if (tls >= USER_VA_END)
		return -EPERM;
	thread->arch.fs_base = tls;
	return 0;
}

void arch_thread_fork(struct thread *child, struct thread *parent)
{
	unsigned long flags = arch_irq_save();

	save_user_bases(parent);
	arch_irq_restore(flags);
	child->arch.fs_base = parent->arch.fs_base;
	child->arch.gs_base = parent->arch.gs_base;
	child->arch.flags = 0;
	child->arch.cr2 = child->arch.trap_nr = child->arch.error_code = 0;
	if (parent->arch.flags & X86_THREAD_SINGLE_STEP)
		arch_user_frame(child)->r.eflags &= ~X86_EFLAGS_TF;
}

/* The program before had other bases. */
void arch_thread_exec(struct thread *thread)
{
	unsigned long flags = arch_irq_save();
	struct cpu *cpu = arch_this_cpu();

	thread->arch.fs_base = thread->arch.gs_base = 0;
	thread->arch.cr2 = thread->arch.trap_nr = thread->arch.error_code = 0;
	write_fs_base(cpu, 0);
	write_user_gs_base(cpu, 0);
	arch_irq_restore(flags);
}

static void set_base(struct thread *thread, uint64_t *base, uint64_t value)
{
	unsigned long flags = arch_irq_save();

	if (thread == current)
		save_user_bases(thread);
	*base = value;
	if (thread == current)
		load_user_bases(thread);
	arch_irq_restore(flags);
}

static uint64_t get_base(struct thread *thread, const uint64_t *base)
{
	unsigned long flags = arch_irq_save();

	if (thread == current)
		save_user_bases(thread);
	arch_irq_restore(flags);
	return *base;
}

/* man 2 arch_prctl */
long arch_prctl(struct thread *thread, int code, unsigned long addr)
{
	bool is_fs = code == ARCH_SET_FS || code == ARCH_GET_FS;
	uint64_t *base = is_fs ? &thread->arch.fs_base : &thread->arch.gs_base;
	uint64_t value;

	switch (code) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (addr >= USER_VA_END)
			return -EPERM;
		set_base(thread, base, addr);
		return 0;
	case ARCH_GET_FS:
	case ARCH_GET_GS:
		value = get_base(thread, base);
		return put_user(value, (uint64_t *)addr);
	case ARCH_GET_CPUID:
		return 1;
	case ARCH_SET_CPUID:
		return -ENODEV;
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
		return put_user(x86_features.xcr0, (uint64_t *)addr);
	default:
		return -EINVAL;
	}
}

void arch_user_frame_init(struct trapframe *frame, uintptr_t ip, uintptr_t sp)
{
	memset(frame, 0, sizeof(*frame));
	arch_frame_set_ip(frame, ip);
	frame->r.rsp = sp;
	frame->r.cs = USER_CS | FRAME_CHANGED;
	frame->r.ss = USER_DS;
	frame->r.eflags = X86_EFLAGS_IF;
	frame->r.orig_rax = -1UL;
}

void arch_syscall_restart(struct trapframe *frame, long nr)
{
	frame->r.rax = nr >= 0 ? (unsigned long)nr : frame->r.orig_rax;
	frame->r.rip -= 2; /* the length of syscall */
}

void arch_frame_dump(const struct trapframe *frame)
{
	const struct pt_regs *r = &frame->r;

	pr_emerg("RIP: %04lx:%016lx EFLAGS: %08lx\n", r->cs & 0xffff, r->rip, r->eflags);
	pr_emerg("RSP: %04lx:%016lx CR2: %016lx\n", r->ss, r->rsp, x86_read_cr2());
	pr_emerg("RAX: %016lx RBX: %016lx RCX: %016lx\n", r->rax, r->rbx, r->rcx);
	pr_emerg("RDX: %016lx RSI: %016lx RDI: %016lx\n", r->rdx, r->rsi, r->rdi);
	pr_emerg("RBP: %016lx R08: %016lx R09: %016lx\n", r->rbp, r->r8, r->r9);
	pr_emerg("R10: %016lx R11: %016lx R12: %016lx\n", r->r10, r->r11, r->r12);
	pr_emerg("R13: %016lx R14: %016lx R15: %016lx\n", r->r13, r->r14, r->r15);
}
