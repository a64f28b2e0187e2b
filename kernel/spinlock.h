/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks (ticket). Nothing sleeps while holding one. A lock that an interrupt handler also takes
 * is taken with _irqsave everywhere else. With one CPU they cost a few instructions.
 *
 * Every lock class has a rank (docs/locking.md): locks are taken in rising rank.
 */
#pragma once

#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct CAPABILITY("spinlock") spinlock {
	uint16_t next;	/* atomic: ticket given to the next taker */
	uint16_t owner; /* atomic: ticket now served */
};

#define SPINLOCK_INIT { 0, 0 }

static inline void spin_lock_init(struct spinlock *lock)
{
	lock->next = lock->owner = 0;
}

static inline void spin_lock(struct spinlock *lock) ACQUIRES(*lock) NO_THREAD_SAFETY_CHECK
{
	uint16_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		arch_cpu_relax();
}

static inline bool spin_trylock(struct spinlock *lock) TRY_ACQUIRES(true, *lock) NO_THREAD_SAFETY_CHECK
{
	uint16_t owner = __atomic_load_n(&lock->owner, __ATOMIC_RELAXED);
	uint16_t expected = owner;

	return __atomic_compare_exchange_n(&lock->next, &expected, (uint16_t)(owner + 1), false,
		__ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void spin_unlock(struct spinlock *lock) RELEASES(*lock) NO_THREAD_SAFETY_CHECK
{
	__atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1), __ATOMIC_RELEASE);
}

static inline bool spin_is_locked(struct spinlock *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) !=
	       __atomic_load_n(&lock->next, __ATOMIC_RELAXED);
}

static inline unsigned long spin_lock_irqsave(struct spinlock *lock) ACQUIRES(*lock) NO_THREAD_SAFETY_CHECK
{
	unsigned long flags = arch_irq_save();

	spin_lock(lock);
	return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *lock, unsigned long flags) RELEASES(*lock) NO_THREAD_SAFETY_CHECK
{
	spin_unlock(lock);
	arch_irq_restore(flags);
}
