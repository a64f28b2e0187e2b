// SPDX-License-Identifier: MIT
/* A CPU of its own: its record, the early console, /proc/cpuinfo. CPUCFG words: Reference Manual, 2.2.10.5. */
#include <arch/cpu.h>

#include <arch/cache.h>
#include <arch/elf.h>
#include <arch/init.h>
#include <arch/irqflags.h>
#include <arch/layout.h>
#include <arch/time.h>
#include <asm/hwcap.h>
#include <boot/boot_info.h>
#include <device/fdt/fdt.h>
#include <kernel/cpu.h>
#include <kernel/printk.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>

#include "loongarch.h"

/* --- the early console: the 16550 that the device tree names as stdout -------------------------- */

#define UART_LSR 5
#define UART_LSR_THRE 0x20
#define PUT_SPINS 1000000

static volatile uint8_t *early_uart;

static void put_raw(char c)
{
	for (unsigned int i = 0; i < PUT_SPINS && !(early_uart[UART_LSR] & UART_LSR_THRE); i++)
		;
	early_uart[0] = (uint8_t)c;
}

void arch_early_putc(char c)
{
	if (!early_uart)
		return;
	if (c == '\n')
		put_raw('\r');
	put_raw(c);
}

void arch_init_early(struct boot_info *info)
{
	const void *dt = info->fdt ? phys_to_virt(info->fdt) : NULL;
	const char *value;
	uint64_t size;
	paddr_t uart;
	int node;

	loongarch_init_csrs();
	if (!boot_cmdline_find(info->cmdline, "earlycon", NULL) && !boot_cmdline_find(info->cmdline, "earlycon", &value) &&
		!(boot_cmdline_find(info->cmdline, "console", &value) && !strncmp(value, "ttyS", 4)))
		return;
	/* The address as Linux takes it: known without any device tree. */
	if (boot_cmdline_find(info->cmdline, "earlycon", &value) && !strncmp(value, "uart8250,mmio,", 14)) {
		value += 14;
		if (!parse_u64_prefix(&value, 0, &uart))
			early_uart = (volatile uint8_t *)(WINDOW_UNCACHED | uart);
		return;
	}
	node = dt ? dt_stdout(dt, NULL) : -1;
	if (node >= 0 && !dt_reg(dt, node, 0, &uart, &size) && dt_is_compatible(dt, node, "ns16550a"))
		early_uart = (volatile uint8_t *)(WINDOW_UNCACHED | uart);
}

/* --- the CPU ---------------------------------------------------------------------------------- */

void arch_init(void)
{
	fdt_init(&boot_info);
	fdt_irqchips_init();
	arch_init_this_cpu();
}

void arch_init_this_cpu(void)
{
	arch_this_cpu()->arch.prid = cpucfg(0);
	iocsr_write32(~0u, IOCSR_IPI_CLEAR);
	iocsr_write32(~0u, IOCSR_IPI_ENABLE);
	loongarch_enable_lines();
}

void arch_cpu_init_this(struct cpu *cpu)
{
	cpu->self = cpu;
	csr_write(CSR_SAVE2, (uintptr_t)cpu);
	__asm__ volatile("move $r21, %0" ::"r"(cpu) : "memory");
}

uint64_t arch_cpu_hw_id(void)
{
	return csr_read(CSR_CPUID) & 0x1ff;
}

void arch_cpu_halt(void)
{
	for (;;) {
		arch_irq_disable();
		__asm__ volatile("idle 0" ::: "memory");
	}
}

void arch_cpu_reset(void)
{
	arch_cpu_halt();
}

bool arch_cpu_random(uint64_t *out)
{
	return false;
}

size_t arch_cpu_info(const struct cpu *cpu, char *buf, size_t size)
{
	static const char names[][9] = {
		"cpucfg", "lam", "ual", "fpu", "lsx", "lasx", "crc32", "complex", "crypto", "lvz",
		"lbt_x86", "lbt_arm", "lbt_mips", "ptw", "lspw",
	};
	unsigned long hwcap = arch_elf_hwcap();
	uint32_t khz = (uint32_t)(arch_counter_hz() / 1000);
	size_t len = (size_t)snprintf(buf, size,
		"processor\t\t: %u\npackage\t\t\t: 0\ncore\t\t\t: %lu\nglobal_id\t\t: %lu\nCPU Family\t\t: Loongson-64bit\n"
		"Model Name\t\t: PRID %#x\nPRID\t\t\t: %#x\nCounter kHz\t\t: %u\nAddress Sizes\t\t: %u bits physical, %u bits virtual\n"
		"ISA\t\t\t: loongarch64\nFeatures\t\t:",
		cpu->id, (unsigned long)cpu->hw_id, (unsigned long)cpu->hw_id, cpu->arch.prid, cpu->arch.prid, khz,
		(cpucfg(1) >> 4 & 0xff) + 1, (cpucfg(1) >> 12 & 0xff) + 1);

	for (unsigned int i = 0; i < ARRAY_SIZE(names) && len < size; i++)
		if (hwcap >> i & 1)
			len += (size_t)snprintf(buf + len, size - len, " %s", names[i]);
	if (len < size)
		len += (size_t)snprintf(buf + len, size - len, "\n\n");
	return min(len, size);
}

/* --- auxiliary vector, caches ----------------------------------------------------------------- */

unsigned long arch_elf_hwcap(void)
{
	static const struct {
		uint8_t word, bit;
		uint16_t hwcap;
	} features[] = {
		{ 2, 22, HWCAP_LOONGARCH_LAM }, { 1, 20, HWCAP_LOONGARCH_UAL }, { 2, 0, HWCAP_LOONGARCH_FPU },
		{ 2, 6, HWCAP_LOONGARCH_LSX }, { 2, 7, HWCAP_LOONGARCH_LASX }, { 1, 25, HWCAP_LOONGARCH_CRC32 },
		{ 2, 8, HWCAP_LOONGARCH_COMPLEX }, { 2, 9, HWCAP_LOONGARCH_CRYPTO }, { 2, 10, HWCAP_LOONGARCH_LVZ },
		{ 2, 24, HWCAP_LOONGARCH_PTW }, { 2, 21, HWCAP_LOONGARCH_LSPW },
	};
	unsigned long hwcap = HWCAP_LOONGARCH_CPUCFG;

	for (unsigned int i = 0; i < ARRAY_SIZE(features); i++)
		if (cpucfg(features[i].word) >> features[i].bit & 1)
			hwcap |= features[i].hwcap;
	return hwcap;
}

unsigned long arch_elf_hwcap2(void)
{
	return 0;
}

const char *arch_elf_platform(void)
{
	return "loongarch";
}

/* The caches are coherent; only what was fetched ahead is dropped, and every trap does that on other CPUs. */
void arch_icache_sync(void *addr, size_t size)
{
	__asm__ volatile("ibar 0" ::: "memory");
}

void arch_cache_clean(const void *addr, size_t size)
{
}
