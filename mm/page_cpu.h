/* SPDX-License-Identifier: MIT */
/* Per-CPU cache of single free pages (embedded in struct cpu). Touched with interrupts off, own CPU only. */
#pragma once

#include <lib/list.h>

struct page_cpu {
	struct list_head free;
	unsigned int nr_free;
};
