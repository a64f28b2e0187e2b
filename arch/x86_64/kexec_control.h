/* SPDX-License-Identifier: MIT */
/*
 * The last code of this kernel. It is copied to a page that no destination covers and runs there at its
 * physical address, when the kernel itself may already be overwritten.
 */
#pragma once

#include <kexec/control.h>

/* At the start of the data page, which ends in the stack. Everything in it is physical. */
struct kexec_control {
	uint64_t root;			/* page tables: identity map, and the kernel's slot */
	uint64_t stack_top;
	uint64_t code;			/* the copy of kexec_control() */
	struct control_plan plan;
	uint32_t serial_port;		/* for the one line, 0: none */
	uint64_t gdt[4];
};

/* Never returns. Entered with identity map and stack on, interrupts off. */
void kexec_control(const struct kexec_control *control);

extern const char __kexec_control_start[], __kexec_control_end[];
