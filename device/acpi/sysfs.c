// SPDX-License-Identifier: MIT
/* /sys/firmware/acpi/tables: each table's bytes (Linux: Documentation/ABI/testing/sysfs-firmware-acpi). */
#include <device/acpi/sysfs.h>

#include <device/acpi/acpi.h>
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
	const struct acpi_table *table = ctx;

	return table->length;
}

/* Which of the tables of its signature this is, from 1, and whether there are more than one. */
static unsigned int instance_of(unsigned int index, bool *is_one_of_many)
{
	const struct acpi_table *table = acpi_table_at(index), *other;
	unsigned int instance = 1, total = 0;

	for (unsigned int i = 0; (other = acpi_table_at(i)); i++) {
		if (memcmp(other->signature, table->signature, 4))
			continue;
		total++;
		instance += i < index;
	}
	*is_one_of_many = total > 1;
	return instance;
}

void acpi_sysfs_add(void)
{
	static const struct pseudo_ops table_ops = { .read_at = table_read, .size = table_size };
	struct pseudo_node *dir;
	const struct acpi_table *table;

	if (!acpi_table_at(0))
		return;
	dir = pseudo_mkdir_path(sysfs_root(), "firmware/acpi/tables");
	for (unsigned int i = 0; dir && (table = acpi_table_at(i)); i++) {
		bool is_one_of_many;
		unsigned int instance = instance_of(i, &is_one_of_many);
		char name[16];

		scnprintf(name, sizeof(name), is_one_of_many ? "%.4s%u" : "%.4s", table->signature, instance);
		pseudo_put(pseudo_add_file(dir, name, 0400, &table_ops, (void *)table));
	}
	pseudo_put(dir);
}
