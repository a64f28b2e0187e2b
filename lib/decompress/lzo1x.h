/* SPDX-License-Identifier: MIT */
/* The LZO1X block decoder, below the lzop container. */
#pragma once

#include <lib/compiler.h>

/*
 * Decodes one block; exactly in_bytes are to be used and the end marker seen. The bytes produced,
 * at most size_bytes, or -EINVAL. Touches nothing outside either buffer, whatever the input.
 */
ssize_t __must_check lzo1x_decode(const uint8_t *in, size_t in_bytes, uint8_t *out,
				  size_t size_bytes);
