/* SPDX-License-Identifier: MIT */
/*
 * Readers and writers of the kernel log: consoles, /dev/kmsg (kernel/kmsg.h), syslog(2). A cursor is a place in the ring; a
 * reader that was overtaken by writers goes on at the oldest record there is.
 */
#pragma once

#include <kernel/wait.h>
#include <lib/compiler.h>
#include <lib/types.h>

#define LOG_TEXT_MAX 1000 /* bytes of a record's text, longer ones are cut */
#define LOG_LINE_MAX (LOG_TEXT_MAX * 4 + 64) /* a record formatted, every byte escaped */

struct log_cursor {
	uint64_t seq, pos;
};

struct log_record {
	uint64_t seq, time_ns;
	unsigned int prefix; /* facility << 3 | level */
	size_t len;
	char text[LOG_TEXT_MAX + 1];
};

/* Copies the record at the cursor and moves on. False: there is none yet. *lost: records overwritten before. Any context. */
bool log_read(struct log_cursor *cursor, struct log_record *record, uint64_t *lost);
/* Cursors of the oldest record, of the one after the last, of the first after the last SYSLOG_ACTION_CLEAR. */
struct log_cursor log_first(void);
struct log_cursor log_end(void);
struct log_cursor log_clear_mark(void);
void log_set_clear_mark(void);
/* Stores one record. prefix as above. Any context. */
void log_store(unsigned int prefix, const char *text, size_t len);
/* "<6>[    1.234567] text\n" lines as consoles and syslog(2) show them; is_marked: with the "<6>". Length. */
size_t log_format(const struct log_record *record, bool is_marked, char *buf, size_t size);

extern struct wait_queue log_wait; /* woken when records come */
void log_wake_readers(void);	   /* kernel/smp.c, interrupt context */

/* Levels of syslog(2) actions 6 to 8 and /proc/sys/kernel/printk: console, default message, minimum, default console. */
extern int console_loglevels[4];
#define LOG_RING_BYTES (128 * 1024)
