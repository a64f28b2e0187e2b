// SPDX-License-Identifier: MIT
/*
 * The C part of the kernel's entry: boot page tables, the loader's parameters, the random base.
 *
 * All of it runs at identity-mapped addresses before the kernel is relocated, so nothing here may
 * use a pointer that the linker stored in data.
 */
#include "early.h"

#include <arch/layout.h>
#include <asm/bootparam.h>
#include <boot/boot_info.h>
#include <boot/relocate.h>
#include <lib/compiler.h>
#include <lib/string.h>

#include "boot_params.h"

#define ENTRY_TABLE	0x63ull		/* present, writable, accessed, dirty */
#define ENTRY_2M	0xe3ull		/* and a leaf */
#define ENTRY_ADDRESS	(~0xfffull)
#define SIZE_2M		(2ull << 20)
#define SIZE_1G		(1ull << 30)
#define MAX_PADDR	(1ull << 46)	/* what the direct map has room for */
#define NR_SPARE	6
#define KERNEL_REGION	0xffffffff80000000ull	/* 1 GiB in which the kernel may stand */
#define LOW_END		0xa0000u
#define LOW_FALLBACK	0x80000u	/* RAM on all machines that name no memory map */

#define INDEX(address, level) (((address) >> (12 + 9 * (level))) & 511)

typedef uint64_t table[512] __attribute__((aligned(4096)));

/* The page tables; these four are named in head.S too. */
table boot_pml5, boot_pml4, boot_pdpt, boot_pd[4];
static table kernel_pdpt, kernel_pd, spare[NR_SPARE];
static unsigned int nr_spare_used;

/* What to add to a table's physical address to reach it, and to its C address to get that. */
static uint64_t table_bias, table_to_paddr;

static paddr_t low_pages;

extern char __image_start[], __image_end[];
extern const uint64_t __relr_start[], __relr_end[];

static uint64_t table_entry(const void *next)
{
	return ((uint64_t)next + table_to_paddr) | ENTRY_TABLE;
}

static uint64_t *table_below(uint64_t *entry)
{
	if (!*entry) {
		if (nr_spare_used == NR_SPARE)
			return NULL;
		*entry = table_entry(spare[nr_spare_used++]);
	}
	return (uint64_t *)((*entry & ENTRY_ADDRESS) + table_bias);
}

static void fill_2m(uint64_t *pd, paddr_t paddr)
{
	for (unsigned int i = 0; i < 512; i++)
		pd[i] = (paddr + i * SIZE_2M) | ENTRY_2M;
}

static bool map_gib(paddr_t paddr)
{
	uint64_t *top = &boot_pml4[INDEX(paddr, 3)], *pdpt, *pd;

	pdpt = table_below(top);
	if (!pdpt)
		return false;
	boot_pml4[INDEX(paddr + DIRECT_MAP_BASE, 3)] = *top;
	if (pdpt[INDEX(paddr, 2)])
		return true;
	pd = table_below(&pdpt[INDEX(paddr, 2)]);
	if (!pd)
		return false;
	fill_2m(pd, ALIGN_DOWN(paddr, SIZE_1G));
	return true;
}

void *early_map(paddr_t paddr, uint64_t size_bytes)
{
	if (!size_bytes || paddr >= MAX_PADDR || size_bytes > MAX_PADDR - paddr)
		return NULL;
	for (paddr_t gib = ALIGN_DOWN(paddr, SIZE_1G); gib < paddr + size_bytes; gib += SIZE_1G)
		if (!map_gib(gib))
			return NULL;
	return (void *)(paddr + DIRECT_MAP_BASE);
}

static unsigned int image_2m_pages(void)
{
	return (__image_end - __image_start + SIZE_2M - 1) / SIZE_2M;
}

static void map_kernel(uint64_t slide)
{
	unsigned int first = INDEX(KERNEL_LINK_BASE + slide, 1);

	memset(kernel_pd, 0, sizeof(kernel_pd));
	for (unsigned int i = 0; i < image_2m_pages(); i++)
		kernel_pd[first + i] = ((uint64_t)__image_start + i * SIZE_2M) | ENTRY_2M;
}

uint64_t early_map_init(void)
{
	boot_pml5[0] = boot_pml5[511] = table_entry(boot_pml4);
	boot_pml4[0] = boot_pml4[INDEX(DIRECT_MAP_BASE, 3)] = table_entry(boot_pdpt);
	for (unsigned int i = 0; i < 4; i++) {
		boot_pdpt[i] = table_entry(boot_pd[i]);
		fill_2m(boot_pd[i], i * SIZE_1G);
	}
	boot_pml4[511] = table_entry(kernel_pdpt);
	kernel_pdpt[INDEX(KERNEL_REGION, 2)] = table_entry(kernel_pd);
	map_kernel(0);
	early_map((paddr_t)__image_start, __image_end - __image_start);
	return (uint64_t)boot_pml4;
}

/*
 * Two pages of RAM below 640 KiB, their content kept in the last spare tables. Our tables are on,
 * so whatever the loader left there may be overwritten until it is put back.
 */
uint64_t early_borrow_low_pages(const struct boot_params *zero_page)
{
	const struct boot_params *params = early_map((paddr_t)zero_page, sizeof(*params));

	low_pages = LOW_FALLBACK;
	for (unsigned int i = 0; params && i < params->e820_entries &&
		i < E820_MAX_ENTRIES_ZEROPAGE; i++) {
		struct boot_e820_entry entry = params->e820_table[i];
		uint64_t end = min_t(uint64_t, entry.addr + entry.size, LOW_END) & ENTRY_ADDRESS;

		if (entry.type == BOOT_MEM_USABLE && end >= entry.addr + 2 * sizeof(table) + 4096)
			low_pages = end - 2 * sizeof(table);
	}
	memcpy(spare[NR_SPARE - 2], (void *)low_pages, 2 * sizeof(table));
	return low_pages;
}

void early_return_low_pages(void)
{
	memcpy((void *)low_pages, spare[NR_SPARE - 2], 2 * sizeof(table));
	memset(spare[NR_SPARE - 2], 0, 2 * sizeof(table));
}

static bool cpu_random(uint64_t *value)
{
	uint32_t a = 1, b, c = 0, d;
	bool ok = false;

	__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	for (unsigned int tries = 0; c >> 30 & 1 && !ok && tries < 10; tries++)
		__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(ok));
	return ok;
}

uint64_t early_boot(paddr_t zero_page)
{
	const void *params = early_map(zero_page, sizeof(boot_params_copy));
	uint64_t image = (uint64_t)__image_start, slide, to_virtual, random;

	table_bias = DIRECT_MAP_BASE;
	boot_info.kernel_start = image;
	boot_info.kernel_size_bytes = __image_end - __image_start;
	if (params && zero_page != (paddr_t)&boot_params_copy)
		memcpy(&boot_params_copy, params, sizeof(boot_params_copy));
	boot_params_parse(&boot_info, early_map);

	slide = boot_choose_slide(&boot_info, cpu_random(&random) ? &random : NULL,
		512 - INDEX(KERNEL_LINK_BASE, 1) - image_2m_pages());
	if (slide)
		boot_relocate(__relr_start, __relr_end, image - KERNEL_LINK_BASE, slide);
	map_kernel(slide);
	/* From here on variables are next used at their virtual addresses. */
	to_virtual = KERNEL_LINK_BASE + slide - image;
	table_to_paddr = -to_virtual;
	boot_info.boot_params = (const char *)&boot_params_copy + to_virtual;
	return slide;
}
