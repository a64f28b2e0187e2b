/* SPDX-License-Identifier: MIT */
/* What kexec_load(2) demands of a list of segments. Pure. */
#pragma once

#include <lib/compiler.h>
#include <linux/kexec.h>

/*
 * The checks of Linux, in its order: -EADDRNOTAVAIL for an end that wraps, lies at or above `limit`
 * or is not page aligned; -EINVAL for segments that overlap, for more content than room, and for
 * more than half of the machine's RAM in one or in all. nr <= KEXEC_SEGMENT_MAX.
 */
int __must_check kexec_check_segments(const struct kexec_segment *segments, unsigned int nr,
				      uint64_t limit, uint64_t page_bytes, uint64_t ram_pages);
