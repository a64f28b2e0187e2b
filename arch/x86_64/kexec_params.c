// SPDX-License-Identifier: MIT
/*
 * The boot_params of the next kernel, for kexec_file_load(): what the loader told us, told again.
 * Behind the page stand the setup_data nodes that it points to.
 */
#include <arch/kexec.h>

#include <asm/bootparam.h>
#include <asm/errno.h>
#include <boot/boot_info.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <mm/vmap.h>

#define PARAMS_BYTES	4096
#define BLOCK_BYTES	(3 * 4096)
#define HEADER_MAGIC	0x53726448	/* "HdrS" */
#define BOOT_FLAG	0xaa55
#define MIN_VERSION	0x020c		/* the first with xloadflags */
#define LOADER_KEXEC	0xd0		/* type_of_loader that Linux' own kexec says */
#define ONE_MIB		0x100000ull
#define EFI_SETUP_BYTES	256u		/* more than struct efi_setup_data has in any Linux */

static_assert(sizeof(struct boot_params) == PARAMS_BYTES);
static_assert(PARAMS_BYTES + 3 * sizeof(struct setup_data) + KEXEC_SEED_BYTES + EFI_SETUP_BYTES +
	(BOOT_MAX_RANGES - E820_MAX_ENTRIES_ZEROPAGE) * sizeof(struct boot_e820_entry) <= BLOCK_BYTES);

/* Puts nodes one behind the other and links them. */
struct node_writer {
	uint8_t *block;
	paddr_t paddr;			/* of the block */
	size_t used_bytes;
};

size_t arch_kexec_params_bytes(void)
{
	return BLOCK_BYTES;
}

static void *add_node(struct node_writer *writer, uint32_t type, size_t len)
{
	struct boot_params *params = (void *)writer->block;
	struct setup_data *node = (void *)(writer->block + writer->used_bytes);

	node->next = params->hdr.setup_data;
	node->type = type;
	node->len = len;
	params->hdr.setup_data = writer->paddr + writer->used_bytes;
	writer->used_bytes = ALIGN_UP(writer->used_bytes + sizeof(*node) + len, 8);
	return node->data;
}

/* The file's header says its own length: the jump at 0x200 goes right behind it. */
static int copy_header(struct boot_params *params, const struct kexec_boot *boot)
{
	const struct setup_header *from = boot->header;
	size_t have = offsetof(struct setup_header, header), len;

	if (boot->header_bytes < have)
		return -ENOEXEC;
	len = have + (from->jump >> 8);
	len = min(len, sizeof(*from));
	if (boot->header_bytes < len)
		return -ENOEXEC;
	memcpy(&params->hdr, from, len);
	if (params->hdr.boot_flag != BOOT_FLAG || params->hdr.header != HEADER_MAGIC ||
		params->hdr.version < MIN_VERSION || !(params->hdr.loadflags & LOADED_HIGH) ||
		!(params->hdr.xloadflags & XLF_KERNEL_64))
		return -ENOEXEC;
	return 0;
}

static void make_header(struct setup_header *hdr)
{
	hdr->boot_flag = BOOT_FLAG;
	hdr->header = HEADER_MAGIC;
	hdr->version = 0x020f;
	hdr->loadflags = LOADED_HIGH;
	hdr->xloadflags = XLF_KERNEL_64;
}

/* What an old kernel would read instead of the map: KiB from 1 MiB on. */
static void set_old_sizes(struct boot_params *params, const struct boot_range *range)
{
	uint64_t end = range->start + range->size_bytes, kib;

	if (range->type != BOOT_MEM_USABLE || range->start > ONE_MIB || end <= ONE_MIB)
		return;
	kib = (end - ONE_MIB) >> 10;
	params->alt_mem_k = min(kib, 0xffffffffull);
	params->screen_info.ext_mem_k = min(kib, 0xfc00ull);
}

