// SPDX-License-Identifier: MIT
/* A hart of its own: what it can, its record, the firmware's console, /proc/cpuinfo. */
#include <arch/cpu.h>

#include <arch/cache.h>
#include <arch/elf.h>
#include <arch/init.h>
#include <arch/irqflags.h>
#include <arch/layout.h>
#include <asm/hwcap.h>
#include <asm/hwprobe.h>
#include <boot/boot_info.h>
#include <device/fdt/fdt.h>
#include <kernel/cpu.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <lib/dt.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/vm_space.h>
#include <port/sbi.h>

#include "riscv.h"

/* The single letters that Linux shows to programs. */
#define HWCAP_KNOWN (COMPAT_HWCAP_ISA_I | COMPAT_HWCAP_ISA_M | COMPAT_HWCAP_ISA_A | COMPAT_HWCAP_ISA_F | \
	COMPAT_HWCAP_ISA_D | COMPAT_HWCAP_ISA_C | COMPAT_HWCAP_ISA_V)

struct riscv_features riscv_features;

static bool early_is_on;

/* --- the firmware's console ------------------------------------------------------------------- */

static void put_raw(char c)
{
	if (riscv_features.has_dbcn)
		sbi_call(SBI_DBCN, SBI_DBCN_WRITE_BYTE, (uint8_t)c, 0, 0, 0);
	else
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (uint8_t)c, 0, 0, 0);
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

	csr_write(stvec, riscv_trap_entry);
	riscv_features.has_dbcn = sbi_has(SBI_DBCN);
	early_is_on = boot_cmdline_find(info->cmdline, "earlycon", NULL) ||
		boot_cmdline_find(info->cmdline, "earlycon", &value) ||
		(boot_cmdline_find(info->cmdline, "console", &value) && !strncmp(value, "ttyS", 4)) || !info->nr_map;
}

/* --- features --------------------------------------------------------------------------------- */

#define EXT(name) RISCV_HWPROBE_EXT_##name
#define ZVE32X EXT(ZVE32X)
#define ZVE32F (ZVE32X | EXT(ZVE32F))
#define ZVE64X (ZVE32X | EXT(ZVE64X))
#define ZVE64F (ZVE32F | ZVE64X | EXT(ZVE64F))
#define ZVE64D (ZVE64F | EXT(ZVE64D))
#define ZVBB (EXT(ZVBB) | EXT(ZVKB))
#define ZVKN (EXT(ZVKNED) | EXT(ZVKNHB) | EXT(ZVKB) | EXT(ZVKT))
#define ZVKS (EXT(ZVKSED) | EXT(ZVKSH) | EXT(ZVKB) | EXT(ZVKT))
#define ZKB (EXT(ZBKB) | EXT(ZBKC) | EXT(ZBKX))
#define ZKN (ZKB | EXT(ZKND) | EXT(ZKNE) | EXT(ZKNH))
#define VECTOR_EXTENSIONS (RISCV_HWPROBE_IMA_V | ZVE64D | ZVBB | EXT(ZVBC) | ZVKN | EXT(ZVKNHA) | ZVKS | EXT(ZVKG) | EXT(ZVFH) | EXT(ZVFHMIN))
#define FLOAT_EXTENSIONS (RISCV_HWPROBE_IMA_FD | EXT(ZFH) | EXT(ZFHMIN) | EXT(ZFA) | EXT(ZCD))

