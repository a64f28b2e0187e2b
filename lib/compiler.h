/* SPDX-License-Identifier: MIT */
/*
 * What the compiler offers, by short names: attributes, branch hints, size and alignment
 * arithmetic, and clang's thread-safety annotations (checked by -Wthread-safety).
 */
#pragma once

#include <lib/types.h>


#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)

#undef __always_inline		/* <linux/stddef.h> has a weaker one */
#define __always_inline		inline __attribute__((always_inline))
#undef noinline
#define noinline		__attribute__((noinline))
#define __must_check		__attribute__((warn_unused_result))
#define __noreturn		__attribute__((noreturn))
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))
#define __cold			__attribute__((cold))
#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))
#define __section(name)		__attribute__((section(name)))
#define __weak			__attribute__((weak))
#define __maybe_unused		__attribute__((unused))
#define __exported		__attribute__((visibility("default")))
#ifndef __used
#define __used			__attribute__((used))
#endif

/* Stops the compiler (not the CPU) from moving memory accesses across it. */
#define compiler_barrier()	__asm__ volatile("" ::: "memory")
#define unreachable()		__builtin_unreachable()

/* One access, not torn, merged or repeated by the compiler; orders nothing. Scalars only. */
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#define BUILD_BUG_ON(cond)	static_assert(!(cond), #cond)

#define __stringify_1(x)	#x
#define __stringify(x)		__stringify_1(x)
#define __concat_1(a, b)	a##b
#define __concat_(a, b)	__concat_1(a, b)
#define __unique_name(prefix)	__concat_(prefix, __COUNTER__)

#ifndef offsetofend
#define offsetofend(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
#endif
#define sizeof_field(type, member) sizeof(((type *)0)->member)

/* The object of `type` whose `member` is at ptr. ptr must not be NULL. */
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

/* Arguments are evaluated once. The second argument takes the first one's type in the _t forms. */
#define min(a, b)		({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b)		({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define clamp(x, lo, hi)	min(max(x, lo), hi)
#define swap(a, b)		do { __typeof__(a) _t = (a); (a) = (b); (b) = _t; } while (0)

/* n is a power of two; the result has x's type. ALIGN_UP wraps to 0 at the top of the type. */
#define ALIGN_DOWN(x, n)	((x) & ~((__typeof__(x))(n) - 1))
#define ALIGN_UP(x, n)		ALIGN_DOWN((x) + ((__typeof__(x))(n) - 1), n)
#define IS_ALIGNED(x, n)	(((x) & ((__typeof__(x))(n) - 1)) == 0)
#define PTR_ALIGN_UP(p, n)	((__typeof__(p))ALIGN_UP((uintptr_t)(p), n))
#define DIV_ROUND_UP(x, n)	(((x) + (n) - 1) / (n))
#define is_power_of_2(x)	((x) != 0 && ((x) & ((x) - 1)) == 0)

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
/* Bits hi..lo set, both included. */
#define GENMASK(hi, lo)		((~0UL << (lo)) & (~0UL >> (63 - (hi))))

/* Position of the lowest and highest set bit; x must not be 0. */
#define ffs64(x)		((unsigned int)__builtin_ctzll(x))
#define fls64(x)		(63u - (unsigned int)__builtin_clzll(x))
#define ilog2(x)		fls64(x)
#define popcount64(x)		((unsigned int)__builtin_popcountll(x))

/* True when the sum, difference or product does not fit; *res then holds the wrapped value. */
#define add_overflows(a, b, res) __builtin_add_overflow(a, b, res)
#define sub_overflows(a, b, res) __builtin_sub_overflow(a, b, res)
#define mul_overflows(a, b, res) __builtin_mul_overflow(a, b, res)

/*
 * Thread safety. CAPABILITY marks a lock type; the others go after a function's parameter list:
 * void f(struct inode *inode) MUST_HOLD(inode->lock);
 */
#ifdef __clang__
#define __tsa(x)		__attribute__((x))
#else
#define __tsa(x)
#endif
#define CAPABILITY(name)	__tsa(capability(name))
#define ACQUIRES(...)		__tsa(acquire_capability(__VA_ARGS__))
#define ACQUIRES_SHARED(...)	__tsa(acquire_shared_capability(__VA_ARGS__))
#define TRY_ACQUIRES(...)	__tsa(try_acquire_capability(__VA_ARGS__))
#define TRY_ACQUIRES_SHARED(...) __tsa(try_acquire_shared_capability(__VA_ARGS__))
#define RELEASES(...)		__tsa(release_capability(__VA_ARGS__))
#define RELEASES_SHARED(...)	__tsa(release_shared_capability(__VA_ARGS__))
#define MUST_HOLD(...)		__tsa(requires_capability(__VA_ARGS__))
#define MUST_HOLD_SHARED(...)	__tsa(requires_shared_capability(__VA_ARGS__))
#define MUST_NOT_HOLD(...)	__tsa(locks_excluded(__VA_ARGS__))
#define ASSERTS_HELD(...)	__tsa(assert_capability(__VA_ARGS__))
#define GUARDED_BY(x)		__tsa(guarded_by(x))
#define NO_THREAD_SAFETY_CHECK	__tsa(no_thread_safety_analysis)
