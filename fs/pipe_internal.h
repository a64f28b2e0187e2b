/* SPDX-License-Identifier: MIT */
/* What fs/pipe.c and fs/splice.c share: a pipe's ring. All want pipe->lock held unless said. */
#pragma once

#include <arch/layout.h>
#include <fs/poll.h>
#include <kernel/mutex.h>
#include <kernel/wait.h>
#include <lib/atomic.h>
#include <lib/compiler.h>
#include <lib/types.h>
#include <linux/limits.h>

struct uio;

#define PIPE_DEFAULT_BYTES (16 * PAGE_SIZE)

struct pipe {
	struct mutex lock;
	struct wait_queue read_wait, write_wait;

	/* Guarded by lock; nr_readers and nr_writers are also read without it, by poll. */
	size_t head, tail; /* bytes ever written and read */
	size_t size;	   /* of the ring */
	size_t capacity;
	uint8_t *ring;
	unsigned int nr_readers, nr_writers;
	unsigned int reader_opens, writer_opens; /* ever: FIFO opens wait for a change */
	unsigned int refs;			 /* open files; of a FIFO guarded by fifo_lock */
};

static inline size_t pipe_fill(const struct pipe *pipe)
{
	return pipe->head - pipe->tail;
}

static inline bool pipe_is_full(const struct pipe *pipe)
{
	return pipe->capacity - pipe_fill(pipe) < PIPE_BUF;
}

static inline bool pipe_can_write(const struct pipe *pipe, size_t needed)
{
	return pipe->capacity - pipe_fill(pipe) >= needed || !atomic_load_relaxed(&pipe->nr_readers);
}

/* Lets go of the lock, sleeps until cond, takes it again. */
#define pipe_sleep(pipe, wq, cond)                                                                 \
	({                                                                                         \
		mutex_unlock(&(pipe)->lock);                                                       \
		int err_ = wait_event_interruptible_exclusive(wq, cond);                           \
		mutex_lock(&(pipe)->lock);                                                         \
		err_;                                                                              \
	})

/* Room for up to n more bytes; the ring grows to its capacity by need. */
size_t pipe_room(struct pipe *pipe, size_t n);
/* Waits until there is something to read: 1, 0 (no writers), -EAGAIN, -ERESTARTSYS. */
int pipe_wait_for_data(struct pipe *pipe, bool nonblock, bool *has_slept);
/* Ends a read: unlocks and wakes who can go on now; edge-triggered watchers want to hear of changes only. */
void pipe_finish_read(struct pipe *pipe, bool was_full, bool has_slept);
/* SIGPIPE and -EPIPE. Needs no lock. */
ssize_t pipe_broken(void);

/* read(2) and write(2); take the lock themselves. */
ssize_t pipe_do_read(struct pipe *pipe, struct uio *uio, bool nonblock);
ssize_t pipe_do_write(struct pipe *pipe, struct uio *uio, bool nonblock);
