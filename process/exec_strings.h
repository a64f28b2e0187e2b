/* SPDX-License-Identifier: MIT */
/*
 * The argument and environment strings of a new program, one after the other with their NULs, in kernel memory:
 * they have to outlive the old program's memory.
 */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct exec_strings {
	char *buf;
	size_t len, capacity; /* bytes */
	unsigned int count;
	size_t limit; /* bytes; -E2BIG beyond: RLIMIT_STACK / 4, at most 6 MiB, at least 128 KiB, for both lists */
};

void exec_strings_init(struct exec_strings *strings, size_t limit);
void exec_strings_free(struct exec_strings *strings);

/* Copies a user array of string pointers; user_array NULL: no strings. 0, -EFAULT, -E2BIG, -ENOMEM. May sleep. */
__must_check int exec_strings_from_user(struct exec_strings *strings, const char *const *user_array);

/* From kernel memory; NULL-terminated array. */
__must_check int exec_strings_from_kernel(struct exec_strings *strings, char *const array[]);
__must_check int exec_strings_append(struct exec_strings *strings, const char *text);

/* Replaces the first string by others in front (scripts). */
__must_check int exec_strings_replace_first(struct exec_strings *strings, const char *const *texts, unsigned int nr);

/* What the current thread may pass. */
size_t exec_strings_limit(void);
