// SPDX-License-Identifier: MIT
/* man 2 syslog. */
#include <kernel/console.h>
#include <kernel/cred.h>
#include <kernel/log.h>
#include <kernel/mutex.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <syscall/define.h>

/* Action names are not in the UAPI headers: man 2 syslog. */
enum syslog_action {
	SYSLOG_CLOSE, SYSLOG_OPEN, SYSLOG_READ, SYSLOG_READ_ALL, SYSLOG_READ_CLEAR, SYSLOG_CLEAR,
	SYSLOG_CONSOLE_OFF, SYSLOG_CONSOLE_ON, SYSLOG_CONSOLE_LEVEL, SYSLOG_SIZE_UNREAD, SYSLOG_SIZE_BUFFER,
};

#define LINE_MAX_BYTES (LOG_TEXT_MAX * 2)

/* What a read works with; the text of a record may be given out in parts. */
struct syslog_buffer {
	struct log_record record;
	char line[LINE_MAX_BYTES];
};

static struct mutex read_lock = MUTEX_INIT(read_lock);

/* Guarded by read_lock: how far SYSLOG_READ is. */
static struct log_cursor read_cursor;
static size_t read_line_done;

static size_t next_line(struct log_cursor *cursor, struct syslog_buffer *buffer)
{
	uint64_t lost;

	if (!log_read(cursor, &buffer->record, &lost))
		return 0;
	return log_format(&buffer->record, true, buffer->line, sizeof(buffer->line));
}

static long read_available(struct syslog_buffer *buffer, char *user_buf, size_t size)
{
	size_t copied = 0;

	while (copied < size) {
		struct log_cursor next = read_cursor;
		size_t len = next_line(&next, buffer), n;

		if (!len)
			break;
		read_line_done = min(read_line_done, len);
		n = min(len - read_line_done, size - copied);
		if (copy_to_user(user_buf + copied, buffer->line + read_line_done, n))
			return copied ? (long)copied : -EFAULT;
		copied += n;
		read_line_done += n;
		if (read_line_done == len) {
			read_cursor = next;
			read_line_done = 0;
		}
	}
	return (long)copied;
}

static long syslog_read(char *user_buf, size_t size)
{
	struct syslog_buffer *buffer = kmalloc(sizeof(*buffer));
	long ret;

	if (!buffer)
		return -ENOMEM;
	do {
		ret = wait_event_interruptible(&log_wait, read_cursor.seq < log_end().seq);
		if (ret)
			break;
		mutex_lock(&read_lock);
		ret = read_available(buffer, user_buf, size);
		mutex_unlock(&read_lock);
	} while (!ret);
	kfree(buffer);
	return ret;
}

/* The last records since the clear mark that fit. */
static long syslog_read_all(char *user_buf, size_t size, bool clear)
{
	struct syslog_buffer *buffer = kmalloc(sizeof(*buffer));
	struct log_cursor cursor = log_clear_mark(), start = cursor;
	size_t total = 0, len, copied = 0;
	long ret = 0;

	if (!buffer)
		return -ENOMEM;
	while ((len = next_line(&cursor, buffer)) != 0)
		total += len;
	while (total > size && (len = next_line(&start, buffer)) != 0)
		total -= len;
	while ((len = next_line(&start, buffer)) != 0 && copied + len <= size) {
		if (copy_to_user(user_buf + copied, buffer->line, len)) {
			ret = -EFAULT;
			break;
		}
		copied += len;
	}
	kfree(buffer);
	if (clear && !ret)
		log_set_clear_mark();
	return ret ? ret : (long)copied;
}

static long size_unread(void)
{
	struct syslog_buffer *buffer = kmalloc(sizeof(*buffer));
	struct log_cursor cursor;
	long total = 0;
	size_t len;

	if (!buffer)
		return -ENOMEM;
	mutex_lock(&read_lock);
	cursor = read_cursor;
	while ((len = next_line(&cursor, buffer)) != 0)
		total += (long)len;
	total -= (long)min(read_line_done, (size_t)total);
	mutex_unlock(&read_lock);
	kfree(buffer);
	return total;
}

SYSCALL_DEFINE(syslog, int, action, char *, user_buf, int, len)
{
	static int saved_level = -1;
	bool is_harmless = action == SYSLOG_READ_ALL || action == SYSLOG_SIZE_BUFFER;
	bool reads = action >= SYSLOG_READ && action <= SYSLOG_READ_CLEAR;

	if (!is_harmless && !capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (reads) {
		if (!user_buf || len < 0)
			return -EINVAL;
		if (!len)
			return 0;
		if (!user_range_ok(user_buf, (size_t)len))
			return -EFAULT;
	}
	switch (action) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return 0;
	case SYSLOG_READ:
		return syslog_read(user_buf, (size_t)len);
	case SYSLOG_READ_ALL:
		return syslog_read_all(user_buf, (size_t)len, false);
	case SYSLOG_READ_CLEAR:
		return syslog_read_all(user_buf, (size_t)len, true);
	case SYSLOG_CLEAR:
		log_set_clear_mark();
		return 0;
	case SYSLOG_CONSOLE_OFF:
		if (saved_level < 0)
			saved_level = console_loglevels[0];
		console_loglevels[0] = console_loglevels[2];
		return 0;
	case SYSLOG_CONSOLE_ON:
		if (saved_level >= 0)
			console_loglevels[0] = saved_level;
		saved_level = -1;
		return 0;
	case SYSLOG_CONSOLE_LEVEL:
		if (len < 1 || len > 8)
			return -EINVAL;
		console_loglevels[0] = max(len, console_loglevels[2]);
		saved_level = -1;
		return 0;
	case SYSLOG_SIZE_UNREAD:
		return size_unread();
	case SYSLOG_SIZE_BUFFER:
		return LOG_RING_BYTES;
	default:
		return -EINVAL;
	}
}
