/* SPDX-License-Identifier: MIT */
/* timerfd (man 2 timerfd_create): a timer that is read. Times are nanoseconds of its clock. */
#pragma once

#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct timerfd_setting {
	uint64_t value_ns; /* 0: disarmed */
	uint64_t interval_ns;
};

/* is_real: CLOCK_REALTIME, else monotonic. flags: O_NONBLOCK. 0, -ENOMEM. */
__must_check int timerfd_create_file(bool is_real, int flags, struct file **out);

/* flags: TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET. 0; -EINVAL: not a timerfd. old may be NULL. May sleep. */
__must_check int timerfd_set(struct file *file, int flags, const struct timerfd_setting *setting, struct timerfd_setting *old);
__must_check int timerfd_get(struct file *file, struct timerfd_setting *setting);
