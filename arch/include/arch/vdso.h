/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: the vDSO, a small shared object mapped into every program (man 7 vdso), and its
 * data page. The image is built by the port from arch/<a>/vdso/; the data page's layout is neutral
 * (kernel/vdso_data.h) and is written by kernel/time.c.
 */
#pragma once

#include <lib/types.h>

extern const uint8_t arch_vdso_image[];	 /* ELF; mapped as a copy: kernel/vdso_data.h */
extern const size_t arch_vdso_image_size;
uintptr_t arch_vdso_sigreturn(void);	 /* offset of rt_sigreturn in the image; 0: the ABI uses sa_restorer */
