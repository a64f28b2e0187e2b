/* SPDX-License-Identifier: MIT */
/* What kexec.c leaves for the code that runs after the kernel, in a page whose end is its stack. */
#pragma once

#include <kexec/control.h>

struct kexec_control {
	uint64_t is_el2;		/* first: the entry's code reads it. Go on at EL2, where we came from */
	struct control_plan plan;
	uint64_t uart;			/* of a PL011; 0: none */
	uint64_t is_smc;		/* PSCI's conduit */
	uint64_t root;			/* idmap, and the code's entry */
	uint64_t code;
};

/* Copied as a whole: refers to nothing outside of itself. */
extern const char __kexec_control_start[], __kexec_control_end[];
extern const char kexec_control_enter[];
[[noreturn]] void kexec_control(const struct kexec_control *control);
