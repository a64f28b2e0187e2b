// SPDX-License-Identifier: MIT
/* Exceptions as the ports hand them up: page faults are resolved or become signals; what the kernel did wrong panics. */
#include <kernel/arch_upcalls.h>

#include <arch/irqflags.h>
#include <arch/layout.h>
#include <arch/mmu.h>
#include <arch/trapframe.h>
#include <arch/uaccess.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <linux/signal.h>
#include <mm/vm_space.h>
#include <process/oom.h>
#include <process/process.h>
#include <process/ptrace.h>
#include <process/signal.h>

/* One line for a program that dies by its own fault, as x86's Linux prints it. */
static void log_unhandled(const struct trapframe *frame, int signo, uintptr_t addr)
{
	uintptr_t handler = current_process()->signals.handlers->action[signo - 1].handler;

	if (handler != (uintptr_t)SIG_DFL && handler != (uintptr_t)SIG_IGN)
		return;
	pr_info("%s[%d]: %s at %lx ip %lx sp %lx\n", current->name, current->pid->nr,
		signo == SIGSEGV ? "segfault" : signo == SIGBUS ? "bus error" : "trap", addr, arch_frame_ip(frame),
		arch_frame_sp(frame));
}

static void fault_signal(struct trapframe *frame, int signo, int code, uintptr_t addr)
{
	log_unhandled(frame, signo, addr);
	signal_force(signo, code, addr);
}

static void user_fault(struct trapframe *frame, uintptr_t addr, unsigned int access)
{
	int signo = SIGSEGV, code = SEGV_MAPERR, err;

	if (addr >= USER_VA_END) {
		fault_signal(frame, SIGSEGV, SEGV_MAPERR, addr);
		return;
	}
	err = vm_handle_fault(current->vm, addr, access, &signo, &code);
	if (!err)
		return;
	/* Without memory the way back to the program is the next try, unless it is killed. */
	if (err == -ENOMEM)
		(void)oom_make_room();
	else
		fault_signal(frame, signo, code, addr);
}

void page_fault(struct trapframe *frame, uintptr_t addr, unsigned int access, bool present)
{
	int signo, code;

	if (arch_frame_is_user(frame)) {
		user_fault(frame, addr, access);
		return;
	}
	if (addr < USER_VA_END && current->vm && !current->pagefault_disabled && arch_irqs_enabled()) {
		int err = vm_handle_fault(current->vm, addr, access | MMU_USER, &signo, &code);

		if (!err)
			return;
		if (err == -ENOMEM && oom_make_room())
			return;
	}
	if (arch_fixup_fault(frame))
		return;
	kernel_fault(frame, access & MMU_EXEC ? "execution of" : access & MMU_WRITE ? "write to" : "read from", addr);
}

void user_exception(struct trapframe *frame, int signo, int code, uintptr_t addr)
{
	if (signo != SIGTRAP || !ptrace_is_traced(current))
		log_unhandled(frame, signo, addr);
	signal_force(signo, code, addr);
}

void kernel_fault(struct trapframe *frame, const char *what, uintptr_t addr)
{
	pr_emerg("kernel fault: %s %lx\n", what, addr);
	arch_frame_dump(frame);
	panic("fatal exception in the kernel: %s %lx", what, addr);
}
