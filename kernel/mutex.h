/* SPDX-License-Identifier: MIT */
/* Sleeping lock, and its reader-writer form. Thread context only. Not recursive. */
#pragma once

#include <kernel/wait.h>
#include <lib/compiler.h>

struct CAPABILITY("mutex") mutex {
	struct thread *owner; /* atomic; NULL: free */
	struct wait_queue waiters;
};

#define MUTEX_INIT(name) { NULL, WAIT_QUEUE_INIT((name).waiters) }

void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex) ACQUIRES(*mutex);
/* 0 or -ERESTARTSYS when a signal came first. */
__must_check int mutex_lock_interruptible(struct mutex *mutex) TRY_ACQUIRES(0, *mutex);
bool mutex_trylock(struct mutex *mutex) TRY_ACQUIRES(true, *mutex);
void mutex_unlock(struct mutex *mutex) RELEASES(*mutex);
static inline bool mutex_is_mine(const struct mutex *mutex)
{
	return __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) == arch_current();
}

/* Many readers or one writer; writers are preferred once they wait. */
struct CAPABILITY("rwsem") rwsem {
	struct spinlock lock;

	/* Guarded by lock. */
	int readers; /* -1: a writer holds it */
	unsigned int writers_waiting;

	struct wait_queue waiters;
};

#define RWSEM_INIT(name) { SPINLOCK_INIT, 0, 0, WAIT_QUEUE_INIT((name).waiters) }

void rwsem_init(struct rwsem *sem);
void rwsem_read_lock(struct rwsem *sem) ACQUIRES_SHARED(*sem);
bool rwsem_read_trylock(struct rwsem *sem) TRY_ACQUIRES_SHARED(true, *sem);
void rwsem_read_unlock(struct rwsem *sem) RELEASES_SHARED(*sem);
void rwsem_write_lock(struct rwsem *sem) ACQUIRES(*sem);
void rwsem_write_unlock(struct rwsem *sem) RELEASES(*sem);
