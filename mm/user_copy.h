/* SPDX-License-Identifier: MIT */
/*
 * The one way kernel code touches a program's memory: range check, then the port's copy functions.
 * May sleep (faults). A pointer from a system call is `void *` typed as user memory by name only: such
 * parameters are called user_* or uptr.
 */
#pragma once

#include <arch/layout.h>
#include <arch/uaccess.h>
#include <kernel/errno.h>
#include <lib/compiler.h>
#include <lib/types.h>

static inline bool user_range_ok(const void *user_ptr, size_t size)
{
	uintptr_t start = (uintptr_t)user_ptr;

	return size <= USER_VA_END && start <= USER_VA_END - size;
}

/* 0 or -EFAULT. */
__must_check static inline int copy_from_user(void *to, const void *user_from, size_t size)
{
	if (!user_range_ok(user_from, size) || arch_copy_from_user(to, user_from, size))
		return -EFAULT;
	return 0;
}

__must_check static inline int copy_to_user(void *user_to, const void *from, size_t size)
{
	if (!user_range_ok(user_to, size) || arch_copy_to_user(user_to, from, size))
		return -EFAULT;
	return 0;
}

__must_check static inline int clear_user(void *user_to, size_t size)
{
	if (!user_range_ok(user_to, size) || arch_clear_user(user_to, size))
		return -EFAULT;
	return 0;
}

/* Length without NUL; -ENAMETOOLONG if size bytes hold no NUL; -EFAULT. */
__must_check long strncpy_from_user(char *to, const char *user_from, size_t size);

/* A NUL-terminated user string in kmalloc memory, at most max bytes with NUL: 0, -ENOMEM, -E2BIG, -EFAULT. */
__must_check int strdup_user(const char *user_from, size_t max, char **out);

/* A struct whose size the caller says, as newer calls have it (clone3, sched_setattr, openat2): man 2 openat2,
 * "Extensibility". -E2BIG if unknown bytes are not zero, -EFAULT. */
__must_check int copy_struct_from_user(void *to, size_t size, const void *user_from, size_t user_size);

/* Typed single values: put_user(value, user_ptr), get_user(&kernel_var, user_ptr). 0 or -EFAULT. */
#define put_user(value, user_ptr)                                                                  \
	({                                                                                         \
		typeof(*(user_ptr)) value_ = (value);                                              \
		copy_to_user((void *)(user_ptr), &value_, sizeof(value_));                         \
	})
#define get_user(to, user_ptr) copy_from_user((to), (user_ptr), sizeof(*(to)))
