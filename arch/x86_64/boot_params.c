// SPDX-License-Identifier: MIT
/*
 * Reads boot_params. Runs before the kernel is relocated (see early.c): no pointers in data.
 */
#include "boot_params.h"

#include <asm/bootparam.h>
#include <asm/setup_data.h>
#include <boot/boot_info.h>
#include <boot/efi_config.h>
#include <lib/compiler.h>
#include <lib/string.h>

#define CMDLINE_BYTES		2048	/* COMMAND_LINE_SIZE of x86, with the NUL */
#define MAX_SETUP_NODES		256	/* more is a cycle */
#define MAX_SETUP_BYTES		(16u << 20)
#define HEADER_MAGIC		0x53726448	/* "HdrS" */
#define EFI_MAGIC_64		0x34364c45	/* "EL64" */
#define EFI_MAGIC_32		0x32334c45
#define LOW_RESERVED_BYTES	0x10000	/* BIOS data, and what BIOSes scribble on: Linux's default */

struct boot_params boot_params_copy __aligned(4096);

static uint64_t join(uint32_t low, uint32_t high)
{
	return low | (uint64_t)high << 32;
}

/* A loader that did not zero the page leaves the file's bytes in fields newer than itself; the
 * image has 0xff in sentinel. The ranges are those of Linux's sanitize_boot_params(). */
static void clear_garbage(struct boot_params *params)
{
	if (!params->sentinel)
		return;
#define CLEAR(from, to) memset((char *)params + offsetof(struct boot_params, from), 0, \
	offsetof(struct boot_params, to) - offsetof(struct boot_params, from))
	CLEAR(ext_ramdisk_image, efi_info);
	CLEAR(kbd_status, hdr);
	CLEAR(_pad7, edd_mbr_sig_buffer);
	CLEAR(_pad8, eddbuf);
	memset(params->_pad9, 0, sizeof(params->_pad9));
#undef CLEAR
}

static void parse_e820(struct boot_info *info, const struct boot_params *params)
{
	unsigned int nr = min_t(unsigned int, params->e820_entries, E820_MAX_ENTRIES_ZEROPAGE);
	uint32_t kib = params->alt_mem_k ?: params->screen_info.ext_mem_k;

	for (unsigned int i = 0; i < nr; i++) {
		struct boot_e820_entry entry = params->e820_table[i];

		if (entry.size && boot_add_range(info, entry.addr, entry.size, entry.type))
			info->complaints |= BOOT_BAD_MAP;
	}
	if (info->nr_map)
		return;
	info->complaints |= BOOT_NO_MAP;
	boot_add_range(info, 0, 0x9f000, BOOT_MEM_USABLE);
	boot_add_range(info, 0x100000, (uint64_t)kib << 10, BOOT_MEM_USABLE);
}

static void take_seed(struct boot_info *info, uint8_t *seed, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		info->seed[i % BOOT_SEED_BYTES] ^= seed[i];
	info->seed_bytes = max(info->seed_bytes, min_t(unsigned int, len, BOOT_SEED_BYTES));
	memset(seed, 0, len);
}

static bool parse_setup_node(struct boot_info *info, paddr_t node, uint32_t type, uint8_t *data,
	uint32_t len)
{
	const struct boot_e820_entry *entry = (void *)data;

	if (info->nr_setup_data < BOOT_MAX_SETUP_DATA)
		info->setup_data[info->nr_setup_data++] = (struct boot_setup_data){ node, type, len };
	switch (type) {
	case SETUP_E820_EXT:
		for (; len >= sizeof(*entry); len -= sizeof(*entry), entry++)
			if (boot_add_range(info, entry->addr, entry->size, entry->type))
				info->complaints |= BOOT_BAD_MAP;
		return true;
	case SETUP_DTB:
		info->fdt = node + sizeof(struct setup_data);
		info->fdt_bytes = len;
		return true;
	case SETUP_RNG_SEED:
		take_seed(info, data, len);
		return true;
	default:
		return true;
	}
}

static bool parse_setup_data(struct boot_info *info, paddr_t node, boot_map_fn *map)
{
	for (unsigned int i = 0; node; i++) {
		struct setup_data *header = map(node, sizeof(*header));
		struct setup_data copy;
		uint8_t *data;

		if (i == MAX_SETUP_NODES || !header)
			return false;
		copy = *header;
		if (copy.len > MAX_SETUP_BYTES || !map(node, sizeof(copy) + copy.len) ||
			boot_reserve(info, node, sizeof(copy) + copy.len, BOOT_RESERVE_LOADER))
			return false;
		data = header->data;
		if (!parse_setup_node(info, node, copy.type, data, copy.len))
			return false;
		node = copy.next;
	}
	return true;
}

/* The command line ends at a NUL or at the limit, maybe at the end of what can be read: so it is
 * mapped page by page. */
