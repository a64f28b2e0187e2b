// SPDX-License-Identifier: MIT
/* What memory is used for: /proc/meminfo, vmstat, swaps, /proc/sys/vm (man 5 proc), /sys/kernel/mm. */
#include <arch/layout.h>
#include <kernel/pseudo_file.h>
#include <lib/compiler.h>
#include <mm/page.h>

static void line(struct seq *seq, const char *name, uint64_t pages)
{
	seq_printf(seq, "%-16s%8llu kB\n", name, (unsigned long long)(pages << PAGE_SHIFT >> 10));
}

/* Nothing is swapped, and file pages are the files themselves: what can be had is what is free. */
static int meminfo_show(struct seq *seq, void *ctx)
{
	struct page_stats s;
	uint64_t shmem, file;

	page_get_stats(&s);
	shmem = min(s.shmem_pages, s.cache_pages);
	file = s.cache_pages - shmem;
	line(seq, "MemTotal:", s.total_pages);
	line(seq, "MemFree:", s.free_pages);
	line(seq, "MemAvailable:", s.free_pages);
	line(seq, "Buffers:", 0);
	line(seq, "Cached:", s.cache_pages);
	line(seq, "SwapCached:", 0);
	line(seq, "Active:", s.anon_pages);
	line(seq, "Inactive:", file + shmem);
	line(seq, "Active(anon):", s.anon_pages);
	line(seq, "Inactive(anon):", shmem);
	line(seq, "Active(file):", 0);
	line(seq, "Inactive(file):", 0);
	line(seq, "Unevictable:", file);
	line(seq, "Mlocked:", 0);
	line(seq, "SwapTotal:", 0);
	line(seq, "SwapFree:", 0);
	line(seq, "Dirty:", 0);
	line(seq, "Writeback:", 0);
	line(seq, "AnonPages:", s.anon_pages);
	line(seq, "Mapped:", 0);
	line(seq, "Shmem:", shmem);
	line(seq, "KReclaimable:", 0);
	line(seq, "Slab:", s.slab_pages);
	line(seq, "SReclaimable:", 0);
	line(seq, "SUnreclaim:", s.slab_pages);
	line(seq, "KernelStack:", s.stack_pages);
	line(seq, "PageTables:", s.table_pages);
	line(seq, "SecPageTables:", 0);
	line(seq, "NFS_Unstable:", 0);
	line(seq, "Bounce:", 0);
	line(seq, "WritebackTmp:", 0);
	line(seq, "CommitLimit:", s.total_pages / 2);
	line(seq, "Committed_AS:", s.anon_pages + shmem);
	line(seq, "VmallocTotal:", (VMAP_END - VMAP_BASE) >> PAGE_SHIFT);
	line(seq, "VmallocUsed:", s.vmalloc_pages + s.stack_pages);
	line(seq, "VmallocChunk:", 0);
	line(seq, "Percpu:", 0);
	return 0;
}
PROC_FILE("meminfo", 0444, { .show = meminfo_show });

static int vmstat_show(struct seq *seq, void *ctx)
{
	struct page_stats s;

	page_get_stats(&s);
	seq_printf(seq, "nr_free_pages %llu\n", (unsigned long long)s.free_pages);
	seq_printf(seq, "nr_anon_pages %llu\n", (unsigned long long)s.anon_pages);
	seq_printf(seq, "nr_file_pages %llu\n", (unsigned long long)s.cache_pages);
	seq_printf(seq, "nr_shmem %llu\n", (unsigned long long)s.shmem_pages);
	seq_printf(seq, "nr_slab_unreclaimable %llu\n", (unsigned long long)s.slab_pages);
	seq_printf(seq, "nr_kernel_stack %llu\n", (unsigned long long)(s.stack_pages << PAGE_SHIFT >> 10));
	seq_printf(seq, "nr_page_table_pages %llu\n", (unsigned long long)s.table_pages);
	seq_puts(seq, "pswpin 0\npswpout 0\n");
	return 0;
}
PROC_FILE("vmstat", 0444, { .show = vmstat_show });

PROC_TEXT("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");

/* --- /proc/sys/vm: remembered, so that what programs set they read back ---------------------------- */

static int overcommit_memory, overcommit_ratio = 50, swappiness = 60, max_map_count = 65530, mmap_min_addr = MMAP_MIN_ADDR;
static int panic_on_oom, dirty_ratio = 20, dirty_background_ratio = 10, min_free_kbytes = 4096;
static struct sysctl_int overcommit_memory_ctl = { &overcommit_memory, 0, 2 };
static struct sysctl_int overcommit_ratio_ctl = { &overcommit_ratio, 0, INT32_MAX };
static struct sysctl_int swappiness_ctl = { &swappiness, 0, 200 };
static struct sysctl_int max_map_count_ctl = { &max_map_count, 0, INT32_MAX };
static struct sysctl_int mmap_min_addr_ctl = { &mmap_min_addr, MMAP_MIN_ADDR, MMAP_MIN_ADDR };
static struct sysctl_int panic_on_oom_ctl = { &panic_on_oom, 0, 2 };
static struct sysctl_int dirty_ratio_ctl = { &dirty_ratio, 0, 100 };
static struct sysctl_int dirty_background_ratio_ctl = { &dirty_background_ratio, 0, 100 };
static struct sysctl_int min_free_kbytes_ctl = { &min_free_kbytes, 0, INT32_MAX };
SYSCTL_INT("vm/overcommit_memory", 0644, overcommit_memory_ctl);
SYSCTL_INT("vm/overcommit_ratio", 0644, overcommit_ratio_ctl);
SYSCTL_INT("vm/swappiness", 0644, swappiness_ctl);
SYSCTL_INT("vm/max_map_count", 0644, max_map_count_ctl);
SYSCTL_INT("vm/mmap_min_addr", 0644, mmap_min_addr_ctl);
SYSCTL_INT("vm/panic_on_oom", 0644, panic_on_oom_ctl);
SYSCTL_INT("vm/dirty_ratio", 0644, dirty_ratio_ctl);
SYSCTL_INT("vm/dirty_background_ratio", 0644, dirty_background_ratio_ctl);
SYSCTL_INT("vm/min_free_kbytes", 0644, min_free_kbytes_ctl);

/* Nothing cached could be dropped. */
static int drop_caches;
static struct sysctl_int drop_caches_ctl = { &drop_caches, 1, 4 };
SYSCTL_INT("vm/drop_caches", 0200, drop_caches_ctl);

/* --- /sys/kernel/mm ------------------------------------------------------------------------------ */

SYSFS_TEXT("kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
SYSFS_TEXT("kernel/mm/transparent_hugepage/defrag", "always defer defer+madvise [madvise] never\n");

static int hpage_pmd_size_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%lu\n", PAGE_SIZE << PAGE_TABLE_BITS);
	return 0;
}
SYSFS_FILE("kernel/mm/transparent_hugepage/hpage_pmd_size", 0444, { .show = hpage_pmd_size_show });
