// SPDX-License-Identifier: MIT
/*
 * The C part of the kernel's entry: the loader's device tree, the random base, the first page tables.
 * Runs with paging off, before the kernel is relocated: nothing here uses a pointer from data.
 */
#include <arch/layout.h>
#include <arch/mmu.h>
#include <boot/boot_info.h>
#include <boot/fdt_boot.h>
#include <boot/relocate.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <port/csr.h>

#include "riscv.h"

#define SIZE_2M (2ull << 20)
#define SIZE_1G (1ull << 30)
#define FDT_MAX_BYTES (2u << 20) /* Documentation/devicetree: what loaders and Linux agree on */
#define ROOT_INDEX(address) ((uint64_t)(address) >> 30 & 511)

struct early_start {
	uint64_t satp, to_virtual;
};
struct early_start early_boot(uint64_t hart, paddr_t fdt);

extern char __image_start[], __image_end[];
extern const uint64_t __relr_start[], __relr_end[];

static pte_t boot_root[512] __aligned(4096), boot_kernel[512] __aligned(4096);

uint64_t riscv_early_cpu[8]; /* stands in for struct cpu: current is NULL */

static unsigned int image_2m_pages(void)
{
	return (__image_end - __image_start + SIZE_2M - 1) / SIZE_2M;
}

static void make_tables(uint64_t slide)
{
	const unsigned int rwx = MMU_READ | MMU_WRITE | MMU_EXEC | MMU_GLOBAL;
	paddr_t image = (paddr_t)__image_start, end = (paddr_t)__image_end;
	uint64_t first = slide / SIZE_2M;

	for (paddr_t at = ALIGN_DOWN(image, SIZE_1G); at < end; at += SIZE_1G)
		boot_root[ROOT_INDEX(at)] = arch_pte_make(at, rwx, 2);
	for (paddr_t at = 0; at < DIRECT_MAP_BYTES; at += SIZE_1G)
		boot_root[ROOT_INDEX(DIRECT_MAP_BASE + at)] = arch_pte_make(at, MMU_READ | MMU_WRITE | MMU_GLOBAL, 2);
	boot_root[ROOT_INDEX(KERNEL_LINK_BASE)] = arch_pte_make_table((paddr_t)boot_kernel);
	for (unsigned int i = 0; i < image_2m_pages(); i++)
		boot_kernel[first + i] = arch_pte_make(image + i * SIZE_2M, rwx, 1);
}

struct early_start early_boot(uint64_t hart, paddr_t fdt)
{
	struct boot_info *info = &boot_info;
	uint64_t slide, image = (uint64_t)__image_start;

	riscv_features.boot_hart = hart;
	info->mem_limit = ~0ull;
	info->kernel_start = image;
	info->kernel_size_bytes = __image_end - __image_start;
	boot_reserve(info, image, info->kernel_size_bytes, BOOT_RESERVE_KERNEL);
	if (!fdt || boot_fdt_parse(info, (void *)fdt, fdt, FDT_MAX_BYTES))
		info->complaints |= BOOT_NO_MAP;

	slide = boot_choose_slide(info, NULL, 512 - image_2m_pages());
	if (slide)
		boot_relocate(__relr_start, __relr_end, image - KERNEL_LINK_BASE, slide);
	make_tables(slide);
	return (struct early_start){
		SATP_SV39 | (paddr_t)boot_root >> 12, KERNEL_LINK_BASE + slide - image,
	};
}
