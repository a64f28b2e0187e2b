/* SPDX-License-Identifier: MIT */
/* execve(2): ELF64 (static, PIE, with interpreter) and #! scripts. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct path;
struct vm_space;

/* Strings of a new program, already copied into kernel memory (kmalloc'ed pages, bounded by RLIMIT_STACK / 4). */
struct exec_request {
	const struct path *base; /* execveat; NULL: cwd */
	const char *name;
	const char *shown_name; /* NULL: name; what the program is told (AT_EXECFN) */
	unsigned int lookup_flags;
	struct exec_strings *argv, *envp; /* process/exec_strings.h */
};

/* On success the current thread returns to user mode in the new program; else -errno and nothing changed
 * (after the point of no return: and the process ends on its way back to user mode). */
__must_check int process_exec(const struct exec_request *request);

/* For the first program: kernel strings. */
__must_check int process_exec_kernel(const char *name, char *const argv[], char *const envp[]);

/* fork: the copy runs the same file, which stays denied to writers. */
void exec_share_exe(struct vm_space *to, const struct vm_space *from);