/* Extensions with what each brings along, as hwprobe's bits. Zk and the like are names for several. */
static const struct {
	char name[12];
	uint64_t bits;
} extensions[] = {
	{ "d", RISCV_HWPROBE_IMA_FD }, { "c", RISCV_HWPROBE_IMA_C }, { "v", RISCV_HWPROBE_IMA_V | ZVE64D },
	{ "zba", EXT(ZBA) }, { "zbb", EXT(ZBB) }, { "zbs", EXT(ZBS) }, { "zicboz", EXT(ZICBOZ) }, { "zbc", EXT(ZBC) },
	{ "zbkb", EXT(ZBKB) }, { "zbkc", EXT(ZBKC) }, { "zbkx", EXT(ZBKX) }, { "zknd", EXT(ZKND) }, { "zkne", EXT(ZKNE) },
	{ "zknh", EXT(ZKNH) }, { "zksed", EXT(ZKSED) }, { "zksh", EXT(ZKSH) }, { "zkt", EXT(ZKT) }, { "zkn", ZKN },
	{ "zk", ZKN | EXT(ZKT) }, { "zks", ZKB | EXT(ZKSED) | EXT(ZKSH) },
	{ "zvbb", ZVBB }, { "zvbc", EXT(ZVBC) }, { "zvkb", EXT(ZVKB) }, { "zvkg", EXT(ZVKG) }, { "zvkned", EXT(ZVKNED) },
	{ "zvknha", EXT(ZVKNHA) }, { "zvknhb", EXT(ZVKNHB) }, { "zvksed", EXT(ZVKSED) }, { "zvksh", EXT(ZVKSH) },
	{ "zvkt", EXT(ZVKT) }, { "zvkn", ZVKN }, { "zvknc", ZVKN | EXT(ZVBC) }, { "zvkng", ZVKN | EXT(ZVKG) },
	{ "zvks", ZVKS }, { "zvksc", ZVKS | EXT(ZVBC) }, { "zvksg", ZVKS | EXT(ZVKG) }, { "zfh", EXT(ZFH) },
	{ "zfhmin", EXT(ZFHMIN) }, { "zihintntl", EXT(ZIHINTNTL) }, { "zvfh", EXT(ZVFH) }, { "zvfhmin", EXT(ZVFHMIN) },
	{ "zfa", EXT(ZFA) }, { "ztso", EXT(ZTSO) }, { "zacas", EXT(ZACAS) }, { "zicond", EXT(ZICOND) },
	{ "zihintpause", EXT(ZIHINTPAUSE) }, { "zve32x", ZVE32X }, { "zve32f", ZVE32F }, { "zve64x", ZVE64X },
	{ "zve64f", ZVE64F }, { "zve64d", ZVE64D }, { "zimop", EXT(ZIMOP) }, { "zca", EXT(ZCA) }, { "zcb", EXT(ZCB) },
	{ "zcd", EXT(ZCD) }, { "zcmop", EXT(ZCMOP) }, { "zawrs", EXT(ZAWRS) },
};

static void add_extension(struct riscv_features *f, const char *name, size_t len)
{
	if (len == 1 && is_lower(*name))
		f->hwcap |= 1ul << (*name - 'a');
	else if (len == 4 && !memcmp(name, "sstc", 4))
		f->has_sstc = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(extensions); i++)
		if (strlen(extensions[i].name) == len && !memcmp(name, extensions[i].name, len))
			f->probed |= extensions[i].bits;
}

/* riscv,isa = "rv64imafdc_zicsr_...": single letters up to the first '_'. */
static void parse_isa(struct riscv_features *f, const char *isa)
{
	const char *c = isa, *end;

	if (str_starts_with(c, "rv64"))
		c += 4;
	for (; *c && *c != '_'; c++)
		add_extension(f, c, 1);
	for (; *c; c = end) {
		end = strchrnul(++c, '_');
		add_extension(f, c, (size_t)(end - c));
	}
}

/* riscv,isa-extensions = "i", "m", ..., which newer trees have instead. */
static void parse_extensions(struct riscv_features *f, const char *list, unsigned int left)
{
	const char *end;

	for (; list && (end = memchr(list, 0, left)); left -= (unsigned int)(end + 1 - list), list = end + 1)
		add_extension(f, list, (size_t)(end - list));
}

static unsigned int zero_block(const void *dt, int node)
{
	uint32_t bytes;

	return dt_u32(dt, node, "riscv,cboz-block-size", 0, &bytes) ? 0 : bytes;
}

/* What all harts have, and programs may use. */
static void restrict_extensions(struct riscv_features *all)
{
	if (!all->has_fpu)
		all->probed &= ~FLOAT_EXTENSIONS;
	if (!all->has_vector)
		all->probed &= ~VECTOR_EXTENSIONS;
	if (!all->zero_bytes)
		all->probed &= ~(uint64_t)EXT(ZICBOZ);
	if (!(all->probed & EXT(ZICBOZ)))
		all->zero_bytes = 0;
}

void riscv_features_init(void)
{
	struct riscv_features *all = &riscv_features;
	const void *dt = fdt_tree();

	if (!dt)
		return;
	all->hwcap = HWCAP_KNOWN;
	all->probed = UINT64_MAX;
	all->has_sstc = true;
	DT_FOREACH_TYPE(dt, node, "cpu") {
		struct riscv_features one = {};
		const char *isa = dt_string(dt, node, "riscv,isa"), *list;
		unsigned int len;

		list = dt_property(dt, node, "riscv,isa-extensions", &len);
		if (isa)
			parse_isa(&one, isa);
		else
			parse_extensions(&one, list, len);
		all->hwcap &= one.hwcap;
		all->probed &= one.probed;
		all->zero_bytes = zero_block(dt, node);
		all->has_sstc &= one.has_sstc;
		strscpy(all->isa, isa ?: "rv64ima", sizeof(all->isa));
	}
	all->has_fpu = (all->hwcap & COMPAT_HWCAP_ISA_D) != 0;
	all->has_vector = (all->hwcap & COMPAT_HWCAP_ISA_V) != 0;
	restrict_extensions(all);
}

