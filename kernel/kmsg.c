// SPDX-License-Identifier: MIT
/* /dev/kmsg's view of the log: one record per read, one per write. */
#include <kernel/kmsg.h>

#include <kernel/errno.h>
#include <kernel/log.h>
#include <kernel/mutex.h>
#include <kernel/printk.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/eventpoll.h>
#include <linux/fs.h>
#include <mm/uio.h>

#define FACILITY_USER 1
#define DEFAULT_LEVEL LOG_WARNING

/* "6,12,345678,-;text\n", bytes that are not printable as \xNN. */
static size_t format_record(const struct log_record *record, char *buf, size_t size)
{
	size_t len = (size_t)scnprintf(buf, size, "%u,%lu,%lu,-;", record->prefix, (unsigned long)record->seq,
		(unsigned long)(record->time_ns / NSEC_PER_USEC));

	for (size_t i = 0; i < record->len && len + 6 < size; i++) {
		unsigned char c = (unsigned char)record->text[i];

		if (c < ' ' || c >= 127 || c == '\\')
			len += (size_t)scnprintf(buf + len, size - len, "\\x%02x", c);
		else
			buf[len++] = (char)c;
	}
	buf[len++] = '\n';
	return len;
}

/* One open file. */
struct kmsg_reader {
	struct mutex lock;

	/* Guarded by lock. */
	struct log_cursor cursor;
	struct log_record record;
	char line[LOG_LINE_MAX];
};

int kmsg_open(void **out, bool readable)
{
	struct kmsg_reader *reader = NULL;

	if (readable) {
		reader = kmalloc(sizeof(*reader));
		if (!reader)
			return -ENOMEM;
		mutex_init(&reader->lock);
		reader->cursor = log_first();
	}
	*out = reader;
	return 0;
}

void kmsg_close(void *reader)
{
	kfree(reader);
}

static ssize_t read_record(struct kmsg_reader *reader, struct uio *uio)
{
	struct log_cursor before = reader->cursor;
	uint64_t lost;
	size_t len;

	if (!log_read(&reader->cursor, &reader->record, &lost))
		return -EAGAIN;
	if (lost) { /* told once; the next read gives the oldest there is */
		reader->cursor = log_first();
		return -EPIPE;
	}
	len = format_record(&reader->record, reader->line, sizeof(reader->line));
	if (len > uio->left) {
		reader->cursor = before;
		return -EINVAL;
	}
	return uio_copy_to(uio, reader->line, len) == len ? (ssize_t)len : -EFAULT;
}

ssize_t kmsg_read(void *opaque, struct uio *uio, bool nonblock)
{
	struct kmsg_reader *reader = opaque;
	ssize_t ret;

	if (!reader)
		return -EBADF;
	for (;;) {
		ret = mutex_lock_interruptible(&reader->lock);
		if (ret)
			return ret;
		ret = read_record(reader, uio);
		mutex_unlock(&reader->lock);
		if (ret != -EAGAIN || nonblock)
			return ret;
		ret = wait_event_interruptible(&log_wait, kmsg_poll(reader));
		if (ret)
			return ret;
	}
}

/* Splits "<30>text" into prefix and text. */
static const char *parse_prefix(const char *text, unsigned int *prefix)
{
	unsigned int value = 0;
	const char *s = text + 1;

	*prefix = FACILITY_USER << 3 | DEFAULT_LEVEL;
	if (*text != '<' || !is_digit(*s))
		return text;
	for (; is_digit(*s) && s - text < 6; s++)
		value = value * 10 + (unsigned int)(*s - '0');
	if (*s != '>')
		return text;
	*prefix = (value >> 3 ? value & 0x7f8 : FACILITY_USER << 3) | (value & 7);
	return s + 1;
}

ssize_t kmsg_write(struct uio *uio)
{
	size_t size = uio->left, len = size;
	unsigned int prefix;
	const char *text;
	char *buf;

	if (size > LOG_TEXT_MAX)
		return -EINVAL;
	buf = kmalloc(size + 1);
	if (!buf)
		return -ENOMEM;
	if (uio_copy_from(uio, buf, size) != size) {
		kfree(buf);
		return -EFAULT;
	}
	while (len && buf[len - 1] == '\n')
		len--;
	buf[len] = 0;
	text = parse_prefix(buf, &prefix);
	log_store(prefix, text, len - (size_t)(text - buf));
	kfree(buf);
	return (ssize_t)size;
}

int kmsg_seek(void *opaque, int whence)
{
	struct kmsg_reader *reader = opaque;
	struct log_cursor cursor;

	if (!reader)
		return -EBADF;
	if (whence == SEEK_SET)
		cursor = log_first();
	else if (whence == SEEK_DATA)
		cursor = log_clear_mark();
	else if (whence == SEEK_END)
		cursor = log_end();
	else
		return -EINVAL;
	mutex_lock(&reader->lock);
	reader->cursor = cursor;
	mutex_unlock(&reader->lock);
	return 0;
}

unsigned int kmsg_poll(void *opaque)
{
	struct kmsg_reader *reader = opaque;
	uint64_t seq;

	if (!reader)
		return EPOLLERR | EPOLLNVAL;
	seq = atomic_load_relaxed(&reader->cursor.seq);
	if (seq >= log_end().seq)
		return 0;
	return EPOLLIN | EPOLLRDNORM | (seq < log_first().seq ? EPOLLERR | EPOLLPRI : 0);
}

struct wait_queue *kmsg_wait_queue(void)
{
	return &log_wait;
}
