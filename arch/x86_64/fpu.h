/* SPDX-License-Identifier: MIT */
/* A thread's FPU state as bytes, for signal frames and ptrace. */
#pragma once

#include <asm/sigcontext.h>
#include <lib/types.h>

struct thread;

/* The current state of the running or a stopped thread: x86_features.fpu_bytes in FXSAVE or standard XSAVE format,
 * each part filled in. Valid until the thread runs on. Any context. */
void *x86_fpu_image(struct thread *thread);

/*
 * Makes image the thread's state. size is 512 (FXSAVE part only: the rest stays) up to fpu_bytes (parts behind it
 * stay as they are). Nothing in image is trusted: -EINVAL for a header that the CPU would refuse.
 */
int x86_fpu_set(struct thread *thread, const void *image, size_t size);
