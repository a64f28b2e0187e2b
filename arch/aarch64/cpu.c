// SPDX-License-Identifier: MIT
/* A CPU of its own: what it can, its record, the earliest console, /proc/cpuinfo, caches. */
#include <arch/cpu.h>

#include <arch/cache.h>
#include <arch/elf.h>
#include <arch/init.h>
#include <arch/io.h>
#include <arch/layout.h>
#include <arch/mmu.h>
#include <asm/hwcap.h>
#include <asm/mman.h>
#include <boot/boot_info.h>
#include <device/fdt/fdt.h>
#include <kernel/cpu.h>
#include <kernel/printk.h>
#include <lib/compiler.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <port/pl011.h>
#include <port/psci.h>

#include "arm64.h"

#define HW_ID_MASK 0xff00ffffffUL /* MPIDR_EL1's four affinity fields */

struct arm64_features arm64_features;
unsigned long arm64_prot_guarded;

/* --- the earliest console: a PL011 ------------------------------------------------------------ */

static bool early_is_on;

static void put_raw(char c)
{
	volatile char *uart = (volatile char *)EARLY_DEVICE_BASE + arm64_features.early_uart % (2ul << 20);

	for (unsigned int i = 0; i < 100000 && readl(uart + PL011_FR) & PL011_FR_TX_FULL; i++)
		arch_cpu_relax();
	writel((uint8_t)c, uart + PL011_DR);
}

void arch_early_putc(char c)
{
	if (!early_is_on)
		return;
	if (c == '\n')
		put_raw('\r');
	put_raw(c);
}

void arch_init_early(struct boot_info *info)
{
	const char *value;

	sysreg_write(vbar_el1, arm64_vectors);
	isb();
	arm64_features.cache_line = 4u << (sysreg_read(ctr_el0) >> 16 & 0xf);
	early_is_on = arm64_features.early_uart &&
		(boot_cmdline_find(info->cmdline, "earlycon", NULL) || boot_cmdline_find(info->cmdline, "earlycon", &value) ||
			(boot_cmdline_find(info->cmdline, "console", &value) && !strncmp(value, "ttyAMA", 6)) || !info->nr_map);
}

/* --- features --------------------------------------------------------------------------------- */

/* ID registers, and their number as mrs has it. What a program reads in them is what of them was found useful. */
enum { ISAR0, PFR0, ISAR1, ZFR0, MMFR2, PFR1, ISAR2, NR_ID };
static const uint16_t id_numbers[NR_ID] = {
	[ISAR0] = ARM64_SYSREG(3, 0, 0, 6, 0), [PFR0] = ARM64_SYSREG(3, 0, 0, 4, 0), [ISAR1] = ARM64_SYSREG(3, 0, 0, 6, 1),
	[ZFR0] = ARM64_SYSREG(3, 0, 0, 4, 4), [MMFR2] = ARM64_SYSREG(3, 0, 0, 7, 2),
	[PFR1] = ARM64_SYSREG(3, 0, 0, 4, 1), [ISAR2] = ARM64_SYSREG(3, 0, 0, 6, 2),
};
static uint64_t id_values[NR_ID];

