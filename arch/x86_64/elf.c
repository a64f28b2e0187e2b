// SPDX-License-Identifier: MIT
/* Auxiliary vector entries (man 3 getauxval), and the caches x86 keeps coherent by itself. */
#include <arch/cache.h>
#include <arch/elf.h>
#include <arch/vdso.h>
#include <asm/hwcap2.h>

#include "signal_frame.h"
#include "x86.h"

unsigned long arch_elf_hwcap(void)
{
	return x86_features.leaf1_edx;
}

unsigned long arch_elf_hwcap2(void)
{
	return x86_features.fsgsbase ? HWCAP2_FSGSBASE : 0;
}

unsigned long arch_elf_minsigstksz(void)
{
	return x86_signal_frame_max();
}

const char *arch_elf_platform(void)
{
	return "x86_64";
}

void arch_icache_sync(void *addr, size_t size)
{
}

void arch_cache_clean(const void *addr, size_t size)
{
}

uintptr_t arch_vdso_sigreturn(void)
{
	return 0; /* the C library always gives a restorer */
}
