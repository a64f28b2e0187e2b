/* SPDX-License-Identifier: MIT */
/* riscv64's inline parts of <arch/kexec.h>. */
#pragma once

#include <lib/dt.h>

static inline bool arch_kexec_has_format(enum kexec_format_id id)
{
	return id == KEXEC_FORMAT_IMAGE || id == KEXEC_FORMAT_ELF;
}

static inline uint32_t arch_kexec_image_magic(void)
{
	return 0x05435352; /* "RSC\x05" */
}

static inline bool arch_kexec_is_params(const uint8_t start[KEXEC_PARAMS_START])
{
	return !dt_check_header(start);
}
