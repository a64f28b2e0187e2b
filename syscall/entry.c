// SPDX-License-Identifier: MIT
/* A system call: number, arguments, the body, the result. What is rare (tracing, unknown numbers) is apart. */
#include <kernel/arch_upcalls.h>

#include <arch/syscall.h>
#include <kernel/account.h>
#include <kernel/pid.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <process/ptrace.h>
#include <syscall/table_c.h>

/* Each number that nothing answers is told once. */
static noinline void note_unknown(unsigned long nr)
{
	static unsigned long told[SYSCALL_TABLE_SIZE / 64 + 1];
	unsigned long slot = nr < SYSCALL_TABLE_SIZE ? nr : SYSCALL_TABLE_SIZE;
	unsigned long bit = 1UL << slot % 64;

	if (nr < SYSCALL_TABLE_SIZE && syscall_exists(nr))
		return; /* the body itself says ENOSYS */
	if (!(__atomic_fetch_or(&told[slot / 64], bit, __ATOMIC_RELAXED) & bit))
		pr_debug("%s[%d]: system call %lu is not there\n", current->name, current->pid->nr, nr);
}

static __always_inline long call(const struct trapframe *frame, unsigned long nr)
{
	if (unlikely(nr >= SYSCALL_TABLE_SIZE))
		return -ENOSYS;
	return syscall_table[nr]((const struct syscall_args *)frame);
}

static noinline void handle_traced(struct trapframe *frame)
{
	if (ARCH_SYSCALL_ENTRY_ENOSYS)
		arch_syscall_set_result(frame, -ENOSYS);
	ptrace_syscall_stop(frame, false);
	/* The tracer may have changed number and arguments, or cancelled the call by -1. */
	if (arch_frame_in_syscall(frame))
		arch_syscall_set_result(frame, call(frame, arch_syscall_nr(frame)));
	ptrace_syscall_stop(frame, true);
}

void syscall_handle(struct trapframe *frame)
{
	unsigned long nr = arch_syscall_nr(frame);
	long result;

	account_user();
	if (unlikely(__atomic_load_n(&current->syscall_work, __ATOMIC_RELAXED))) {
		handle_traced(frame);
		result = arch_syscall_result(frame);
	} else {
		result = call(frame, nr);
		arch_syscall_set_result(frame, result);
	}
	if (unlikely(result < 0)) {
		if (result == -ENOSYS)
			note_unknown(nr);
		else if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK)
			thread_set_work(current, WORK_SIGNAL); /* the way back sorts it out */
	}
	account_system();
}
