// SPDX-License-Identifier: MIT
/*
 * The log's ring: records of a header and text, never wrapped; positions count up for ever and are taken modulo
 * the ring's size. A writer overwrites the oldest records.
 */
#include <kernel/printk.h>

#include <arch/smp.h>
#include <kernel/console.h>
#include <kernel/cpu.h>
#include <kernel/log.h>
#include <kernel/spinlock.h>
#include <kernel/time.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>

struct ring_header {
	uint64_t time_ns;
	uint16_t len;	 /* of the text that follows; RING_PAD: the rest of the ring is empty */
	uint16_t prefix;
	uint32_t unused;
};

#define RING_PAD 0xffff

static struct spinlock ring_lock = SPINLOCK_INIT;

/* Guarded by ring_lock. */
static uint8_t ring[LOG_RING_BYTES] __aligned(16);
static struct log_cursor first, end, clear_mark;

struct wait_queue log_wait = WAIT_QUEUE_INIT(log_wait);

static size_t record_bytes(size_t len)
{
	return ALIGN_UP(sizeof(struct ring_header) + len, sizeof(struct ring_header));
}

static struct ring_header *ring_at(uint64_t pos)
{
	return (struct ring_header *)&ring[pos % LOG_RING_BYTES];
}

/* Over padding at the ring's end. */
static uint64_t skip_pad(uint64_t pos)
{
	if (pos < end.pos && ring_at(pos)->len == RING_PAD)
		pos += LOG_RING_BYTES - pos % LOG_RING_BYTES;
	return pos;
}

static void make_room(size_t bytes)
{
	while (end.pos + bytes - first.pos > LOG_RING_BYTES) {
		first.pos = skip_pad(first.pos);
		first.pos += record_bytes(ring_at(first.pos)->len);
		first.seq++;
	}
}

void log_store(unsigned int prefix, const char *text, size_t len)
{
	unsigned long flags = spin_lock_irqsave(&ring_lock);
	struct ring_header *header;
	size_t bytes, to_end;

	len = min(len, (size_t)LOG_TEXT_MAX);
	bytes = record_bytes(len);
	to_end = LOG_RING_BYTES - end.pos % LOG_RING_BYTES;
	if (to_end < bytes) {
		make_room(to_end);
		ring_at(end.pos)->len = RING_PAD;
		end.pos += to_end;
	}
	make_room(bytes);
	header = ring_at(end.pos);
	header->time_ns = time_monotonic_ns();
	header->len = (uint16_t)len;
	header->prefix = (uint16_t)prefix;
	memcpy(header + 1, text, len);
	end.pos += bytes;
	end.seq++;
	spin_unlock_irqrestore(&ring_lock, flags);

	console_kick();
	/* The caller may hold a run queue's lock: wake from an interrupt of our own. */
	if (wait_queue_active(&log_wait))
		arch_send_ipi(arch_this_cpu(), IPI_CALL);
}

void log_wake_readers(void)
{
	wake_up_all(&log_wait);
}

bool log_read(struct log_cursor *cursor, struct log_record *record, uint64_t *lost)
{
	unsigned long flags = spin_lock_irqsave(&ring_lock);
	struct ring_header *header;

	*lost = 0;
	if (cursor->seq < first.seq) {
		*lost = first.seq - cursor->seq;
		*cursor = first;
	}
	if (cursor->seq >= end.seq) {
		spin_unlock_irqrestore(&ring_lock, flags);
		return false;
	}
	cursor->pos = skip_pad(cursor->pos);
	header = ring_at(cursor->pos);
	record->seq = cursor->seq;
	record->time_ns = header->time_ns;
	record->prefix = header->prefix;
	record->len = header->len;
	memcpy(record->text, header + 1, header->len);
	record->text[header->len] = 0;
	cursor->pos += record_bytes(header->len);
	cursor->seq++;
	spin_unlock_irqrestore(&ring_lock, flags);
	return true;
}

static struct log_cursor get_cursor(const struct log_cursor *from)
{
	unsigned long flags = spin_lock_irqsave(&ring_lock);
	struct log_cursor cursor = from->seq < first.seq ? first : *from;

	spin_unlock_irqrestore(&ring_lock, flags);
	return cursor;
}

struct log_cursor log_first(void)
{
	return get_cursor(&first);
}

struct log_cursor log_end(void)
{
	return get_cursor(&end);
}

struct log_cursor log_clear_mark(void)
{
	return get_cursor(&clear_mark);
}

void log_set_clear_mark(void)
{
	unsigned long flags = spin_lock_irqsave(&ring_lock);

	clear_mark = end;
	spin_unlock_irqrestore(&ring_lock, flags);
}

size_t log_format(const struct log_record *record, bool is_marked, char *buf, size_t size)
{
	unsigned long usec = record->time_ns / NSEC_PER_USEC;
	const char *line = record->text;
	size_t len = 0;

	/* Each line of a record gets the prefix. */
	for (;;) {
		const char *line_end = strchrnul(line, '\n');

		if (is_marked)
			len += scnprintf(buf + len, size - len, "<%u>", record->prefix);
		len += scnprintf(buf + len, size - len, "[%5lu.%06lu] %.*s\n", usec / 1000000, usec % 1000000,
			(int)(line_end - line), line);
		if (!*line_end)
			return len;
		line = line_end + 1;
	}
}

void printk(enum log_level level, const char *fmt, ...)
{
	char text[512];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	log_store(level, text, (size_t)len);
}
