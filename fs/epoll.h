/* SPDX-License-Identifier: MIT */
/* epoll (man 7 epoll): a set of files and the list of those that may be ready. */
#pragma once

#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/types.h>
#include <linux/eventpoll.h>

__must_check int epoll_create_file(struct file **out); /* -ENOMEM */
bool file_is_epoll(const struct file *file);

/* epoll_ctl(2). op: EPOLL_CTL_*; fd is the number file was given as, part of the key. event may be NULL for DEL.
 * -EINVAL, -EEXIST, -ENOENT, -ELOOP, -EPERM (file cannot be polled), -ENOMEM. May sleep. */
__must_check int epoll_control(struct file *epoll, int op, int fd, struct file *file, const struct epoll_event *event);

/* epoll_wait(2) until deadline_ns (monotonic; 0: do not sleep, UINT64_MAX: no limit). Number of events stored,
 * -EINTR, -EFAULT. */
__must_check int epoll_wait_events(struct file *epoll, struct epoll_event *user_events, int max, uint64_t deadline_ns);
