// SPDX-License-Identifier: MIT
/* Any memory with an RSDP at its start: the walk over the tables, and the readers of each. */
#include <device/acpi/tables.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t *memory;
static size_t memory_bytes;

static const void *map(paddr_t paddr, size_t size)
{
	void *copy;

	if (paddr >= memory_bytes || size > memory_bytes - paddr)
		return NULL;
	copy = malloc(size);
	memcpy(copy, memory + paddr, size);
	return copy;
}

static void unmap(const void *addr)
{
	free((void *)addr);
}

static void complain(enum acpi_fault fault, paddr_t where)
{
}

/* Reads one table as everything that it could be. */
static void read_table(const struct acpi_table *table)
{
	uint8_t types[2];

	if (table->length >= sizeof(struct acpi_madt)) {
		unsigned int sum = 0;

		ACPI_MADT_FOREACH((const struct acpi_madt *)table, entry)
			sum += entry->type == ACPI_MADT_X2APIC ?
				       ((const struct acpi_madt_x2apic *)entry)->apic_id :
				       ((const uint8_t *)entry)[entry->length - 1];
		if (sum == 77)
			return;
	}
	if (table->length >= sizeof(struct acpi_mcfg) &&
	    sizeof(struct acpi_mcfg) + acpi_mcfg_count((const void *)table) *
					       sizeof(struct acpi_mcfg_entry) > table->length)
		__builtin_trap();
	acpi_aml_find_s5((const uint8_t *)table, table->length, types);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct acpi_list list;

	memory = data;
	memory_bytes = size;
	memset(&list, 0, sizeof(list));
	list.map = map;
	list.unmap = unmap;
	list.complain = complain;
	acpi_list_tables(&list, 0);
	for (unsigned int i = 0; i < list.nr; i++) {
		read_table(list.entries[i].table);
		unmap(list.entries[i].table);
	}
	return 0;
}
