// SPDX-License-Identifier: MIT
/* Linux's flat Image for kexec_file_load(2), and the zboot file around one. */
#include <kexec/linux_image.h>

#include <arch/kexec.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kexec/format.h>
#include <kexec/image.h>
#include <lib/alloc.h>
#include <lib/decompress/decompress.h>
#include <lib/string.h>

#define ALIGN_BYTES		(2ull << 20)
#define LOWEST_ADDRESS		0x200000
#define LARGEST_KERNEL		(512u << 20)

static bool probe(const uint8_t *head, size_t head_bytes, uint64_t file_bytes)
{
	struct linux_image_info info;
	const char *why;

	return !linux_image_parse(head, head_bytes, file_bytes, arch_kexec_image_magic(), &info, &why);
}

/* At the address that it was linked for, where that is RAM; else anywhere. */
static int place(struct kexec_image *image, const struct kexec_wish *wish, paddr_t link_address, paddr_t *start)
{
	struct kexec_wish there = *wish;

	there.min = link_address;
	there.max = link_address + wish->mem_bytes;
	if (link_address >= wish->min && !kexec_image_place(image, &there, start))
		return 0;
	return kexec_image_place(image, wish, start);
}

static int load(struct kexec_load *load)
{
	struct linux_image_info info;
	struct kexec_wish wish;
	const char *why;
	paddr_t start;
	int err = linux_image_parse(load->head, load->head_bytes, load->file_bytes, arch_kexec_image_magic(), &info, &why);

	if (err)
		return err;
	/* What lies below text_offset is the kernel's as well, or at least nobody else's. */
	info.text_offset %= ALIGN_BYTES;
	wish = (struct kexec_wish){
		.data_bytes = load->file_bytes,
		.mem_bytes = ALIGN_UP(info.memory_bytes, ALIGN_BYTES),
		.align = ALIGN_BYTES,
		.min = LOWEST_ADDRESS,
		.max = UINT64_MAX,
	};
	if (info.text_offset)
		return -ENOEXEC; /* images from before Linux 5.8 */
	err = place(load->image, &wish, info.link_address, &start);
	load->entry = start + info.entry_offset;
	load->initrd_max = UINT64_MAX;
	return err;
}

static int fill(struct kexec_load *load, unsigned int dest, void *to, uint64_t offset, size_t n)
{
	return kexec_read_kernel(load, to, offset, n);
}

const struct kexec_format kexec_linux_image = {
	.name = "Image",
	.id = KEXEC_FORMAT_IMAGE,
	.probe = probe,
	.load = load,
	.fill = fill,
};

/* --- zboot, Image.gz -------------------------------------------------------------------------- */

static bool find_payload(const struct kexec_load *load, struct zboot_info *info)
{
	if (!zboot_parse(load->head, load->head_bytes, load->file_bytes, info))
		return true;
	*info = (struct zboot_info){ .payload_bytes = load->file_bytes, .compression = "gzip" };
	return load->head_bytes > 18 && load->head[0] == 0x1f && load->head[1] == 0x8b && load->file_bytes < UINT32_MAX;
}

/* The size: gzip has it in its last word, else it stands behind the payload. */
static int read_size(struct kexec_load *load, const struct zboot_info *info, uint32_t *bytes)
{
	bool inside = !strcmp(info->compression, "gzip");
	uint64_t at = info->payload_offset + info->payload_bytes - (inside ? 4 : 0);

	if (at + 4 > load->file_bytes)
		return -ENOEXEC;
	return kexec_read_kernel(load, bytes, at, sizeof(*bytes));
}

static int unpack(struct kexec_load *load, const struct zboot_info *info, const uint8_t *payload, uint32_t bytes)
{
	const struct decompress_format *format = decompress_by_name(info->compression);
	size_t done;
	int err;

	load->unpacked = format ? kvmalloc(bytes) : NULL;
	if (!load->unpacked)
		return format ? -ENOMEM : -ENOEXEC;
	err = decompress_to_buffer(format, payload, info->payload_bytes, load->unpacked, bytes, &done);
	if (err || done != bytes) {
		pr_info("kexec: the %s payload of the file does not unpack\n", info->compression);
		return err == -ENOMEM ? err : -ENOEXEC;
	}
	load->head = load->unpacked;
	load->head_bytes = min_t(uint64_t, bytes, KEXEC_HEAD_BYTES);
	load->file_bytes = bytes;
	return 0;
}

int kexec_unpack_zboot(struct kexec_load *load)
{
	struct zboot_info info;
	uint8_t *payload;
	uint32_t bytes;
	int err;

	if (!find_payload(load, &info))
		return 0;
	err = read_size(load, &info, &bytes);
	if (err)
		return err;
	if (bytes < LINUX_IMAGE_HEADER_BYTES || bytes > LARGEST_KERNEL)
		return -ENOEXEC;
	payload = kvmalloc(info.payload_bytes);
	if (!payload)
		return -ENOMEM;
	err = kexec_read_kernel(load, payload, info.payload_offset, info.payload_bytes);
	if (!err)
		err = unpack(load, &info, payload, bytes);
	kvfree(payload);
	return err;
}
