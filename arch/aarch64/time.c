// SPDX-License-Identifier: MIT
/* The generic timer: the virtual counter and its timer, whose interrupt the device tree names. PL031's clock. */
#include <arch/time.h>

#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <mm/vmap.h>

#include "arm64.h"

#define VIRTUAL_TIMER 2	/* its place in "interrupts" (bindings timer/arm,arch_timer.yaml) */
#define FIRST_PPI 16
#define CNTV_CTL_ENABLE 1
#define EL0_VIRTUAL_COUNTER 2

static uint64_t counter_hz;

uint64_t arch_counter_hz(void)
{
	return counter_hz;
}

void arch_time_init(void)
{
	const void *dt = fdt_tree();
	int node = dt ? dt_next_compatible(dt, -1, "arm,armv8-timer") : -1;
	struct dt_irq irq;
	uint32_t told;

	counter_hz = sysreg_read(cntfrq_el0);
	if (node >= 0 && !dt_u32(dt, node, "clock-frequency", 0, &told) && told)
		counter_hz = told;
	if (!counter_hz)
		panic("neither CNTFRQ_EL0 nor the device tree tells the counter's rate");
	if (node >= 0 && !dt_irq(dt, node, VIRTUAL_TIMER, &irq) && irq.nr_cells >= 2 && irq.cells[1] < 16)
		arm64_timer_intid = FIRST_PPI + irq.cells[1];
	else
		arm64_timer_intid = 27; /* what Arm's base system architecture recommends */
	pr_info("time: counter at %lu kHz, timer interrupt %u\n", (unsigned long)(counter_hz / 1000), arm64_timer_intid);
}

void arch_timer_init_this_cpu(void)
{
	sysreg_write(cntkctl_el1, EL0_VIRTUAL_COUNTER);
	arch_timer_arm(UINT64_MAX);
	arm64_irqchip_enable_local(arm64_timer_intid);
}

void arch_timer_arm(uint64_t deadline)
{
	if (deadline == UINT64_MAX) {
		sysreg_write(cntv_ctl_el0, 0);
	} else {
		sysreg_write(cntv_cval_el0, deadline);
		sysreg_write(cntv_ctl_el0, CNTV_CTL_ENABLE);
	}
	isb();
}

/* PrimeCell RTC (PL031): seconds since 1970 in its first register. */
uint64_t arch_rtc_read(void)
{
	const void *dt = fdt_tree();
	int node = dt ? dt_next_compatible(dt, -1, "arm,pl031") : -1;
	volatile char *registers;
	paddr_t paddr;
	uint64_t size, seconds;

	if (node < 0 || dt_reg(dt, node, 0, &paddr, &size))
		return 0;
	registers = ioremap(paddr, 4);
	if (!registers)
		return 0;
	seconds = readl(registers);
	iounmap((void *)registers);
	return seconds;
}
