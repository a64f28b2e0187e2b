/* SPDX-License-Identifier: MIT */
/* arch_prctl(2), for the system-call layer and ptrace. */
#pragma once

#include <lib/types.h>

struct thread;

/* thread is the current one, or stopped. addr is a user pointer for ARCH_GET_*. 0, -EPERM, -EINVAL, -EFAULT. */
long x86_arch_prctl(struct thread *thread, int code, unsigned long addr);

/* Copies the user FS and GS bases of the current thread from the CPU to its record. Interrupts off. */
void x86_save_user_bases(struct thread *thread);
