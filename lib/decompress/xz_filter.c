// SPDX-License-Identifier: MIT
/*
 * Filters of .xz. Delta is ours; those for machine code are liblzma's, of which we take no more: they believe to be set
 * up as coders in a chain of the library's, by the lzma_simple_coder_init() here.
 */
#include <lib/decompress/xz_filter.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <simple_private.h>

#define PROPERTIES_BYTES 4

struct xz_filter {
	struct xz_filter *next;
	struct xz_taker *taker;
	lzma_simple_coder *coder;	/* NULL: delta */

	uint8_t distance, position;	/* of delta, less one; in the history of outputs */
	uint8_t history[256];

	size_t kept;			/* bytes at the buffer's start that are not filtered yet */
	uint8_t buffer[4096];
};

static const lzma_init_function inits[] = {
	[LZMA_FILTER_X86] = lzma_simple_x86_decoder_init,
	[LZMA_FILTER_POWERPC] = lzma_simple_powerpc_decoder_init,
	[LZMA_FILTER_IA64] = lzma_simple_ia64_decoder_init,
	[LZMA_FILTER_ARM] = lzma_simple_arm_decoder_init,
	[LZMA_FILTER_ARMTHUMB] = lzma_simple_armthumb_decoder_init,
	[LZMA_FILTER_SPARC] = lzma_simple_sparc_decoder_init,
	[LZMA_FILTER_ARM64] = lzma_simple_arm64_decoder_init,
	[LZMA_FILTER_RISCV] = lzma_simple_riscv_decoder_init,
};

/* The library's filters call this one. Their state stands in what would be the coder's buffer. */
lzma_ret lzma_simple_coder_init(lzma_next_coder *next, const lzma_allocator *allocator, const lzma_filter_info *filters,
				size_t (*filter)(void *, uint32_t, bool, uint8_t *, size_t), size_t simple_size,
				size_t unfiltered_max, uint32_t alignment, bool is_encoder)
{
	uint32_t start = *(const uint32_t *)filters->options;
	lzma_simple_coder *coder;

	if (start & (alignment - 1))
		return LZMA_OPTIONS_ERROR;
	coder = next->coder = kvmalloc(sizeof(*coder) + simple_size);
	if (!coder)
		return LZMA_MEM_ERROR;
	coder->filter = filter;
	coder->simple = coder->buffer;
	coder->now_pos = start;
	return LZMA_OK;
}

static int set_up(struct xz_filter *filter, uint64_t id, const uint8_t *properties, uint64_t properties_bytes)
{
	lzma_next_coder coder = { };
	lzma_filter_info info = { };
	uint32_t start = 0;
	lzma_ret ret;

	if (id == LZMA_FILTER_DELTA && properties_bytes == 1) {
		filter->distance = *properties;
		return 0;
	}
	if (id >= ARRAY_SIZE(inits) || !inits[id] || (properties_bytes && properties_bytes != PROPERTIES_BYTES))
		return -EINVAL;
	memcpy(&start, properties, properties_bytes);
	info.options = &start;
	ret = inits[id](&coder, NULL, &info);
	filter->coder = coder.coder;
	return ret == LZMA_OK ? 0 : ret == LZMA_MEM_ERROR ? -ENOMEM : -EINVAL;
}

int xz_filter_create(struct xz_filter **filter, struct xz_filter *next, struct xz_taker *taker, uint64_t id,
		     const uint8_t *properties, uint64_t properties_bytes)
{
	struct xz_filter *f = kvmalloc(sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	memset(f, 0, sizeof(*f));
	f->taker = taker;
	err = set_up(f, id, properties, properties_bytes);
	if (err) {
		kvfree(f);
		return err;
	}
	f->next = next;
	*filter = f;
	return 0;
}

void xz_filter_free(struct xz_filter *filter)
{
	while (filter) {
		struct xz_filter *next = filter->next;

		kvfree(filter->coder);
		kvfree(filter);
		filter = next;
	}
}

static int pass_on(struct xz_filter *filter, size_t bytes)
{
	if (filter->next)
		return xz_filter_feed(filter->next, filter->buffer, bytes);
	return bytes ? filter->taker->take(filter->taker, filter->buffer, bytes) : 0;
}

/* Returns how many bytes of the buffer are done. */
static size_t undo(struct xz_filter *filter, size_t bytes)
{
	lzma_simple_coder *coder = filter->coder;
	size_t done = bytes;

	if (coder) {
		done = coder->filter(coder->simple, coder->now_pos, false, filter->buffer, bytes);
		coder->now_pos += done;
		return done;
	}
	for (size_t i = 0; i < bytes; i++) {
		filter->buffer[i] += filter->history[(uint8_t)(filter->position - filter->distance - 1)];
		filter->history[filter->position++] = filter->buffer[i];
	}
	return done;
}

int xz_filter_feed(struct xz_filter *filter, const uint8_t *data, size_t size_bytes)
{
	int err = 0;

	while (size_bytes && !err) {
		size_t n = min(size_bytes, sizeof(filter->buffer) - filter->kept), done;

		memcpy(filter->buffer + filter->kept, data, n);
		data += n;
		size_bytes -= n;
		done = undo(filter, filter->kept + n);
		err = pass_on(filter, done);
		filter->kept += n - done;
		memmove(filter->buffer, filter->buffer + done, filter->kept);
	}
	return err;
}

int xz_filter_finish(struct xz_filter *filter)
{
	int err = 0;

	for (; filter && !err; filter = filter->next)
		err = pass_on(filter, filter->kept);
	return err;
}
