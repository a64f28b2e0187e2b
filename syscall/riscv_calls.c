// SPDX-License-Identifier: MIT
/* riscv64's own calls (Linux: Documentation/arch/riscv/hwprobe.rst; arch/riscv/include/uapi/asm/unistd.h). */
#include <arch/cache.h>
#include <arch/cpu.h>
#include <arch/layout.h>
#include <arch/time.h>
#include <asm/hwprobe.h>
#include <kernel/cpu.h>
#include <kernel/cpumask.h>
#include <lib/string.h>
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
		pair->value = riscv_probed_extensions();
		break;
	case RISCV_HWPROBE_KEY_CPUPERF_0:
	case RISCV_HWPROBE_KEY_MISALIGNED_SCALAR_PERF:
		pair->value = RISCV_HWPROBE_MISALIGNED_SCALAR_UNKNOWN;
		break;
	case RISCV_HWPROBE_KEY_ZICBOZ_BLOCK_SIZE:
		pair->value = riscv_zero_block_bytes();
		break;
	case RISCV_HWPROBE_KEY_HIGHEST_VIRT_ADDRESS:
		pair->value = USER_VA_END + PAGE_SIZE; /* Linux' number: its last page is never mapped, either */
		break;
	case RISCV_HWPROBE_KEY_TIME_CSR_FREQ:
		pair->value = arch_counter_hz();
		break;
	default:
		pair->key = -1;
		pair->value = 0;
	}
}

/* Whether CPUs that have `is` are among those asked for: bits of sets, the value itself of other keys. */
static bool suits(const struct riscv_hwprobe *wanted, const struct riscv_hwprobe *is)
{
	bool is_set = is->key == RISCV_HWPROBE_KEY_BASE_BEHAVIOR || is->key == RISCV_HWPROBE_KEY_IMA_EXT_0 ||
		is->key == RISCV_HWPROBE_KEY_CPUPERF_0;

	return is->key >= 0 && (is_set ? (is->value & wanted->value) == wanted->value : is->value == wanted->value);
}

/* The CPUs of the caller's mask that are online; of an empty one all, when that means all. */
static int read_cpus(struct cpumask *cpus, size_t bytes, const void *user_cpus, bool empty_is_all)
{
	const struct cpumask *online = cpu_online_mask();
	unsigned long any = 0, asked = 0;

	memset(cpus, 0, sizeof(*cpus));
	if (copy_from_user(cpus, user_cpus, bytes))
		return -EFAULT;
	for (size_t i = 0; i < ARRAY_SIZE(cpus->bits); i++) {
		asked |= cpus->bits[i];
		cpus->bits[i] &= online->bits[i];
		any |= cpus->bits[i];
	}
	if (empty_is_all && !asked)
		*cpus = *online;
	return any || empty_is_all ? 0 : -EINVAL;
}

SYSCALL_DEFINE(riscv_hwprobe, struct riscv_hwprobe *, user_pairs, size_t, nr_pairs, size_t, cpu_set_size, void *, user_cpus,
	unsigned int, flags)
{
	bool which = flags == RISCV_HWPROBE_WHICH_CPUS, all_suit = true;
	size_t bytes = min(cpu_set_size, sizeof(struct cpumask));
	struct cpumask cpus;
	int err = 0;

	if ((flags && !which) || (which && (!cpu_set_size || !user_cpus)))
		return -EINVAL;
	if (cpu_set_size || user_cpus)
		err = read_cpus(&cpus, bytes, user_cpus, which);
	if (err)
		return err;
	for (size_t i = 0; i < nr_pairs; i++) {
		struct riscv_hwprobe wanted, pair;

		if (copy_from_user(&wanted, &user_pairs[i], sizeof(wanted)))
			return -EFAULT;
		pair = wanted;
		answer(&pair);
		all_suit &= suits(&wanted, &pair);
		if ((!which || pair.key < 0) && copy_to_user(&user_pairs[i], &pair, sizeof(pair)))
			return -EFAULT;
	}
	if (!which)
		return 0;
	if (!all_suit) /* all CPUs are alike: all or none */
		memset(&cpus, 0, sizeof(cpus));
	return copy_to_user(user_cpus, &cpus, bytes);
}
