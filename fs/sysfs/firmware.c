// SPDX-License-Identifier: MIT
/*
 * What the loader handed over, for the next kernel's loader in user space: /sys/firmware/memmap (Linux:
 * Documentation/ABI/testing/sysfs-firmware-memmap) and /sys/kernel/boot_params (sysfs-kernel-boot_params).
 */
#include <fs/sysfs/sysfs.h>

#include <boot/boot_info.h>
#include <fs/pseudo.h>
#include <kernel/errno.h>
#include <lib/compiler.h>
#include <lib/printf.h>
#include <mm/uio.h>
#include <mm/vmap.h>

static void add_file(struct pseudo_node *dir, const char *name, mode_t mode, const struct pseudo_ops *ops, const void *ctx)
{
	pseudo_put(pseudo_add_file(dir, name, mode, ops, (void *)ctx));
}

/* --- memmap -------------------------------------------------------------------------------------- */

static int start_show(struct seq *seq, void *ctx)
{
	const struct boot_range *range = ctx;

	seq_printf(seq, "0x%llx\n", (unsigned long long)range->start);
	return 0;
}

static int end_show(struct seq *seq, void *ctx)
{
	const struct boot_range *range = ctx;

	seq_printf(seq, "0x%llx\n", (unsigned long long)(range->start + range->size_bytes - 1));
	return 0;
}

static int type_show(struct seq *seq, void *ctx)
{
	const struct boot_range *range = ctx;

	seq_printf(seq, "%s\n", boot_mem_type_name(range->type));
	return 0;
}

void sysfs_add_memmap(void)
{
	static const struct pseudo_ops start_ops = { .show = start_show }, end_ops = { .show = end_show };
	static const struct pseudo_ops type_ops = { .show = type_show };

	if (!boot_info.boot_params)
		return; /* Linux has it of an e820 map only: others read the device tree */
	for (unsigned int i = 0; i < boot_info.nr_map; i++) {
		char path[32];
		struct pseudo_node *dir;

		scnprintf(path, sizeof(path), "firmware/memmap/%u", i);
		dir = pseudo_mkdir_path(sysfs_root(), path);
		if (!dir)
			return;
		add_file(dir, "start", 0444, &start_ops, &boot_info.map[i]);
		add_file(dir, "end", 0444, &end_ops, &boot_info.map[i]);
		add_file(dir, "type", 0444, &type_ops, &boot_info.map[i]);
		pseudo_put(dir);
	}
}

/* --- boot_params --------------------------------------------------------------------------------- */

#define BOOT_PARAMS_BYTES 4096
#define BOOT_PARAMS_VERSION 0x206 /* hdr.version: Linux, Documentation/arch/x86/boot.rst */

static ssize_t read_bytes(struct uio *uio, uint64_t pos, const void *data, uint64_t size)
{
	size_t n;

	if (pos >= size || !uio->left)
		return 0;
	n = uio_copy_to(uio, (const char *)data + pos, min(size - pos, (uint64_t)uio->left));
	return n ? (ssize_t)n : -EFAULT;
}

static ssize_t params_read(void *ctx, struct uio *uio, uint64_t pos)
{
	return read_bytes(uio, pos, boot_info.boot_params, BOOT_PARAMS_BYTES);
}

static uint64_t params_size(void *ctx)
{
	return BOOT_PARAMS_BYTES;
}

static int version_show(struct seq *seq, void *ctx)
{
	const uint8_t *version = (const uint8_t *)boot_info.boot_params + BOOT_PARAMS_VERSION;

	seq_printf(seq, "0x%04x\n", version[1] << 8 | version[0]);
	return 0;
}

static int setup_type_show(struct seq *seq, void *ctx)
{
	const struct boot_setup_data *setup = ctx;

	seq_printf(seq, "0x%x\n", setup->type);
	return 0;
}

#define SETUP_DATA_HEADER 16 /* next, type, len */

static ssize_t setup_data_read(void *ctx, struct uio *uio, uint64_t pos)
{
	const struct boot_setup_data *setup = ctx;
	const void *data = memremap(setup->node + SETUP_DATA_HEADER, setup->len_bytes);
	ssize_t ret;

	if (!data)
		return -ENOMEM;
	ret = read_bytes(uio, pos, data, setup->len_bytes);
	memunmap(data);
	return ret;
}

static uint64_t setup_data_size(void *ctx)
{
	const struct boot_setup_data *setup = ctx;

	return setup->len_bytes;
}

static void add_setup_data(void)
{
	static const struct pseudo_ops type_ops = { .show = setup_type_show };
	static const struct pseudo_ops data_ops = { .read_at = setup_data_read, .size = setup_data_size };

	for (unsigned int i = 0; i < boot_info.nr_setup_data; i++) {
		char path[48];
		struct pseudo_node *dir;

		scnprintf(path, sizeof(path), "kernel/boot_params/setup_data/%u", i);
		dir = pseudo_mkdir_path(sysfs_root(), path);
		if (!dir)
			return;
		add_file(dir, "type", 0444, &type_ops, &boot_info.setup_data[i]);
		add_file(dir, "data", 0444, &data_ops, &boot_info.setup_data[i]);
		pseudo_put(dir);
	}
}

void sysfs_add_boot_params(void)
{
	static const struct pseudo_ops data_ops = { .read_at = params_read, .size = params_size };
	static const struct pseudo_ops version_ops = { .show = version_show };
	struct pseudo_node *dir;

	if (!boot_info.boot_params)
		return;
	dir = pseudo_mkdir_path(sysfs_root(), "kernel/boot_params");
	if (!dir)
		return;
	add_file(dir, "data", 0444, &data_ops, NULL);
	add_file(dir, "version", 0444, &version_ops, NULL);
	pseudo_put(dir);
	add_setup_data();
}
