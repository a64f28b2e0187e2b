// SPDX-License-Identifier: MIT
/* man 2 poll, ppoll, select, pselect. */
#include <asm/poll.h>
#include <fs/file.h>
#include <fs/poll_wait.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/posix_types.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <process/process.h>
#include <process/signal.h>
#include <syscall/define.h>
#include <syscall/time_util.h>

#define INLINE_POLLFDS 16

/* --- poll ---------------------------------------------------------------------------------------------- */

static unsigned int poll_one(struct pollfd *pfd, struct poll_waiter *waiter)
{
	unsigned int wanted = (uint16_t)pfd->events | EPOLLERR | EPOLLHUP, events;
	struct fd_ref file;

	if (pfd->fd < 0)
		return 0;
	file = fd_borrow(pfd->fd);
	if (!file.file)
		return POLLNVAL;
	waiter->table.events = wanted;
	events = file_poll(file.file, &waiter->table) & wanted;
	fd_done(file);
	return events;
}

static long poll_loop(struct pollfd *pfds, unsigned int nr, uint64_t deadline_ns)
{
	struct poll_waiter waiter;
	long ret;

	poll_waiter_init(&waiter);
	if (!deadline_ns)
		waiter.table.queue = NULL;
	for (;;) {
		ret = 0;
		for (unsigned int i = 0; i < nr; i++) {
			pfds[i].revents = (short)poll_one(&pfds[i], &waiter);
			if (pfds[i].revents) {
				ret++;
				waiter.table.queue = NULL;
			}
		}
		if (!ret)
			ret = waiter.error;
		if (ret || !deadline_ns)
			break;
		if (signal_pending()) {
			ret = -ERESTARTNOHAND;
			break;
		}
		if (poll_waiter_sleep(&waiter, deadline_ns))
			deadline_ns = 0; /* one last look */
	}
	poll_waiter_finish(&waiter);
	return ret;
}

static long do_poll(struct pollfd *user_pfds, unsigned int nr, uint64_t deadline_ns)
{
	struct pollfd on_stack[INLINE_POLLFDS], *pfds = on_stack;
	long ret;

	if (nr > process_limit(RLIMIT_NOFILE))
		return -EINVAL;
	if (nr > INLINE_POLLFDS) {
		pfds = kvmalloc(nr * sizeof(*pfds));
		if (!pfds)
			return -ENOMEM;
	}
	ret = -EFAULT;
	if (copy_from_user(pfds, user_pfds, nr * sizeof(*pfds)))
		goto out_free;
	ret = poll_loop(pfds, nr, deadline_ns);
	for (unsigned int i = 0; ret >= 0 && i < nr; i++)
		if (put_user(pfds[i].revents, &user_pfds[i].revents))
			ret = -EFAULT;
out_free:
	if (pfds != on_stack)
		kvfree(pfds);
	return ret;
}

/* poll(2) after a signal without a handler goes on with the time that is left. */
static long poll_restart(struct thread *thread)
{
	long ret = do_poll((struct pollfd *)thread->restart_args[0], (unsigned int)thread->restart_args[1],
		thread->restart_args[2]);

	if (ret == -ERESTARTNOHAND) {
		thread->restart_fn = poll_restart;
		ret = -ERESTART_RESTARTBLOCK;
	}
	return ret;
}

SYSCALL_DEFINE(poll, struct pollfd *, user_pfds, unsigned int, nr, int, timeout_ms)
{
	uint64_t deadline_ns = timeout_ms < 0 ? UINT64_MAX : 0;

	if (timeout_ms > 0)
		deadline_ns = deadline_after_ns((uint64_t)timeout_ms * NSEC_PER_MSEC);
	current->restart_args[0] = (uint64_t)user_pfds;
	current->restart_args[1] = nr;
	current->restart_args[2] = deadline_ns;
	return poll_restart(current);
}

/* --- time limits of ppoll and pselect: what is left is written back ---------------------------------------- */

