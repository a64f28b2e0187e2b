// SPDX-License-Identifier: MIT
/*
 * The local APIC. x2APIC where firmware left it on or a hypervisor offers it (there it saves exits
 * and needs no interrupt remapping), else the memory-mapped form.
 */
#include "apic.h"

#include <arch/barrier.h>
#include <arch/cpu.h>
#include <arch/io.h>
#include <arch/irqflags.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kernel/cpu.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <mm/vmap.h>
#include <port/apic.h>

#include "x86.h"

#define APIC_BASE_X2 (1UL << 10)
#define APIC_BASE_ENABLE (1UL << 11)
#define APIC_BASE_ADDR 0x000ffffffffff000UL

enum apic_register {
	APIC_ID = 0x20,
	APIC_TPR = 0x80,
	APIC_EOI = 0xb0,
	APIC_SPURIOUS = 0xf0,
	APIC_ISR = 0x100, /* eight of them */
	APIC_ESR = 0x280,
	APIC_ICR = 0x300,
	APIC_ICR_HIGH = 0x310,
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_LINT0 = 0x350,
	APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370,
	APIC_TIMER_INITIAL = 0x380,
	APIC_TIMER_CURRENT = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0,
};

#define SPURIOUS_ENABLE 0x100
#define LVT_MASKED 0x10000
#define LVT_NMI 0x400
#define LVT_TIMER_DEADLINE 0x40000
#define ICR_PENDING 0x1000
#define DIVIDE_BY_1 0xb

static volatile char *registers; /* xAPIC */
static bool use_x2apic, use_deadline;
static uint64_t count_per_tick; /* timer counts per TSC tick, 32.32 */

/* What firmware had left on the boot CPU; apic_shutdown_this_cpu() puts it back. */
static struct {
	uint64_t base;
	uint32_t spurious, tpr, timer, lint0, lint1, error;
} found;

static uint32_t apic_read(enum apic_register reg)
{
	return use_x2apic ? (uint32_t)x86_rdmsr(MSR_X2APIC + reg / 16) : readl(registers + reg);
}

static void apic_write(enum apic_register reg, uint32_t value)
{
	if (use_x2apic)
		x86_wrmsr(MSR_X2APIC + reg / 16, value);
	else
		writel(value, registers + reg);
}

void apic_init(void)
{
	found.base = x86_rdmsr(MSR_APIC_BASE);
	use_x2apic = (found.base & APIC_BASE_X2) || (x86_features.hypervisor && (x86_features.leaf1_ecx >> 21 & 1));
	use_deadline = x86_features.leaf1_ecx >> 24 & 1;
	if (!(found.base & APIC_BASE_X2)) { /* in use, or to be put back at shutdown */
		registers = ioremap(found.base & APIC_BASE_ADDR, 4096);
		if (!registers)
			panic("no memory to map the local APIC");
	}
	x86_wrmsr(MSR_APIC_BASE, found.base | APIC_BASE_ENABLE | (use_x2apic ? APIC_BASE_X2 : 0));
	found.spurious = apic_read(APIC_SPURIOUS);
	found.tpr = apic_read(APIC_TPR);
	found.timer = apic_read(APIC_LVT_TIMER);
	found.lint0 = apic_read(APIC_LVT_LINT0);
	found.lint1 = apic_read(APIC_LVT_LINT1);
	found.error = apic_read(APIC_LVT_ERROR);
	pr_info("apic: %s, timer by %s\n", use_x2apic ? "x2APIC" : "xAPIC", use_deadline ? "TSC deadline" : "countdown");
}

/*
 * An interrupt that the kernel before accepted and did not end keeps all lower ones away: here ends what is in service. What that
 * kernel had not accepted comes once, when interrupts go on, as a vector that nobody here asked for (SDM 3A, 11.8.4).
 */
static void end_old_interrupts(void)
{
	for (int i = 7; i >= 0; i--) /* each write ends the highest */
		for (uint32_t left = apic_read(APIC_ISR + 0x10 * (unsigned int)i); left; left &= left - 1)
			apic_eoi();
}

