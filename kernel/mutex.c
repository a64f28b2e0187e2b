// SPDX-License-Identifier: MIT
/* Sleeping locks. The free case is one atomic operation; waiters are woken one at a time, and take the lock then. */
#include <kernel/mutex.h>

#include <kernel/panic.h>
#include <lib/atomic.h>

void mutex_init(struct mutex *mutex)
{
	mutex->owner = NULL;
	wait_queue_init(&mutex->waiters);
}

bool mutex_trylock(struct mutex *mutex) NO_THREAD_SAFETY_CHECK
{
	struct thread *expected = NULL;

	return __atomic_compare_exchange_n(&mutex->owner, &expected, current, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static noinline void mutex_lock_slow(struct mutex *mutex)
{
	ASSERT(!mutex_is_mine(mutex));
	(void)wait_event_common(&mutex->waiters, mutex_trylock(mutex), THREAD_UNINTERRUPTIBLE, true, UINT64_MAX);
}

void mutex_lock(struct mutex *mutex) NO_THREAD_SAFETY_CHECK
{
	if (unlikely(!mutex_trylock(mutex)))
		mutex_lock_slow(mutex);
}

int mutex_lock_interruptible(struct mutex *mutex) NO_THREAD_SAFETY_CHECK
{
	int err;

	if (likely(mutex_trylock(mutex)))
		return 0;
	err = wait_event_interruptible_exclusive(&mutex->waiters, mutex_trylock(mutex));
	/* A wake-up meant for this thread may have come together with the signal. */
	if (err)
		wake_up_one(&mutex->waiters);
	return err;
}

void mutex_unlock(struct mutex *mutex) NO_THREAD_SAFETY_CHECK
{
	/* Free before the look at the list: who queues itself tries again after. */
	atomic_store_seq(&mutex->owner, NULL);
	if (unlikely(wait_queue_active(&mutex->waiters)))
		wake_up_one(&mutex->waiters);
}

void rwsem_init(struct rwsem *sem)
{
	spin_lock_init(&sem->lock);
	sem->readers = 0;
	sem->writers_waiting = 0;
	wait_queue_init(&sem->waiters);
}

bool rwsem_read_trylock(struct rwsem *sem) NO_THREAD_SAFETY_CHECK
{
	bool ok;

	spin_lock(&sem->lock);
	ok = sem->readers >= 0 && !sem->writers_waiting;
	if (ok)
		sem->readers++;
	spin_unlock(&sem->lock);
	return ok;
}

void rwsem_read_lock(struct rwsem *sem) NO_THREAD_SAFETY_CHECK
{
	if (unlikely(!rwsem_read_trylock(sem)))
		wait_event(&sem->waiters, rwsem_read_trylock(sem));
}

void rwsem_read_unlock(struct rwsem *sem) NO_THREAD_SAFETY_CHECK
{
	bool wake;

	spin_lock(&sem->lock);
	wake = --sem->readers == 0 && sem->writers_waiting;
	spin_unlock(&sem->lock);
	if (unlikely(wake))
		wake_up_one(&sem->waiters);
}

static bool write_trylock(struct rwsem *sem, unsigned int was_waiting)
{
	bool ok;

	spin_lock(&sem->lock);
	ok = sem->readers == 0;
	if (ok) {
		sem->readers = -1;
		sem->writers_waiting -= was_waiting;
	}
	spin_unlock(&sem->lock);
	return ok;
}

void rwsem_write_lock(struct rwsem *sem) NO_THREAD_SAFETY_CHECK
{
	if (likely(write_trylock(sem, 0)))
		return;
	spin_lock(&sem->lock);
	sem->writers_waiting++;
	spin_unlock(&sem->lock);
	(void)wait_event_common(&sem->waiters, write_trylock(sem, 1), THREAD_UNINTERRUPTIBLE, true, UINT64_MAX);
}

void rwsem_write_unlock(struct rwsem *sem) NO_THREAD_SAFETY_CHECK
{
	spin_lock(&sem->lock);
	sem->readers = 0;
	spin_unlock(&sem->lock);
	if (unlikely(wait_queue_active(&sem->waiters)))
		wake_up_one(&sem->waiters);
}
