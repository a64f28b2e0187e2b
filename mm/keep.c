// SPDX-License-Identifier: MIT
/* Memory that hardware writes to until the machine is reset: no next kernel may have it. */
#include <mm/page.h>

#include <kernel/printk.h>
#include <lib/atomic.h>

#define MAX_KEPT 32

static struct {
	paddr_t start, end;
} kept[MAX_KEPT];
static unsigned int nr_kept; /* atomic; rises after the entry was filled in. Callers come one at a time. */

void page_keep(paddr_t start, uint64_t bytes)
{
	if (nr_kept && kept[nr_kept - 1].end == start) {
		kept[nr_kept - 1].end += bytes;
	} else if (nr_kept == MAX_KEPT) {
		pr_err("mm: %lx cannot be kept from a next kernel", (unsigned long)start);
	} else {
		kept[nr_kept].start = start;
		kept[nr_kept].end = start + bytes;
		atomic_store(&nr_kept, nr_kept + 1);
	}
}

bool page_kept_range(unsigned int n, paddr_t *start, paddr_t *end)
{
	if (n >= atomic_load(&nr_kept))
		return false;
	*start = kept[n].start;
	*end = kept[n].end;
	return true;
}
