// SPDX-License-Identifier: MIT
/*
 * A timer's kernel timer may fire early (CPU time not yet used, real time set back): the function looks at the
 * timer's own clock and arms again. A signal that is still pending is not sent twice, its overrun counts.
 *
 * Locks: timers_mutex for who creates, sets and deletes; timers_lock for what the timer's function also uses.
 */
#include <process/posix_timer.h>

#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/mutex.h>
#include <kernel/pid.h>
#include <kernel/sched.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <kernel/timer.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/time.h>
#include <process/clock.h>
#include <process/cpu_time.h>
#include <process/process.h>
#include <process/signal.h>

#define ITIMER_ID(which) (-(which)) /* ITIMER_VIRTUAL, ITIMER_PROF */
#define MIN_POLL_NS NSEC_PER_MSEC
#define MAX_POLL_NS (64 * NSEC_PER_MSEC)

enum measured { MEASURES_MONOTONIC, MEASURES_REALTIME, MEASURES_PROCESS, MEASURES_PROCESS_USER, MEASURES_THREAD };

struct posix_timer {
	struct timer timer;
	struct wait_entry clock_set; /* on time_clock_set_wait(), MEASURES_REALTIME only */
	struct list_head node;	     /* process->posix_timers; guarded by timers_lock */
	struct process *process;     /* whose list it is on; lives longer */
	int id;
	enum measured measures;
	int notify, signo;
	sigval_t value;
	struct pid *target;	     /* SIGEV_THREAD_ID, or the thread whose time is measured; owned */

	/* Guarded by timers_lock. */
	bool is_armed, is_pending;
	uint64_t expires_ns, interval_ns; /* of its clock */
	uint64_t last_ns, poll_ns;	  /* CPU time at the last look, and how long to wait when it stood still */
	uint64_t overrun, last_overrun;
};

static struct mutex timers_mutex = MUTEX_INIT(timers_mutex);
static struct spinlock timers_lock = SPINLOCK_INIT;

/* The thread behind pid with a reference, or NULL. Any context. */
static struct thread *pid_thread_get(struct pid *pid)
{
	unsigned long flags = spin_lock_irqsave(&pid_lock);
	struct thread *thread = pid->thread ? thread_get(pid->thread) : NULL;

	spin_unlock_irqrestore(&pid_lock, flags);
	return thread;
}

static uint64_t clock_now(const struct posix_timer *timer)
{
	struct process_times times;
	struct thread *thread;
	uint64_t ns = 0;

	switch (timer->measures) {
	case MEASURES_MONOTONIC:
		return time_monotonic_ns();
	case MEASURES_REALTIME:
		return time_realtime_ns();
	case MEASURES_PROCESS:
		return process_cpu_ns(timer->process);
	case MEASURES_PROCESS_USER:
		process_get_times(timer->process, &times);
		return times.user_ns;
	case MEASURES_THREAD:
		thread = pid_thread_get(timer->target);
		if (thread) {
			ns = sched_thread_ns(thread);
			thread_put_deferred(thread);
		}
		return ns;
	}
	return 0;
}

/* When to look at the clock again, in monotonic time. */
static uint64_t next_look_ns(struct posix_timer *timer, uint64_t now_ns)
{
	uint64_t left_ns = timer->expires_ns > now_ns ? timer->expires_ns - now_ns : 0;
	unsigned int nr;

	if (timer->measures <= MEASURES_REALTIME)
		return time_monotonic_ns() + left_ns;
	nr = timer->measures == MEASURES_THREAD ? 1 : min(max(timer->process->nr_threads, 1u), cpu_online_count());
	timer->poll_ns = now_ns == timer->last_ns ? min(timer->poll_ns * 2, MAX_POLL_NS) : MIN_POLL_NS;
	timer->last_ns = now_ns;
	return time_monotonic_ns() + max(left_ns / nr, timer->poll_ns);
}

static bool signal_still_pending(struct posix_timer *timer)
{
	sigmask_t set = atomic_load_relaxed(&timer->process->signals.pending.set);
	struct thread *thread;

	if (timer->notify == SIGEV_THREAD_ID) {
		thread = pid_thread_get(timer->target);
		set = thread ? atomic_load_relaxed(&thread->signal->pending.set) : 0;
		if (thread)
			thread_put_deferred(thread);
	}
	return set & SIGMASK(timer->signo);
}

