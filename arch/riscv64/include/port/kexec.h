/* SPDX-License-Identifier: MIT */
/* riscv64's inline parts of <arch/kexec.h>. */
#pragma once

static inline bool arch_kexec_has_format(enum kexec_format_id id)
{
	return id == KEXEC_FORMAT_IMAGE || id == KEXEC_FORMAT_ELF;
}
