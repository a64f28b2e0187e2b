/* SPDX-License-Identifier: MIT */
/* The extended I/O interrupt controller, for the controllers whose messages become its vectors. */
#pragma once

/* Vectors [first, first + nr) are the irqs from first_irq on, of a chip of the caller's. 0; -EAGAIN: the
 * controller is not there yet; -EINVAL: it has not so many. */
int loongarch_eiointc_set_vectors(unsigned int first, unsigned int nr, unsigned int first_irq);

struct cpu;

/* From here on the vector goes to that CPU. QEMU looks at the core within a node alone: the fifth CPU's comes to the first. */
void loongarch_eiointc_route(unsigned int vector, const struct cpu *cpu);