/* A field of an ID register that has at least the value tells the feature. */
static const struct {
	uint8_t reg, shift, least;
	bool is_second; /* of AT_HWCAP2 */
	unsigned long hwcap;
	const char *name;
} features[] = {
#define CAP(reg, shift, least, cap, name) { reg, shift, least, false, HWCAP_##cap, name }
#define CAP2(reg, shift, least, cap, name) { reg, shift, least, true, HWCAP2_##cap, name }
	CAP(PFR0, 16, 0, FP, "fp"), CAP(PFR0, 20, 0, ASIMD, "asimd"),
	CAP(ISAR0, 4, 1, AES, "aes"), CAP(ISAR0, 4, 2, PMULL, "pmull"), CAP(ISAR0, 8, 1, SHA1, "sha1"),
	CAP(ISAR0, 12, 1, SHA2, "sha2"), CAP(ISAR0, 16, 1, CRC32, "crc32"), CAP(ISAR0, 20, 2, ATOMICS, "atomics"),
	CAP(PFR0, 16, 1, FPHP, "fphp"), CAP(PFR0, 20, 1, ASIMDHP, "asimdhp"), CAP(ISAR0, 28, 1, ASIMDRDM, "asimdrdm"),
	CAP(ISAR1, 12, 1, JSCVT, "jscvt"), CAP(ISAR1, 16, 1, FCMA, "fcma"), CAP(ISAR1, 20, 1, LRCPC, "lrcpc"),
	CAP(ISAR1, 0, 1, DCPOP, "dcpop"), CAP(ISAR0, 32, 1, SHA3, "sha3"), CAP(ISAR0, 36, 1, SM3, "sm3"),
	CAP(ISAR0, 40, 1, SM4, "sm4"), CAP(ISAR0, 44, 1, ASIMDDP, "asimddp"), CAP(ISAR0, 12, 2, SHA512, "sha512"),
	CAP(PFR0, 32, 1, SVE, "sve"), CAP(ISAR0, 48, 1, ASIMDFHM, "asimdfhm"), CAP(PFR0, 48, 1, DIT, "dit"),
	CAP(MMFR2, 32, 1, USCAT, "uscat"), CAP(ISAR1, 20, 2, ILRCPC, "ilrcpc"), CAP(ISAR0, 52, 1, FLAGM, "flagm"),
	CAP(PFR1, 4, 2, SSBS, "ssbs"), CAP(ISAR1, 36, 1, SB, "sb"),
	/* By one of three ways of computing each. */
	CAP(ISAR1, 4, 1, PACA, "paca"), CAP(ISAR1, 8, 1, PACA, NULL), CAP(ISAR2, 12, 1, PACA, NULL),
	CAP(ISAR1, 24, 1, PACG, "pacg"), CAP(ISAR1, 28, 1, PACG, NULL), CAP(ISAR2, 8, 1, PACG, NULL),
	CAP2(ISAR1, 0, 2, DCPODP, "dcpodp"), CAP2(ZFR0, 0, 1, SVE2, "sve2"), CAP2(ZFR0, 4, 1, SVEAES, "sveaes"),
	CAP2(ZFR0, 4, 2, SVEPMULL, "svepmull"), CAP2(ZFR0, 16, 1, SVEBITPERM, "svebitperm"),
	CAP2(ZFR0, 32, 1, SVESHA3, "svesha3"), CAP2(ZFR0, 40, 1, SVESM4, "svesm4"), CAP2(ISAR0, 52, 2, FLAGM2, "flagm2"),
	CAP2(ISAR1, 32, 1, FRINT, "frint"), CAP2(ZFR0, 44, 1, SVEI8MM, "svei8mm"), CAP2(ZFR0, 52, 1, SVEF32MM, "svef32mm"),
	CAP2(ZFR0, 56, 1, SVEF64MM, "svef64mm"), CAP2(ZFR0, 20, 1, SVEBF16, "svebf16"), CAP2(ISAR1, 52, 1, I8MM, "i8mm"),
	CAP2(ISAR1, 44, 1, BF16, "bf16"), CAP2(ISAR1, 48, 1, DGH, "dgh"), CAP2(ISAR0, 60, 1, RNG, "rng"),
	CAP2(PFR1, 0, 1, BTI, "bti"),
};

/* -1: neither FP nor SIMD. */
static long field(unsigned long value, unsigned int shift)
{
	long nibble = value >> shift & 0xf;

	return nibble == 0xf ? -1 : nibble;
}

static void find_features(void)
{
	const unsigned long regs[NR_ID] = {
		[ISAR0] = sysreg_read(id_aa64isar0_el1), [PFR0] = sysreg_read(id_aa64pfr0_el1),
		[ISAR1] = sysreg_read(id_aa64isar1_el1), [ZFR0] = sysreg_read(s3_0_c0_c4_4),
		[MMFR2] = sysreg_read(s3_0_c0_c7_2), [PFR1] = sysreg_read(s3_0_c0_c4_1), [ISAR2] = sysreg_read(s3_0_c0_c6_2),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(features); i++) {
		unsigned int reg = features[i].reg, shift = features[i].shift;

		if (field(regs[reg], shift) < features[i].least)
			continue;
		*(features[i].is_second ? &arm64_features.hwcap2 : &arm64_features.hwcap) |= features[i].hwcap;
		id_values[reg] |= regs[reg] & 0xful << shift;
	}
	arm64_features.hwcap |= HWCAP_CPUID;
	arm64_prot_guarded = arm64_features.hwcap2 & HWCAP2_BTI ? PROT_BTI : 0;
	if (!(arm64_features.hwcap & HWCAP_FP))
		id_values[PFR0] |= 0xfful << 16;
	id_values[PFR0] |= 0x11; /* EL0 and EL1 are 64-bit */
}

bool arm64_id_register(unsigned int reg, uint64_t *value)
{
	switch (reg) {
	case ARM64_SYSREG(3, 0, 0, 0, 0):
		*value = sysreg_read(midr_el1);
		return true;
	case ARM64_SYSREG(3, 0, 0, 0, 5):
		*value = 1ul << 31; /* MPIDR_EL1: which CPU it is, is not told */
		return true;
	case ARM64_SYSREG(3, 0, 0, 0, 6):
		*value = sysreg_read(revidr_el1);
		return true;
	}
	for (unsigned int i = 0; i < NR_ID; i++) {
		if (id_numbers[i] == reg) {
			*value = id_values[i];
			return true;
		}
	}
	*value = 0; /* the rest of the ID space: CRm 4 to 7 */
	return reg >= ARM64_SYSREG(3, 0, 0, 4, 0) && reg <= ARM64_SYSREG(3, 0, 0, 7, 7);
}

