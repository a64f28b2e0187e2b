// SPDX-License-Identifier: MIT
/* ACPI tables in a model memory: the walk, what is damaged, MADT entries, \_S5. */
#include <device/acpi/tables.h>
#include <test.h>

static uint8_t memory[1 << 16];
static unsigned int mapped, faults;

static const void *map(paddr_t paddr, size_t size)
{
	void *copy;

	if (paddr >= sizeof(memory) || size > sizeof(memory) - paddr)
		return NULL;
	/* A copy of its own, so that a step too far is seen. */
	copy = malloc(size);
	memcpy(copy, memory + paddr, size);
	mapped++;
	return copy;
}

static void unmap(const void *addr)
{
	mapped--;
	free((void *)addr);
}

static void complain(enum acpi_fault fault, paddr_t where)
{
	faults |= 1u << fault;
}

static void seal(void *table, size_t size, uint8_t *checksum)
{
	*checksum = 0;
	*checksum = -acpi_checksum(table, size);
}

static struct acpi_table *put(paddr_t at, const char *signature, size_t length)
{
	struct acpi_table *table = (void *)(memory + at);

	memcpy(table->signature, signature, 4);
	table->length = length;
	seal(table, length, &table->checksum);
	return table;
}

/* RSDP at 0x100, XSDT at 0x200 with three tables, DSDT at 0x5000. */
static void build(void)
{
	static const uint64_t tables[] = { 0x1000, 0x2000, 0x3000 };
	struct acpi_fadt *fadt = (void *)(memory + 0x1000);
	uint8_t *rsdp = memory + 0x100;

	memset(memory, 0, sizeof(memory));
	memcpy(rsdp, "RSD PTR ", 8);
	rsdp[15] = 2;
	rsdp[20] = 36;
	rsdp[25] = 2;			/* XSDT address 0x200 */
	seal(rsdp, 20, &rsdp[8]);
	seal(rsdp, 36, &rsdp[32]);
	memcpy(memory + 0x200 + sizeof(struct acpi_table), tables, sizeof(tables));
	put(0x200, "XSDT", sizeof(struct acpi_table) + sizeof(tables));
	fadt->dsdt = 0x5000;
	put(0x1000, "FACP", sizeof(*fadt));
	put(0x2000, "APIC", sizeof(struct acpi_madt));
	put(0x3000, "HPET", sizeof(struct acpi_hpet));
	put(0x5000, "DSDT", sizeof(struct acpi_table) + 10);
}

static unsigned int list(void)
{
	static struct acpi_list list;
	unsigned int nr;

	memset(&list, 0, sizeof(list));
	list.map = map;
	list.unmap = unmap;
	list.complain = complain;
	mapped = faults = 0;
	acpi_list_tables(&list, 0x100);
	nr = list.nr;
	for (unsigned int i = 0; i < nr; i++)
		unmap(list.entries[i].table);
	/* What is not in the list was unmapped. */
	assert_int_equal(mapped, 0);
	return nr;
}

static void walk(void **state)
{
	build();
	assert_int_equal(list(), 4);
	assert_int_equal(faults, 0);

	memory[0x2000 + 40] ^= 1;
	assert_int_equal(list(), 4);
	assert_int_equal(faults, 1 << ACPI_BAD_CHECKSUM);

	build();
	((struct acpi_table *)(memory + 0x3000))->length = 20;
	assert_int_equal(list(), 3);
	assert_int_equal(faults, 1 << ACPI_BAD_TABLE);

	build();
	((struct acpi_table *)(memory + 0x3000))->length = UINT32_MAX;
	assert_int_equal(list(), 3);

	build();
	memory[0x100] = 0;
	assert_int_equal(list(), 0);
	assert_int_equal(faults, 1 << ACPI_BAD_ROOT);
}

static void madt_entries(void **state)
{
	struct {
		struct acpi_madt madt;
		uint8_t entries[64];
	} __packed m = { 0 };
	const struct acpi_madt_entry *e;

	m.madt.header.length = sizeof(m.madt) + 8 + 12 + 6 + 3;
	memcpy(m.entries, (uint8_t[]){ 0, 8 }, 2);
	memcpy(m.entries + 8, (uint8_t[]){ 1, 12 }, 2);
	memcpy(m.entries + 20, (uint8_t[]){ 77, 6 }, 2);
	memcpy(m.entries + 26, (uint8_t[]){ 0, 8 }, 2);	/* cut off */
	e = acpi_madt_next(&m.madt, NULL);
	assert_int_equal(e->type, ACPI_MADT_LAPIC);
	e = acpi_madt_next(&m.madt, e);
	assert_int_equal(e->type, ACPI_MADT_IOAPIC);
	e = acpi_madt_next(&m.madt, e);
	assert_int_equal(e->type, 77);
	assert_null(acpi_madt_next(&m.madt, e));
	/* Lengths that make no step, or are too small for their type. */
	m.entries[1] = 0;
	assert_null(acpi_madt_next(&m.madt, NULL));
	m.entries[1] = 4;
	assert_null(acpi_madt_next(&m.madt, NULL));
}

static void power_off_package(void **state)
{
	static const uint8_t qemu[] = { 0x10, 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0, 0, 0, 0 };
	static const uint8_t aml[] = { 0xAA, 0x08, '_', 'S', '5', '_', 0x12, 0x0A, 0x04, 0x0A, 0x05,
				       0x0A, 0x07, 0, 0 };
	static const uint8_t root[] = { 0x08, '\\', '_', 'S', '5', '_', 0x12, 0x06, 0x04, 1, 1, 0, 0 };
	uint8_t types[2];

	assert_true(acpi_aml_find_s5(qemu, sizeof(qemu), types));
	assert_int_equal(types[0], 0);
	assert_true(acpi_aml_find_s5(aml, sizeof(aml), types));
	assert_int_equal(types[0], 5);
	assert_int_equal(types[1], 7);
	assert_true(acpi_aml_find_s5(root, sizeof(root), types));
	assert_int_equal(types[0], 1);
	for (size_t n = 0; n < 12; n++)
		acpi_aml_find_s5(aml, n, types);
	assert_false(acpi_aml_find_s5(aml, 8, types));
	assert_false(acpi_aml_find_s5((uint8_t *)"_S5_", 4, types));
}

TEST_MAIN(cmocka_unit_test(walk), cmocka_unit_test(madt_entries),
	  cmocka_unit_test(power_off_package))
