// SPDX-License-Identifier: MIT
/*
 * The C part of the kernel's entry: the loader's device tree, the random base, the first page tables.
 * Runs at its physical address, before the kernel is relocated: nothing here uses a pointer from data.
 */
#include <arch/layout.h>
#include <arch/mmu.h>
#include <boot/boot_info.h>
#include <boot/fdt_boot.h>
#include <boot/relocate.h>
#include <lib/compiler.h>
#include <lib/dt.h>

#include "arm64.h"

#define SIZE_2M (2ull << 20)
#define SIZE_1G (1ull << 30)
#define SIZE_512G (512ull << 30)
#define FDT_MAX_BYTES (2u << 20) /* Documentation/arch/arm64/booting */
#define INDEX(address, shift) ((uint64_t)(address) >> (shift) & 511)

uint64_t early_boot(unsigned long level, paddr_t fdt);

extern char __image_start[], __image_end[];
extern const uint64_t __relr_start[], __relr_end[];

/* boot_root is TTBR1's from the first instruction with the MMU on; head.S names it. */
pte_t boot_root[512] __aligned(4096);
static pte_t boot_direct[512] __aligned(4096), boot_high[512] __aligned(4096), boot_kernel[512] __aligned(4096);

uint64_t arm64_early_cpu[8]; /* stands in for struct cpu: current is NULL */

static unsigned int image_2m_pages(void)
{
	return (__image_end - __image_start + SIZE_2M - 1) / SIZE_2M;
}

/* RAM alone: what devices have there must not be read ahead. What is beyond 512 GiB is seen by the next tables. */
static void map_ram(const struct boot_info *info)
{
	for (unsigned int i = 0; i < info->nr_map; i++) {
		const struct boot_range *range = &info->map[i];

		if (range->type != BOOT_MEM_USABLE)
			continue;
		for (paddr_t at = ALIGN_DOWN(range->start, SIZE_1G);
			at < range->start + range->size_bytes && at < SIZE_512G; at += SIZE_1G)
			boot_direct[INDEX(at, 30)] = arch_pte_make(at, MMU_READ | MMU_WRITE | MMU_GLOBAL, 2);
	}
}

static void make_tables(const struct boot_info *info, uint64_t slide)
{
	const unsigned int rwx = MMU_READ | MMU_WRITE | MMU_EXEC | MMU_GLOBAL;
	paddr_t image = (paddr_t)__image_start;

	map_ram(info);
	boot_root[INDEX(DIRECT_MAP_BASE, 39)] = arch_pte_make_table((paddr_t)boot_direct);
	boot_root[INDEX(KERNEL_LINK_BASE, 39)] = arch_pte_make_table((paddr_t)boot_high);
	boot_high[INDEX(KERNEL_LINK_BASE, 30)] = arch_pte_make_table((paddr_t)boot_kernel);
	for (unsigned int i = 0; i < image_2m_pages(); i++)
		boot_kernel[slide / SIZE_2M + i] = arch_pte_make(image + i * SIZE_2M, rwx, 1);
	if (arm64_features.early_uart)
		boot_kernel[INDEX(EARLY_DEVICE_BASE, 21)] = arch_pte_make(ALIGN_DOWN(arm64_features.early_uart, SIZE_2M),
			MMU_READ | MMU_WRITE | MMU_UNCACHED | MMU_GLOBAL, 1);
}

static void find_uart(const void *dt)
{
	int node = dt_stdout(dt, NULL);
	paddr_t start;
	uint64_t size;

	if (node >= 0 && dt_is_compatible(dt, node, "arm,pl011") && !dt_reg(dt, node, 0, &start, &size))
		arm64_features.early_uart = start;
}

uint64_t early_boot(unsigned long level, paddr_t fdt)
{
	struct boot_info *info = &boot_info;
	uint64_t slide, image = (uint64_t)__image_start;

	arm64_features.is_el2 = level == 2;
	info->mem_limit = ~0ull;
	info->kernel_start = image;
	info->kernel_size_bytes = __image_end - __image_start;
	boot_reserve(info, image, info->kernel_size_bytes, BOOT_RESERVE_KERNEL);
	if (!fdt || boot_fdt_parse(info, (void *)fdt, fdt, FDT_MAX_BYTES))
		info->complaints |= BOOT_NO_MAP;
	else
		find_uart((const void *)fdt);

	/* The last step is the early console's. */
	slide = boot_choose_slide(info, NULL, 511 - image_2m_pages());
	if (slide)
		boot_relocate(__relr_start, __relr_end, image - KERNEL_LINK_BASE, slide);
	make_tables(info, slide);
	return KERNEL_LINK_BASE + slide - image;
}
