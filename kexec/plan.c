// SPDX-License-Identifier: MIT
/* The planner: final pages where they are free, waiting pages and copies where they are not. */
#include <kexec/image.h>

#include <arch/layout.h>
#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/sort.h>
#include <lib/string.h>
#include <lib/xxhash.h>

/* Waiting pages come in blocks of up to 64 KiB, which makes copies few without asking for much. */
#define MAX_PIECE_ORDER	4
/* How far the search for a place goes on after an address that is not free. */
#define PLACE_STEP	(1ul << 20)

static void *alloc_pages(struct kexec_plan *plan, unsigned int order);

struct kexec_image *kexec_image_alloc(const struct kexec_memory *memory)
{
	struct kexec_image *image = kzalloc(sizeof(*image));

	if (!image)
		return NULL;
	image->memory = memory;
	image->plan.alloc_pages = alloc_pages;
	return image;
}

static void free_blocks(struct kexec_image *image, struct kexec_blocks *blocks)
{
	for (unsigned int i = 0; i < blocks->count; i++)
		image->memory->release(blocks->list[i].start, blocks->list[i].order);
	kfree(blocks->list);
	*blocks = (struct kexec_blocks){ 0 };
}

void kexec_image_free(struct kexec_image *image)
{
	if (!image)
		return;
	for (unsigned int i = 0; i < image->nr_pieces; i++) {
		const struct kexec_piece *piece = &image->pieces[i];

		if (piece->from == piece->to)
			image->memory->unclaim(piece->to, piece->pages);
		else
			image->memory->release(piece->from, ilog2(piece->pages));
	}
	free_blocks(image, &image->control);
	free_blocks(image, &image->parked);
	kfree(image->pieces);
	kfree(image);
}

static bool remember_block(struct kexec_blocks *blocks, paddr_t start, unsigned int order)
{
	if (blocks->count == blocks->capacity) {
		unsigned int capacity = blocks->capacity ? blocks->capacity * 2 : 16;
		void *list = krealloc(blocks->list, capacity * sizeof(*blocks->list));

		if (!list)
			return false;
		blocks->list = list;
		blocks->capacity = capacity;
	}
	blocks->list[blocks->count++] = (struct kexec_block){ start, order };
	return true;
}

static int remember_piece(struct kexec_image *image, paddr_t to, paddr_t from, uint64_t pages)
{
	if (image->nr_pieces == image->piece_capacity) {
		unsigned int capacity = image->piece_capacity ? image->piece_capacity * 2 : 32;
		void *pieces = krealloc(image->pieces, capacity * sizeof(*image->pieces));

		if (!pieces)
			return -ENOMEM;
		image->pieces = pieces;
		image->piece_capacity = capacity;
	}
	image->pieces[image->nr_pieces++] = (struct kexec_piece){ to, from, pages };
	return 0;
}

/* The end of kept memory that overlaps [start, end), or 0. */
static paddr_t find_kept(const struct kexec_image *image, paddr_t start, paddr_t end)
{
	paddr_t kept_start, kept_end;

	for (unsigned int i = 0; image->memory->kept_range(i, &kept_start, &kept_end); i++)
		if (start < kept_end && end > kept_start)
			return kept_end;
	return 0;
}

/* The end of the destination that overlaps [start, end), or 0. */
static paddr_t find_overlap(const struct kexec_image *image, paddr_t start, paddr_t end)
{
	for (unsigned int i = 0; i < image->nr_dests; i++) {
		const struct kexec_dest *dest = &image->dest[i];

		if (start < dest->start + dest->mem_bytes && end > dest->start)
			return dest->start + dest->mem_bytes;
	}
	return 0;
}

/* A block outside every destination; 0: no memory. */
static paddr_t alloc_outside(struct kexec_image *image, unsigned int order)
{
	for (;;) {
		paddr_t start = image->memory->alloc(order);

		if (!start || !find_overlap(image, start, start + (PAGE_SIZE << order)))
			return start;
		if (!remember_block(&image->parked, start, order)) {
			image->memory->release(start, order);
			return 0;
		}
	}
}

/* struct kexec_plan's alloc_pages, for the port and for the lists. */
static void *alloc_pages(struct kexec_plan *plan, unsigned int order)
{
	struct kexec_image *image = container_of(plan, struct kexec_image, plan);
	paddr_t start = alloc_outside(image, order);

	if (!start)
		return NULL;
	if (!remember_block(&image->control, start, order)) {
		image->memory->release(start, order);
		return NULL;
	}
	return memset(image->memory->map(start), 0, PAGE_SIZE << order);
}

int kexec_image_add(struct kexec_image *image, paddr_t start, uint64_t data_bytes,
		    uint64_t mem_bytes, bool zero_tail)
{
	if (image->nr_dests == ARRAY_SIZE(image->dest))
		return -ENOSPC;
	if (find_kept(image, start, start + mem_bytes))
		return -EADDRNOTAVAIL;
	image->dest[image->nr_dests++] = (struct kexec_dest){
		.start = start,
		.data_bytes = data_bytes,
		.mem_bytes = mem_bytes,
		.is_tail_zeroed = zero_tail,
	};
	return 0;
}

