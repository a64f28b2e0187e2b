// SPDX-License-Identifier: MIT
/* man 2 futex, get_robust_list. */
#include <kernel/cred.h>
#include <kernel/time.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <mm/user_copy.h>
#include <process/futex.h>
#include <process/process.h>
#include <syscall/define.h>

/* The call's timeout as absolute monotonic time: relative for FUTEX_WAIT, absolute on the named clock for the others. */
static int deadline_from_user(int op, const struct __kernel_timespec *user_timeout, uint64_t *deadline_ns)
{
	int command = op & FUTEX_CMD_MASK;
	struct __kernel_timespec timeout;
	uint64_t ns, offset_ns;

	*deadline_ns = UINT64_MAX;
	if (!user_timeout)
		return 0;
	if (get_user(&timeout, user_timeout))
		return -EFAULT;
	if (timeout.tv_sec < 0 || (unsigned long long)timeout.tv_nsec >= NSEC_PER_SEC)
		return -EINVAL;
	if ((uint64_t)timeout.tv_sec >= UINT64_MAX / NSEC_PER_SEC / 4)
		return 0;
	ns = (uint64_t)timeout.tv_sec * NSEC_PER_SEC + (uint64_t)timeout.tv_nsec;
	if (command == FUTEX_WAIT) {
		ns += time_monotonic_ns();
	} else if (op & FUTEX_CLOCK_REALTIME || command == FUTEX_LOCK_PI) {
		offset_ns = time_realtime_offset_ns();
		ns = ns > offset_ns ? ns - offset_ns : 0;
	}
	*deadline_ns = ns;
	return 0;
}

static bool command_has_timeout(int command)
{
	return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2;
}

SYSCALL_DEFINE(futex, uint32_t *, user_addr, int, op, uint32_t, val, const void *, user_timeout, uint32_t *, user_addr2,
	       uint32_t, val3)
{
	int command = op & FUTEX_CMD_MASK, err;
	uint64_t deadline_ns = UINT64_MAX;

	if (op == (FUTEX_WAKE | FUTEX_PRIVATE_FLAG))
		return futex_wake(user_addr, FUTEX_PRIVATE_FLAG, (int)val, FUTEX_BITSET_MATCH_ANY);
	if (op == (FUTEX_WAIT | FUTEX_PRIVATE_FLAG) && !user_timeout)
		return futex_wait(user_addr, FUTEX_PRIVATE_FLAG, val, UINT64_MAX, FUTEX_BITSET_MATCH_ANY);
	if (op & FUTEX_CLOCK_REALTIME && command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET && command != FUTEX_LOCK_PI2)
		return -ENOSYS;
	if (user_timeout && command_has_timeout(command)) {
		err = deadline_from_user(op, user_timeout, &deadline_ns);
		if (err)
			return err;
	}
	/* The fourth argument is a count for the calls with two words. */
	return futex(user_addr, op, val, deadline_ns, user_addr2, (uint32_t)(uintptr_t)user_timeout, val3);
}

SYSCALL_DEFINE(set_robust_list, struct robust_list_head *, user_head, size_t, size)
{
	if (size != sizeof(*user_head))
		return -EINVAL;
	current->robust_list = (uintptr_t)user_head;
	return 0;
}

SYSCALL_DEFINE(get_robust_list, int, nr, uintptr_t *, user_head, size_t *, user_size)
{
	uintptr_t head = current->robust_list;
	struct thread *thread;

	if (nr) {
		thread = thread_find_get(nr);
		if (!thread)
			return -ESRCH;
		head = thread->robust_list;
		if (thread->process != current_process() && !capable(CAP_SYS_PTRACE)) {
			thread_put(thread);
			return -EPERM;
		}
		thread_put(thread);
	}
	if (put_user(sizeof(struct robust_list_head), user_size) || put_user(head, user_head))
		return -EFAULT;
	return 0;
}
