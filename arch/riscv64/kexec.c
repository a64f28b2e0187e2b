// SPDX-License-Identifier: MIT
/*
 * Starting the next kernel: a page of code, a page of data and stack, and a root table that shows both
 * at their physical addresses, where paging can be turned off.
 */
#include <arch/kexec.h>

#include <arch/irqflags.h>
#include <arch/layout.h>
#include <arch/mmu.h>
#include <arch/time.h>
#include <asm/errno.h>
#include <boot/boot_info.h>
#include <device/fdt/fdt.h>
#include <kexec/fdt_params.h>
#include <lib/string.h>
#include <mm/pagetable.h>
#include <port/sbi.h>

#include "kexec_control.h"
#include "riscv.h"

#define GIB_MASK (~((1ull << 30) - 1))

int arch_kexec_prepare(struct kexec_plan *plan)
{
	struct kexec_control *control;
	pte_t *root;
	void *code;

	if (!plan->params)
		return -EINVAL; /* no tree among kexec_load's segments: as Linux */
	code = plan->alloc_pages(plan, 0);
	control = plan->alloc_pages(plan, 0);
	root = plan->alloc_pages(plan, 0);
	if (!code || !control || !root)
		return -ENOMEM;
	memcpy(code, __kexec_control_start, (size_t)(__kexec_control_end - __kexec_control_start));
	control->root = virt_to_phys(root);
	control->code = virt_to_phys(code) + (uint64_t)((const char *)kexec_control - __kexec_control_start);
	plan->arch = control;
	return 0;
}

static void map_as_is(pte_t *root, paddr_t paddr)
{
	root[paddr >> 30 & 511] = arch_pte_make(paddr & GIB_MASK, MMU_READ | MMU_WRITE | MMU_EXEC, 2);
}

void arch_kexec_jump(const struct kexec_plan *plan)
{
	struct kexec_control *control = plan->arch;
	pte_t *root = phys_to_virt(control->root);
	paddr_t data = virt_to_phys(control);

	csr_write(sie, 0);
	arch_timer_arm(UINT64_MAX);
	control_take_plan(&control->plan, plan);
	control->hart = riscv_features.boot_hart;

	arch_mmu_init_root(root);
	map_as_is(root, control->code);
	map_as_is(root, data);
	__asm__ volatile("csrw satp, %0\n\t"
		"sfence.vma\n\t"
		"fence.i\n\t"
		"mv sp, %1\n\t"
		"mv a0, %2\n\t"
		"jr %3"
		: : "r"(SATP_SV39 | control->root >> PAGE_SHIFT), "r"(data + PAGE_SIZE), "r"(data), "r"(control->code)
		: "memory", "a0");
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
