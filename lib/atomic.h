/* SPDX-License-Identifier: MIT */
/*
 * Atomic operations on plain integers and pointers: thin names over the compiler's builtins.
 * Read-modify-write operations order everything (sequentially consistent) unless the name says
 * _relaxed; loads acquire and stores release. Any context.
 */
#pragma once

#include <lib/compiler.h>

#define atomic_load(p)			__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define atomic_load_relaxed(p)		__atomic_load_n(p, __ATOMIC_RELAXED)
#define atomic_store(p, v)		__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define atomic_store_relaxed(p, v)	__atomic_store_n(p, v, __ATOMIC_RELAXED)

/* Orders this store before every later load: the "set flag, then look" of sleep and wake-up. */
#define atomic_store_seq(p, v) \
	do { \
		__atomic_store_n(p, v, __ATOMIC_RELEASE); \
		__atomic_thread_fence(__ATOMIC_SEQ_CST); \
	} while (0)
#define atomic_fence()			__atomic_thread_fence(__ATOMIC_SEQ_CST)

#define atomic_inc(p)			((void)__atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST))
#define atomic_dec(p)			((void)__atomic_fetch_sub(p, 1, __ATOMIC_SEQ_CST))
#define atomic_add(p, v)		((void)__atomic_fetch_add(p, v, __ATOMIC_SEQ_CST))
#define atomic_sub(p, v)		((void)__atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST))

/* These return the value before ... */
#define atomic_fetch_add(p, v)		__atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_sub(p, v)		__atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_or(p, v)		__atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_and(p, v)		__atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_add_relaxed(p, v)	__atomic_fetch_add(p, v, __ATOMIC_RELAXED)
#define atomic_exchange(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)

/* ... and these the value after. */
#define atomic_add_return(p, v)		__atomic_add_fetch(p, v, __ATOMIC_SEQ_CST)
#define atomic_sub_return(p, v)		__atomic_sub_fetch(p, v, __ATOMIC_SEQ_CST)

/* If *p == *expected, stores v and returns true; else stores *p into *expected, returns false. */
#define atomic_try_cmpxchg(p, expected, v) \
	__atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE)

/* Returns what was there; it was replaced by v if that equals old. */
#define atomic_cmpxchg(p, old, v) \
	({ __typeof__(*(p)) _old = (old); (void)atomic_try_cmpxchg(p, &_old, v); _old; })

static inline void atomic_set_bit(size_t n, unsigned long *map)
{
	atomic_fetch_or(&map[n / 64], 1UL << (n % 64));
}

static inline void atomic_clear_bit(size_t n, unsigned long *map)
{
	atomic_fetch_and(&map[n / 64], ~(1UL << (n % 64)));
}

static inline bool atomic_test_and_set_bit(size_t n, unsigned long *map)
{
	return atomic_fetch_or(&map[n / 64], 1UL << (n % 64)) >> (n % 64) & 1;
}

static inline bool atomic_test_and_clear_bit(size_t n, unsigned long *map)
{
	return atomic_fetch_and(&map[n / 64], ~(1UL << (n % 64))) >> (n % 64) & 1;
}

static inline bool atomic_test_bit(size_t n, const unsigned long *map)
{
	return atomic_load(&map[n / 64]) >> (n % 64) & 1;
}

/* A count of references; the object dies when it reaches 0. */
struct refcount {
	unsigned int count;
};

#define REFCOUNT_INIT(n)	{ (n) }

static inline void refcount_set(struct refcount *ref, unsigned int n)
{
	atomic_store_relaxed(&ref->count, n);
}

static inline unsigned int refcount_read(const struct refcount *ref)
{
	return atomic_load_relaxed(&ref->count);
}

/* The caller holds a reference already. */
static inline void refcount_inc(struct refcount *ref)
{
	atomic_fetch_add_relaxed(&ref->count, 1);
}

/* True when this was the last one: the caller frees the object. */
static inline bool __must_check refcount_dec_and_test(struct refcount *ref)
{
	return atomic_sub_return(&ref->count, 1) == 0;
}

/* For lookups that race with the last put: false when the object is already dying. */
static inline bool __must_check refcount_inc_not_zero(struct refcount *ref)
{
	unsigned int old = atomic_load_relaxed(&ref->count);

	while (old)
		if (atomic_try_cmpxchg(&ref->count, &old, old + 1))
			return true;
	return false;
}
