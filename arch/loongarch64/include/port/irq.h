/* SPDX-License-Identifier: MIT */
/* What interrupt-controller drivers of LoongArch share with the port. */
#pragma once

struct trapframe;

/* Takes interrupts of the CPUs' line ESTAT.IS[line] (2 .. 9: HWI0 .. 7), on the boot CPU from here on and on others as
 * they start; handle is called with interrupts off. NULL: no more. */
void loongarch_set_line_handler(unsigned int line, void (*handle)(struct trapframe *frame));