void apic_init_this_cpu(void)
{
	uint64_t base = x86_rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

	x86_wrmsr(MSR_APIC_BASE, base | (use_x2apic ? APIC_BASE_X2 : 0));
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | X86_VECTOR_SPURIOUS);
	end_old_interrupts();
	apic_write(APIC_LVT_TIMER, LVT_MASKED | X86_VECTOR_TIMER);
	apic_write(APIC_LVT_LINT0, LVT_MASKED); /* the 8259s */
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_ESR, 0);
	apic_write(APIC_LVT_ERROR, X86_VECTOR_ERROR);
	arch_this_cpu()->arch.apic_id = apic_id();
}

void x86_apic_shutdown(void)
{
	apic_shutdown_this_cpu();
}

void apic_shutdown_this_cpu(void)
{
	bool is_boot_cpu = arch_this_cpu()->id == 0;
	uint64_t base = x86_rdmsr(MSR_APIC_BASE);

	apic_timer_arm(UINT64_MAX);
	apic_write(APIC_TPR, found.tpr);
	apic_write(APIC_LVT_TIMER, found.timer | LVT_MASKED);
	apic_write(APIC_LVT_ERROR, found.error | LVT_MASKED);
	apic_write(APIC_LVT_LINT0, is_boot_cpu ? found.lint0 : LVT_MASKED);
	apic_write(APIC_LVT_LINT1, is_boot_cpu ? found.lint1 : LVT_NMI);
	apic_write(APIC_SPURIOUS, found.spurious);
	if (use_x2apic && !(found.base & APIC_BASE_X2)) {
		/* From x2APIC the way back leads through "off" (SDM 3A, 11.12.5). That resets the registers. */
		x86_wrmsr(MSR_APIC_BASE, base & ~(APIC_BASE_X2 | APIC_BASE_ENABLE));
		x86_wrmsr(MSR_APIC_BASE, (base & ~APIC_BASE_X2) | APIC_BASE_ENABLE);
		writel(found.spurious, registers + APIC_SPURIOUS);
		writel(is_boot_cpu ? found.lint0 : LVT_MASKED, registers + APIC_LVT_LINT0);
		writel(is_boot_cpu ? found.lint1 : LVT_NMI, registers + APIC_LVT_LINT1);
	}
}

uint32_t apic_id(void)
{
	return use_x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_send(uint32_t dest, uint32_t icr_low)
{
	unsigned long flags = arch_irq_save();

	if (use_x2apic) {
		mb(); /* x2APIC writes do not wait for earlier stores (SDM 3A, 11.12.3) */
		x86_wrmsr(MSR_X2APIC + APIC_ICR / 16, (uint64_t)dest << 32 | icr_low);
	} else {
		while (apic_read(APIC_ICR) & ICR_PENDING)
			arch_cpu_relax();
		apic_write(APIC_ICR_HIGH, dest << 24);
		apic_write(APIC_ICR, icr_low);
	}
	arch_irq_restore(flags);
}

void apic_timer_calibrate(uint64_t tsc_hz, unsigned int sample_us)
{
	uint64_t ticks = tsc_hz * sample_us / 1000000, start, now;
	uint32_t first, last;

	if (use_deadline)
		return;
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
	start = arch_counter_read();
	first = apic_read(APIC_TIMER_CURRENT);
	while ((now = arch_counter_read()) - start < ticks)
		arch_cpu_relax();
	last = apic_read(APIC_TIMER_CURRENT);
	apic_write(APIC_TIMER_INITIAL, 0);
	count_per_tick = ((uint64_t)(first - last) << 32) / (now - start);
	if (!count_per_tick)
		panic("the local APIC's timer does not count");
}

void apic_timer_init_this_cpu(void)
{
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_LVT_TIMER, X86_VECTOR_TIMER | (use_deadline ? LVT_TIMER_DEADLINE : 0));
	mb(); /* before the first write to the deadline register (SDM 3A, 11.5.4.1) */
}

void apic_timer_arm(uint64_t deadline)
{
	uint64_t now, count = 0;

	if (use_deadline) {
		x86_wrmsr(MSR_TSC_DEADLINE, deadline == UINT64_MAX ? 0 : deadline);
		return;
	}
	if (deadline != UINT64_MAX) {
		now = arch_counter_read();
		count = 1;
		if (deadline > now)
			count += (uint64_t)(((unsigned __int128)(deadline - now) * count_per_tick) >> 32);
	}
	apic_write(APIC_TIMER_INITIAL, count > UINT32_MAX ? UINT32_MAX : (uint32_t)count);
}
