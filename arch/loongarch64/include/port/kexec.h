/* SPDX-License-Identifier: MIT */
/* loongarch64's inline parts of <arch/kexec.h>. */
#pragma once

static inline bool arch_kexec_has_format(enum kexec_format_id id)
{
	return id == KEXEC_FORMAT_IMAGE || id == KEXEC_FORMAT_ELF;
}

static inline uint32_t arch_kexec_image_magic(void)
{
	return 0x818223cd;
}

/* kexec-tools gives no tree: the command line's segment begins with "kexec ". */
static inline bool arch_kexec_is_params(const uint8_t start[KEXEC_PARAMS_START])
{
	static const char mark[] = "kexec ";

	for (unsigned int i = 0; mark[i]; i++)
		if (start[i] != (uint8_t)mark[i])
			return false;
	return true;
}
