// SPDX-License-Identifier: MIT
/*
 * The C part of the kernel's entry: what the loader told, the place for parked CPUs, relocation to
 * where the image stands, and from there to where nobody can know. Nothing here uses a pointer from data until
 * the first is done.
 */
#include <arch/layout.h>
#include <boot/boot_info.h>
#include <boot/efi_boot.h>
#include <boot/fdt_boot.h>
#include <boot/relocate.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <lib/string.h>

#include "loongarch.h"

#define FDT_MAX_BYTES (2u << 20)
#define PADDR_MASK 0xffffffffffffull	/* loaders may name addresses of a window */
#define LOW_BYTES 0x10000		/* the page at 0 is nobody's */
#define TOP_BYTES 0x40000
#define SLIDE_STEPS 32			/* of SLIDE_BYTES, boot_choose_slide()'s */
#define SLIDE_BYTES (2ull << 20)

uint64_t early_boot(uint64_t is_efi, uint64_t cmdline, uint64_t systab);

extern char __image_start[], __image_end[];
extern char __dtb_start[], __dtb_end[]; /* the tree within the image, or nothing */
extern const uint64_t __relr_start[], __relr_end[];

uint64_t loongarch_early_cpu[8]; /* stands in for struct cpu: current is NULL */
paddr_t loongarch_parking;

static bool is_reserved(const struct boot_info *info, paddr_t start, paddr_t end)
{
	for (unsigned int i = 0; i < info->nr_reserved; i++) {
		const struct boot_reserved *have = &info->reserved[i];

		if (have->start < end && have->start + have->size_bytes > start)
			return true;
	}
	return false;
}

/* At the end of the lowest RAM that is free there. Reserved in the map: the next kernel leaves it alone. */
static void choose_parking(struct boot_info *info)
{
	for (unsigned int i = 0; i < info->nr_map; i++) {
		const struct boot_range *range = &info->map[i];
		paddr_t at = ALIGN_DOWN(range->start + range->size_bytes, PARKING_BYTES);

		if (range->type != BOOT_MEM_USABLE || range->size_bytes < 16 * PARKING_BYTES)
			continue;
		for (at -= PARKING_BYTES; at > range->start; at -= PARKING_BYTES) {
			if (is_reserved(info, at, at + PARKING_BYTES))
				continue;
			if (!boot_add_range(info, at, PARKING_BYTES, BOOT_MEM_RESERVED))
				loongarch_parking = at;
			return;
		}
	}
}

/*
 * The end of RAM is left to the next kernel: Linux takes its first page tables from there before it
 * reserves its initrd, which kexec-tools put at the very end of what /proc/iomem calls System RAM.
 */
static void leave_top(struct boot_info *info)
{
	for (unsigned int i = info->nr_map; i--;) {
		const struct boot_range *range = &info->map[i];
		paddr_t at = ALIGN_DOWN(range->start + range->size_bytes, TOP_BYTES) - TOP_BYTES;

		if (range->type != BOOT_MEM_USABLE || range->size_bytes < 16 * TOP_BYTES)
			continue;
		if (!is_reserved(info, at, range->start + range->size_bytes) &&
			boot_add_range(info, at, range->start + range->size_bytes - at, BOOT_MEM_SOFT_RESERVED))
			info->complaints |= BOOT_BAD_MAP;
		return;
	}
}

/* QEMU's is at 0. */
static void take_cmdline(struct boot_info *info, paddr_t paddr)
{
	const char *from = phys_to_virt(paddr);

	if (strscpy(info->cmdline, from, sizeof(info->cmdline)) < 0)
		info->complaints |= BOOT_BAD_CMDLINE;
}

/* The loader's tree; without one, the one that was built in: a hypervisor's zone starts with nothing but that. */
static bool take_tree(struct boot_info *info, const struct efi_boot_tables *tables)
{
	if (tables->fdt && !boot_fdt_parse(info, phys_to_virt(tables->fdt), tables->fdt, FDT_MAX_BYTES))
		return true;
	return !boot_fdt_parse(info, __dtb_start, virt_to_phys(__dtb_start), (size_t)(__dtb_end - __dtb_start));
}

/* Where the kernel goes from its place: on by what the loader's seed says, or to what is free next; else nowhere. */
static paddr_t choose_place(const struct boot_info *info)
{
	paddr_t here = info->kernel_start, size = info->kernel_size_bytes;
	uint64_t slide = boot_choose_slide(info, NULL, SLIDE_STEPS);

	for (unsigned int i = 0; slide && i < SLIDE_STEPS; i++, slide += SLIDE_BYTES) {
		paddr_t there = ALIGN_DOWN(here, SLIDE_BYTES) + slide % (SLIDE_STEPS * SLIDE_BYTES);

		if ((there >= here + size || there + size <= here) && boot_range_is_usable(info, there, size) &&
			!is_reserved(info, there, there + size))
			return there;
	}
	return here;
}

/* A copy that is relocated to stand there: the last that is done here. */
static void copy_kernel(uint64_t distance)
{
	char *to = __image_start + distance;

	memcpy(to, __image_start, (size_t)(__image_end - __image_start));
	boot_relocate(__relr_start, __relr_end, (uintptr_t)to - KERNEL_LINK_BASE, distance);
}

/* Returns how far from here the kernel's copy is where head.S goes on. */
uint64_t early_boot(uint64_t is_efi, uint64_t cmdline, uint64_t systab)
{
	struct boot_info *info = &boot_info;
	uint64_t slide = (uintptr_t)__image_start - KERNEL_LINK_BASE, distance;
	struct efi_boot_tables tables = { 0 };

	if (slide)
		boot_relocate(__relr_start, __relr_end, slide, slide);
	info->mem_limit = ~0ull;
	info->kernel_start = virt_to_phys(__image_start);
	info->kernel_size_bytes = (uint64_t)(__image_end - __image_start);
	boot_reserve(info, 0, LOW_BYTES, BOOT_RESERVE_FIRMWARE);
	if (is_efi || cmdline)
		take_cmdline(info, cmdline & PADDR_MASK);
	systab &= PADDR_MASK;
	if (systab)
		boot_efi_find_tables(info, phys_to_virt(0), systab, &tables);
	boot_efi_add_memory(info, phys_to_virt(0), &tables);
	if (!take_tree(info, &tables) && !info->nr_map)
		info->complaints |= BOOT_NO_MAP;
	boot_efi_add_initrd(info, phys_to_virt(0), &tables);
	if (!info->fdt)
		info->mem_limit = boot_mem_limit(info->cmdline);
	distance = choose_place(info) - info->kernel_start;
	info->kernel_start += distance;
	if (info->fdt == virt_to_phys(__dtb_start))
		info->fdt += distance;
	boot_reserve(info, info->kernel_start, info->kernel_size_bytes, BOOT_RESERVE_KERNEL);
	choose_parking(info);
	leave_top(info);
	if (distance)
		copy_kernel(distance);
	return distance;
}
