// SPDX-License-Identifier: MIT
/*
 * Consoles drain the log's ring. Whoever logs tries to drain at once; a driver whose buffer is full says so by
 * taking less, and calls console_kick() when there is room again. One drainer at a time: who finds another at
 * work leaves a note and goes on.
 */
#include <kernel/console.h>

#include <arch/init.h>
#include <arch/irqflags.h>
#include <kernel/errno.h>
#include <kernel/log.h>
#include <kernel/param.h>
#include <kernel/printk.h>
#include <kernel/pseudo_file.h>
#include <kernel/spinlock.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>

#define MAX_NAMED 8

/* console=NAME INDEX,OPTIONS in the order of the command line. Written at boot only. */
static struct console_name {
	char name[12];
	int index;
	char options[32];
} named[MAX_NAMED];
static unsigned int nr_named;

static struct spinlock drain_lock = SPINLOCK_INIT;
static bool drain_again; /* atomic: more came while somebody drained */

/* Guarded by drain_lock. */
static struct list_head consoles = LIST_HEAD_INIT(consoles);
static struct console *preferred; /* atomic reads */
static bool early_is_on;
static struct log_cursor early_cursor;
static struct log_record record;
static char line[LOG_TEXT_MAX * 2];

int console_loglevels[4] = { 7, 4, 1, 7 };
static bool ignore_loglevel;

static bool is_shown(void)
{
	return ignore_loglevel || (int)(record.prefix & 7) < console_loglevels[0];
}

static void early_write(const char *buf, size_t n)
{
	while (n--)
		arch_early_putc(*buf++);
}

static void drain_early(void)
{
	uint64_t lost;

	while (log_read(&early_cursor, &record, &lost))
		if (is_shown())
			early_write(line, log_format(&record, false, line, sizeof(line)));
}

/* As much as the driver takes; what is left of a record is formatted again when there is room. */
static void drain_console(struct console *console, bool is_polled)
{
	uint64_t lost;

	for (;;) {
		struct log_cursor before = console->cursor;
		size_t len, done;

		if (!log_read(&console->cursor, &record, &lost))
			return;
		if (!is_shown())
			continue;
		len = log_format(&record, false, line, sizeof(line));
		done = min(console->line_done, len);
		if (is_polled)
			console->write_polled(console, line + done, len - done);
		else
			done += console->write(console, line + done, len - done);
		if (!is_polled && done < len) {
			console->cursor = before;
			console->line_done = done;
			return;
		}
		console->line_done = 0;
	}
}

static void drain_all(void)
{
	struct console *console;

	if (early_is_on)
		drain_early();
	list_for_each_entry(console, &consoles, node)
		drain_console(console, false);
}

void console_kick(void)
{
	atomic_store_seq(&drain_again, true);
	while (atomic_load(&drain_again)) {
		unsigned long flags = arch_irq_save();

		if (!spin_trylock(&drain_lock)) {
			arch_irq_restore(flags);
			return;
		}
		atomic_store(&drain_again, false);
		drain_all();
		spin_unlock_irqrestore(&drain_lock, flags);
		atomic_fence();
	}
}

void console_flush_polled(void)
{
	unsigned long flags = arch_irq_save();
	struct console *console;
	bool is_locked = spin_trylock(&drain_lock);

	/* In a panic the drainer may be a stopped CPU, or this one: go on without the lock. */
	if (list_empty(&consoles))
		drain_early();
	list_for_each_entry(console, &consoles, node)
		if (console->write_polled) {
			console->write_polled(console, NULL, 0); /* what was queued and waits for an interrupt */
			drain_console(console, true);
		}
	if (is_locked)
		spin_unlock(&drain_lock);
	arch_irq_restore(flags);
}

/* Place on the command line, -1: not named. */
static int named_at(const struct console *console)
{
	for (int i = (int)nr_named - 1; i >= 0; i--)
		if (named[i].index == console->index && strcmp(named[i].name, console->name) == 0)
			return i;
	return -1;
}

