/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks. Nothing sleeps while holding one. A lock that an interrupt handler also takes is taken with
 * _irqsave everywhere else. With one CPU they cost a few instructions.
 *
 * Whoever runs takes a free lock. In order of arrival, CPUs of a hypervisor that has fewer would wait for
 * each one in turn to be given time.
 *
 * Every lock class has a rank (docs/locking.md): locks are taken in rising rank.
 */
#pragma once

#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct CAPABILITY("spinlock") spinlock {
	uint32_t is_locked; /* atomic */
};

#define SPINLOCK_INIT { 0 }

static inline void spin_lock_init(struct spinlock *lock)
{
	lock->is_locked = 0;
}

static inline bool spin_is_locked(struct spinlock *lock)
{
	return __atomic_load_n(&lock->is_locked, __ATOMIC_RELAXED);
}

static inline bool spin_trylock(struct spinlock *lock) TRY_ACQUIRES(true, *lock) NO_THREAD_SAFETY_CHECK
{
	return !__atomic_exchange_n(&lock->is_locked, 1, __ATOMIC_ACQUIRE);
}

static inline void spin_lock(struct spinlock *lock) ACQUIRES(*lock) NO_THREAD_SAFETY_CHECK
{
	while (unlikely(!spin_trylock(lock)))
		while (spin_is_locked(lock))
			arch_cpu_relax();
}

static inline void spin_unlock(struct spinlock *lock) RELEASES(*lock) NO_THREAD_SAFETY_CHECK
{
	__atomic_store_n(&lock->is_locked, 0, __ATOMIC_RELEASE);
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
