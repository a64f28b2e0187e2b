// SPDX-License-Identifier: MIT
/* Starting the next kernel: not yet. */
#include <arch/kexec.h>

#include <arch/cpu.h>
#include <arch/layout.h>
#include <asm/errno.h>

int arch_kexec_prepare(struct kexec_plan *plan)
{
	return -ENOMEM;
}

void arch_kexec_jump(const struct kexec_plan *plan)
{
	arch_cpu_halt();
}

size_t arch_kexec_params_bytes(void)
{
	return PAGE_SIZE;
}

int arch_kexec_build_params(const struct kexec_boot *boot, void *buf)
{
	return -ENOEXEC;
}
