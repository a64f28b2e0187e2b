// SPDX-License-Identifier: MIT
/* riscv64's own calls (Linux: Documentation/arch/riscv/hwprobe.rst; arch/riscv/include/uapi/asm/unistd.h). */
#include <arch/cache.h>
#include <arch/cpu.h>
#include <arch/elf.h>
#include <asm/hwcap.h>
#include <asm/hwprobe.h>
#include <kernel/cpu.h>
#include <mm/user_copy.h>
#include <syscall/define.h>

#define FLUSH_LOCAL 1

SYSCALL_DEFINE(riscv_flush_icache, uintptr_t, start, uintptr_t, end, unsigned long, flags)
{
	if (flags & ~(unsigned long)FLUSH_LOCAL)
		return -EINVAL;
	arch_icache_sync(NULL, 0);
	return 0;
}

static uint64_t extensions(void)
{
	unsigned long hwcap = arch_elf_hwcap();

	return (hwcap & COMPAT_HWCAP_ISA_D ? RISCV_HWPROBE_IMA_FD : 0) | (hwcap & COMPAT_HWCAP_ISA_C ? RISCV_HWPROBE_IMA_C : 0) |
		(hwcap & COMPAT_HWCAP_ISA_V ? RISCV_HWPROBE_IMA_V : 0);
}

static void answer(struct riscv_hwprobe *pair)
{
	const struct cpu *cpu = arch_this_cpu();

	switch (pair->key) {
	case RISCV_HWPROBE_KEY_MVENDORID:
		pair->value = cpu->arch.vendor;
		break;
	case RISCV_HWPROBE_KEY_MARCHID:
		pair->value = cpu->arch.arch_id;
		break;
	case RISCV_HWPROBE_KEY_MIMPID:
		pair->value = cpu->arch.impl_id;
		break;
	case RISCV_HWPROBE_KEY_BASE_BEHAVIOR:
		pair->value = RISCV_HWPROBE_BASE_BEHAVIOR_IMA;
		break;
	case RISCV_HWPROBE_KEY_IMA_EXT_0:
		pair->value = extensions();
		break;
	case RISCV_HWPROBE_KEY_CPUPERF_0:
		pair->value = RISCV_HWPROBE_MISALIGNED_UNKNOWN;
		break;
	default:
		pair->key = -1;
		pair->value = 0;
	}
}

SYSCALL_DEFINE(riscv_hwprobe, struct riscv_hwprobe *, user_pairs, size_t, nr_pairs, size_t, cpu_set_size, void *, user_cpus,
	unsigned int, flags)
{
	if (flags || (user_cpus && !cpu_set_size))
		return -EINVAL;
	for (size_t i = 0; i < nr_pairs; i++) {
		struct riscv_hwprobe pair;

		if (copy_from_user(&pair, &user_pairs[i], sizeof(pair)))
			return -EFAULT;
		answer(&pair);
		if (copy_to_user(&user_pairs[i], &pair, sizeof(pair)))
			return -EFAULT;
	}
	return 0;
}