static uint64_t data_pages(const struct kexec_dest *dest)
{
	return DIV_ROUND_UP(dest->data_bytes, PAGE_SIZE);
}

/*
 * Goes over the candidates in rising order; with `claim`, the first one whose pages can be had, else
 * the first that fits. Returns 0 or -EADDRNOTAVAIL.
 */
static int search(struct kexec_image *image, const struct kexec_wish *wish, bool claim,
		  paddr_t *out)
{
	paddr_t ram_start, ram_end;

	for (unsigned int i = 0; image->memory->ram_range(i, &ram_start, &ram_end); i++) {
		paddr_t start = ALIGN_UP(max(ram_start, wish->min), wish->align);
		paddr_t end = min(ram_end, wish->max);

		while (start < end && wish->mem_bytes <= end - start) {
			paddr_t other = find_overlap(image, start, start + wish->mem_bytes) ?:
				find_kept(image, start, start + wish->mem_bytes);
			uint64_t pages = DIV_ROUND_UP(wish->data_bytes, PAGE_SIZE);

			*out = start;
			if (other)
				start = ALIGN_UP(other, wish->align);
			else if (!claim || !image->memory->claim(start, pages))
				return 0;
			else
				start = ALIGN_UP(start + PLACE_STEP, wish->align);
		}
	}
	return -EADDRNOTAVAIL;
}

int kexec_image_place(struct kexec_image *image, const struct kexec_wish *wish, paddr_t *out)
{
	struct kexec_dest *dest;
	bool is_claimed;
	int err;

	if (image->nr_dests == ARRAY_SIZE(image->dest))
		return -ENOSPC;
	is_claimed = !search(image, wish, true, out);
	if (!is_claimed) {
		err = search(image, wish, false, out);
		if (err)
			return err;
	}
	err = kexec_image_add(image, *out, wish->data_bytes, wish->mem_bytes, wish->zero_tail);
	dest = &image->dest[image->nr_dests - 1];
	dest->is_claimed = is_claimed;
	if (!err && is_claimed) {
		err = remember_piece(image, *out, *out, data_pages(dest));
		if (err)
			image->memory->unclaim(*out, data_pages(dest));
	}
	return err;
}

/* Pages that wait elsewhere, in the largest blocks that fit. */
static int claim_elsewhere(struct kexec_image *image, paddr_t to, uint64_t pages)
{
	while (pages) {
		unsigned int order = min(ilog2(pages), MAX_PIECE_ORDER);
		paddr_t from;
		int err;

		while (!(from = alloc_outside(image, order)))
			if (!order--)
				return -ENOMEM;
		err = remember_piece(image, to, from, 1ul << order);
		if (err) {
			image->memory->release(from, order);
			return err;
		}
		to += PAGE_SIZE << order;
		pages -= 1ul << order;
	}
	return 0;
}

/*
 * Takes what is free of [to, to + pages) in place, by halves, and leaves the rest to a second pass:
 * only when every destination holds its free pages may others be allocated.
 */
static int claim_in_place(struct kexec_image *image, paddr_t to, uint64_t pages)
{
	uint64_t half;
	int err;

	if (!image->memory->claim(to, pages)) {
		err = remember_piece(image, to, to, pages);
		if (err)
			image->memory->unclaim(to, pages);
		return err;
	}
	if (pages == 1)
		return 0;
	half = pages / 2;
	err = claim_in_place(image, to, half);
	return err ? err : claim_in_place(image, to + half * PAGE_SIZE, pages - half);
}

/* The gaps that pieces leave in a destination's data. Those of the first pass are in order. */
static int claim_gaps(struct kexec_image *image, const struct kexec_dest *dest, unsigned int nr_first)
{
	paddr_t at = dest->start, end = dest->start + data_pages(dest) * PAGE_SIZE;

	for (unsigned int i = 0; i < nr_first; i++) {
		struct kexec_piece piece = image->pieces[i];
		int err;

		if (piece.to < at || piece.to >= end)
			continue;
		err = claim_elsewhere(image, at, (piece.to - at) / PAGE_SIZE);
		if (err)
			return err;
		at = piece.to + piece.pages * PAGE_SIZE;
	}
	return claim_elsewhere(image, at, (end - at) / PAGE_SIZE);
}

static int compare_pieces(const void *a, const void *b)
{
	const struct kexec_piece *p = a, *q = b;

	return p->to < q->to ? -1 : p->to > q->to;
}

int kexec_image_claim(struct kexec_image *image)
{
	unsigned int nr_first;
	int err = 0;

	for (unsigned int i = 0; !err && i < image->nr_dests; i++) {
		const struct kexec_dest *dest = &image->dest[i];

		if (!dest->is_claimed && dest->data_bytes)
			err = claim_in_place(image, dest->start, data_pages(dest));
	}
	nr_first = image->nr_pieces;
	for (unsigned int i = 0; !err && i < image->nr_dests; i++)
		if (!image->dest[i].is_claimed)
			err = claim_gaps(image, &image->dest[i], nr_first);
	free_blocks(image, &image->parked);
	sort(image->pieces, image->nr_pieces, sizeof(*image->pieces), compare_pieces);
	return err;
}

