// SPDX-License-Identifier: MIT
/* /sys/firmware/dmi/tables (Linux: Documentation/ABI/testing/sysfs-firmware-dmi-tables), as dmidecode reads it. */
#include <device/dmi/dmi.h>

#include <boot/boot_info.h>
#include <fs/pseudo.h>
#include <kernel/errno.h>
#include <mm/uio.h>
#include <mm/vmap.h>

#define BIOS_AREA_START 0xf0000
#define BIOS_AREA_BYTES 0x10000
#define ENTRY_BYTES_MAX 0x20
#define TABLE_BYTES_MAX (1u << 20) /* more is a broken entry point */

static struct dmi_entry dmi; /* fixed by dmi_sysfs_add() */
static const void *dmi_table;

static ssize_t read_part(struct uio *uio, uint64_t pos, const void *data, size_t size)
{
	size_t n;

	if (pos >= size || !uio->left)
		return 0;
	n = uio_copy_to(uio, (const char *)data + pos, min(size - pos, uio->left));
	return n ? (ssize_t)n : -EFAULT;
}

static ssize_t entry_read(void *ctx, struct uio *uio, uint64_t pos)
{
	return read_part(uio, pos, dmi.entry, dmi.entry_bytes);
}

static uint64_t entry_size(void *ctx)
{
	return dmi.entry_bytes;
}

static ssize_t table_read(void *ctx, struct uio *uio, uint64_t pos)
{
	return read_part(uio, pos, dmi_table, dmi.table_bytes);
}

static uint64_t table_size(void *ctx)
{
	return dmi.table_bytes;
}

void dmi_sysfs_add(void)
{
	static const struct pseudo_ops entry_ops = { .read_at = entry_read, .size = entry_size };
	static const struct pseudo_ops table_ops = { .read_at = table_read, .size = table_size };
	size_t size = boot_info.efi.systab ? ENTRY_BYTES_MAX : BIOS_AREA_BYTES;
	paddr_t start = boot_info.efi.systab ? boot_info.efi.smbios3 ?: boot_info.efi.smbios : BIOS_AREA_START;
	struct pseudo_node *dir;
	const void *area;

	/* Only what was started by a PC's boot protocol has a BIOS area to search. */
	if (!boot_info.boot_params || !start)
		return;
	area = memremap(start, size);
	if (!area)
		return;
	if (dmi_find_entry(area, size, &dmi) && dmi.table_bytes && dmi.table_bytes <= TABLE_BYTES_MAX)
		dmi_table = memremap(dmi.table, dmi.table_bytes);
	dir = dmi_table ? pseudo_mkdir_path(sysfs_root(), "firmware/dmi/tables") : NULL;
	if (!dir) {
		memunmap(area);
		return;
	}
	pseudo_put(pseudo_add_file(dir, "smbios_entry_point", 0400, &entry_ops, NULL));
	pseudo_put(pseudo_add_file(dir, "DMI", 0400, &table_ops, NULL));
	pseudo_put(dir);
}
