/* SPDX-License-Identifier: MIT */
/* Arch contract: what exec puts into the auxiliary vector (man 3 getauxval) and core register sets. */
#pragma once

#include <lib/types.h>

unsigned long arch_elf_hwcap(void);
unsigned long arch_elf_hwcap2(void);
unsigned long arch_elf_minsigstksz(void); /* AT_MINSIGSTKSZ: signal frame with the CPU's full state; 0: Linux gives none */
const char *arch_elf_platform(void);	  /* AT_PLATFORM, NULL: none */
