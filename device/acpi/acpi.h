/* SPDX-License-Identifier: MIT */
/*
 * ACPI's static tables (ACPI specification 6.5, chapter 5.2) and the one piece of AML that turning off
 * needs. No interpreter.
 *
 * Tables are read-only and stay mapped for ever, so pointers may be kept. All accessors may be called
 * in any context once acpi_init() ran. A table's `length` was checked against what is mapped; what
 * lies inside of a table is the reader's to check (ACPI_HAS, acpi_madt_next).
 */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct acpi_table {
	char signature[4];
	uint32_t length;		/* with this header */
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __packed;

struct acpi_gas {			/* 5.2.3.2 Generic Address Structure */
	uint8_t space;			/* enum acpi_space */
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access_size;
	uint64_t address;
} __packed;

enum acpi_space {
	ACPI_SPACE_MEMORY = 0,
	ACPI_SPACE_IO = 1,
	ACPI_SPACE_PCI = 2,
};

struct acpi_fadt {			/* 5.2.9 "FACP" */
	struct acpi_table header;
	uint32_t facs;
	uint32_t dsdt;
	uint8_t reserved1;
	uint8_t preferred_pm_profile;
	uint16_t sci_interrupt;
	uint32_t smi_command;
	uint8_t acpi_enable;
	uint8_t acpi_disable;
	uint8_t s4bios_req;
	uint8_t pstate_control;
	uint32_t pm1a_event_block;
	uint32_t pm1b_event_block;
	uint32_t pm1a_control_block;
	uint32_t pm1b_control_block;
	uint32_t pm2_control_block;
	uint32_t pm_timer_block;
	uint32_t gpe0_block;
	uint32_t gpe1_block;
	uint8_t pm1_event_length;
	uint8_t pm1_control_length;
	uint8_t pm2_control_length;
	uint8_t pm_timer_length;
	uint8_t gpe0_length;
	uint8_t gpe1_length;
	uint8_t gpe1_base;
	uint8_t cstate_control;
	uint16_t c2_latency;
	uint16_t c3_latency;
	uint16_t flush_size;
	uint16_t flush_stride;
	uint8_t duty_offset;
	uint8_t duty_width;
	uint8_t day_alarm;
	uint8_t month_alarm;
	uint8_t century;		/* CMOS register, 0: none */
	uint16_t boot_arch;		/* ACPI_BOOT_* */
	uint8_t reserved2;
	uint32_t flags;			/* ACPI_FADT_* */
	struct acpi_gas reset_register;
	uint8_t reset_value;
	uint16_t arm_boot_arch;
	uint8_t minor_revision;
	uint64_t x_facs;
	uint64_t x_dsdt;
	struct acpi_gas x_pm1a_event_block;
	struct acpi_gas x_pm1b_event_block;
	struct acpi_gas x_pm1a_control_block;
	struct acpi_gas x_pm1b_control_block;
	struct acpi_gas x_pm2_control_block;
	struct acpi_gas x_pm_timer_block;
	struct acpi_gas x_gpe0_block;
	struct acpi_gas x_gpe1_block;
	struct acpi_gas sleep_control;
	struct acpi_gas sleep_status;
} __packed;

#define ACPI_BOOT_8042		(1 << 1)	/* boot_arch: there is a keyboard controller */
#define ACPI_BOOT_NO_VGA	(1 << 2)
#define ACPI_BOOT_NO_CMOS_RTC	(1 << 5)
#define ACPI_FADT_TIMER_32BIT	(1 << 8)	/* flags: PM timer has 32 bits, else 24 */
#define ACPI_FADT_RESET_REG	(1 << 10)
#define ACPI_FADT_HW_REDUCED	(1 << 20)

struct acpi_madt {			/* 5.2.12 "APIC"; entries follow */
	struct acpi_table header;
	uint32_t lapic_address;
	uint32_t flags;			/* bit 0: two 8259s as well */
} __packed;

enum acpi_madt_type {
	ACPI_MADT_LAPIC = 0,
	ACPI_MADT_IOAPIC = 1,
	ACPI_MADT_OVERRIDE = 2,
	ACPI_MADT_NMI_SOURCE = 3,
	ACPI_MADT_LAPIC_NMI = 4,
	ACPI_MADT_LAPIC_ADDRESS = 5,
	ACPI_MADT_X2APIC = 9,
	ACPI_MADT_X2APIC_NMI = 10,
};

struct acpi_madt_entry {
	uint8_t type;
	uint8_t length;
} __packed;

#define ACPI_MADT_ENABLED	(1 << 0)	/* flags of a LAPIC or X2APIC entry */
#define ACPI_MADT_CAN_ENABLE	(1 << 1)	/* may be plugged later */

struct acpi_madt_lapic {
	struct acpi_madt_entry entry;
	uint8_t processor_id;
	uint8_t apic_id;
	uint32_t flags;
} __packed;

struct acpi_madt_ioapic {
	struct acpi_madt_entry entry;
	uint8_t id;
	uint8_t reserved;
	uint32_t address;
	uint32_t gsi_base;
} __packed;

/* flags of an override or NMI: bits 1:0 polarity, 3:2 trigger; 0 as the bus has it, 1 high / edge,
 * 3 low / level. */
struct acpi_madt_override {
	struct acpi_madt_entry entry;
	uint8_t bus;			/* 0: ISA */
	uint8_t source;			/* ISA interrupt */
	uint32_t gsi;
	uint16_t flags;
} __packed;

struct acpi_madt_lapic_nmi {
	struct acpi_madt_entry entry;
	uint8_t processor_id;		/* 0xff: all */
	uint16_t flags;
	uint8_t lint;
} __packed;

struct acpi_madt_lapic_address {
	struct acpi_madt_entry entry;
	uint16_t reserved;
	uint64_t address;
} __packed;

struct acpi_madt_x2apic {
	struct acpi_madt_entry entry;
	uint16_t reserved;
	uint32_t apic_id;
	uint32_t flags;
	uint32_t processor_id;
} __packed;

struct acpi_hpet {			/* IA-PC HPET specification 3.2.4 */
	struct acpi_table header;
	uint32_t event_timer_block_id;
	struct acpi_gas address;
	uint8_t number;
	uint16_t minimum_tick;
	uint8_t page_protection;
} __packed;

struct acpi_mcfg_entry {		/* PCI firmware specification 4.1.2 */
	uint64_t address;
	uint16_t segment;
	uint8_t first_bus;
	uint8_t last_bus;
	uint32_t reserved;
} __packed;

struct acpi_mcfg {
	struct acpi_table header;
	uint64_t reserved;
	struct acpi_mcfg_entry entries[];	/* acpi_mcfg_count() of them */
} __packed;

struct acpi_spcr {			/* Microsoft's Serial Port Console Redirection table */
	struct acpi_table header;
	uint8_t interface_type;		/* 0, 1, 0x12: 16550; 3, 0xd, 0xe: PL011 */
	uint8_t reserved1[3];
	struct acpi_gas address;
	uint8_t interrupt_type;
	uint8_t irq;
	uint32_t gsi;
	uint8_t baud;			/* 0 as is, 3 9600, 4 19200, 6 57600, 7 115200 */
	uint8_t parity;
	uint8_t stop_bits;
	uint8_t flow_control;
	uint8_t terminal_type;
	uint8_t language;
	uint16_t pci_device;
	uint16_t pci_vendor;
} __packed;

/* Whether a table is long enough to have a field: tables grew with the specification. */
#define ACPI_HAS(table, field) \
	((table)->header.length >= offsetofend(__typeof__(*(table)), field))

/*
 * Maps and checks all tables that the RSDP at this address leads to; 0: there is no ACPI. Once, boot
 * CPU, after mm_init(). Damaged tables are left out with a line in the log, a wrong checksum alone is
 * only noted, as Linux does it. acpi=off leaves all of them out.
 */
void acpi_init(paddr_t rsdp);

/* The instance'th table (from 0) with that signature ("APIC", "FACP"), or NULL. */
const struct acpi_table *acpi_find(const char *signature, unsigned int instance);

/* All tables in firmware's order, the DSDT and FACS included: for /sys/firmware/acpi/tables. NULL behind
 * the last. */
const struct acpi_table *acpi_table_at(unsigned int index);
paddr_t acpi_table_paddr(unsigned int index);

/* Entries of a MADT: entry = NULL gives the first; NULL: no more (or the rest is damaged). An entry
 * returned has the full size of its type's struct when that is one of the above. */
const struct acpi_madt_entry *acpi_madt_next(const struct acpi_madt *madt,
	const struct acpi_madt_entry *entry);
#define ACPI_MADT_FOREACH(madt, var) \
	for (const struct acpi_madt_entry *var = acpi_madt_next(madt, NULL); var; \
		var = acpi_madt_next(madt, var))

unsigned int acpi_mcfg_count(const struct acpi_mcfg *mcfg);

/* SLP_TYPa and SLP_TYPb of \_S5 from the DSDT (or an SSDT): false if there is none. */
bool acpi_s5_types(uint8_t types[2]);
