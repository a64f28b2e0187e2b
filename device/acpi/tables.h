/* SPDX-License-Identifier: MIT */
/* The pure part of ACPI: walking and checking tables through a mapping function. Host-tested, fuzzed. */
#pragma once

#include <device/acpi/acpi.h>

#define ACPI_MAX_TABLES		64
#define ACPI_MAX_TABLE_BYTES	(16u << 20)

enum acpi_fault {
	ACPI_BAD_ROOT,			/* RSDP, RSDT or XSDT: nothing is usable */
	ACPI_BAD_TABLE,			/* left out */
	ACPI_BAD_CHECKSUM,		/* used all the same */
	ACPI_TOO_MANY,
};

struct acpi_entry {
	const struct acpi_table *table;
	paddr_t paddr;
};

struct acpi_list {
	unsigned int nr;
	struct acpi_entry entries[ACPI_MAX_TABLES];

	/* Given by the caller. map: NULL when impossible; what is left out is unmapped again. */
	const void *(*map)(paddr_t paddr, size_t size);
	void (*unmap)(const void *addr);
	void (*complain)(enum acpi_fault fault, paddr_t where);
};

/* Fills the list; what is wrong goes to complain(). */
void acpi_list_tables(struct acpi_list *list, paddr_t rsdp);

/* Sum of all bytes: 0 when intact. */
uint8_t acpi_checksum(const void *data, size_t size);

/*
 * Looks for the definition of \_S5 in AML: NameOp "_S5_" PackageOp PkgLength NumElements and two
 * integers (ACPI 6.5, 20.2 and 7.4.2). A scan for these bytes, not an interpreter: every firmware
 * defines it as such a constant, which is what the specification asks for.
 */
bool acpi_aml_find_s5(const uint8_t *aml, size_t size, uint8_t types[2]);
