/* SPDX-License-Identifier: MIT */
/* Deflate (RFC 1951), the coder of gzip. */
#pragma once

#include <lib/decompress/window.h>

#define INFLATE_WINDOW_BYTES	32768u

/*
 * Decodes from *in, which is left behind the data. 0; -EINVAL: damaged; -ENODATA: it ends too early; -ENOMEM; or the
 * window's error.
 */
int inflate(struct window *w, const uint8_t **in, const uint8_t *end);
