/* SPDX-License-Identifier: MIT */
/*
 * The last bytes of what is unpacked, for decoders that copy from there: a ring, from which output is handed over piece
 * by piece.
 */
#pragma once

#include <lib/decompress/decompress.h>

struct window {
	uint8_t *bytes;
	size_t size, at, sent;		/* the next byte goes to `at`; those from `sent` on are not handed over */
	uint64_t total;			/* bytes that there were */
	int err;			/* the first that output returned; later output is dropped */

	/* Set by the user: takes output, as a job's does. */
	int (*output)(void *context, const void *data, size_t size_bytes);
	void *context;
};

/* false: no memory. Freed by kvfree(window->bytes). */
bool __must_check window_create(struct window *w, uint64_t size);

/* Output goes to the job. */
void window_set_job(struct window *w, struct decompress_job *job);

void window_put(struct window *w, uint8_t byte);
void window_copy(struct window *w, const uint8_t *data, size_t size_bytes);

/* Whether that far back there is a byte that is still known. */
static inline bool window_has(const struct window *w, uint64_t distance)
{
	return distance && distance <= w->total && distance <= w->size;
}

/* Which has to be there. */
uint8_t window_byte(const struct window *w, size_t distance);
void window_match(struct window *w, size_t distance, size_t length);

/* Hands over all there is. Returns w->err. */
int window_flush(struct window *w);
