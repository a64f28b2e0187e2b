// SPDX-License-Identifier: MIT
/* The machine's ACPI tables: found once at start, mapped for ever, read without locks. */
#include <device/acpi/acpi.h>

#include <kernel/param.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <mm/vmap.h>

#include <device/acpi/tables.h>

static void complain(enum acpi_fault fault, paddr_t where)
{
	static const char *const texts[] = {
		[ACPI_BAD_ROOT] = "no valid RSDP, RSDT or XSDT",
		[ACPI_BAD_TABLE] = "unreadable table left out",
		[ACPI_BAD_CHECKSUM] = "wrong checksum, table used all the same",
		[ACPI_TOO_MANY] = "more tables than there is room for, left out",
	};

	pr_warn("ACPI: %s at 0x%llx\n", texts[fault], (unsigned long long)where);
}

static struct acpi_list tables = {
	.map = memremap,
	.unmap = memunmap,
	.complain = complain,
};

static bool is_off;

void acpi_init(paddr_t rsdp)
{
	if (rsdp && !is_off)
		acpi_list_tables(&tables, rsdp);
}

const struct acpi_table *acpi_find(const char *signature, unsigned int instance)
{
	for (unsigned int i = 0; i < tables.nr; i++)
		if (!memcmp(tables.entries[i].table->signature, signature, 4) && !instance--)
			return tables.entries[i].table;
	return NULL;
}

const struct acpi_table *acpi_table_at(unsigned int index)
{
	return index < tables.nr ? tables.entries[index].table : NULL;
}

paddr_t acpi_table_paddr(unsigned int index)
{
	return index < tables.nr ? tables.entries[index].paddr : 0;
}

static bool s5_in(const char *signature, unsigned int instance, uint8_t types[2])
{
	const struct acpi_table *table = acpi_find(signature, instance);

	return table && acpi_aml_find_s5((const uint8_t *)(table + 1),
		table->length - sizeof(*table), types);
}

bool acpi_s5_types(uint8_t types[2])
{
	if (s5_in("DSDT", 0, types))
		return true;
	for (unsigned int i = 0; acpi_find("SSDT", i); i++)
		if (s5_in("SSDT", i, types))
			return true;
	return false;
}

/* acpi=off; Linux's other words choose between things that we do not have. */
static int acpi_set(const char *value)
{
	if (!strcmp(value, "off"))
		is_off = true;
	return 0;
}
KERNEL_PARAM_EARLY("acpi", acpi_set);
