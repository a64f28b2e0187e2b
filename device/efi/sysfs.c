// SPDX-License-Identifier: MIT
/*
 * /sys/firmware/efi (Linux: Documentation/ABI/testing/sysfs-firmware-efi): where firmware's tables are. It is there
 * only where firmware left a system table. Runtime services are never called, so they keep their physical addresses.
 */
#include <boot/boot_info.h>
#include <device/device.h>
#include <fs/pseudo.h>

static void show_table(struct seq *seq, const char *name, paddr_t table)
{
	if (table)
		seq_printf(seq, "%s=0x%lx\n", name, (unsigned long)table);
}

static int systab_show(struct seq *seq, void *ctx)
{
	show_table(seq, "ACPI20", boot_info.efi.acpi20);
	show_table(seq, "ACPI", boot_info.efi.acpi);
	show_table(seq, "SMBIOS3", boot_info.efi.smbios3);
	show_table(seq, "SMBIOS", boot_info.efi.smbios);
	return 0;
}

static int address_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "0x%lx\n", (unsigned long)*(const paddr_t *)ctx);
	return 0;
}

static int platform_size_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%d\n", boot_info.efi.is_64bit ? 64 : 32);
	return 0;
}

static int efi_sysfs_init(void)
{
	static const struct pseudo_ops systab_ops = { .show = systab_show };
	static const struct pseudo_ops address_ops = { .show = address_show };
	static const struct pseudo_ops size_ops = { .show = platform_size_show };
	struct pseudo_node *dir;

	if (!boot_info.efi.systab)
		return 0;
	dir = pseudo_mkdir_path(sysfs_root(), "firmware/efi");
	if (!dir)
		return 0;
	pseudo_put(pseudo_add_file(dir, "systab", 0400, &systab_ops, NULL));
	pseudo_put(pseudo_add_file(dir, "fw_vendor", 0444, &address_ops, &boot_info.efi.vendor));
	pseudo_put(pseudo_add_file(dir, "runtime", 0444, &address_ops, &boot_info.efi.runtime));
	pseudo_put(pseudo_add_file(dir, "config_table", 0444, &address_ops, &boot_info.efi.tables));
	pseudo_put(pseudo_add_file(dir, "fw_platform_size", 0444, &size_ops, NULL));
	pseudo_put(dir);
	return 0;
}

static const struct machine_driver efi_sysfs_driver = {
	.name = "efi_sysfs",
	.init = efi_sysfs_init,
};
MACHINE_DRIVER(efi_sysfs_driver);
