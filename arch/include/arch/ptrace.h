/* SPDX-License-Identifier: MIT */
/* Arch contract: register sets for ptrace (man 2 ptrace, PTRACE_GETREGSET, asm/ptrace.h). */
#pragma once

#include <lib/types.h>

struct thread;

/* port/syscall.h: ARCH_AUDIT is the port's AUDIT_ARCH_* (linux/audit.h), for PTRACE_GET_SYSCALL_INFO. */

/* Copies regset type (NT_PRSTATUS, NT_PRFPREG, NT_X86_XSTATE ...) of a stopped thread to or from a
 * kernel buffer. get returns the set's size (may be larger than size: only size bytes written);
 * set returns 0. -EINVAL: no such set. */
ssize_t arch_regset_get(struct thread *thread, unsigned int type, void *buf, size_t size);
int arch_regset_set(struct thread *thread, unsigned int type, const void *buf, size_t size);

/* PTRACE_* requests only this port has (x86: GETREGS, SETREGS, ARCH_PRCTL, PEEKUSER ...); -EIO: unknown. */
long arch_ptrace(struct thread *thread, long request, unsigned long addr, unsigned long data);

/* Hardware single step on or off; -EIO where the port has none. */
int arch_single_step(struct thread *thread, bool on);