void arch_init(void)
{
	fdt_init(&boot_info);
	psci_init();
	find_features();
	fdt_irqchips_init();
	arch_init_this_cpu();
	pr_info("cpu: entered at EL%u%s\n", arm64_features.is_el2 ? 2 : 1, arm64_has_pan ? ", PAN" : "");
}

void arch_init_this_cpu(void)
{
	struct cpu *cpu = arch_this_cpu();

	arm64_fpu_init_this_cpu();
	arm64_auth_init_this_cpu();
	sysreg_write(mdscr_el1, 0);
	sysreg_write(oslar_el1, 0);
	sysreg_write(osdlr_el1, 0);
	isb();
	cpu->arch.midr = sysreg_read(midr_el1);
	if (cpu->id) /* the boot CPU's part was done by the driver */
		arm64_irqchip_init_cpu(cpu);
}

void arch_cpu_init_this(struct cpu *cpu)
{
	cpu->self = cpu;
	sysreg_write(tpidr_el1, cpu);
	sysreg_write(vbar_el1, arm64_vectors);
	isb();
}

uint64_t arch_cpu_hw_id(void)
{
	return sysreg_read(mpidr_el1) & HW_ID_MASK;
}

void arch_cpu_halt(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #0xf\n\twfi" ::: "memory");
}

void arch_cpu_reset(void)
{
	psci_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	arch_cpu_halt();
}

/* RNDR, where ID_AA64ISAR0_EL1 has it; Z is set when there was no number. */
bool arch_cpu_random(uint64_t *out)
{
	uint64_t value, ok;

	if (field(sysreg_read(id_aa64isar0_el1), 60) < 1)
		return false;
	__asm__ volatile("mrs %0, s3_3_c2_c4_0\n\tcset %1, ne" : "=r"(value), "=r"(ok)::"cc");
	*out = value;
	return ok;
}

size_t arch_cpu_info(const struct cpu *cpu, char *buf, size_t size)
{
	unsigned long midr = cpu->arch.midr, mhz100 = sysreg_read(cntfrq_el0) / 5000;
	size_t len = (size_t)snprintf(buf, size, "processor\t: %u\nBogoMIPS\t: %lu.%02lu\nFeatures\t:", cpu->id,
		mhz100 / 100, mhz100 % 100);

	for (unsigned int i = 0; i < ARRAY_SIZE(features) && len < size; i++)
		if (features[i].name && (features[i].is_second ? arm64_features.hwcap2 : arm64_features.hwcap) & features[i].hwcap)
			len += (size_t)snprintf(buf + len, size - len, " %s", features[i].name);
	if (len < size)
		len += (size_t)snprintf(buf + len, size - len,
			" cpuid\nCPU implementer\t: 0x%02lx\nCPU architecture: 8\nCPU variant\t: 0x%lx\nCPU part\t: 0x%03lx\n"
			"CPU revision\t: %lu\n\n",
			midr >> 24 & 0xff, midr >> 20 & 0xf, midr >> 4 & 0xfff, midr & 0xf);
	return min(len, size);
}

/* --- auxiliary vector ------------------------------------------------------------------------- */

unsigned long arch_elf_hwcap(void)
{
	return arm64_features.hwcap;
}

unsigned long arch_elf_hwcap2(void)
{
	return arm64_features.hwcap2;
}

const char *arch_elf_platform(void)
{
	return "aarch64";
}

/* --- caches ----------------------------------------------------------------------------------- */

#define EACH_LINE(op, start, size)                                                                 \
	for (uintptr_t at_ = ALIGN_DOWN((uintptr_t)(start), arm64_features.cache_line);             \
		at_ < (uintptr_t)(start) + (size); at_ += arm64_features.cache_line)                \
	__asm__ volatile(op ", %0" ::"r"(at_) : "memory")

void arch_icache_sync(void *addr, size_t size)
{
	EACH_LINE("dc cvau", addr, size);
	dsb(ish);
	__asm__ volatile("ic ialluis" ::: "memory");
	dsb(ish);
	isb();
}

void arch_cache_clean(const void *addr, size_t size)
{
	EACH_LINE("dc cvac", addr, size);
	dsb(sy);
}

void arm64_cache_flush(const void *start, size_t size)
{
	EACH_LINE("dc civac", start, size);
	dsb(sy);
}
