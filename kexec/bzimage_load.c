// SPDX-License-Identifier: MIT
/* bzImage for kexec_file_load(2): the protected-mode kernel where it likes to be, or elsewhere. */
#include <kexec/bzimage.h>

#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kexec/format.h>
#include <kexec/image.h>

/* Linux's own loader doesn't go below. */
#define LOWEST_ADDRESS	0x100000

static bool probe(const uint8_t *head, size_t head_bytes, uint64_t file_bytes)
{
	struct bzimage_info info;
	const char *why;
	int err = bzimage_parse(head, head_bytes, file_bytes, &info, &why);

	if (err && head_bytes > BZIMAGE_HEADER_OFFSET)
		pr_debug("kexec: not loaded as bzImage: %s\n", why);
	return !err;
}

static int load(struct kexec_load *load)
{
	struct bzimage_info info;
	struct kexec_wish wish;
	const char *why;
	paddr_t start;
	int err = bzimage_parse(load->head, load->head_bytes, load->file_bytes, &info, &why);

	if (err)
		return err;
	if (load->cmdline_bytes > info.cmdline_max) {
		pr_info("kexec: the command line has more than the kernel's %u bytes\n",
			info.cmdline_max);
		return -EINVAL;
	}
	wish = (struct kexec_wish){
		.data_bytes = info.kernel_bytes,
		.mem_bytes = info.init_bytes,
		.align = info.align,
		.min = max(info.preferred, (uint64_t)LOWEST_ADDRESS),
		.max = info.is_relocatable ? UINT64_MAX : info.preferred + info.init_bytes,
	};
	err = kexec_image_place(load->image, &wish, &start);
	if (err == -EADDRNOTAVAIL && info.is_relocatable) {
		wish.min = LOWEST_ADDRESS;
		err = kexec_image_place(load->image, &wish, &start);
	}
	load->entry = start + BZIMAGE_ENTRY_64;
	load->boot_header = load->head + BZIMAGE_HEADER_OFFSET;
	load->boot_header_bytes = info.header_bytes;
	/* The 64-bit entry takes an initrd anywhere: this limit is for the 32-bit one. */
	load->initrd_max = UINT64_MAX;
	return err;
}

static int fill(struct kexec_load *load, unsigned int dest, void *to, uint64_t offset, size_t n)
{
	struct bzimage_info info;
	const char *why;
	int err = bzimage_parse(load->head, load->head_bytes, load->file_bytes, &info, &why);

	return err ? err : kexec_read_kernel(load, to, info.setup_bytes + offset, n);
}

const struct kexec_format kexec_bzimage = {
	.name = "bzImage",
	.id = KEXEC_FORMAT_BZIMAGE,
	.probe = probe,
	.load = load,
	.fill = fill,
};
