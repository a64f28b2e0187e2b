/* SPDX-License-Identifier: MIT */
/* x86_64's inline parts of <arch/kexec.h>. */
#pragma once

static inline bool arch_kexec_has_format(enum kexec_format_id id)
{
	return id == KEXEC_FORMAT_BZIMAGE || id == KEXEC_FORMAT_ELF;
}

static inline uint32_t arch_kexec_image_magic(void)
{
	return 0;
}

static inline bool arch_kexec_is_params(const uint8_t start[KEXEC_PARAMS_START])
{
	return false;
}
