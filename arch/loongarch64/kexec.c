// SPDX-License-Identifier: MIT
/*
 * Starting the next kernel: a page of code, a page of data and stack, both used with direct addresses.
 *
 * What it is told (Documentation/arch/loongarch/booting.rst) is an EFI system table that we make, with
 * memory map, initrd and device tree behind it: for kexec_file_load(2) a destination of its own; for
 * kexec_load(2), whose program gives a command line alone, in pages of the plan.
 *
 *	0		system table
 *	0x80		configuration tables
 *	PARAMS_CMDLINE	command line's address: not EFI's, for us
 *	0x110		initrd: start, size
 *	0x200		memory map
 *	TABLES_BYTES	device tree
 */
#include <arch/kexec.h>

#include <arch/irqflags.h>
#include <arch/layout.h>
#include <arch/time.h>
#include <asm/errno.h>
#include <boot/boot_info.h>
#include <boot/efi_boot.h>
#include <device/fdt/fdt.h>
#include <kexec/fdt_params.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <lib/string.h>
#include <libfdt.h>

#include "kexec_control.h"
#include "loongarch.h"

#define TABLES_AT 0x80
#define PARAMS_CMDLINE 0x100
#define INITRD_AT 0x110
#define MEMMAP_AT 0x200
#define TABLES_BYTES 0x8000

static_assert(MEMMAP_AT + sizeof(struct efi_boot_memmap) + BOOT_MAX_RANGES * sizeof(struct efi_boot_desc) <= TABLES_BYTES);

/* --- tables ------------------------------------------------------------------------------------- */

static uint32_t efi_type(uint32_t type)
{
	switch (type) {
	case BOOT_MEM_USABLE:
	case BOOT_MEM_SOFT_RESERVED: /* early.c left it */
		return EFI_CONVENTIONAL;
	case BOOT_MEM_ACPI:
		return EFI_ACPI_RECLAIM;
	case BOOT_MEM_ACPI_NVS:
		return EFI_ACPI_NVS;
	case BOOT_MEM_UNUSABLE:
		return EFI_UNUSABLE;
	case BOOT_MEM_PMEM:
		return EFI_PERSISTENT;
	default:
		return EFI_RESERVED;
	}
}

static void write_memmap(struct efi_boot_memmap *map)
{
	struct efi_boot_desc *desc = (struct efi_boot_desc *)(map + 1);

	for (unsigned int i = 0; i < boot_info.nr_map; i++) {
		const struct boot_range *range = &boot_info.map[i];
		bool is_ram = efi_type(range->type) == EFI_CONVENTIONAL;
		paddr_t start = is_ram ? ALIGN_UP(range->start, (paddr_t)EFI_PAGE_BYTES) :
					 ALIGN_DOWN(range->start, (paddr_t)EFI_PAGE_BYTES);
		paddr_t end = range->start + range->size_bytes;

		end = is_ram ? ALIGN_DOWN(end, (paddr_t)EFI_PAGE_BYTES) : ALIGN_UP(end, (paddr_t)EFI_PAGE_BYTES);
		if (start < end)
			*desc++ = (struct efi_boot_desc){
				.type = efi_type(range->type), .start = start, .pages = (end - start) / EFI_PAGE_BYTES,
				.attributes = EFI_MEMORY_WRITE_BACK,
			};
	}
	*map = (struct efi_boot_memmap){ .desc_bytes = sizeof(*desc), .desc_version = 1 };
	map->map_bytes = (uint64_t)((char *)desc - (char *)(map + 1));
	map->buffer_bytes = map->map_bytes;
}

static void add_table(struct efi_boot_systab *systab, struct efi_boot_table *tables, const uint8_t guid[16], paddr_t at)
{
	struct efi_boot_table *table = &tables[systab->nr_tables++];

	memcpy(table->guid, guid, sizeof(table->guid));
	table->table = at;
}

/* At buf, which will stand at `at`. */
static void write_tables(void *buf, paddr_t at, paddr_t fdt, paddr_t initrd, uint64_t initrd_bytes)
{
	struct efi_boot_systab *systab = buf;
	struct efi_boot_table *tables = buf + TABLES_AT;
	uint64_t *initrd_table = buf + INITRD_AT;

	*systab = (struct efi_boot_systab){
		.signature = EFI_BOOT_SIGNATURE, .revision = 2 << 16 | 100, .header_bytes = sizeof(*systab),
		.tables = at + TABLES_AT,
	};
	write_memmap(buf + MEMMAP_AT);
	add_table(systab, tables, efi_guid_memmap, at + MEMMAP_AT);
	if (initrd_bytes) {
		initrd_table[0] = initrd;
		initrd_table[1] = initrd_bytes;
		add_table(systab, tables, efi_guid_initrd, at + INITRD_AT);
	}
	if (fdt)
		add_table(systab, tables, efi_guid_fdt, fdt);
}

size_t arch_kexec_params_bytes(void)
{
	return TABLES_BYTES + kexec_fdt_bytes(fdt_tree());
}

