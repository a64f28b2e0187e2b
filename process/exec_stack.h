/* SPDX-License-Identifier: MIT */
/* Inside process/: the first stack of a program: strings, argv, envp and the auxiliary vector (man 3 getauxval). */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct exec_strings;

struct exec_stack {
	const struct exec_strings *argv, *envp;
	const char *name; /* AT_EXECFN */
	bool is_executable, is_secure, is_random;
	vaddr_t phdr, entry, interpreter_base;
	unsigned int nr_phdrs;
	vaddr_t sp; /* out */
};

extern unsigned int exec_randomize_va_space; /* /proc/sys/kernel/randomize_va_space */

/* Maps the stack and the vDSO into the current thread's memory and fills the stack. 0 or -errno. May sleep. */
__must_check int exec_stack_build(struct exec_stack *stack);