uint64_t riscv_probed_extensions(void)
{
	/* Harts whose vector registers differ in length have none for programs. */
	return riscv_features.has_vector ? riscv_features.probed : riscv_features.probed & ~VECTOR_EXTENSIONS;
}

unsigned int riscv_zero_block_bytes(void)
{
	return riscv_features.zero_bytes;
}

void arch_init(void)
{
	fdt_init(&boot_info);
	riscv_features_init();
	fdt_irqchips_init();
	arch_init_this_cpu();
}

void arch_init_this_cpu(void)
{
	struct cpu *cpu = arch_this_cpu();

	csr_write(scounteren, 2); /* programs may read time */
	csr_set(sie, SIE_SOFT | SIE_EXTERNAL);
	if (riscv_features.zero_bytes)
		csr_set(0x10a, SENVCFG_CBZE);
	cpu->arch.vendor = (uint64_t)sbi_call(SBI_BASE, SBI_BASE_MVENDORID, 0, 0, 0, 0).value;
	cpu->arch.arch_id = (uint64_t)sbi_call(SBI_BASE, SBI_BASE_MARCHID, 0, 0, 0, 0).value;
	cpu->arch.impl_id = (uint64_t)sbi_call(SBI_BASE, SBI_BASE_MIMPID, 0, 0, 0, 0).value;
	riscv_vector_init_this_cpu();
	riscv_init_external(cpu);
}

void arch_cpu_init_this(struct cpu *cpu)
{
	cpu->self = cpu;
	__asm__ volatile("mv tp, %0" ::"r"(cpu) : "memory");
	csr_write(sscratch, 0);
	csr_write(stvec, riscv_trap_entry);
}

uint64_t arch_cpu_hw_id(void)
{
	return riscv_features.boot_hart; /* asked of the boot CPU alone; there is no register for it */
}

void arch_cpu_halt(void)
{
	for (;;)
		__asm__ volatile("csrci sstatus, 2; wfi" ::: "memory");
}

void arch_cpu_reset(void)
{
	sbi_call(SBI_SRST, 0, SBI_SRST_COLD_REBOOT, 0, 0, 0);
	arch_cpu_halt();
}

bool arch_cpu_random(uint64_t *out)
{
	return false; /* Zkr's seed is machine mode's unless firmware opens it */
}

size_t arch_cpu_info(const struct cpu *cpu, char *buf, size_t size)
{
	size_t len = (size_t)snprintf(buf, size,
		"processor\t: %u\nhart\t\t: %lu\nisa\t\t: %s\nmmu\t\t: sv39\nmvendorid\t: %#lx\nmarchid\t\t: %#lx\n"
		"mimpid\t\t: %#lx\nhart isa\t: %s\n\n",
		cpu->id, (unsigned long)cpu->hw_id, riscv_features.isa, (unsigned long)cpu->arch.vendor,
		(unsigned long)cpu->arch.arch_id, (unsigned long)cpu->arch.impl_id, riscv_features.isa);

	return min(len, size);
}

/* --- auxiliary vector, caches ----------------------------------------------------------------- */

unsigned long arch_elf_hwcap(void)
{
	const struct riscv_features *f = &riscv_features;

	return f->has_vector && riscv_vector_is_allowed() ? f->hwcap : f->hwcap & ~(unsigned long)COMPAT_HWCAP_ISA_V;
}

unsigned long arch_elf_hwcap2(void)
{
	return 0;
}

const char *arch_elf_platform(void)
{
	return NULL;
}

static void remote_fence_i(unsigned long mask, unsigned long base, void *arg)
{
	sbi_call(SBI_RFENCE, SBI_RFENCE_FENCE_I, mask, base, 0, 0);
}

/* Harts that have this program's memory loaded; others fence when they load it (arch_mmu_switch). */
void arch_icache_sync(void *addr, size_t size)
{
	__asm__ volatile("fence.i" ::: "memory");
	if (cpu_online_count() > 1 && current && current->vm)
		riscv_for_harts(&current->vm->cpus, remote_fence_i, NULL);
}

void arch_cache_clean(const void *addr, size_t size)
{
}
