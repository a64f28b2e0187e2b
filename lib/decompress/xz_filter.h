/* SPDX-License-Identifier: MIT */
/* What an .xz block may do to data before it packs it: delta, and filters for machine code. They are undone here. */
#pragma once

#include <lib/compiler.h>

struct xz_filter;

/* Where output goes. 0, or a negative errno. */
struct xz_taker {
	int (*take)(struct xz_taker *taker, const uint8_t *data, size_t size_bytes);
};

/*
 * Puts the filter with that number (xz file format, 5.3) in front of next; its output goes to the taker when next is
 * NULL. 0; -ENOMEM; -EINVAL: not known, or not with these properties.
 */
int xz_filter_create(struct xz_filter **filter, struct xz_filter *next, struct xz_taker *taker, uint64_t id,
		     const uint8_t *properties, uint64_t properties_bytes);

/* This one and all behind it; NULL is allowed. */
void xz_filter_free(struct xz_filter *filter);

int xz_filter_feed(struct xz_filter *filter, const uint8_t *data, size_t size_bytes);

/* Passes on what was kept back because it might have been the beginning of something. */
int xz_filter_finish(struct xz_filter *filter);
