// SPDX-License-Identifier: MIT
/* Waiting on several files at once: poll(2), select(2). epoll has its own (fs/epoll.c). */
#include <fs/poll_wait.h>

#include <fs/file.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>

#define ALWAYS_READY (EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM)

unsigned int file_poll(struct file *file, struct poll_table *table)
{
	return file->ops->poll ? file->ops->poll(file, table) : ALWAYS_READY;
}

/* The entry stays queued: the waiter looks at all its files again, and at last takes all off. */
static bool poll_woken(struct wait_entry *base, unsigned int events)
{
	struct poll_entry *entry = container_of(base, struct poll_entry, wait);

	if (events && !(events & entry->wanted))
		return false;
	atomic_store(&entry->waiter->is_triggered, true);
	return thread_wake(base->thread);
}

static struct poll_entry *entry_alloc(struct poll_waiter *waiter)
{
	struct poll_chunk *chunk;

	if (waiter->nr_inline < POLL_INLINE_ENTRIES)
		return &waiter->entries[waiter->nr_inline++];
	chunk = waiter->chunks;
	if (!chunk || chunk->nr == POLL_CHUNK_ENTRIES) {
		chunk = kmalloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->nr = 0;
		chunk->next = waiter->chunks;
		waiter->chunks = chunk;
	}
	return &chunk->entries[chunk->nr++];
}

static void poll_queue(struct poll_table *table, struct file *file, struct wait_queue *wq)
{
	struct poll_waiter *waiter = container_of(table, struct poll_waiter, table);
	struct poll_entry *entry = entry_alloc(waiter);

	if (!entry) {
		waiter->error = -ENOMEM;
		table->queue = NULL;
		return;
	}
	entry->file = file_get(file);
	entry->wq = wq;
	entry->waiter = waiter;
	entry->wanted = table->events;
	wait_entry_init_fn(&entry->wait, poll_woken);
	wait_add(wq, &entry->wait);
}

void poll_waiter_init(struct poll_waiter *waiter)
{
	waiter->table.queue = poll_queue;
	waiter->table.events = ~0u;
	waiter->chunks = NULL;
	waiter->nr_inline = 0;
	waiter->error = 0;
	waiter->is_triggered = false;
}

static void entry_finish(struct poll_entry *entry)
{
	wait_remove(entry->wq, &entry->wait);
	file_put(entry->file);
}

void poll_waiter_finish(struct poll_waiter *waiter)
{
	struct poll_chunk *chunk, *next;

	for (unsigned int i = 0; i < waiter->nr_inline; i++)
		entry_finish(&waiter->entries[i]);
	for (chunk = waiter->chunks; chunk; chunk = next) {
		next = chunk->next;
		for (unsigned int i = 0; i < chunk->nr; i++)
			entry_finish(&chunk->entries[i]);
		kfree(chunk);
	}
}

int poll_waiter_sleep(struct poll_waiter *waiter, uint64_t deadline_ns)
{
	bool in_time = true;

	waiter->table.queue = NULL; /* all are queued by now */
	thread_set_state(THREAD_INTERRUPTIBLE);
	if (!atomic_load(&waiter->is_triggered) && !signal_pending())
		in_time = schedule_until(deadline_ns);
	thread_set_state(THREAD_RUNNING);
	/* Cleared before the files are looked at again, so that no wake-up between is lost. */
	atomic_exchange(&waiter->is_triggered, false);
	return in_time ? 0 : -ETIMEDOUT;
}
