/* SPDX-License-Identifier: MIT */
/*
 * The next kernel in memory: where its parts will stand (destinations), and where their contents wait
 * until then (pieces).
 *
 * A page is taken at its final address when that is free, and then nothing is left to do for it at
 * the jump. Where the running kernel is in the way the content waits in other pages, never inside any
 * destination, and a copy is planned. Pure but for the memory behind struct kexec_memory, so the
 * planner is tested on the host.
 *
 *	alloc -> add or place (all destinations) -> claim -> fill (all) -> finish -> [verify, jump]
 *
 * One thread at a time uses an image; kexec/load.c's lock sees to it. All functions may sleep.
 */
#pragma once

#include <arch/kexec.h>
#include <lib/compiler.h>
#include <linux/kexec.h>

/* The page frames, as the planner sees them. Pages are of PAGE_SIZE; counts are of pages. */
struct kexec_memory {
	/* Takes [start, start + pages) if all of it is free RAM: 0 or -errno; gives it back. */
	int (*claim)(paddr_t start, uint64_t pages);
	void (*unclaim)(paddr_t start, uint64_t pages);
	/* 1 << order pages, anywhere; 0: no memory. */
	paddr_t (*alloc)(unsigned int order);
	void (*release)(paddr_t start, unsigned int order);
	/* The nth range of RAM in rising order; false past the last. */
	bool (*ram_range)(unsigned int n, paddr_t *start, paddr_t *end);
	void *(*map)(paddr_t paddr);
	/* The nth range that no destination may touch, in no order; false past the last. */
	bool (*kept_range)(unsigned int n, paddr_t *start, paddr_t *end);
};

/* A part of the next kernel. */
struct kexec_dest {
	paddr_t start;			/* page aligned */
	uint64_t data_bytes;		/* loaded content */
	uint64_t mem_bytes;		/* page aligned; what is behind the data ... */
	bool is_tail_zeroed;		/* ... is made zero at the jump, or left as it is */
	bool is_claimed;		/* the data's pages are all ours, at their final address */
	uint64_t digest;		/* XXH64 of the data, by finish */
};

/* Where some pages of a destination's data are until the jump. */
struct kexec_piece {
	paddr_t to;
	paddr_t from;			/* == to: in place */
	uint64_t pages;
};

struct kexec_block {
	paddr_t start;
	unsigned int order;
};

/* A list that grows. */
struct kexec_blocks {
	struct kexec_block *list;
	unsigned int count, capacity;
};

struct kexec_image {
	struct kexec_plan plan;		/* complete after finish */
	const struct kexec_memory *memory;

	unsigned int nr_dests;
	struct kexec_dest dest[KEXEC_SEGMENT_MAX];

	struct kexec_piece *pieces;	/* by destination, then address */
	unsigned int nr_pieces, piece_capacity;

	struct kexec_blocks control;	/* from plan.alloc_pages(), and the plan's own lists */
	struct kexec_blocks parked;	/* allocated, but inside a destination: useless until free */
};

/* NULL: no memory. */
struct kexec_image *kexec_image_alloc(const struct kexec_memory *memory);
void kexec_image_free(struct kexec_image *image);

/* A destination at a given address; checked before by kexec_check_segments(). -ENOSPC: too many. */
int __must_check kexec_image_add(struct kexec_image *image, paddr_t start, uint64_t data_bytes,
				 uint64_t mem_bytes, bool zero_tail);

/* What kexec_image_place() looks for. */
struct kexec_wish {
	uint64_t data_bytes;
	uint64_t mem_bytes;		/* page aligned */
	uint64_t align;			/* a power of two, at least a page */
	paddr_t min, max;		/* lowest start, last byte's limit */
	bool zero_tail;
};

/*
 * Finds RAM for a destination and adds it: the lowest address at which the data's pages are all free,
 * else the lowest one that no other destination has. -EADDRNOTAVAIL: no RAM there; -ENOSPC.
 */
int __must_check kexec_image_place(struct kexec_image *image, const struct kexec_wish *wish,
				   paddr_t *out);

/* Takes memory for the data of all destinations. -ENOMEM. */
int __must_check kexec_image_claim(struct kexec_image *image);

/*
 * Fills destination `dest` by calls of fill(), which writes n bytes, at `offset` in the data, to `to`;
 * its error ends this. The rest of the last page becomes zero.
 */
typedef int (*kexec_fill_fn)(void *ctx, void *to, uint64_t offset, size_t n);
int __must_check kexec_image_fill(struct kexec_image *image, unsigned int dest, kexec_fill_fn fill,
				  void *ctx);

/* Digests, the port's preparation, the list of copies. -ENOMEM. */
int __must_check kexec_image_finish(struct kexec_image *image, paddr_t entry, paddr_t params);

/* Whether the contents still have their digests: 0 or -EIO. */
int __must_check kexec_image_verify(const struct kexec_image *image);

/* The page allocator's struct kexec_memory (kexec/memory.c). */
extern const struct kexec_memory kexec_page_memory;
