// SPDX-License-Identifier: MIT
/* Locks, wait queues, threads, stealing and cross-CPU calls, on as many CPUs as there are. */
#include <kernel/cpu.h>
#include <kernel/mutex.h>
#include <kernel/sched.h>
#include <kernel/selftest.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <kernel/wait.h>
#include <lib/atomic.h>
#include <lib/string.h>

#define NR_WORKERS 6
#define NR_ROUNDS 500
#define NR_BALLS 50 /* slow where CPUs are threads of a busy host */
#define NR_CALLS 5
#define TIMEOUT_NS (20 * NSEC_PER_SEC) /* an emulator on a busy host gives a CPU no time for seconds */

static struct wait_queue done_wait = WAIT_QUEUE_INIT(done_wait);
static unsigned int nr_done; /* atomic */

static void worker_done(void)
{
	atomic_inc(&nr_done);
	wake_up_all(&done_wait);
}

/* Starts nr workers and waits for their end. */
static bool run_workers(void (*fn)(void *), void *arg, unsigned int nr)
{
	atomic_store(&nr_done, 0);
	for (unsigned int i = 0; i < nr; i++)
		if (kthread_run("selftest", fn, arg))
			return false;
	return wait_event_until(&done_wait, atomic_load(&nr_done) == nr, time_monotonic_ns() + TIMEOUT_NS) == 0;
}

static struct spinlock count_lock = SPINLOCK_INIT;
static struct mutex count_mutex = MUTEX_INIT(count_mutex);
static struct rwsem count_sem = RWSEM_INIT(count_sem);
static volatile unsigned int count_spin, count_sleep, count_read_write; /* guarded by those; not atomic on purpose */

static void locks_worker(void *arg)
{
	for (int i = 0; i < NR_ROUNDS; i++) {
		unsigned long flags = spin_lock_irqsave(&count_lock);

		count_spin = count_spin + 1;
		spin_unlock_irqrestore(&count_lock, flags);

		mutex_lock(&count_mutex);
		count_sleep = count_sleep + 1;
		if (i % 50 == 0)
			sched_yield_current();
		mutex_unlock(&count_mutex);

		rwsem_read_lock(&count_sem);
		rwsem_read_unlock(&count_sem);
		rwsem_write_lock(&count_sem);
		count_read_write = count_read_write + 1;
		rwsem_write_unlock(&count_sem);
	}
	worker_done();
}

SELFTEST(locks)
{
	count_spin = count_sleep = count_read_write = 0;
	CHECK(run_workers(locks_worker, NULL, NR_WORKERS));
	CHECK(count_spin == NR_WORKERS * NR_ROUNDS);
	CHECK(count_sleep == NR_WORKERS * NR_ROUNDS);
	CHECK(count_read_write == NR_WORKERS * NR_ROUNDS);
	CHECK(mutex_trylock(&count_mutex));
	CHECK(!mutex_trylock(&count_mutex));
	mutex_unlock(&count_mutex);
	return 0;
}

/* Two threads hand a ball over; every lost wake-up is a timeout. */
static struct wait_queue ball_wait = WAIT_QUEUE_INIT(ball_wait);
static unsigned int ball; /* atomic */

static void ping_worker(void *arg)
{
	unsigned int me = (unsigned int)(uintptr_t)arg;

	for (unsigned int i = 0; i < NR_BALLS; i++) {
		wait_event(&ball_wait, atomic_load(&ball) == i * 2 + me);
		atomic_inc(&ball);
		wake_up_all(&ball_wait);
	}
	worker_done();
}

SELFTEST(wait_queues)
{
	uint64_t now_ns = time_monotonic_ns();
	struct wait_queue nothing = WAIT_QUEUE_INIT(nothing);

	atomic_store(&ball, 0);
	atomic_store(&nr_done, 0);
	CHECK(!kthread_run("selftest", ping_worker, (void *)0UL));
	CHECK(!kthread_run("selftest", ping_worker, (void *)1UL));
	CHECK(!wait_event_until(&done_wait, atomic_load(&nr_done) == 2, now_ns + TIMEOUT_NS));
	CHECK(ball == 2 * NR_BALLS);

	now_ns = time_monotonic_ns();
	CHECK(wait_event_until(&nothing, false, now_ns + 2 * NSEC_PER_MSEC) == -ETIMEDOUT);
	CHECK(time_monotonic_ns() - now_ns >= 2 * NSEC_PER_MSEC);
	return 0;
}

