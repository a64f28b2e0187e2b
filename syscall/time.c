// SPDX-License-Identifier: MIT
/* Clocks and sleeping: man 2 clock_gettime, nanosleep, clock_nanosleep, gettimeofday, adjtimex, times. */
#include <asm/param.h>
#include <kernel/cred.h>
#include <kernel/thread.h>
#include <kernel/wait.h>
#include <lib/string.h>
#include <linux/time.h>
#include <linux/times.h>
#include <linux/timex.h>
#include <process/clock.h>
#include <process/cpu_time.h>
#include <process/process.h>
#include <syscall/define.h>
#include <syscall/time_util.h>

#define COARSE_NS 4000000 /* what Debian's kernels say: HZ=250 */
#define TICK_NS (NSEC_PER_SEC / HZ)

SYSCALL_DEFINE(clock_gettime, clockid_t, clock, struct __kernel_timespec *, user_ts)
{
	uint64_t ns;
	int err = clock_read(clock, &ns);

	return err ? err : timespec_to_user(user_ts, ns);
}

SYSCALL_DEFINE(clock_settime, clockid_t, clock, const struct __kernel_timespec *, user_ts)
{
	uint64_t ns;
	int err;

	if (clock != CLOCK_REALTIME)
		return clock_kind(clock) == CLOCK_KIND_CPU ? -EPERM : -EINVAL;
	err = timespec_from_user(user_ts, &ns);
	if (err)
		return err;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	time_set_realtime(ns);
	return 0;
}

SYSCALL_DEFINE(clock_getres, clockid_t, clock, struct __kernel_timespec *, user_ts)
{
	bool is_coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
	uint64_t ns;
	int err = clock_read(clock, &ns);

	if (err || !user_ts)
		return err;
	return timespec_to_user(user_ts, is_coarse ? COARSE_NS : 1);
}

SYSCALL_DEFINE(gettimeofday, struct __kernel_old_timeval *, user_tv, struct timezone *, user_tz)
{
	struct __kernel_old_timeval tv = timeval_from_ns(time_realtime_ns());
	struct timezone tz = { 0 };

	if (user_tv && copy_to_user(user_tv, &tv, sizeof(tv)))
		return -EFAULT;
	if (user_tz && copy_to_user(user_tz, &tz, sizeof(tz)))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE(settimeofday, const struct __kernel_old_timeval *, user_tv, const struct timezone *, user_tz)
{
	struct __kernel_old_timeval tv;
	struct timezone tz;
	uint64_t ns = 0;

	if (user_tv) {
		if (copy_from_user(&tv, user_tv, sizeof(tv)))
			return -EFAULT;
		if (timeval_to_ns(&tv, &ns))
			return -EINVAL;
	}
	if (user_tz) {
		if (copy_from_user(&tz, user_tz, sizeof(tz)))
			return -EFAULT;
		if (tz.tz_minuteswest > 15 * 60 || tz.tz_minuteswest < -15 * 60)
			return -EINVAL;
	}
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (user_tv)
		time_set_realtime(ns);
	return 0;
}

SYSCALL_DEFINE(time, long *, user_seconds)
{
	long seconds = (long)(time_realtime_ns() / NSEC_PER_SEC);

	if (user_seconds && put_user(seconds, user_seconds))
		return -EFAULT;
	return seconds;
}

/* Sleeps until a clock (monotonic, or real: may be set meanwhile) shows target_ns. 0 or -ERESTARTSYS. */
static int sleep_until(bool is_real, uint64_t target_ns)
{
	if (is_real) {
		int err = wait_event_interruptible_until(time_clock_set_wait(), time_realtime_ns() >= target_ns,
			target_ns - time_realtime_offset_ns());

		return err == -ETIMEDOUT ? 0 : err;
	}
	while (time_monotonic_ns() < target_ns) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (signal_pending()) {
			thread_set_state(THREAD_RUNNING);
			return -ERESTARTSYS;
		}
		schedule_until(target_ns);
	}
	return 0;
}

/* Restart arguments: deadline, user pointer for the remaining time. */
static long sleep_restartable(struct thread *thread)
{
	uint64_t deadline_ns = thread->restart_args[0], now_ns;
	struct __kernel_timespec *user_left = (struct __kernel_timespec *)thread->restart_args[1];

	if (!sleep_until(false, deadline_ns))
		return 0;
	now_ns = time_monotonic_ns();
	if (now_ns >= deadline_ns)
		return 0;
	if (user_left && timespec_to_user(user_left, deadline_ns - now_ns))
		return -EFAULT;
	thread->restart_fn = sleep_restartable;
	return -ERESTART_RESTARTBLOCK;
}

static long sleep_relative(uint64_t ns, struct __kernel_timespec *user_left)
{
	current->restart_args[0] = deadline_after_ns(ns);
	current->restart_args[1] = (uint64_t)user_left;
	return sleep_restartable(current);
}

SYSCALL_DEFINE(nanosleep, const struct __kernel_timespec *, user_ts, struct __kernel_timespec *, user_left)
{
	uint64_t ns;
	int err = timespec_from_user(user_ts, &ns);

	return err ? err : sleep_relative(ns, user_left);
}

