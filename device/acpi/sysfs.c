// SPDX-License-Identifier: MIT
/*
 * /sys/firmware/acpi (Linux: Documentation/ABI/testing/sysfs-firmware-acpi): the tables as they are in
 * memory, under their signatures; of several with one signature each has its number.
 */
#include <device/acpi/acpi.h>

#include <device/device.h>
#include <fs/pseudo.h>
#include <kernel/errno.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/uio.h>

static ssize_t table_read(void *ctx, struct uio *uio, uint64_t pos)
{
	const struct acpi_table *table = ctx;
	size_t n;

	if (pos >= table->length || !uio->left)
		return 0;
	n = uio_copy_to(uio, (const char *)table + pos, min(table->length - pos, (uint64_t)uio->left));
	return n ? (ssize_t)n : -EFAULT;
}

static uint64_t table_size(void *ctx)
{
	return ((const struct acpi_table *)ctx)->length;
}

static int pm_profile_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%u\n", ((const struct acpi_fadt *)ctx)->preferred_pm_profile);
	return 0;
}

/* Which of the tables with its signature it is, from 1; 0: the only one. */
static unsigned int table_number(unsigned int index)
{
	const struct acpi_table *table = acpi_table_at(index);
	unsigned int number = 1;

	if (!acpi_find(table->signature, 1))
		return 0;
	while (index--)
		number += !memcmp(acpi_table_at(index)->signature, table->signature, 4);
	return number;
}

/* A signature that can be a file name: firmware may write anything. */
static bool has_plain_name(const struct acpi_table *table)
{
	for (unsigned int i = 0; i < sizeof(table->signature); i++) {
		char c = table->signature[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
			c != '_')
			return false;
	}
	return true;
}

static void add_tables(struct pseudo_node *dir)
{
	static const struct pseudo_ops ops = { .read_at = table_read, .size = table_size };
	const struct acpi_table *table;

	for (unsigned int i = 0; (table = acpi_table_at(i)); i++) {
		unsigned int number = table_number(i);
		char name[16];

		if (!has_plain_name(table))
			continue;
		scnprintf(name, sizeof(name), "%.4s", table->signature);
		if (number)
			scnprintf(name + 4, sizeof(name) - 4, "%u", number);
		pseudo_put(pseudo_add_file(dir, name, 0400, &ops, (void *)table));
	}
}

static int acpi_sysfs_init(void)
{
	static const struct pseudo_ops profile_ops = { .show = pm_profile_show };
	const struct acpi_fadt *fadt = (const void *)acpi_find("FACP", 0);
	struct pseudo_node *dir;

	if (!acpi_table_at(0))
		return 0;
	dir = pseudo_mkdir_path(sysfs_root(), "firmware/acpi");
	if (dir && fadt && ACPI_HAS(fadt, preferred_pm_profile))
		pseudo_put(pseudo_add_file(dir, "pm_profile", 0444, &profile_ops, (void *)fadt));
	pseudo_put(dir);
	dir = pseudo_mkdir_path(sysfs_root(), "firmware/acpi/tables");
	if (dir)
		add_tables(dir);
	pseudo_put(dir);
	/* Linux has these two, empty where nothing was loaded later: programs list them. */
	pseudo_put(pseudo_mkdir_path(sysfs_root(), "firmware/acpi/tables/data"));
	pseudo_put(pseudo_mkdir_path(sysfs_root(), "firmware/acpi/tables/dynamic"));
	return 0;
}

static const struct machine_driver acpi_sysfs_driver = {
	.name = "acpi_sysfs",
	.init = acpi_sysfs_init,
};
MACHINE_DRIVER(acpi_sysfs_driver);
