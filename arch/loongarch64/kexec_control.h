/* SPDX-License-Identifier: MIT */
/* What kexec.c leaves for the code that runs after the kernel, in a page whose end is its stack. */
#pragma once

#include <device/fdt/fdt.h>
#include <kexec/control.h>
#include <lib/types.h>

struct kexec_control {
	struct control_plan plan;
	uint64_t cmdline, systab;	/* the next kernel's a1, a2 */
	uint64_t code;
	/* For the last words and the reset; 0: none. */
	uint64_t uart;
	struct fdt_syscon reset;
};

/* Copied as a whole: refers to nothing outside of itself. */
extern const char __kexec_control_start[], __kexec_control_end[];
[[noreturn]] void kexec_control(const struct kexec_control *control);