static int deadline_from_user(const struct __kernel_timespec *user_ts, uint64_t *deadline_ns)
{
	uint64_t ns;
	int err;

	*deadline_ns = UINT64_MAX;
	if (!user_ts)
		return 0;
	err = timespec_from_user(user_ts, &ns);
	if (!err)
		*deadline_ns = ns ? deadline_after_ns(ns) : 0;
	return err;
}

static uint64_t time_left_ns(uint64_t deadline_ns)
{
	uint64_t now_ns = time_monotonic_ns();

	return deadline_ns > now_ns ? deadline_ns - now_ns : 0;
}

/* A time limit in read-only memory is no error, but then the call cannot be restarted. */
static long put_time_left(struct __kernel_timespec *user_ts, uint64_t deadline_ns, long ret)
{
	if (user_ts && deadline_ns != UINT64_MAX && timespec_to_user(user_ts, time_left_ns(deadline_ns)) &&
	    ret == -ERESTARTNOHAND)
		return -EINTR;
	return ret;
}

SYSCALL_DEFINE(ppoll, struct pollfd *, user_pfds, unsigned int, nr, struct __kernel_timespec *, user_ts,
	const void *, user_mask, size_t, mask_size)
{
	uint64_t deadline_ns;
	int err = deadline_from_user(user_ts, &deadline_ns);

	if (!err && user_mask)
		err = signal_set_temporary_mask(user_mask, mask_size);
	if (err)
		return err;
	return put_time_left(user_ts, deadline_ns, do_poll(user_pfds, nr, deadline_ns));
}

/* --- select --------------------------------------------------------------------------------------------- */

#define SELECT_IN (EPOLLRDNORM | EPOLLRDBAND | EPOLLIN | EPOLLHUP | EPOLLERR)
#define SELECT_OUT (EPOLLWRBAND | EPOLLWRNORM | EPOLLOUT | EPOLLERR)
#define SELECT_EXCEPT EPOLLPRI

/* Three asked and three answered sets, each of words longs. */
struct select_sets {
	unsigned int nr_fds, words;
	unsigned long *in[3], *out[3];
	unsigned long inline_bits[6 * 4];
};

static int select_one(struct select_sets *sets, unsigned int fd, struct poll_waiter *waiter)
{
	static const unsigned int meaning[3] = { SELECT_IN, SELECT_OUT, SELECT_EXCEPT };
	unsigned long bit = 1UL << (fd % 64);
	unsigned int word = fd / 64, events;
	struct fd_ref file;
	int nr = 0;

	waiter->table.events = EPOLLERR | EPOLLHUP;
	for (int i = 0; i < 3; i++)
		if (sets->in[i][word] & bit)
			waiter->table.events |= meaning[i];
	file = fd_borrow((int)fd);
	if (!file.file)
		return -EBADF;
	events = file_poll(file.file, &waiter->table);
	fd_done(file);
	for (int i = 0; i < 3; i++) {
		if (sets->in[i][word] & bit && events & meaning[i]) {
			sets->out[i][word] |= bit;
			nr++;
		}
	}
	return nr;
}

static long select_round(struct select_sets *sets, struct poll_waiter *waiter)
{
	long nr = 0;

	for (int i = 0; i < 3; i++)
		memset(sets->out[i], 0, sets->words * sizeof(long));
	for (unsigned int word = 0; word < sets->words; word++) {
		unsigned long bits = sets->in[0][word] | sets->in[1][word] | sets->in[2][word];

		for (; bits; bits &= bits - 1) {
			unsigned int fd = word * 64 + ffs64(bits);
			int found;

			if (fd >= sets->nr_fds)
				break;
			found = select_one(sets, fd, waiter);
			if (found < 0)
				return found;
			nr += found;
			if (nr)
				waiter->table.queue = NULL;
		}
	}
	return nr;
}

