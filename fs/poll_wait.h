/* SPDX-License-Identifier: MIT */
/*
 * The waiter's side of poll(2) and select(2):
 *
 *	poll_waiter_init(&waiter);
 *	for (;;) {
 *		look at each file: file_poll(file, &waiter.table); the first round queues
 *		if (something is ready, or waiter.error, or the time is over, or signal_pending()) break;
 *		over = poll_waiter_sleep(&waiter, deadline_ns);
 *	}
 *	poll_waiter_finish(&waiter);
 *
 * table.queue set to NULL by the caller (something is ready already) ends queueing.
 */
#pragma once

#include <fs/poll.h>
#include <kernel/errno.h>
#include <kernel/wait.h>
#include <lib/compiler.h>
#include <lib/types.h>

#define POLL_INLINE_ENTRIES 6
#define POLL_CHUNK_ENTRIES 40

struct poll_waiter;

struct poll_entry {
	struct wait_entry wait;
	struct wait_queue *wq;
	struct file *file; /* reference: keeps wq alive */
	struct poll_waiter *waiter;
	unsigned int wanted;
};

struct poll_chunk {
	struct poll_chunk *next;
	unsigned int nr;
	struct poll_entry entries[POLL_CHUNK_ENTRIES];
};

struct poll_waiter {
	struct poll_table table; /* events: what the file looked at next is asked for */
	struct poll_chunk *chunks;
	unsigned int nr_inline;
	int error;	   /* -ENOMEM: not everything could be queued */
	bool is_triggered; /* atomic */
	struct poll_entry entries[POLL_INLINE_ENTRIES];
};

void poll_waiter_init(struct poll_waiter *waiter);
void poll_waiter_finish(struct poll_waiter *waiter);

/* Sleeps until a file may have become ready, a signal comes, or the deadline (monotonic; UINT64_MAX: none):
 * -ETIMEDOUT, else 0. */
int poll_waiter_sleep(struct poll_waiter *waiter, uint64_t deadline_ns);
