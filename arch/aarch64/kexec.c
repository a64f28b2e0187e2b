// SPDX-License-Identifier: MIT
/*
 * Starting the next kernel: a page of code, a page of data and stack, and tables that show both at their
 * physical addresses, where the MMU can be turned off. What is read or written from then on is out of the
 * caches before.
 */
#include <arch/kexec.h>

#include <arch/layout.h>
#include <arch/mmu.h>
#include <arch/time.h>
#include <asm/errno.h>
#include <boot/boot_info.h>
#include <device/fdt/fdt.h>
#include <kexec/fdt_params.h>
#include <lib/string.h>
#include <port/psci.h>

#include "arm64.h"
#include "kexec_control.h"

#define GIB_MASK (~((1ull << 30) - 1))
#define NR_TABLES 3 /* root, and one for each 512 GiB that the two pages may be in */
#define TABLES_ORDER 2

int arch_kexec_prepare(struct kexec_plan *plan)
{
	void *code = plan->alloc_pages(plan, 0);
	struct kexec_control *control = plan->alloc_pages(plan, 0);
	pte_t *tables = plan->alloc_pages(plan, TABLES_ORDER);

	if (!code || !control || !tables)
		return -ENOMEM;
	memcpy(code, __kexec_control_start, (size_t)(__kexec_control_end - __kexec_control_start));
	control->root = virt_to_phys(tables);
	control->code = virt_to_phys(code) + (uint64_t)(kexec_control_enter - __kexec_control_start);
	plan->arch = control;
	return 0;
}

/* tables[1] and tables[2] are the only ones below the root: pages of the code and the data. */
static void map_as_is(pte_t *root, unsigned int which, paddr_t paddr)
{
	pte_t *entry = &root[paddr >> 39 & 511], *table;

	if (!*entry)
		*entry = arch_pte_make_table(virt_to_phys(root) + which * PAGE_SIZE);
	table = phys_to_virt(arch_pte_paddr(*entry));
	table[paddr >> 30 & 511] = arch_pte_make(paddr & GIB_MASK, MMU_READ | MMU_WRITE | MMU_EXEC | MMU_GLOBAL, 2);
}

/* The lists are in the direct map, and so is all memory that they name. */
static void flush_caches(const struct kexec_plan *plan)
{
	for (unsigned int i = 0; i < plan->nr_copies; i++) {
		const struct kexec_copy *copy = &plan->copies[i];

		if (copy->from != KEXEC_ZERO)
			arm64_cache_flush(phys_to_virt(copy->from), copy->bytes);
		arm64_cache_flush(phys_to_virt(copy->to), copy->bytes);
	}
	for (unsigned int i = 0; i < plan->nr_digests; i++)
		arm64_cache_flush(phys_to_virt(plan->digests[i].start), plan->digests[i].bytes);
	arm64_cache_flush(plan->copies, plan->nr_copies * sizeof(*plan->copies));
	arm64_cache_flush(plan->digests, plan->nr_digests * sizeof(*plan->digests));
	if (boot_info.fdt)
		arm64_cache_flush(phys_to_virt(boot_info.fdt), boot_info.fdt_bytes);
}

void arch_kexec_jump(const struct kexec_plan *plan)
{
	struct kexec_control *control = plan->arch;
	pte_t *root = phys_to_virt(control->root);
	paddr_t data = virt_to_phys(control);

	arch_timer_arm(UINT64_MAX);
	control->is_el2 = arm64_features.is_el2;
	control_take_plan(&control->plan, plan);
	if (!plan->params)
		control->plan.params = boot_info.fdt;
	control->uart = arm64_features.early_uart;
	control->is_smc = psci_is_smc();

	map_as_is(root, 1, control->code);
	map_as_is(root, 2, data);
	flush_caches(plan);
	arm64_cache_flush(control, PAGE_SIZE);
	arm64_cache_flush(phys_to_virt(control->code & PAGE_MASK), PAGE_SIZE);
	sysreg_write(ttbr0_el1, control->root);
	isb();
	arch_tlb_flush_local_all();
	__asm__ volatile("msr daifset, #0xf\n\t"
		"ic iallu\n\t"
		"dsb nsh\n\t"
		"isb\n\t"
		"mov x0, %0\n\t"
		"br %1"
		: : "r"(data), "r"(control->code) : "memory", "x0");
	__builtin_unreachable();
}

size_t arch_kexec_params_bytes(void)
{
	return kexec_fdt_bytes(fdt_tree());
}

int arch_kexec_build_params(const struct kexec_boot *boot, void *buf)
{
	return kexec_fdt_build(boot, fdt_tree(), buf);
}
