/* SPDX-License-Identifier: MIT */
/*
 * The log as /dev/kmsg gives it (Linux: Documentation/ABI/testing/dev-kmsg): one record a read,
 * "priority,sequence,microseconds,flags;text\n". A reader is an opaque cursor. May sleep.
 */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct uio;
struct wait_queue;

int kmsg_open(void **reader, bool readable); /* 0 or -ENOMEM; starts at the oldest record */
void kmsg_close(void *reader);
/* One record; waits for one unless nonblock (-EAGAIN); -EPIPE: records were overwritten; -EINVAL: buffer too small. */
ssize_t kmsg_read(void *reader, struct uio *uio, bool nonblock);
/* "<6>text": a record; without a prefix level 4 (default), facility 1. */
ssize_t kmsg_write(struct uio *uio);
/* SEEK_SET: oldest; SEEK_END: behind the newest; SEEK_DATA: after the last clear. 0 or -EINVAL. */
int kmsg_seek(void *reader, int whence);
unsigned int kmsg_poll(void *reader); /* EPOLL* bits */
struct wait_queue *kmsg_wait_queue(void);
