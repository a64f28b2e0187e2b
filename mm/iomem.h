/* SPDX-License-Identifier: MIT */
/* The physical address map as /proc/iomem shows it, and the firmware's own as /sys/firmware/memmap does. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct boot_info;

struct iomem_resource {
	paddr_t start, end; /* inclusive */
	const char *name;   /* not copied */
	struct iomem_resource *parent, *child, *sibling;
};

/* Adds a range below the smallest one that contains it. -EBUSY: overlaps a sibling; -ENOMEM. */
__must_check int iomem_add(paddr_t start, paddr_t end, const char *name);
void iomem_remove(paddr_t start, paddr_t end);
void iomem_init(const struct boot_info *info);

/* Calls fn in the order of /proc/iomem with the depth, until it returns nonzero. */
int iomem_walk(int (*fn)(void *ctx, const struct iomem_resource *res, unsigned int depth), void *ctx);
/* The same for I/O ports (/proc/ioports). */
__must_check int ioport_add(uint16_t start, uint16_t end, const char *name);
int ioport_walk(int (*fn)(void *ctx, const struct iomem_resource *res, unsigned int depth), void *ctx);
/* Whether [start, end] is only RAM ("System RAM"). */
bool iomem_is_ram(paddr_t start, paddr_t end);
