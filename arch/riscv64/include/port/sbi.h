/* SPDX-License-Identifier: MIT */
/* Calls into the firmware below: RISC-V Supervisor Binary Interface 2.0. Any context. */
#pragma once

#include <lib/types.h>

#define SBI_BASE 0x10
#define SBI_TIME 0x54494d45
#define SBI_IPI 0x735049
#define SBI_RFENCE 0x52464e43
#define SBI_HSM 0x48534d
#define SBI_SRST 0x53525354
#define SBI_DBCN 0x4442434e
#define SBI_LEGACY_PUTCHAR 1

#define SBI_BASE_PROBE 3
#define SBI_BASE_MVENDORID 4
#define SBI_BASE_MARCHID 5
#define SBI_BASE_MIMPID 6
#define SBI_DBCN_WRITE_BYTE 2
#define SBI_HSM_START 0
#define SBI_HSM_STOP 1
#define SBI_HSM_STATUS 2
#define SBI_HSM_STOPPED 1
#define SBI_RFENCE_FENCE_I 0
#define SBI_RFENCE_SFENCE_VMA 1
#define SBI_SRST_SHUTDOWN 0
#define SBI_SRST_COLD_REBOOT 1

struct sbi_result {
	long error; /* 0: none */
	long value;
};

static inline __attribute__((always_inline)) struct sbi_result sbi_call(unsigned long extension, unsigned long function,
	unsigned long arg0, unsigned long arg1, unsigned long arg2, unsigned long arg3)
{
	register unsigned long a0 __asm__("a0") = arg0;
	register unsigned long a1 __asm__("a1") = arg1;
	register unsigned long a2 __asm__("a2") = arg2;
	register unsigned long a3 __asm__("a3") = arg3;
	register unsigned long a6 __asm__("a6") = function;
	register unsigned long a7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
	return (struct sbi_result){ (long)a0, (long)a1 };
}

static inline bool sbi_has(unsigned long extension)
{
	struct sbi_result result = sbi_call(SBI_BASE, SBI_BASE_PROBE, extension, 0, 0, 0);

	return !result.error && result.value;
}
