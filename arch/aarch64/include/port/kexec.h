/* SPDX-License-Identifier: MIT */
/* aarch64's inline parts of <arch/kexec.h>. */
#pragma once

static inline bool arch_kexec_has_format(enum kexec_format_id id)
{
	return id == KEXEC_FORMAT_IMAGE;
}

static inline uint32_t arch_kexec_image_magic(void)
{
	return 0x644d5241; /* "ARM\x64" */
}

/* A device tree's magic number, big-endian. */
static inline bool arch_kexec_is_params(const uint8_t start[KEXEC_PARAMS_START])
{
	return start[0] == 0xd0 && start[1] == 0x0d && start[2] == 0xfe && start[3] == 0xed;
}
