/* SPDX-License-Identifier: MIT */
/*
 * Consoles: where the log goes besides its ring. A driver registers one; console= chooses (the last
 * one named is /dev/console), without it the first registered one is taken.
 */
#pragma once

#include <kernel/log.h>
#include <lib/list.h>
#include <lib/types.h>

struct console {
	const char *name; /* "ttyS" */
	int index;
	uint32_t dev;	  /* device number of the tty behind it */

	/* Queues up to n bytes for output by interrupt, returns how many were taken. Called under the log's
	 * drain lock, interrupts off: must not log, nor may code that holds a lock taken here. "\n" is the
	 * line end; a serial driver adds its "\r". */
	size_t (*write)(struct console *console, const char *buf, size_t n);
	/* By polling, for panic and the last lines before kexec. Any context. */
	void (*write_polled)(struct console *console, const char *buf, size_t n);
	void *data;

	/* kernel/console.c's own. */
	struct list_head node;
	struct log_cursor cursor;
	size_t line_done; /* bytes of the record at cursor that were written */
};

void console_register(struct console *console);
/* More room in the driver's buffer: continue to drain the ring. Any context. */
void console_kick(void);
/* Everything in the ring out, by polling (panic, before kexec and power-off). */
void console_flush_polled(void);
/* What the firmware's description names as console: counts as console=NAME INDEX,OPTIONS where the command line names
 * none. options may be NULL. Before that console registers; first thread. */
void console_suggest(const char *name, int index, const char *options);

/* The preferred console (its dev is what /dev/console opens), or NULL. */
struct console *console_preferred(void);
/* console= options given for a name, e.g. "115200n8", or NULL. */
const char *console_options(const char *name, int index);