/* The first piece of a destination's data; the others follow it, pieces being sorted. */
static const struct kexec_piece *first_piece(const struct kexec_image *image,
					     const struct kexec_dest *dest)
{
	struct kexec_piece key = { .to = dest->start };

	return binary_search(&key, image->pieces, image->nr_pieces, sizeof(key), compare_pieces);
}

/* Bytes of the destination's data in a piece. */
static size_t piece_bytes(const struct kexec_dest *dest, const struct kexec_piece *piece)
{
	return min(piece->pages * PAGE_SIZE, dest->start + dest->data_bytes - piece->to);
}

int kexec_image_fill(struct kexec_image *image, unsigned int index, kexec_fill_fn fill, void *ctx)
{
	const struct kexec_dest *dest = &image->dest[index];
	const struct kexec_piece *piece = first_piece(image, dest);
	uint64_t offset = 0;

	for (; offset < dest->data_bytes; piece++) {
		char *to = image->memory->map(piece->from);
		size_t n = piece_bytes(dest, piece);
		int err = fill(ctx, to, offset, n);

		if (err)
			return err;
		memset(to + n, 0, piece->pages * PAGE_SIZE - n);
		offset += n;
	}
	return 0;
}

static uint64_t digest(const struct kexec_image *image, const struct kexec_dest *dest)
{
	const struct kexec_piece *piece = first_piece(image, dest);
	struct xxh64_state state;

	xxh64_init(&state, 0);
	for (uint64_t offset = 0; offset < dest->data_bytes; piece++) {
		size_t n = piece_bytes(dest, piece);

		xxh64_update(&state, image->memory->map(piece->from), n);
		offset += n;
	}
	return xxh64_final(&state);
}

int kexec_image_verify(const struct kexec_image *image)
{
	for (unsigned int i = 0; i < image->nr_dests; i++)
		if (digest(image, &image->dest[i]) != image->dest[i].digest)
			return -EIO;
	return 0;
}

/* An array for the plan, in pages that the jump can rely on. */
static void *alloc_list(struct kexec_image *image, size_t bytes)
{
	unsigned int order = 0;

	while (PAGE_SIZE << order < bytes)
		order++;
	return alloc_pages(&image->plan, order);
}

static int list_digests(struct kexec_image *image)
{
	struct kexec_digest *list = alloc_list(image, sizeof(*list) * ARRAY_SIZE(image->dest));

	if (!list)
		return -ENOMEM;
	image->plan.digests = list;
	for (unsigned int i = 0; i < image->nr_dests; i++) {
		struct kexec_dest *dest = &image->dest[i];

		dest->digest = digest(image, dest);
		if (dest->data_bytes)
			list[image->plan.nr_digests++] = (struct kexec_digest){
				dest->start, dest->data_bytes, dest->digest,
			};
	}
	return 0;
}

static void add_copy(struct kexec_plan *plan, struct kexec_copy *list, struct kexec_copy copy)
{
	struct kexec_copy *last = plan->nr_copies ? &list[plan->nr_copies - 1] : NULL;

	if (last && last->from != KEXEC_ZERO && copy.from != KEXEC_ZERO &&
	    last->to + last->bytes == copy.to && last->from + last->bytes == copy.from)
		last->bytes += copy.bytes;
	else
		list[plan->nr_copies++] = copy;
}

static int list_copies(struct kexec_image *image)
{
	struct kexec_copy *list =
		alloc_list(image, sizeof(*list) * (image->nr_pieces + ARRAY_SIZE(image->dest)));

	if (!list)
		return -ENOMEM;
	image->plan.copies = list;
	for (unsigned int i = 0; i < image->nr_pieces; i++) {
		const struct kexec_piece *piece = &image->pieces[i];

		if (piece->from != piece->to)
			add_copy(&image->plan, list, (struct kexec_copy){
				piece->to, piece->from, piece->pages * PAGE_SIZE });
	}
	for (unsigned int i = 0; i < image->nr_dests; i++) {
		const struct kexec_dest *dest = &image->dest[i];
		uint64_t data = data_pages(dest) * PAGE_SIZE;

		if (dest->is_tail_zeroed && dest->mem_bytes > data)
			add_copy(&image->plan, list, (struct kexec_copy){
				dest->start + data, KEXEC_ZERO, dest->mem_bytes - data });
	}
	return 0;
}

int kexec_image_finish(struct kexec_image *image, paddr_t entry, paddr_t params)
{
	int err;

	image->plan.entry = entry;
	image->plan.params = params;
	err = list_digests(image);
	if (!err)
		err = list_copies(image);
	if (!err)
		err = arch_kexec_prepare(&image->plan);
	free_blocks(image, &image->parked);
	return err;
}
