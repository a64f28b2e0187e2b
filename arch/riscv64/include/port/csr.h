/* SPDX-License-Identifier: MIT */
/* Control and status registers of supervisor mode (privileged specification, chapter 10). Also for assembly. */
#pragma once

#define SSTATUS_SIE (1 << 1)
#define SSTATUS_SPIE (1 << 5)
#define SSTATUS_SPP (1 << 8)
#define SSTATUS_VS (3 << 9)
#define SSTATUS_VS_INITIAL (1 << 9)
#define SSTATUS_VS_CLEAN (2 << 9)
#define SSTATUS_VS_DIRTY (3 << 9)
#define SSTATUS_FS (3 << 13)
#define SSTATUS_FS_INITIAL (1 << 13)
#define SSTATUS_FS_CLEAN (2 << 13)
#define SSTATUS_FS_DIRTY (3 << 13)
#define SSTATUS_SUM (1 << 18)

#define SIE_SOFT (1 << 1)
#define SIE_TIMER (1 << 5)
#define SIE_EXTERNAL (1 << 9)

#define CAUSE_SYSCALL 8
#define SATP_SV39 (8UL << 60)

#define SENVCFG_CBZE (1 << 7) /* senvcfg (0x10a): cbo.zero is for programs */
#define CSR_STIMECMP 0x14d /* Sstc */

#ifndef __ASSEMBLER__
#define csr_read(csr)                                                                              \
	({                                                                                         \
		unsigned long value_;                                                              \
		__asm__ volatile("csrr %0, " #csr : "=r"(value_)::"memory");                       \
		value_;                                                                            \
	})
#define csr_write(csr, value) __asm__ volatile("csrw " #csr ", %0" ::"rK"((unsigned long)(value)) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " #csr ", %0" ::"rK"((unsigned long)(bits)) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " #csr ", %0" ::"rK"((unsigned long)(bits)) : "memory")
#define csr_read_clear(csr, bits)                                                                  \
	({                                                                                         \
		unsigned long value_;                                                              \
		__asm__ volatile("csrrc %0, " #csr ", %1" : "=r"(value_) : "rK"((unsigned long)(bits)) : "memory"); \
		value_;                                                                            \
	})
#endif