static void send(struct posix_timer *timer)
{
	siginfo_t info;
	struct thread *thread;

	if (timer->id < 0) {
		signal_send_process(timer->process, timer->signo, NULL);
		return;
	}
	memset(&info, 0, sizeof(info));
	info.si_signo = timer->signo;
	info.si_code = SI_TIMER;
	info.si_tid = timer->id;
	info.si_value = timer->value;
	if (timer->notify != SIGEV_THREAD_ID) {
		signal_send_process(timer->process, timer->signo, &info);
		return;
	}
	thread = pid_thread_get(timer->target);
	if (thread) {
		signal_send_thread(thread, timer->signo, &info);
		thread_put_deferred(thread);
	}
}

static void posix_timer_fired(struct timer *base)
{
	struct posix_timer *timer = container_of(base, struct posix_timer, timer);
	bool still_pending = timer->notify != SIGEV_NONE && signal_still_pending(timer), sends = false;
	unsigned long flags = spin_lock_irqsave(&timers_lock);
	uint64_t now_ns = clock_now(timer), nr = 1, look_ns;

	if (timer->is_armed && now_ns >= timer->expires_ns) {
		if (timer->interval_ns) {
			nr += (now_ns - timer->expires_ns) / timer->interval_ns;
			timer->expires_ns += nr * timer->interval_ns;
		} else {
			timer->is_armed = false;
		}
		sends = timer->notify != SIGEV_NONE && !(timer->is_pending && still_pending);
		timer->overrun = sends ? nr - 1 : timer->overrun + nr;
		timer->is_pending = true;
	}
	if (timer->is_armed) {
		look_ns = next_look_ns(timer, now_ns);
		/* Nobody takes the signals: no faster than that. */
		if (still_pending)
			look_ns = max(look_ns, time_monotonic_ns() + NSEC_PER_MSEC);
		timer_arm(&timer->timer, look_ns);
	}
	spin_unlock_irqrestore(&timers_lock, flags);
	if (sends)
		send(timer);
}

/* Real time was set: look at once. */
static bool posix_timer_clock_set(struct wait_entry *entry, unsigned int events)
{
	struct posix_timer *timer = container_of(entry, struct posix_timer, clock_set);
	unsigned long flags = spin_lock_irqsave(&timers_lock);

	if (timer->is_armed)
		timer_arm(&timer->timer, time_monotonic_ns());
	spin_unlock_irqrestore(&timers_lock, flags);
	return false;
}

static struct posix_timer *find_locked(struct process *process, int id)
{
	struct posix_timer *timer;

	list_for_each_entry(timer, &process->posix_timers, node)
		if (timer->id == id)
			return timer;
	return NULL;
}

static struct posix_timer *find(int id)
{
	unsigned long flags = spin_lock_irqsave(&timers_lock);
	struct posix_timer *timer = find_locked(current_process(), id);

	spin_unlock_irqrestore(&timers_lock, flags);
	return timer;
}

static void timer_taken(siginfo_t *info)
{
	unsigned long flags = spin_lock_irqsave(&timers_lock);
	struct posix_timer *timer = find_locked(current_process(), info->si_tid);

	if (timer) {
		timer->is_pending = false;
		timer->last_overrun = min(timer->overrun, (uint64_t)INT32_MAX);
		timer->overrun = 0;
		info->si_overrun = (int)timer->last_overrun;
	}
	spin_unlock_irqrestore(&timers_lock, flags);
}

static void destroy(struct posix_timer *timer)
{
	unsigned long flags;

	if (timer->measures == MEASURES_REALTIME)
		wait_remove(time_clock_set_wait(), &timer->clock_set);
	flags = spin_lock_irqsave(&timers_lock);
	timer->is_armed = false;
	timer->process->nr_timers -= timer->id >= 0;
	list_del(&timer->node);
	spin_unlock_irqrestore(&timers_lock, flags);
	timer_cancel(&timer->timer);
	if (timer->target)
		pid_put(timer->target);
	kfree(timer);
}

/* At exit all go, at exec those of timer_create(2). */
static void timers_exit(struct process *process)
{
	struct posix_timer *timer, *next;

	mutex_lock(&timers_mutex);
	list_for_each_entry_safe(timer, next, &process->posix_timers, node)
		if (timer->id >= 0 || process->group_exiting)
			destroy(timer);
	mutex_unlock(&timers_mutex);
}

static void add(struct posix_timer *timer)
{
	unsigned long flags;

	process_timers_exit = timers_exit;
	signal_timer_taken = timer_taken;
	timer->process = current_process();
	timer_init(&timer->timer, posix_timer_fired);
	if (timer->measures == MEASURES_REALTIME) {
		wait_entry_init_fn(&timer->clock_set, posix_timer_clock_set);
		wait_add(time_clock_set_wait(), &timer->clock_set);
	}
	flags = spin_lock_irqsave(&timers_lock);
	list_add_tail(&timer->node, &timer->process->posix_timers);
	spin_unlock_irqrestore(&timers_lock, flags);
}

