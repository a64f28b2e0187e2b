/* SPDX-License-Identifier: MIT */
/* What kexec.c leaves for the code that runs after the kernel, in a page whose end is its stack. */
#pragma once

#include <lib/types.h>

struct kexec_control {
	uint64_t entry, params;
	uint64_t systab;		/* when params are a command line (kexec_load) */
	uint64_t copies, digests;	/* physical addresses of the plan's lists */
	uint64_t nr_copies, nr_digests;
	uint64_t code;
	uint64_t uart;			/* 0: none; for the last words */
};

/* In the block of kexec_file_load(), which begins with the system table: where the command line is. */
#define PARAMS_CMDLINE 0x100

/* Copied as a whole: refers to nothing outside of itself. */
extern const char __kexec_control_start[], __kexec_control_end[];
[[noreturn]] void kexec_control(const struct kexec_control *control);