static void parse_cmdline(struct boot_info *info, paddr_t line, boot_map_fn *map)
{
	unsigned int len = 0;

	while (line) {
		unsigned int chunk = 4096 - (line & 4095);
		const char *from = map(line, chunk);

		if (!from) {
			info->complaints |= BOOT_BAD_CMDLINE;
			break;
		}
		while (chunk && *from && len < CMDLINE_BYTES - 1) {
			info->cmdline[len++] = *from++;
			chunk--;
		}
		if (chunk) {
			if (*from)
				info->complaints |= BOOT_BAD_CMDLINE;
			break;
		}
		line = ALIGN_UP(line + 1, 4096);
	}
	info->cmdline[len] = '\0';
}

static void parse_initrd(struct boot_info *info, const struct boot_params *params)
{
	uint64_t start = join(params->hdr.ramdisk_image, params->ext_ramdisk_image);
	uint64_t size = join(params->hdr.ramdisk_size, params->ext_ramdisk_size);

	if (!start || !size)
		return;
	if (!boot_range_is_usable(info, start, size) ||
		boot_reserve(info, start, size, BOOT_RESERVE_INITRD)) {
		info->complaints |= BOOT_BAD_INITRD;
		return;
	}
	info->initrd[info->nr_initrds++] = (struct boot_range){ start, size, BOOT_MEM_USABLE };
}

/* Documentation/arch/x86/boot.rst: 0xE in the high digit says that the type is in an own field. */
static void parse_loader(struct boot_info *info, const struct setup_header *hdr)
{
	unsigned int type = hdr->type_of_loader;

	if (type >> 4 == 0xe)
		type = (type & 0xf) | (hdr->ext_loader_type + 0x10u) << 4;
	info->loader_type = type;
	info->loader_version = (type & 0xf) | (unsigned int)hdr->ext_loader_ver << 4;
}

static void parse_efi(struct boot_info *info, const struct boot_params *params, boot_map_fn *map)
{
	const struct efi_info copy = params->efi_info, *efi = &copy;

	if (efi->efi_loader_signature != EFI_MAGIC_64 && efi->efi_loader_signature != EFI_MAGIC_32)
		return;
	info->efi = (struct boot_efi){
		.systab = join(efi->efi_systab, efi->efi_systab_hi),
		.memmap = join(efi->efi_memmap, efi->efi_memmap_hi),
		.memmap_bytes = efi->efi_memmap_size,
		.desc_bytes = efi->efi_memdesc_size,
		.desc_version = efi->efi_memdesc_version,
		.is_64bit = efi->efi_loader_signature == EFI_MAGIC_64,
	};
	if (boot_reserve(info, info->efi.memmap, info->efi.memmap_bytes, BOOT_RESERVE_LOADER))
		info->efi.memmap = info->efi.memmap_bytes = 0;
	efi_config_read(&info->efi, map);
}

/* ACPI 6.5, 5.2.5.1: on a 16-byte boundary in the first KiB of the extended BIOS data area, or in the
 * BIOS area. */
static paddr_t search_rsdp(paddr_t start, uint32_t size, boot_map_fn *map)
{
	const uint8_t *area = start ? map(start, size) : NULL;

	for (uint32_t at = 0; area && at + 20 <= size; at += 16) {
		uint8_t sum = 0;

		if (memcmp(area + at, "RSD PTR ", 8))
			continue;
		for (unsigned int i = 0; i < 20; i++)
			sum += area[at + i];
		if (!sum)
			return start + at;
	}
	return 0;
}

static void find_rsdp(struct boot_info *info, boot_map_fn *map)
{
	const uint16_t *ebda_segment = map(0x40e, sizeof(*ebda_segment));

	info->rsdp = boot_params_copy.acpi_rsdp_addr ?: info->efi.acpi20 ?: info->efi.acpi;
	if (!info->rsdp && !info->efi.systab && ebda_segment)
		info->rsdp = search_rsdp((paddr_t)*ebda_segment << 4, 1024, map) ?:
			search_rsdp(0xe0000, 0x20000, map);
}

void boot_params_parse(struct boot_info *info, boot_map_fn *map)
{
	struct boot_params *params = &boot_params_copy;
	const struct setup_header *hdr = &params->hdr;

	clear_garbage(params);
	info->boot_params = params;
	info->mem_limit = ~0ull;
	parse_e820(info, params);
	boot_reserve(info, 0, LOW_RESERVED_BYTES, BOOT_RESERVE_FIRMWARE);
	boot_reserve(info, info->kernel_start, info->kernel_size_bytes, BOOT_RESERVE_KERNEL);
	info->screen = params->screen_info;
	info->has_screen = info->screen.orig_video_isVGA != 0;
	parse_efi(info, params, map);
	find_rsdp(info, map);
	if (hdr->header != HEADER_MAGIC)
		return;
	parse_loader(info, hdr);
	if (!parse_setup_data(info, hdr->setup_data, map))
		info->complaints |= BOOT_BAD_SETUP_DATA;
	parse_initrd(info, params);
	parse_cmdline(info, join(hdr->cmd_line_ptr, params->ext_cmd_line_ptr), map);
	info->mem_limit = boot_mem_limit(info->cmdline);
}