int arch_kexec_build_params(const struct kexec_boot *boot, void *buf)
{
	struct kexec_boot for_tree = *boot;
	void *fdt = buf + TABLES_BYTES;

	for_tree.params += TABLES_BYTES;
	if (fdt_tree()) {
		int err = kexec_fdt_build(&for_tree, fdt_tree(), fdt);

		if (err)
			return err;
		/* Of our tables Linux reserves the one that it goes on using, the memory map, itself. */
		if (loongarch_parking && fdt_add_mem_rsv(fdt, loongarch_parking, PARKING_BYTES))
			return -EINVAL;
	}
	write_tables(buf, boot->params, fdt_tree() ? for_tree.params : 0, boot->initrd, boot->initrd_bytes);
	*(uint64_t *)(buf + PARAMS_CMDLINE) = boot->cmdline;
	return 0;
}

/* --- preparing the jump ------------------------------------------------------------------------- */

/* Where what will stand at a destination's address waits for the jump; a page lies in one piece. */
static void *content_of(const struct kexec_plan *plan, paddr_t paddr)
{
	for (unsigned int i = 0; i < plan->nr_copies; i++) {
		const struct kexec_copy *copy = &plan->copies[i];

		if (copy->from != KEXEC_ZERO && paddr - copy->to < copy->bytes)
			return phys_to_virt(copy->from + (paddr - copy->to));
	}
	return phys_to_virt(paddr);
}

/* For kexec_load(2), by the command line in `given`, of at most a page. */
static int make_params(struct kexec_plan *plan, const char *given, size_t room, struct kexec_control *control)
{
	struct kexec_boot boot = { .cmdline_bytes = strnlen(given, room - 1) };
	size_t bytes = arch_kexec_params_bytes(), order = 0;
	char *buf;

	while (PAGE_SIZE << order <= bytes + boot.cmdline_bytes)
		order++;
	buf = plan->alloc_pages(plan, order);
	if (!buf)
		return -ENOMEM;
	memcpy(buf + bytes, given, boot.cmdline_bytes);
	boot.params = virt_to_phys(buf);
	boot.cmdline = boot.params + bytes;
	boot_cmdline_initrd(buf + bytes, &boot.initrd, &boot.initrd_bytes);
	control->systab = boot.params;
	control->cmdline = boot.cmdline;
	return arch_kexec_build_params(&boot, buf);
}

int arch_kexec_prepare(struct kexec_plan *plan)
{
	void *code = plan->alloc_pages(plan, 0);
	struct kexec_control *control = plan->alloc_pages(plan, 0);
	const uint64_t *params = plan->params ? content_of(plan, plan->params) : NULL;

	if (!code || !control)
		return -ENOMEM;
	memcpy(code, __kexec_control_start, (size_t)(__kexec_control_end - __kexec_control_start));
	control->code = virt_to_phys(code) + (uint64_t)((const char *)kexec_control - __kexec_control_start);
	plan->arch = control;
	if (!params)
		return make_params(plan, "", 1, control);
	if (*params != EFI_BOOT_SIGNATURE)
		return make_params(plan, (const char *)params, PAGE_SIZE - plan->params % PAGE_SIZE, control);
	control->systab = plan->params;
	control->cmdline = params[PARAMS_CMDLINE / 8];
	return 0;
}

/* --- the jump ----------------------------------------------------------------------------------- */

static paddr_t stdout_uart(void)
{
	const void *dt = fdt_tree();
	int node = dt ? dt_stdout(dt, NULL) : -1;
	paddr_t paddr;
	uint64_t size;

	return node >= 0 && dt_is_compatible(dt, node, "ns16550a") && !dt_reg(dt, node, 0, &paddr, &size) ? paddr : 0;
}

void arch_kexec_jump(const struct kexec_plan *plan)
{
	struct kexec_control *control = plan->arch;
	paddr_t data = virt_to_phys(control);
	int reset = fdt_tree() ? dt_next_compatible(fdt_tree(), -1, "syscon-reboot") : -1;

	csr_write(CSR_ECFG, 0);
	arch_timer_arm(UINT64_MAX);
	csr_write(CSR_TICLR, 1);
	csr_write(CSR_EUEN, 0);
	iocsr_write32(~0u, IOCSR_IPI_CLEAR);
	control_take_plan(&control->plan, plan);
	control->uart = stdout_uart();
	if (reset < 0 || fdt_syscon_find(reset, &control->reset))
		control->reset.paddr = 0;
	/* The window's bits of the program counter are ignored once addresses are direct. */
	__asm__ volatile("dbar 0\n\t"
		"ibar 0\n\t"
		"move $a0, %1\n\t"
		"csrwr %0, 0\n\t"
		"move $sp, %2\n\t"
		"jirl $zero, %3, 0"
		: : "r"(CRMD_DA_CACHED), "r"(data), "r"(data + PAGE_SIZE), "r"(control->code)
		: "memory", "$a0");
	__builtin_unreachable();
}
