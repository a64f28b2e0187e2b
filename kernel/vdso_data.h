/* SPDX-License-Identifier: MIT */
/*
 * The page that the kernel shares with every program, just below the vDSO's image, so that clocks are
 * read without a system call (man 7 vdso). Layout is private to the kernel and its vDSO.
 */
#pragma once

#include <lib/types.h>

struct vdso_data {
	uint32_t seq;		/* atomic: odd while the rest is being changed */
	uint32_t has_clock;	/* 0: the counter must not be used, the vDSO calls the kernel */
	uint64_t counter_base;	/* counter at monotonic time 0 */
	uint64_t counter_mult;	/* nanoseconds per tick, 32 fractional bits */
	uint64_t realtime_offset_ns; /* CLOCK_REALTIME - CLOCK_MONOTONIC */
};

struct page;

/* What is mapped into programs: a copy of the port's image and the data page, made at first use. 0 or -ENOMEM. */
int vdso_pages(struct page **data, struct page *const **image, unsigned int *nr_image);

/* Publishes new values; kernel/time.c calls it when a clock is set. Thread context or boot. */
void vdso_update(uint64_t counter_base, uint64_t counter_mult, uint64_t realtime_offset_ns);
