/* SPDX-License-Identifier: MIT */
/*
 * Poll: a file's poll operation calls poll_wait() for each wait queue that may change its answer, then returns
 * the EPOLL* bits true now. poll, select and epoll differ in what their table does with the queue.
 */
#pragma once

#include <fs/vfs_types.h>
#include <kernel/wait.h>
#include <linux/eventpoll.h>

struct poll_table {
	/* NULL: only the present state is asked. */
	void (*queue)(struct poll_table *table, struct file *file, struct wait_queue *wq);
	unsigned int events; /* asked for */
};

static inline void poll_wait(struct file *file, struct wait_queue *wq, struct poll_table *table)
{
	if (table && table->queue)
		table->queue(table, file, wq);
}

/* The state now: ops->poll or "always readable and writable". */
unsigned int file_poll(struct file *file, struct poll_table *table);
