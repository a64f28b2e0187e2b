// SPDX-License-Identifier: MIT
/*
 * kexec's handover on x86_64: two control pages (code, data with stack) and an identity map, made
 * while failing is still allowed; then a jump that only uses them.
 */
#include <arch/kexec.h>

#include <arch/layout.h>
#include <asm/errno.h>
#include <boot/boot_info.h>
#include <lib/string.h>

#include "early_console.h"
#include "kexec_control.h"

#define ENTRY_TABLE	0x63ull		/* present, writable, accessed, dirty */
#define ENTRY_2M	0xe3ull		/* and a leaf */
#define ENTRY_ADDRESS	0x000ffffffffff000ull
#define SIZE_1G		(1ull << 30)
#define SIZE_2M		(1ull << 21)
#define LOW_BYTES	(4 * SIZE_1G)	/* mapped whatever firmware says of it, as loaders do */
#define MAX_PADDR	(1ull << 47)
#define KERNEL_SLOT	511		/* of the root: the GiB that holds the kernel */

#define INDEX(address, level) (((address) >> (12 + 9 * (level))) & 511)

static uint64_t *table_below(struct kexec_plan *plan, uint64_t *entry)
{
	if (!*entry) {
		void *table = plan->alloc_pages(plan, 0);

		if (!table)
			return NULL;
		*entry = virt_to_phys(table) | ENTRY_TABLE;
	}
	return phys_to_virt(*entry & ENTRY_ADDRESS);
}

static int map_gib(struct kexec_plan *plan, uint64_t *root, paddr_t paddr)
{
	uint64_t *pdpt = table_below(plan, &root[INDEX(paddr, 3)]), *pd;

	if (!pdpt)
		return -ENOMEM;
	if (pdpt[INDEX(paddr, 2)])
		return 0;
	pd = table_below(plan, &pdpt[INDEX(paddr, 2)]);
	if (!pd)
		return -ENOMEM;
	for (unsigned int i = 0; i < 512; i++)
		pd[i] = (paddr + i * SIZE_2M) | ENTRY_2M;
	return 0;
}

static int map_range(struct kexec_plan *plan, uint64_t *root, paddr_t start, paddr_t end)
{
	int err = 0;

	for (paddr_t gib = start & ~(SIZE_1G - 1); gib < end && gib < MAX_PADDR && !err; gib += SIZE_1G)
		err = map_gib(plan, root, gib);
	return err;
}

/* All RAM and what firmware keeps in it; reserved ranges above 4 GiB are address space, not memory. */
static int map_memory(struct kexec_plan *plan, uint64_t *root)
{
	int err = map_range(plan, root, 0, LOW_BYTES);

	for (unsigned int i = 0; i < boot_info.nr_map && !err; i++) {
		const struct boot_range *range = &boot_info.map[i];

		if (range->type != BOOT_MEM_RESERVED)
			err = map_range(plan, root, range->start, range->start + range->size_bytes);
	}
	return err;
}

int arch_kexec_prepare(struct kexec_plan *plan)
{
	size_t code_bytes = __kexec_control_end - __kexec_control_start;
	void *code = plan->alloc_pages(plan, 0);
	struct kexec_control *control = plan->alloc_pages(plan, 0);
	uint64_t *root = plan->alloc_pages(plan, 0);

	if (!code || !control || !root)
		return -ENOMEM;
	memcpy(code, __kexec_control_start, code_bytes);
	control->root = virt_to_phys(root);
	control->stack_top = virt_to_phys(control) + PAGE_SIZE;
	control->code = virt_to_phys(code) + ((const char *)kexec_control - __kexec_control_start);
	control->gdt[2] = 0x00af9b000000ffff;	/* 0x10, 0x18: as the boot protocol wants them */
	control->gdt[3] = 0x00cf93000000ffff;
	plan->arch = control;
	return map_memory(plan, root);
}

void arch_kexec_jump(const struct kexec_plan *plan)
{
	struct kexec_control *control = plan->arch;
	uint64_t *root = phys_to_virt(control->root);
	uint64_t cr3;

	control_take_plan(&control->plan, plan);
	control->serial_port = early_console_port();

	/* The instructions between the two maps are the kernel's: both have them. */
	__asm__ volatile("movq %%cr3, %0" : "=r"(cr3));
	root[KERNEL_SLOT] = ((uint64_t *)phys_to_virt(cr3 & ENTRY_ADDRESS))[KERNEL_SLOT];
	__asm__ volatile("movq %0, %%cr3\n\t"
		"movq %1, %%rsp\n\t"
		"jmpq *%2"
		: : "r"(control->root), "r"(control->stack_top), "r"(control->code),
		"D"(virt_to_phys(control)) : "memory");
	__builtin_unreachable();
}
