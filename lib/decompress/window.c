// SPDX-License-Identifier: MIT
#include <lib/decompress/window.h>

#include <lib/alloc.h>
#include <lib/string.h>

bool window_create(struct window *w, uint64_t size)
{
	w->size = max(size, (uint64_t)1);
	w->at = w->sent = w->total = 0;
	w->bytes = kvmalloc(w->size);
	return w->bytes;
}

static int give_to_job(void *context, const void *data, size_t size_bytes)
{
	struct decompress_job *job = context;

	return job->output(job, data, size_bytes);
}

void window_set_job(struct window *w, struct decompress_job *job)
{
	w->output = give_to_job;
	w->context = job;
}

int window_flush(struct window *w)
{
	size_t from = w->sent;

	w->sent = w->at;
	if (!w->err && w->at > from)
		w->err = w->output(w->context, w->bytes + from, w->at - from);
	return w->err;
}

/* After so many bytes, which fit. */
static void advance(struct window *w, size_t bytes)
{
	w->at += bytes;
	w->total += bytes;
	if (w->at == w->size || w->at - w->sent >= DECOMPRESS_CHUNK_BYTES)
		window_flush(w);
	if (w->at == w->size)
		w->at = w->sent = 0;
}

void window_put(struct window *w, uint8_t byte)
{
	w->bytes[w->at] = byte;
	advance(w, 1);
}

void window_copy(struct window *w, const uint8_t *data, size_t size_bytes)
{
	while (size_bytes) {
		size_t n = min(size_bytes, w->size - w->at);

		memcpy(w->bytes + w->at, data, n);
		advance(w, n);
		data += n;
		size_bytes -= n;
	}
}

uint8_t window_byte(const struct window *w, size_t distance)
{
	return w->bytes[(w->at >= distance ? w->at : w->at + w->size) - distance];
}

/* In pieces that neither wrap nor reach into themselves: behind a whole one there is twice as much to copy from. */
void window_match(struct window *w, size_t distance, size_t length)
{
	while (length) {
		size_t from = (w->at >= distance ? w->at : w->at + w->size) - distance;
		size_t n = min(min(length, distance), w->size - max(w->at, from));

		memmove(w->bytes + w->at, w->bytes + from, n);
		advance(w, n);
		length -= n;
		if (n == distance && distance <= w->size / 2)
			distance *= 2;
	}
}