SYSCALL_DEFINE(clock_nanosleep, clockid_t, clock, int, flags, const struct __kernel_timespec *, user_ts,
	struct __kernel_timespec *, user_left)
{
	enum clock_kind kind = clock_kind(clock);
	uint64_t ns;
	int err;

	switch (clock) {
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
		return -EOPNOTSUPP;
	case CLOCK_THREAD_CPUTIME_ID:
		return -EINVAL;
	}
	if (kind == CLOCK_KIND_NONE)
		return -EINVAL;
	if (kind == CLOCK_KIND_CPU)
		return -EOPNOTSUPP;
	err = timespec_from_user(user_ts, &ns);
	if (err)
		return err;
	if (!(flags & TIMER_ABSTIME))
		return sleep_relative(ns, user_left);
	return sleep_until(kind == CLOCK_KIND_REALTIME, ns) ? -ERESTARTNOHAND : 0;
}

/* No clock discipline: what is set is kept and shown, an offset step moves the clock. */
static long do_adjtimex(struct __kernel_timex *tx)
{
	static struct __kernel_timex kept = {
		.status = STA_UNSYNC, .maxerror = 16000000, .esterror = 16000000, .constant = 2,
		.precision = 1, .tolerance = 32768000, .tick = 1000000 / HZ,
	};
	static struct spinlock lock = SPINLOCK_INIT;
	unsigned int modes = tx->modes;
	unsigned long flags;
	uint64_t now_ns;

	if (modes && modes != ADJ_OFFSET_SS_READ && !capable(CAP_SYS_TIME))
		return -EPERM;
	if (modes & ADJ_TICK && (tx->tick < 900000 / HZ || tx->tick > 1100000 / HZ))
		return -EINVAL;
	if (modes & ADJ_SETOFFSET) {
		long long sub = modes & ADJ_NANO ? 1 : 1000;

		if (tx->time.tv_usec < 0 || tx->time.tv_usec * sub >= (long long)NSEC_PER_SEC)
			return -EINVAL;
		time_set_realtime(time_realtime_ns() + (uint64_t)(tx->time.tv_sec * (long long)NSEC_PER_SEC +
								  tx->time.tv_usec * sub));
	}
	flags = spin_lock_irqsave(&lock);
	if (!(modes & 0x8000)) { /* not the adjtime(3) forms */
		if (modes & ADJ_STATUS)
			kept.status = (tx->status & ~STA_RONLY) | (kept.status & STA_RONLY);
		if (modes & ADJ_NANO)
			kept.status |= STA_NANO;
		if (modes & ADJ_MICRO)
			kept.status &= ~STA_NANO;
		if (modes & ADJ_FREQUENCY)
			kept.freq = clamp(tx->freq, -32768000LL, 32768000LL);
		if (modes & ADJ_MAXERROR)
			kept.maxerror = tx->maxerror;
		if (modes & ADJ_ESTERROR)
			kept.esterror = tx->esterror;
		if (modes & ADJ_TIMECONST)
			kept.constant = tx->constant;
		if (modes & ADJ_TICK)
			kept.tick = tx->tick;
		if (modes & ADJ_TAI && tx->constant > 0)
			kept.tai = (int)tx->constant;
	}
	*tx = kept;
	spin_unlock_irqrestore(&lock, flags);
	tx->modes = modes;
	now_ns = time_realtime_ns();
	tx->time.tv_sec = (long long)(now_ns / NSEC_PER_SEC);
	tx->time.tv_usec = (long long)(now_ns % NSEC_PER_SEC / (tx->status & STA_NANO ? 1 : 1000));
	return tx->status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR : TIME_OK;
}

static long adjtimex_user(struct __kernel_timex *user_tx)
{
	struct __kernel_timex tx;
	long ret;

	if (copy_from_user(&tx, user_tx, sizeof(tx)))
		return -EFAULT;
	ret = do_adjtimex(&tx);
	if (ret >= 0 && copy_to_user(user_tx, &tx, sizeof(tx)))
		return -EFAULT;
	return ret;
}

SYSCALL_DEFINE(adjtimex, struct __kernel_timex *, user_tx)
{
	return adjtimex_user(user_tx);
}

SYSCALL_DEFINE(clock_adjtime, clockid_t, clock, struct __kernel_timex *, user_tx)
{
	if (clock != CLOCK_REALTIME)
		return clock_kind(clock) == CLOCK_KIND_NONE ? -EINVAL : -EOPNOTSUPP;
	return adjtimex_user(user_tx);
}

SYSCALL_DEFINE(times, struct tms *, user_tms)
{
	struct process *process = current_process();
	struct process_times times;
	struct tms tms;

	if (user_tms) {
		process_get_times(process, &times);
		tms.tms_utime = (long)(times.user_ns / TICK_NS);
		tms.tms_stime = (long)(times.system_ns / TICK_NS);
		tms.tms_cutime = (long)(process->children_usage.user_ns / TICK_NS);
		tms.tms_cstime = (long)(process->children_usage.system_ns / TICK_NS);
		if (copy_to_user(user_tms, &tms, sizeof(tms)))
			return -EFAULT;
	}
	return (long)(time_monotonic_ns() / TICK_NS);
}
