// SPDX-License-Identifier: MIT
/* seq: text that grows. After an error it stays as it is and the error is kept for the reader. */
#include <kernel/pseudo_file.h>

#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <lib/string.h>

#define FIRST_SIZE 512

static bool make_room(struct seq *seq, size_t bytes)
{
	size_t size = max(seq->size, (size_t)FIRST_SIZE);
	char *buf;

	if (seq->error)
		return false;
	if (seq->len + bytes <= seq->size)
		return true;
	while (size < seq->len + bytes)
		size *= 2;
	buf = krealloc(seq->buf, size);
	if (!buf) {
		seq->error = -ENOMEM;
		return false;
	}
	seq->buf = buf;
	seq->size = size;
	return true;
}

void seq_write(struct seq *seq, const void *data, size_t len)
{
	if (!make_room(seq, len))
		return;
	memcpy(seq->buf + seq->len, data, len);
	seq->len += len;
}

void seq_printf(struct seq *seq, const char *fmt, ...)
{
	va_list args;
	size_t room, len;

	if (!make_room(seq, 128))
		return;
	room = seq->size - seq->len;
	va_start(args, fmt);
	len = (size_t)vsnprintf(seq->buf + seq->len, room, fmt, args);
	va_end(args);
	if (len >= room) {
		if (!make_room(seq, len + 1))
			return;
		va_start(args, fmt);
		vsnprintf(seq->buf + seq->len, len + 1, fmt, args);
		va_end(args);
	}
	seq->len += len;
}
