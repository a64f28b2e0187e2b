// SPDX-License-Identifier: MIT
/* The time counter at the rate the device tree tells; the timer by Sstc or the firmware; goldfish's clock. */
#include <arch/time.h>

#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <mm/vmap.h>
#include <port/sbi.h>

#include "riscv.h"

static uint64_t timebase_hz;

uint64_t arch_counter_hz(void)
{
	return timebase_hz;
}

void arch_time_init(void)
{
	const void *dt = fdt_tree();
	int cpus = dt ? dt_find(dt, "/cpus") : -1;

	if (cpus < 0 || dt_u64(dt, cpus, "timebase-frequency", &timebase_hz) || !timebase_hz)
		panic("no timebase-frequency in the device tree");
	pr_info("time: counter at %lu kHz, timer by %s\n", (unsigned long)(timebase_hz / 1000),
		riscv_features.has_sstc ? "Sstc" : "SBI");
}

void arch_timer_init_this_cpu(void)
{
	arch_timer_arm(UINT64_MAX);
}

void arch_timer_arm(uint64_t deadline)
{
	if (riscv_features.has_sstc)
		csr_write(0x14d, deadline);
	else if (deadline != UINT64_MAX)
		sbi_call(SBI_TIME, 0, deadline, 0, 0, 0);
	if (deadline == UINT64_MAX)
		csr_clear(sie, SIE_TIMER);
	else
		csr_set(sie, SIE_TIMER);
}

/* Goldfish RTC: nanoseconds since 1970; reading the low word latches the high one. */
uint64_t arch_rtc_read(void)
{
	const void *dt = fdt_tree();
	int node = dt ? dt_next_compatible(dt, -1, "google,goldfish-rtc") : -1;
	volatile char *registers;
	paddr_t paddr;
	uint64_t size, ns;

	if (node < 0 || dt_reg(dt, node, 0, &paddr, &size))
		return 0;
	registers = ioremap(paddr, 8);
	if (!registers)
		return 0;
	ns = readl(registers);
	ns |= (uint64_t)readl(registers + 4) << 32;
	iounmap((void *)registers);
	return ns / 1000000000;
}
