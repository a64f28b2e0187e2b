/* SPDX-License-Identifier: MIT */
/* What kexec.c leaves for the code that runs after the kernel, in a page whose end is its stack. */
#pragma once

#include <kexec/control.h>

struct kexec_control {
	struct control_plan plan;
	uint64_t hart;
	uint64_t root, code;
};

/* Copied as a whole: refers to nothing outside of itself. */
extern const char __kexec_control_start[], __kexec_control_end[];
[[noreturn]] void kexec_control(const struct kexec_control *control);
