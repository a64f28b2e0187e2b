/* SPDX-License-Identifier: MIT */
/* What interrupt-controller drivers of RISC-V share with the port. */
#pragma once

struct cpu;
struct trapframe;

/* Takes external interrupts (scause 9) from here on; handle is called with interrupts off. init_cpu, when not
 * NULL, is called on every other CPU as it starts (on this one by the driver itself). */
void riscv_set_external_handler(void (*handle)(struct trapframe *frame), void (*init_cpu)(struct cpu *cpu));
