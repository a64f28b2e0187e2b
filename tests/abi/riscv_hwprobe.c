// SPDX-License-Identifier: MIT
/* What hwprobe tells of a CPU with everything (Documentation/arch/riscv/hwprobe.rst), as call and by the vDSO. ABI_CPU max */
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <asm/hwprobe.h>

#include "abi.h"

static long probe(struct riscv_hwprobe *pairs, size_t n, size_t bytes, void *cpus, unsigned int flags)
{
	return syscall(258 /* riscv_hwprobe */, pairs, n, bytes, cpus, flags);
}

static void keys(void)
{
	for (long key = -1; key < 10; key++) {
		struct riscv_hwprobe pair = { key, 77 };

		CHECK(probe(&pair, 1, 0, NULL, 0) == 0);
		/* How wide addresses are is the kernel's choice; how fast unaligned accesses are Linux measures. */
		if (key == RISCV_HWPROBE_KEY_HIGHEST_VIRT_ADDRESS)
			show("a power of two: %d", !(pair.value & (pair.value - 1)) && pair.value >> 38 != 0);
		else if (key != RISCV_HWPROBE_KEY_CPUPERF_0 && key != RISCV_HWPROBE_KEY_MISALIGNED_SCALAR_PERF)
			show("key %ld: %ld %llx", key, (long)pair.key, (unsigned long long)pair.value);
	}
}

/* What is told works: bit manipulation, zeroing of a block. */
static void works(void)
{
	static char block[256] __attribute__((aligned(64)));
	unsigned long bits = 0xf0;

	memset(block, 'x', sizeof(block));
	__asm__ volatile(".option push\n\t.option arch, +zbb\n\tcpop %0, %0\n\t.option pop" : "+r"(bits));
	__asm__ volatile(".insn i 0x0f, 2, x0, %0, 4" : : "r"(block + 64) : "memory"); /* cbo.zero */
	show("%lu bits, zeroed %d %d %d", bits, block[63], block[64] | block[127], block[128]);
}

static void wrong(void)
{
	struct riscv_hwprobe pair = { RISCV_HWPROBE_KEY_IMA_EXT_0, 0 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	SHOW(probe(&pair, 1, sizeof(cpus), &cpus, 0));
	CPU_SET(0, &cpus);
	SHOW(probe(&pair, 1, sizeof(cpus), &cpus, 0));
	SHOW(probe(&pair, 1, 0, &cpus, 0));
	SHOW(probe(&pair, 1, sizeof(cpus), NULL, 0));
	SHOW(probe(&pair, 1, 0, NULL, 4));
	SHOW(probe((void *)8, 1, 0, NULL, 0));
	SHOW(probe((void *)8, 0, 0, NULL, 0));
	SHOW(probe(&pair, 1, sizeof(cpus), (void *)8, 0));
	SHOW(probe(&pair, 0, 0, NULL, 0));
	CPU_ZERO(&cpus);
	CPU_SET(60, &cpus);
	SHOW(probe(&pair, 1, sizeof(cpus), &cpus, 0));
}

static void which(void)
{
	struct riscv_hwprobe pair = { RISCV_HWPROBE_KEY_IMA_EXT_0, RISCV_HWPROBE_IMA_FD | RISCV_HWPROBE_IMA_C };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	SHOW(probe(&pair, 1, sizeof(cpus), &cpus, RISCV_HWPROBE_WHICH_CPUS));
	show("all %d", CPU_COUNT(&cpus) > 0);
	pair.value = 1ull << 60;
	SHOW(probe(&pair, 1, sizeof(cpus), &cpus, RISCV_HWPROBE_WHICH_CPUS));
	show("with a bit nobody has: %d", CPU_COUNT(&cpus));
	CPU_SET(0, &cpus);
	pair = (struct riscv_hwprobe){ RISCV_HWPROBE_KEY_BASE_BEHAVIOR, RISCV_HWPROBE_BASE_BEHAVIOR_IMA };
	SHOW(probe(&pair, 1, sizeof(cpus), &cpus, RISCV_HWPROBE_WHICH_CPUS));
	show("first %d of %d", CPU_ISSET(0, &cpus), CPU_COUNT(&cpus));
	pair.key = 1000;
	SHOW(probe(&pair, 1, sizeof(cpus), &cpus, RISCV_HWPROBE_WHICH_CPUS));
	show("key %ld, %d", (long)pair.key, CPU_COUNT(&cpus));
	SHOW(probe(&pair, 1, 0, NULL, RISCV_HWPROBE_WHICH_CPUS));
}

int main(void)
{
	keys();
	works();
	wrong();
	which();
	return abi_result();
}