/* What a clock number measures, of the own process alone; -EINVAL, -EOPNOTSUPP. */
static int decode_clock(clockid_t clock, struct posix_timer *timer)
{
	uint64_t unused;

	switch (clock_kind(clock)) {
	case CLOCK_KIND_NONE:
		return -EINVAL;
	case CLOCK_KIND_MONOTONIC:
		timer->measures = MEASURES_MONOTONIC;
		return clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE ? -EOPNOTSUPP : 0;
	case CLOCK_KIND_REALTIME:
		timer->measures = MEASURES_REALTIME;
		return clock == CLOCK_REALTIME_COARSE ? -EOPNOTSUPP : 0;
	case CLOCK_KIND_CPU:
		break;
	}
	if (clock == CLOCK_THREAD_CPUTIME_ID || (clock < 0 && clock & 4)) {
		struct thread *thread;

		if (clock_read(clock, &unused))
			return -EINVAL;
		thread = clock < 0 && ~(clock >> 3) ? thread_find_get(~(clock >> 3)) : thread_get(current);
		if (!thread)
			return -EINVAL;
		timer->measures = MEASURES_THREAD;
		if (!timer->target)
			timer->target = pid_get(thread->pid);
		thread_put(thread);
		return 0;
	}
	timer->measures = MEASURES_PROCESS;
	if (clock < 0 && ~(clock >> 3) && ~(clock >> 3) != current_process()->pid->nr)
		return -EINVAL;
	return 0;
}

int posix_timer_create(const struct posix_timer_request *request, int *id)
{
	struct posix_timer *timer = kzalloc(sizeof(*timer));
	struct process *process = current_process();
	int err = -EAGAIN;

	if (!timer)
		goto err_put;
	timer->notify = request->notify;
	timer->signo = request->signo;
	timer->value = request->value;
	timer->target = request->target;
	err = decode_clock(request->clock, timer);
	if (err)
		goto err_free;
	mutex_lock(&timers_mutex);
	if (process->nr_timers >= process_limit(RLIMIT_SIGPENDING)) {
		mutex_unlock(&timers_mutex);
		err = -EAGAIN;
		goto err_target;
	}
	process->nr_timers++;
	timer->id = process->next_timer_id;
	process->next_timer_id = (timer->id + 1) & INT32_MAX;
	if (!request->notify && !timer->value.sival_ptr && request->signo == 0) /* no sigevent given */
		timer->signo = SIGALRM, timer->value.sival_int = timer->id;
	*id = timer->id;
	add(timer);
	mutex_unlock(&timers_mutex);
	return 0;

err_target:
	if (timer->target && !request->target)
		pid_put(timer->target);
err_free:
	kfree(timer);
err_put:
	if (request->target)
		pid_put(request->target);
	return err;
}

int posix_timer_delete(int id)
{
	struct posix_timer *timer;

	mutex_lock(&timers_mutex);
	timer = id < 0 ? NULL : find(id);
	if (timer)
		destroy(timer);
	mutex_unlock(&timers_mutex);
	return timer ? 0 : -EINVAL;
}

static void read_setting(struct posix_timer *timer, struct timer_setting *setting)
{
	unsigned long flags = spin_lock_irqsave(&timers_lock);
	uint64_t now_ns = clock_now(timer);

	*setting = (struct timer_setting){ .interval_ns = timer->interval_ns };
	if (timer->is_armed)
		setting->value_ns = timer->expires_ns > now_ns ? timer->expires_ns - now_ns : 1;
	spin_unlock_irqrestore(&timers_lock, flags);
}

static void write_setting(struct posix_timer *timer, bool absolute, const struct timer_setting *setting)
{
	unsigned long flags = spin_lock_irqsave(&timers_lock);
	uint64_t now_ns = clock_now(timer);

	timer->interval_ns = setting->interval_ns;
	timer->overrun = 0;
	timer->is_armed = setting->value_ns != 0;
	if (timer->is_armed) {
		timer->expires_ns = absolute ? setting->value_ns : now_ns + setting->value_ns;
		timer->last_ns = now_ns;
		timer->poll_ns = MIN_POLL_NS / 2;
		timer_arm(&timer->timer, next_look_ns(timer, now_ns));
	}
	spin_unlock_irqrestore(&timers_lock, flags);
}