void console_register(struct console *console)
{
	int place = named_at(console);
	unsigned long flags;

	flags = spin_lock_irqsave(&drain_lock);
	if (nr_named ? place < 0 : !list_empty(&consoles)) {
		spin_unlock_irqrestore(&drain_lock, flags);
		return;
	}
	/* What the early console showed is not shown again; else the log from its beginning. */
	console->cursor = early_is_on ? early_cursor : log_first();
	console->line_done = 0;
	early_is_on = false;
	list_add_tail(&console->node, &consoles);
	if (!preferred || place > named_at(preferred))
		atomic_store(&preferred, console);
	spin_unlock_irqrestore(&drain_lock, flags);
	pr_info("console: %s%d", console->name, console->index);
}

struct console *console_preferred(void)
{
	return atomic_load(&preferred);
}

const char *console_options(const char *name, int index)
{
	for (unsigned int i = 0; i < nr_named; i++)
		if (named[i].index == index && strcmp(named[i].name, name) == 0)
			return named[i].options;
	return NULL;
}

void console_suggest(const char *name, int index, const char *options)
{
	struct console_name *entry = &named[0];
	unsigned long flags;

	if (nr_named)
		return;
	strscpy(entry->name, name, sizeof(entry->name));
	entry->index = index;
	strscpy(entry->options, options ?: "", sizeof(entry->options));
	flags = spin_lock_irqsave(&drain_lock);
	nr_named = 1;
	list_init(&consoles); /* one that stood in */
	atomic_store(&preferred, NULL);
	spin_unlock_irqrestore(&drain_lock, flags);
}

/* "ttyS0,115200n8", "hvc0", "tty": name, number, options. */
static int set_console(const char *value)
{
	size_t name_len = strcspn(value, "0123456789,");
	struct console_name *entry = &named[nr_named];
	const char *rest = value + name_len;
	uint64_t index = 0;

	if (!*value || strcmp(value, "null") == 0)
		return 0;
	if (nr_named == MAX_NAMED || name_len >= sizeof(entry->name))
		return -EINVAL;
	if (is_digit(*rest) && parse_u64_prefix(&rest, 10, &index))
		return -EINVAL;
	memcpy(entry->name, value, name_len);
	entry->index = (int)index;
	if (*rest == ',')
		strscpy(entry->options, rest + 1, sizeof(entry->options));
	nr_named++;
	return 0;
}

static int set_early(const char *value)
{
	early_is_on = true;
	console_kick();
	return 0;
}

static int set_loglevel(const char *value)
{
	int32_t level;

	if (parse_s32(value, 10, &level))
		return -EINVAL;
	console_loglevels[0] = clamp(level, console_loglevels[2], 15);
	return 0;
}

static int set_quiet(const char *value)
{
	console_loglevels[0] = 4;
	return 0;
}

static int set_debug(const char *value)
{
	console_loglevels[0] = 10;
	return 0;
}

static int set_ignore_loglevel(const char *value)
{
	ignore_loglevel = true;
	return 0;
}

KERNEL_PARAM_EARLY("console", set_console);
KERNEL_PARAM_EARLY("earlycon", set_early);
KERNEL_PARAM_EARLY("earlyprintk", set_early);
KERNEL_PARAM_EARLY("loglevel", set_loglevel);
KERNEL_PARAM_EARLY("quiet", set_quiet);
KERNEL_PARAM_EARLY("debug", set_debug);
KERNEL_PARAM_EARLY("ignore_loglevel", set_ignore_loglevel);

static int consoles_show(struct seq *seq, void *ctx)
{
	struct console *console;

	list_for_each_entry(console, &consoles, node)
		seq_printf(seq, "%s%-*d -W- (EC  p  )    %u:%u\n", console->name,
			(int)(20 - strlen(console->name)), console->index, (unsigned int)(console->dev >> 20),
			(unsigned int)(console->dev & 0xfffff));
	return 0;
}
PROC_FILE("consoles", 0444, { .show = consoles_show });