static void write_map(struct node_writer *writer)
{
	struct boot_params *params = (void *)writer->block;
	unsigned int nr = boot_info.nr_map;
	unsigned int in_page = min_t(unsigned int, nr, E820_MAX_ENTRIES_ZEROPAGE);
	struct boot_e820_entry *entry = params->e820_table;

	params->e820_entries = in_page;
	for (unsigned int i = 0; i < nr; i++) {
		const struct boot_range *range = &boot_info.map[i];

		if (i == E820_MAX_ENTRIES_ZEROPAGE)
			entry = add_node(writer, SETUP_E820_EXT, (nr - i) * sizeof(*entry));
		*entry++ = (struct boot_e820_entry){ range->start, range->size_bytes, range->type };
		set_old_sizes(params, range);
	}
}

/* What only firmware and the first loader knew. */
static void copy_machine(struct boot_params *params)
{
	const struct boot_params *ours = boot_info.boot_params;

	params->screen_info = boot_info.screen;
	params->screen_info.ext_mem_k = 0;
	params->acpi_rsdp_addr = boot_info.rsdp;
	if (!ours)
		return;
	params->apm_bios_info = ours->apm_bios_info;
	params->ist_info = ours->ist_info;
	params->edid_info = ours->edid_info;
	params->efi_info = ours->efi_info;
	params->secure_boot = ours->secure_boot;
	params->eddbuf_entries = ours->eddbuf_entries;
	params->edd_mbr_sig_buf_entries = ours->edd_mbr_sig_buf_entries;
	memcpy(params->eddbuf, ours->eddbuf, sizeof(params->eddbuf));
	memcpy(params->edd_mbr_sig_buffer, ours->edd_mbr_sig_buffer, sizeof(params->edd_mbr_sig_buffer));
	params->hdr.hardware_subarch = ours->hdr.hardware_subarch;
	params->hdr.hardware_subarch_data = ours->hdr.hardware_subarch_data;
}

/*
 * When a Linux before us had given EFI's runtime services their virtual addresses, this node says which: they are
 * given once, so the next kernel needs it too.
 */
static int copy_efi_setup(struct node_writer *writer)
{
	for (unsigned int i = 0; i < boot_info.nr_setup_data; i++) {
		const struct boot_setup_data *from = &boot_info.setup_data[i];
		const void *data;

		if (from->type != SETUP_EFI || !from->len_bytes || from->len_bytes > EFI_SETUP_BYTES)
			continue;
		data = memremap(from->node + sizeof(struct setup_data), from->len_bytes);
		if (!data)
			return -ENOMEM;
		memcpy(add_node(writer, SETUP_EFI, from->len_bytes), data, from->len_bytes);
		memunmap(data);
		break;
	}
	return 0;
}

int arch_kexec_build_params(const struct kexec_boot *boot, void *buf)
{
	struct node_writer writer = { buf, boot->params, PARAMS_BYTES };
	struct boot_params *params = buf;
	struct setup_header *hdr = &params->hdr;
	int err = 0;

	if (boot->header)
		err = copy_header(params, boot);
	else
		make_header(hdr);
	if (err)
		return err;
	copy_machine(params);
	hdr->type_of_loader = LOADER_KEXEC;
	hdr->setup_data = 0;
	hdr->cmd_line_ptr = boot->cmdline;
	params->ext_cmd_line_ptr = boot->cmdline >> 32;
	if (boot->initrd_bytes) {
		hdr->ramdisk_image = boot->initrd;
		params->ext_ramdisk_image = boot->initrd >> 32;
		hdr->ramdisk_size = boot->initrd_bytes;
		params->ext_ramdisk_size = boot->initrd_bytes >> 32;
	} else {
		hdr->ramdisk_image = hdr->ramdisk_size = 0;
	}
	write_map(&writer);
	err = copy_efi_setup(&writer);
	if (err)
		return err;
	if (boot->seed_bytes && boot->seed_bytes <= KEXEC_SEED_BYTES)
		memcpy(add_node(&writer, SETUP_RNG_SEED, boot->seed_bytes), boot->seed, boot->seed_bytes);
	return 0;
}