int posix_timer_set(int id, bool absolute, const struct timer_setting *setting, struct timer_setting *old)
{
	struct posix_timer *timer;

	mutex_lock(&timers_mutex);
	timer = find(id);
	if (timer) {
		if (old)
			read_setting(timer, old);
		write_setting(timer, absolute, setting);
	}
	mutex_unlock(&timers_mutex);
	return timer ? 0 : -EINVAL;
}

int posix_timer_get(int id, struct timer_setting *setting)
{
	struct posix_timer *timer;

	mutex_lock(&timers_mutex);
	timer = find(id);
	if (timer)
		read_setting(timer, setting);
	mutex_unlock(&timers_mutex);
	return timer ? 0 : -EINVAL;
}

int posix_timer_overrun(int id)
{
	struct posix_timer *timer;
	int overrun = -EINVAL;

	mutex_lock(&timers_mutex);
	timer = find(id);
	if (timer)
		overrun = (int)timer->last_overrun;
	mutex_unlock(&timers_mutex);
	return overrun;
}

/* --- setitimer --------------------------------------------------------------------------------------- */

static void itimer_real_fired(struct timer *base)
{
	struct process *process = container_of(base, struct process, itimer_real);
	unsigned long flags = spin_lock_irqsave(&timers_lock);
	uint64_t interval_ns = process->itimer_interval_ns, after_ns = time_monotonic_ns();

	/* Nobody takes the signals: no faster than that. */
	if (atomic_load_relaxed(&process->signals.pending.set) & SIGMASK(SIGALRM))
		after_ns += NSEC_PER_MSEC;
	if (interval_ns)
		timer_arm(base, base->expires_ns + ((after_ns - base->expires_ns) / interval_ns + 1) * interval_ns);
	spin_unlock_irqrestore(&timers_lock, flags);
	signal_send_process(process, SIGALRM, NULL);
}

static void read_real(struct process *process, struct timer_setting *setting)
{
	uint64_t now_ns = time_monotonic_ns(), expires_ns = process->itimer_real.expires_ns;

	*setting = (struct timer_setting){ .interval_ns = process->itimer_interval_ns };
	if (timer_armed(&process->itimer_real))
		setting->value_ns = expires_ns > now_ns ? expires_ns - now_ns : 1;
}

static void set_real(struct process *process, const struct timer_setting *setting)
{
	unsigned long flags;

	process->itimer_interval_ns = 0;
	timer_cancel(&process->itimer_real);
	flags = spin_lock_irqsave(&timers_lock);
	process->itimer_real.fn = itimer_real_fired;
	process->itimer_interval_ns = setting->interval_ns;
	if (setting->value_ns)
		timer_arm(&process->itimer_real, time_monotonic_ns() + setting->value_ns);
	spin_unlock_irqrestore(&timers_lock, flags);
}

/* ITIMER_VIRTUAL's and ITIMER_PROF's timer; NULL: no memory. */
static struct posix_timer *cpu_itimer(int which)
{
	struct posix_timer *timer = find(ITIMER_ID(which));

	if (timer)
		return timer;
	timer = kzalloc(sizeof(*timer));
	if (!timer)
		return NULL;
	timer->id = ITIMER_ID(which);
	timer->measures = which == ITIMER_VIRTUAL ? MEASURES_PROCESS_USER : MEASURES_PROCESS;
	timer->notify = SIGEV_SIGNAL;
	timer->signo = which == ITIMER_VIRTUAL ? SIGVTALRM : SIGPROF;
	add(timer);
	return timer;
}

int itimer_set(int which, const struct timer_setting *setting, struct timer_setting *old)
{
	struct posix_timer *timer;
	int err = 0;

	mutex_lock(&timers_mutex);
	if (which == ITIMER_REAL) {
		if (old)
			read_real(current_process(), old);
		set_real(current_process(), setting);
	} else {
		timer = cpu_itimer(which);
		if (timer) {
			if (old)
				read_setting(timer, old);
			write_setting(timer, false, setting);
		} else {
			err = -ENOMEM;
		}
	}
	mutex_unlock(&timers_mutex);
	return err;
}

int itimer_get(int which, struct timer_setting *setting)
{
	struct posix_timer *timer;

	mutex_lock(&timers_mutex);
	if (which == ITIMER_REAL) {
		read_real(current_process(), setting);
	} else {
		timer = find(ITIMER_ID(which));
		*setting = (struct timer_setting){ 0 };
		if (timer)
			read_setting(timer, setting);
	}
	mutex_unlock(&timers_mutex);
	return 0;
}