static long select_loop(struct select_sets *sets, uint64_t deadline_ns)
{
	struct poll_waiter waiter;
	long ret;

	poll_waiter_init(&waiter);
	if (!deadline_ns)
		waiter.table.queue = NULL;
	for (;;) {
		ret = select_round(sets, &waiter);
		if (!ret)
			ret = waiter.error;
		if (ret || !deadline_ns)
			break;
		if (signal_pending()) {
			ret = -ERESTARTNOHAND;
			break;
		}
		if (poll_waiter_sleep(&waiter, deadline_ns))
			deadline_ns = 0;
	}
	poll_waiter_finish(&waiter);
	return ret;
}

static long do_select(int nr, __kernel_fd_set *const user_sets[3], uint64_t deadline_ns)
{
	struct select_sets sets;
	unsigned long *bits = sets.inline_bits;
	size_t bytes;
	long ret;

	if (nr < 0)
		return -EINVAL;
	/* Numbers beyond the table are not looked at, as on Linux. */
	sets.nr_fds = min((unsigned int)nr, __atomic_load_n(&current->files->capacity, __ATOMIC_RELAXED));
	sets.words = DIV_ROUND_UP(sets.nr_fds, 64);
	bytes = sets.words * sizeof(long);
	if (sets.words > 4) {
		bits = kvmalloc(6 * bytes);
		if (!bits)
			return -ENOMEM;
	}
	ret = -EFAULT;
	for (unsigned int i = 0; i < 3; i++) {
		sets.in[i] = bits + i * sets.words;
		sets.out[i] = bits + (i + 3) * sets.words;
		memset(sets.in[i], 0, bytes);
		if (user_sets[i] && copy_from_user(sets.in[i], user_sets[i], bytes))
			goto out_free;
	}
	ret = select_loop(&sets, deadline_ns);
	for (int i = 0; ret >= 0 && i < 3; i++)
		if (user_sets[i] && copy_to_user(user_sets[i], sets.out[i], bytes))
			ret = -EFAULT;
out_free:
	if (bits != sets.inline_bits)
		kvfree(bits);
	return ret;
}

SYSCALL_DEFINE(select, int, nr, __kernel_fd_set *, user_in, __kernel_fd_set *, user_out, __kernel_fd_set *, user_except,
	struct __kernel_old_timeval *, user_tv)
{
	__kernel_fd_set *const sets[3] = { user_in, user_out, user_except };
	uint64_t deadline_ns = UINT64_MAX, ns;
	struct __kernel_old_timeval tv;
	long ret;

	if (user_tv) {
		if (copy_from_user(&tv, user_tv, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		tv.tv_sec += tv.tv_usec / 1000000;
		tv.tv_usec %= 1000000;
		if (timeval_to_ns(&tv, &ns))
			return -EINVAL;
		deadline_ns = ns ? deadline_after_ns(ns) : 0;
	}
	ret = do_select(nr, sets, deadline_ns);
	if (user_tv && deadline_ns != UINT64_MAX) {
		tv = timeval_from_ns(time_left_ns(deadline_ns));
		if (copy_to_user(user_tv, &tv, sizeof(tv)) && ret == -ERESTARTNOHAND)
			ret = -EINTR;
	}
	return ret;
}

/* The sixth argument's two words: a mask and its size. */
struct pselect_mask {
	const void *user_mask;
	size_t size;
};

SYSCALL_DEFINE(pselect6, int, nr, __kernel_fd_set *, user_in, __kernel_fd_set *, user_out, __kernel_fd_set *, user_except,
	struct __kernel_timespec *, user_ts, const struct pselect_mask *, user_arg)
{
	__kernel_fd_set *const sets[3] = { user_in, user_out, user_except };
	struct pselect_mask mask = { 0 };
	uint64_t deadline_ns;
	int err;

	if (user_arg && copy_from_user(&mask, user_arg, sizeof(mask)))
		return -EFAULT;
	err = deadline_from_user(user_ts, &deadline_ns);
	if (!err && mask.user_mask)
		err = signal_set_temporary_mask(mask.user_mask, mask.size);
	if (err)
		return err;
	return put_time_left(user_ts, deadline_ns, do_select(nr, sets, deadline_ns));
}
