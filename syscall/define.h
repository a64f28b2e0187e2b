/* SPDX-License-Identifier: MIT */
/*
 * How a system call is written:
 *
 *	SYSCALL_DEFINE(read, int, fd, void *, user_buf, size_t, count)
 *	{
 *		... decode, copy in, one call down, copy out ...
 *	}
 *
 * The macro makes a typed body and the uniform entry sys_read(const struct syscall_args *) that the table
 * holds: no function pointer is ever cast. A body returns >= 0 or -Exxx.
 */
#pragma once

#include <arch/syscall.h>
#include <kernel/errno.h>
#include <lib/compiler.h>
#include <lib/types.h>

/* The trap frame, seen only as where the arguments lie: each body loads just those that it has. */
struct syscall_args;
#define SYSCALL_ARG_(n) arch_syscall_arg((const struct trapframe *)args, n)

#define SYSCALL_P0_()
#define SYSCALL_P2_(t1, a1) t1 a1
#define SYSCALL_P4_(t1, a1, t2, a2) t1 a1, t2 a2
#define SYSCALL_P6_(t1, a1, t2, a2, t3, a3) t1 a1, t2 a2, t3 a3
#define SYSCALL_P8_(t1, a1, t2, a2, t3, a3, t4, a4) t1 a1, t2 a2, t3 a3, t4 a4
#define SYSCALL_P10_(t1, a1, t2, a2, t3, a3, t4, a4, t5, a5) t1 a1, t2 a2, t3 a3, t4 a4, t5 a5
#define SYSCALL_P12_(t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6) t1 a1, t2 a2, t3 a3, t4 a4, t5 a5, t6 a6
#define SYSCALL_C0_()
#define SYSCALL_C2_(t1, a1) (t1)SYSCALL_ARG_(0)
#define SYSCALL_C4_(t1, a1, t2, a2) SYSCALL_C2_(t1, a1), (t2)SYSCALL_ARG_(1)
#define SYSCALL_C6_(t1, a1, t2, a2, t3, a3) SYSCALL_C4_(t1, a1, t2, a2), (t3)SYSCALL_ARG_(2)
#define SYSCALL_C8_(t1, a1, t2, a2, t3, a3, t4, a4) SYSCALL_C6_(t1, a1, t2, a2, t3, a3), (t4)SYSCALL_ARG_(3)
#define SYSCALL_C10_(t1, a1, t2, a2, t3, a3, t4, a4, t5, a5)                                       \
	SYSCALL_C8_(t1, a1, t2, a2, t3, a3, t4, a4), (t5)SYSCALL_ARG_(4)
#define SYSCALL_C12_(t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6)                               \
	SYSCALL_C10_(t1, a1, t2, a2, t3, a3, t4, a4, t5, a5), (t6)SYSCALL_ARG_(5)
#define SYSCALL_COUNT_(dummy, n12, n11, n10, n9, n8, n7, n6, n5, n4, n3, n2, n1, n0, ...) n0
#define SYSCALL_NARGS_(...) SYSCALL_COUNT_(dummy __VA_OPT__(, ) __VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define SYSCALL_CAT__(a, b) a##b
#define SYSCALL_CAT_(a, b) SYSCALL_CAT__(a, b)
#define SYSCALL_APPLY_(form, ...) SYSCALL_CAT_(form, SYSCALL_CAT_(SYSCALL_NARGS_(__VA_ARGS__), _))(__VA_ARGS__)

#define SYSCALL_DEFINE(name, ...)                                                                  \
	static __always_inline long body_##name(SYSCALL_APPLY_(SYSCALL_P, __VA_ARGS__));           \
	long sys_##name(const struct syscall_args *args);                                          \
	long sys_##name(const struct syscall_args *args __maybe_unused)                            \
	{                                                                                          \
		return body_##name(SYSCALL_APPLY_(SYSCALL_C, __VA_ARGS__));                        \
	}                                                                                          \
	static __always_inline long body_##name(SYSCALL_APPLY_(SYSCALL_P, __VA_ARGS__))
