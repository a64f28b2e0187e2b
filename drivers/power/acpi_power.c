// SPDX-License-Identifier: MIT
/*
 * Power-off and reset by ACPI's registers (ACPI 6.5, 4.8.3: PM1 control, sleep control, reset
 * register). Everything is found and mapped at start, so that the handlers only write.
 */
#include <arch/io.h>
#include <device/acpi/acpi.h>
#include <device/device.h>
#include <kernel/power.h>
#include <lib/string.h>
#include <mm/vmap.h>

#define PM1_SCI_ENABLED		(1 << 0)
#define PM1_SLP_TYP_SHIFT	10
#define PM1_SLP_TYP_MASK	(7 << PM1_SLP_TYP_SHIFT)
#define PM1_SLP_EN		(1 << 13)
#define SLEEP_SLP_TYP_SHIFT	2
#define SLEEP_SLP_EN		(1 << 5)
#define MAX_POLLS		1000000

/* A register behind a Generic Address Structure; port 0 and no mapping: there is none. */
struct reg {
	uint16_t port;
	volatile void *mapped;
};

/* Fixed after acpi_power_init(). */
static struct reg pm1a, pm1b, sleep_control, reset;
static uint8_t s5_types[2], reset_value, enable_value;
static uint16_t smi_port;

static bool reg_exists(const struct reg *reg)
{
	return reg->port || reg->mapped;
}

static void reg_init(struct reg *reg, const struct acpi_gas *gas)
{
	if (gas->space == ACPI_SPACE_IO && gas->address <= UINT16_MAX)
		reg->port = gas->address;
	else if (gas->space == ACPI_SPACE_MEMORY && gas->address)
		reg->mapped = ioremap(gas->address, sizeof(uint16_t));
}

static uint16_t reg_read16(const struct reg *reg)
{
	return reg->mapped ? readw(reg->mapped) : inw(reg->port);
}

static void reg_write16(const struct reg *reg, uint16_t value)
{
	if (reg->mapped)
		writew(value, reg->mapped);
	else
		outw(value, reg->port);
}

static void reg_write8(const struct reg *reg, uint8_t value)
{
	if (reg->mapped)
		writeb(value, reg->mapped);
	else
		outb(value, reg->port);
}

/* The registers sleep only in ACPI mode, into which nothing else puts the machine here. */
static void enter_acpi_mode(void)
{
	if (!smi_port || !enable_value || reg_read16(&pm1a) & PM1_SCI_ENABLED)
		return;
	outb(enable_value, smi_port);
	for (unsigned int i = 0; i < MAX_POLLS && !(reg_read16(&pm1a) & PM1_SCI_ENABLED); i++)
		;
}

static uint16_t pm1_value(const struct reg *reg, uint8_t type)
{
	return (reg_read16(reg) & ~(PM1_SLP_TYP_MASK | PM1_SLP_EN)) | type << PM1_SLP_TYP_SHIFT;
}

static void wait_for_effect(void)
{
	for (unsigned int i = 0; i < MAX_POLLS; i++)
		inb(0x80);
}

static void acpi_power_off(void)
{
	if (reg_exists(&sleep_control)) {
		reg_write8(&sleep_control, s5_types[0] << SLEEP_SLP_TYP_SHIFT | SLEEP_SLP_EN);
	} else {
		uint16_t value_a, value_b = 0;

		enter_acpi_mode();
		value_a = pm1_value(&pm1a, s5_types[0]);
		if (reg_exists(&pm1b))
			value_b = pm1_value(&pm1b, s5_types[1]);
		/* Type first, then type and enable: hardware may sample the type early (4.8.3.2.1). */
		reg_write16(&pm1a, value_a);
		if (reg_exists(&pm1b))
			reg_write16(&pm1b, value_b);
		reg_write16(&pm1a, value_a | PM1_SLP_EN);
		if (reg_exists(&pm1b))
			reg_write16(&pm1b, value_b | PM1_SLP_EN);
	}
	wait_for_effect();
}

static void acpi_reset(void)
{
	reg_write8(&reset, reset_value);
	wait_for_effect();
}

static struct power_handler off_handler = {
	.name = "ACPI S5",
	.priority = POWER_PRIORITY_FIRMWARE,
	.act = acpi_power_off,
};

static struct power_handler reset_handler = {
	.name = "ACPI reset register",
	.priority = POWER_PRIORITY_FIRMWARE,
	.act = acpi_reset,
};

static void init_off(const struct acpi_fadt *fadt)
{
	if (!acpi_s5_types(s5_types))
		return;
	if (ACPI_HAS(fadt, flags) && fadt->flags & ACPI_FADT_HW_REDUCED) {
		if (ACPI_HAS(fadt, sleep_control))
			reg_init(&sleep_control, &fadt->sleep_control);
		if (reg_exists(&sleep_control))
			power_off_register(&off_handler);
		return;
	}
	if (!ACPI_HAS(fadt, pm1b_control_block))
		return;
	smi_port = fadt->smi_command;
	enable_value = fadt->acpi_enable;
	pm1a.port = fadt->pm1a_control_block;
	pm1b.port = fadt->pm1b_control_block;
	if (!pm1a.port && ACPI_HAS(fadt, x_pm1a_control_block))
		reg_init(&pm1a, &fadt->x_pm1a_control_block);
	if (!pm1b.port && ACPI_HAS(fadt, x_pm1b_control_block))
		reg_init(&pm1b, &fadt->x_pm1b_control_block);
	if (reg_exists(&pm1a))
		power_off_register(&off_handler);
}

static int acpi_power_init(void)
{
	const struct acpi_fadt *fadt = (const void *)acpi_find("FACP", 0);

	if (!fadt)
		return 0;
	init_off(fadt);
	if (ACPI_HAS(fadt, reset_value) && fadt->flags & ACPI_FADT_RESET_REG) {
		reset_value = fadt->reset_value;
		reg_init(&reset, &fadt->reset_register);
		if (reg_exists(&reset))
			power_restart_register(&reset_handler);
	}
	return 0;
}

static const struct machine_driver acpi_power_driver = {
	.name = "acpi_power",
	.init = acpi_power_init,
};
MACHINE_DRIVER(acpi_power_driver);
