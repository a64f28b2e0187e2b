// SPDX-License-Identifier: MIT
/*
 * RSDP -> XSDT or RSDT -> tables -> DSDT and FACS. Nothing that firmware says is believed before it
 * was compared with what is mapped.
 */
#include <device/acpi/tables.h>

#include <lib/string.h>

struct rsdp {				/* 5.2.5.3 */
	char signature[8];
	uint8_t checksum;
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;		/* from revision 2 on */
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __packed;

#define RSDP_V1_BYTES	20

#define AML_ZERO	0x00
#define AML_ONE		0x01
#define AML_NAME	0x08
#define AML_BYTE	0x0a
#define AML_WORD	0x0b
#define AML_DWORD	0x0c
#define AML_PACKAGE	0x12

uint8_t acpi_checksum(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint8_t sum = 0;

	while (size--)
		sum += *bytes++;
	return sum;
}

/* The whole table, or NULL. FACS has neither checksum nor the rest of the header. */
static const struct acpi_table *map_table(struct acpi_list *list, paddr_t paddr)
{
	const struct acpi_table *table = paddr ? list->map(paddr, sizeof(*table)) : NULL;
	bool is_facs;
	uint32_t length;

	if (!table)
		return NULL;
	length = table->length;
	list->unmap(table);
	if (length < sizeof(*table) || length > ACPI_MAX_TABLE_BYTES)
		return NULL;
	table = list->map(paddr, length);
	if (!table)
		return NULL;
	is_facs = !memcmp(table->signature, "FACS", 4);
	if (table->length != length) {
		list->unmap(table);
		return NULL;
	}
	if (!is_facs && acpi_checksum(table, length))
		list->complain(ACPI_BAD_CHECKSUM, paddr);
	return table;
}

static void add_table(struct acpi_list *list, paddr_t paddr)
{
	const struct acpi_table *table;

	for (unsigned int i = 0; i < list->nr; i++)
		if (list->entries[i].paddr == paddr)
			return;
	if (list->nr == ACPI_MAX_TABLES) {
		list->complain(ACPI_TOO_MANY, paddr);
		return;
	}
	table = map_table(list, paddr);
	if (!table) {
		list->complain(ACPI_BAD_TABLE, paddr);
		return;
	}
	list->entries[list->nr++] = (struct acpi_entry){ table, paddr };
}

static void add_from_fadt(struct acpi_list *list)
{
	for (unsigned int i = 0; i < list->nr; i++) {
		const struct acpi_fadt *fadt = (const void *)list->entries[i].table;
		paddr_t dsdt, facs;

		if (memcmp(fadt->header.signature, "FACP", 4) || !ACPI_HAS(fadt, dsdt))
			continue;
		dsdt = ACPI_HAS(fadt, x_dsdt) && fadt->x_dsdt ? fadt->x_dsdt : fadt->dsdt;
		facs = ACPI_HAS(fadt, x_facs) && fadt->x_facs ? fadt->x_facs : fadt->facs;
		if (dsdt)
			add_table(list, dsdt);
		if (facs)
			add_table(list, facs);
		return;
	}
}

static void add_from_root(struct acpi_list *list, const struct acpi_table *root, size_t width)
{
	const uint8_t *slot = (const uint8_t *)(root + 1);
	size_t nr = (root->length - sizeof(*root)) / width;

	for (size_t i = 0; i < nr && list->nr < ACPI_MAX_TABLES; i++, slot += width) {
		uint64_t paddr = 0;

		memcpy(&paddr, slot, width);	/* little-endian, unaligned in an XSDT */
		if (paddr)
			add_table(list, paddr);
	}
}

static bool read_rsdp(struct acpi_list *list, paddr_t paddr, struct rsdp *rsdp)
{
	const void *mapped = list->map(paddr, RSDP_V1_BYTES);
	bool good;

	if (!mapped)
		return false;
	memset(rsdp, 0, sizeof(*rsdp));
	memcpy(rsdp, mapped, RSDP_V1_BYTES);
	list->unmap(mapped);
	good = !memcmp(rsdp->signature, "RSD PTR ", 8) && !acpi_checksum(rsdp, RSDP_V1_BYTES);
	if (!good || rsdp->revision < 2)
		return good;
	mapped = list->map(paddr, sizeof(*rsdp));
	if (!mapped)
		return false;
	memcpy(rsdp, mapped, sizeof(*rsdp));
	list->unmap(mapped);
	return true;
}

void acpi_list_tables(struct acpi_list *list, paddr_t paddr)
{
	const struct acpi_table *root = NULL;
	struct rsdp rsdp;
	bool wide = false;

	list->nr = 0;
	if (read_rsdp(list, paddr, &rsdp)) {
		wide = rsdp.xsdt != 0;
		root = map_table(list, wide ? rsdp.xsdt : rsdp.rsdt);
		if (root && memcmp(root->signature, wide ? "XSDT" : "RSDT", 4)) {
			list->unmap(root);
			root = NULL;
		}
	}
	if (!root) {
		list->complain(ACPI_BAD_ROOT, paddr);
		return;
	}
	add_from_root(list, root, wide ? 8 : 4);
	add_from_fadt(list);
	list->unmap(root);
}

static size_t madt_entry_bytes(uint8_t type)
{
	switch (type) {
	case ACPI_MADT_LAPIC:
		return sizeof(struct acpi_madt_lapic);
	case ACPI_MADT_IOAPIC:
		return sizeof(struct acpi_madt_ioapic);
	case ACPI_MADT_OVERRIDE:
		return sizeof(struct acpi_madt_override);
	case ACPI_MADT_LAPIC_NMI:
		return sizeof(struct acpi_madt_lapic_nmi);
	case ACPI_MADT_LAPIC_ADDRESS:
		return sizeof(struct acpi_madt_lapic_address);
	case ACPI_MADT_X2APIC:
		return sizeof(struct acpi_madt_x2apic);
	default:
		return sizeof(struct acpi_madt_entry);
	}
}

const struct acpi_madt_entry *acpi_madt_next(const struct acpi_madt *madt,
	const struct acpi_madt_entry *entry)
{
	const uint8_t *end = (const uint8_t *)madt + madt->header.length;
	const uint8_t *next = entry ? (const uint8_t *)entry + entry->length : (const uint8_t *)(madt + 1);

	if (madt->header.length < sizeof(*madt) + sizeof(*entry) || next > end - sizeof(*entry))
		return NULL;
	entry = (const void *)next;
	if (entry->length < madt_entry_bytes(entry->type) || entry->length > end - next)
		return NULL;
	return entry;
}

unsigned int acpi_mcfg_count(const struct acpi_mcfg *mcfg)
{
	return mcfg->header.length < sizeof(*mcfg) ? 0 :
		(mcfg->header.length - sizeof(*mcfg)) / sizeof(mcfg->entries[0]);
}

/* One constant integer at *at; false at anything else. */
static bool aml_integer(const uint8_t **at, const uint8_t *end, uint8_t *value)
{
	const uint8_t *p = *at;
	size_t bytes;

	if (p == end)
		return false;
	switch (*p++) {
	case AML_ZERO:
		*value = 0;
		bytes = 0;
		break;
	case AML_ONE:
		*value = 1;
		bytes = 0;
		break;
	case AML_BYTE:
		bytes = 1;
		break;
	case AML_WORD:
		bytes = 2;
		break;
	case AML_DWORD:
		bytes = 4;
		break;
	default:
		return false;
	}
	if ((size_t)(end - p) < bytes)
		return false;
	if (bytes)
		*value = *p;
	*at = p + bytes;
	return true;
}

static bool aml_package_s5(const uint8_t *p, const uint8_t *end, uint8_t types[2])
{
	if (end - p < 3 || *p++ != AML_PACKAGE)
		return false;
	p += 1 + (*p >> 6);		/* PkgLength: its top bits count the bytes that follow */
	if (p >= end || *p++ < 1)
		return false;
	if (!aml_integer(&p, end, &types[0]))
		return false;
	if (!aml_integer(&p, end, &types[1]))
		types[1] = types[0];
	return types[0] < 8 && types[1] < 8;
}

bool acpi_aml_find_s5(const uint8_t *aml, size_t size, uint8_t types[2])
{
	const uint8_t *end = aml + size;

	for (const uint8_t *p = aml; size >= 4 && p <= end - 4; p++) {
		bool named;

		if (p[0] != '_' || p[1] != 'S' || p[2] != '5' || p[3] != '_')
			continue;
		named = (p - aml >= 1 && p[-1] == AML_NAME) ||
			(p - aml >= 2 && p[-2] == AML_NAME && p[-1] == '\\');
		if (named && aml_package_s5(p + 4, end, types))
			return true;
	}
	return false;
}
