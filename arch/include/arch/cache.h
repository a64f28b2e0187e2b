/* SPDX-License-Identifier: MIT */
/* Arch contract: caches that hardware does not keep coherent by itself. No-ops on x86. */
#pragma once

#include <lib/types.h>

/* Makes code written through the direct map at addr executable for the running program, on every CPU
 * that it runs on now or later. Any context; mm calls it for each page that becomes executable. */
void arch_icache_sync(void *addr, size_t size);

/* Writes [addr, addr + size) back to memory (point of coherency). */
void arch_cache_clean(const void *addr, size_t size);
