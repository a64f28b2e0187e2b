/* SPDX-License-Identifier: MIT */
/*
 * What interrupt-controller drivers share with the port. INTIDs: 0-15 from other CPUs, 16-31 a CPU's own
 * (the timer), 32 and more devices.
 */
#pragma once

#include <lib/types.h>

struct cpu;
struct trapframe;

struct arm64_irqchip {
	void (*handle)(struct trapframe *frame);	/* interrupts off */
	void (*init_cpu)(struct cpu *cpu);		/* on every CPU that starts (on the first by the driver itself) */
	void (*send_ipi)(struct cpu *cpu);		/* INTID 0 */
	void (*enable_local)(unsigned int intid);	/* 16-31, of the running CPU */
	void (*leave_cpu)(void);			/* before the running CPU is parked */
};

/* The one controller that takes this CPU's interrupts. */
void arm64_set_irqchip(const struct arm64_irqchip *chip);

/* From handle(): INTIDs below 32. */
void arm64_handle_local(unsigned int intid);
