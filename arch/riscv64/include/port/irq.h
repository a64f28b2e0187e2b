/* SPDX-License-Identifier: MIT */
/* What interrupt-controller drivers of RISC-V share with the port. */
#pragma once

#include <lib/types.h>

#define RISCV_EXTERNAL 9 /* supervisor mode's external interrupt, as harts' interrupt controllers number it */
#define RISCV_NO_IRQ_CONTEXT ~0u

struct cpu;
struct trapframe;

/* The place of that hart's external interrupt in the node's interrupts-extended; or RISCV_NO_IRQ_CONTEXT. */
unsigned int riscv_irq_context(int node, uint64_t hart);

/* Takes external interrupts (scause 9) from here on; handle is called with interrupts off. init_cpu, when not
 * NULL, is called on every other CPU as it starts (on this one by the driver itself). */
void riscv_set_external_handler(void (*handle)(struct trapframe *frame), void (*init_cpu)(struct cpu *cpu));