static struct cpumask seen;

static bool all_seen(void)
{
	for (unsigned int id = 0; id < cpu_online_count(); id++)
		if (!cpumask_test(&seen, id))
			return false;
	return true;
}

static void spread_worker(void *arg)
{
	uint64_t start_ns = time_monotonic_ns(), ran_ns;

	/* As long as it takes, but a while at least, for the others to be moved. */
	do {
		cpumask_set(&seen, arch_this_cpu()->id);
		sched_yield_point();
		ran_ns = time_monotonic_ns() - start_ns;
	} while (ran_ns < 10 * NSEC_PER_MSEC || (ran_ns < TIMEOUT_NS / 4 && !all_seen()));
	worker_done();
}

SELFTEST(spreading)
{
	memset(&seen, 0, sizeof(seen));
	CHECK(run_workers(spread_worker, NULL, cpu_online_count() * 2));
	CHECK(all_seen());
	return 0;
}

static void pinned_worker(void *arg)
{
	struct cpumask mask;
	unsigned int target = *(unsigned int *)arg;

	memset(&mask, 0, sizeof(mask));
	cpumask_set(&mask, target);
	for (int i = 0; i < 20; i++) {
		if (sched_set_affinity(current, &mask) || arch_this_cpu()->id != target)
			atomic_inc((unsigned int *)arg + 1);
		sched_yield_current();
		if (arch_this_cpu()->id != target)
			atomic_inc((unsigned int *)arg + 1);
	}
	worker_done();
}

SELFTEST(affinity)
{
	unsigned int target_and_errors[2] = { cpu_online_count() - 1, 0 };

	CHECK(run_workers(pinned_worker, target_and_errors, NR_WORKERS));
	CHECK(target_and_errors[1] == 0);
	return 0;
}

static void count_call(void *arg)
{
	atomic_inc((unsigned int *)arg);
}

static void call_worker(void *arg)
{
	for (int i = 0; i < NR_CALLS; i++)
		smp_call(cpu_online_mask(), count_call, arg);
	worker_done();
}

SELFTEST(smp_call)
{
	unsigned int calls = 0;

	smp_call(cpu_online_mask(), count_call, &calls);
	CHECK(calls == cpu_online_count() - 1);
	calls = 0;
	CHECK(run_workers(call_worker, &calls, NR_WORKERS));
	CHECK(calls == NR_WORKERS * NR_CALLS * (cpu_online_count() - 1));
	return 0;
}

static void exit_worker(void *arg)
{
	worker_done();
}

SELFTEST(threads)
{
	for (int i = 0; i < 20; i++)
		CHECK(run_workers(exit_worker, NULL, 20));
	return 0;
}

/* A real-time thread runs before others of its CPU and is not sliced. */
static void rt_worker(void *arg)
{
	struct cpumask mask;
	unsigned int *order = arg;

	memset(&mask, 0, sizeof(mask));
	cpumask_set(&mask, 0);
	(void)sched_set_affinity(current, &mask);
	(void)sched_set_policy(current, 1 /* SCHED_FIFO */, 10, 0);
	for (int i = 0; i < 10; i++) {
		sched_yield_current();
		atomic_inc(order);
	}
	(void)sched_set_policy(current, 0, 0, 0);
	worker_done();
}

SELFTEST(real_time)
{
	unsigned int steps = 0;

	CHECK(run_workers(rt_worker, &steps, 3));
	CHECK(steps == 30);
	CHECK(sched_set_policy(current, 1, 0, 0) == -EINVAL);
	CHECK(sched_set_policy(current, 77, 0, 0) == -EINVAL);
	return 0;
}
