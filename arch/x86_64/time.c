// SPDX-License-Identifier: MIT
/*
 * The TSC's rate: told by CPUID or the hypervisor, else measured against the HPET, the ACPI PM timer
 * or the PIT for well below a millisecond.
 */
#include <arch/time.h>

#include <arch/cpu.h>
#include <arch/io.h>
#include <arch/irqflags.h>
#include <device/acpi/acpi.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <lib/compiler.h>
#include <mm/vmap.h>

#include "apic.h"
#include "x86.h"

/* How long a measurement takes: the slow clocks have steps of 0.28 and 0.84 us. */
#define HPET_SAMPLE_US 300
#define SLOW_SAMPLE_US 900
#define APIC_SAMPLE_US 100
#define READ_TRIES 4

#define PIT_HZ 1193182
#define PM_TIMER_HZ 3579545
#define FS_PER_SECOND 1000000000000000ULL

static uint64_t tsc_hz;

uint64_t arch_counter_hz(void)
{
	return tsc_hz;
}

/* SDM 3B, 19.7.3: crystal * numerator / denominator; the crystal may be told by the base frequency. */
static uint64_t hz_by_cpuid(void)
{
	struct cpuid id;
	uint64_t crystal;

	if (x86_features.max_leaf < 0x15)
		return 0;
	id = x86_cpuid(0x15, 0);
	if (!id.eax || !id.ebx)
		return 0;
	crystal = id.ecx;
	if (!crystal && x86_features.max_leaf >= 0x16)
		crystal = (x86_cpuid(0x16, 0).eax & 0xffff) * 1000000ULL * id.eax / id.ebx;
	return crystal * id.ebx / id.eax;
}

/* Leaf 0x40000010 as VMware defined it and KVM and QEMU offer it: kHz in eax. */
static uint64_t hz_by_hypervisor(void)
{
	if (!x86_features.hypervisor || x86_cpuid(0x40000000, 0).eax < 0x40000010)
		return 0;
	return x86_cpuid(0x40000010, 0).eax * 1000ULL;
}

/* A clock to measure against. read counts up, modulo mask + 1. */
struct reference {
	uint64_t (*read)(const struct reference *ref);
	uint64_t mask;
	uint64_t period_fs;
	unsigned int sample_us;
	volatile char *registers;
	uint16_t port;
};

static uint64_t read_hpet(const struct reference *ref)
{
	return readl(ref->registers + 0xf0);
}

static uint64_t read_pm_timer(const struct reference *ref)
{
	return inl(ref->port);
}

/* Channel 2 counts down from 65535; its gate and output are at port 0x61. */
static uint64_t read_pit(const struct reference *ref)
{
	unsigned int low;

	outb(0x80, 0x43); /* latch channel 2 */
	low = inb(0x42);
	return 0xffff - (low | (unsigned int)inb(0x42) << 8);
}

/* A reading and the TSC at that time: the closest of a few, since a hypervisor may step in between. */
static uint64_t read_pair(const struct reference *ref, uint64_t *tsc)
{
	uint64_t best = UINT64_MAX, value = 0;

	for (unsigned int i = 0; i < READ_TRIES; i++) {
		uint64_t before = arch_counter_read(), reading = ref->read(ref), after = arch_counter_read();

		if (after - before < best) {
			best = after - before;
			*tsc = before + best / 2;
			value = reading;
		}
	}
	return value;
}

static uint64_t measure(const struct reference *ref)
{
	uint64_t wanted = ref->sample_us * (FS_PER_SECOND / 1000000) / ref->period_fs;
	uint64_t tsc_start, tsc_end, start = read_pair(ref, &tsc_start), end, elapsed_ns;

	/* A reference that stands still must not hang the boot: the TSC gives up after 2^32 ticks. */
	while (((ref->read(ref) - start) & ref->mask) < wanted)
		if (arch_counter_read() - tsc_start > 1ULL << 32)
			return 0;
	end = read_pair(ref, &tsc_end);
	elapsed_ns = ((end - start) & ref->mask) * ref->period_fs / (FS_PER_SECOND / 1000000000);
	return (tsc_end - tsc_start) * 1000000000 / elapsed_ns;
}

static uint64_t hz_by_hpet(void)
{
	const struct acpi_hpet *table = (const struct acpi_hpet *)acpi_find("HPET", 0);
	struct reference ref = { .read = read_hpet, .mask = UINT32_MAX, .sample_us = HPET_SAMPLE_US };
	uint64_t hz = 0;
	uint32_t config;

	if (!table || !ACPI_HAS(table, address) || table->address.space != ACPI_SPACE_MEMORY)
		return 0;
	ref.registers = ioremap(table->address.address, 1024);
	if (!ref.registers)
		return 0;
	ref.period_fs = readl(ref.registers + 4);
	if (ref.period_fs >= 100000 && ref.period_fs <= 100000000) { /* the specification's upper limit */
		config = readl(ref.registers + 0x10);
		writel(config | 1, ref.registers + 0x10);
		hz = measure(&ref);
		writel(config, ref.registers + 0x10);
	}
	iounmap((void *)ref.registers);
	return hz;
}

static uint64_t hz_by_pm_timer(void)
{
	const struct acpi_fadt *fadt = (const struct acpi_fadt *)acpi_find("FACP", 0);
	struct reference ref = {
		.read = read_pm_timer, .mask = 0xffffff, .period_fs = FS_PER_SECOND / PM_TIMER_HZ,
		.sample_us = SLOW_SAMPLE_US,
	};

	if (!fadt || !ACPI_HAS(fadt, pm_timer_block) || !fadt->pm_timer_block || (fadt->flags & ACPI_FADT_HW_REDUCED))
		return 0;
	ref.port = (uint16_t)fadt->pm_timer_block;
	return measure(&ref);
}

static uint64_t hz_by_pit(void)
{
	struct reference ref = {
		.read = read_pit, .mask = 0xffff, .period_fs = FS_PER_SECOND / PIT_HZ, .sample_us = SLOW_SAMPLE_US,
	};
	uint8_t gate = inb(0x61);
	uint64_t hz;

	outb((gate & ~2) | 1, 0x61); /* speaker off, gate on */
	outb(0xb0, 0x43);	     /* channel 2, both bytes, mode 0 */
	outb(0xff, 0x42);
	outb(0xff, 0x42);
	hz = measure(&ref);
	outb(gate, 0x61);
	return hz;
}

void arch_time_init(void)
{
	static const struct {
		const char *name;
		uint64_t (*hz)(void);
	} sources[] = {
		{ "CPUID", hz_by_cpuid }, { "the hypervisor", hz_by_hypervisor }, { "HPET", hz_by_hpet },
		{ "the PM timer", hz_by_pm_timer }, { "PIT", hz_by_pit },
	};
	unsigned long flags = arch_irq_save();

	for (unsigned int i = 0; !tsc_hz && i < ARRAY_SIZE(sources); i++) {
		tsc_hz = sources[i].hz();
		if (tsc_hz)
			pr_info("time: TSC at %lu.%03lu MHz by %s\n", (unsigned long)(tsc_hz / 1000000),
				(unsigned long)(tsc_hz / 1000 % 1000), sources[i].name);
	}
	if (!tsc_hz)
		panic("no clock to measure the TSC against: neither CPUID nor HPET, PM timer or PIT");
	apic_timer_calibrate(tsc_hz, APIC_SAMPLE_US);
	arch_irq_restore(flags);
}

void arch_timer_init_this_cpu(void)
{
	apic_timer_init_this_cpu();
}

void arch_timer_arm(uint64_t deadline)
{
	apic_timer_arm(deadline);
}
