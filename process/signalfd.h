/* SPDX-License-Identifier: MIT */
/* signalfd (man 2 signalfd): signals of the reading thread as records. */
#pragma once

#include <lib/compiler.h>
#include <process/signal.h>

struct file;

/* 0, -ENOMEM. flags: O_NONBLOCK. */
__must_check int signalfd_create(sigmask_t mask, int flags, struct file **out);
/* Another mask for an existing one: 0, -EINVAL (not a signalfd). */
__must_check int signalfd_set_mask(struct file *file, sigmask_t mask);
