/* SPDX-License-Identifier: MIT */
/* Control and status registers (LoongArch Reference Manual, volume 1, chapter 7). Also for assembly. */
#pragma once

#define CSR_CRMD 0x0
#define CSR_PRMD 0x1
#define CSR_EUEN 0x2
#define CSR_ECFG 0x4
#define CSR_ESTAT 0x5
#define CSR_ERA 0x6
#define CSR_BADV 0x7
#define CSR_EENTRY 0xc
#define CSR_TLBEHI 0x11
#define CSR_ASID 0x18
#define CSR_PGDL 0x19
#define CSR_PGDH 0x1a
#define CSR_PGD 0x1b
#define CSR_PWCL 0x1c
#define CSR_PWCH 0x1d
#define CSR_STLBPS 0x1e
#define CSR_CPUID 0x20
#define CSR_SAVE0 0x30	/* scratch of the trap entry */
#define CSR_SAVE1 0x31
#define CSR_SAVE2 0x32	/* the CPU's struct cpu */
#define CSR_TCFG 0x41
#define CSR_TICLR 0x44
#define CSR_LLBCTL 0x60
#define CSR_TLBRENTRY 0x88
#define CSR_TLBRSAVE 0x8b
#define CSR_TLBRELO0 0x8c
#define CSR_TLBRELO1 0x8d
#define CSR_TLBREHI 0x8e
#define CSR_DMW0 0x180
#define CSR_DMW1 0x181

#define CRMD_IE (1 << 2)
#define CRMD_DA (1 << 3)
#define CRMD_PG (1 << 4)
#define CRMD_DA_CACHED 0xa8	/* direct addresses, fetches and loads coherent and cached */
#define CRMD_PAGED 0xb0		/* paging; PLV 0, interrupts off */

#define PRMD_PPLV 3
#define PRMD_PIE (1 << 2)

#define EUEN_FPE 1
#define EUEN_SXE 2
#define EUEN_ASXE 4

/* Bits of ECFG.LIE and ESTAT.IS. */
#define INT_HWI0 2
#define INT_TIMER 11
#define INT_IPI 12
#define INT_MASK 0x1fff

/* Addresses with these tops are physical ones, for PLV 0: uncached, coherent and cached. */
#define WINDOW_UNCACHED 0x8000000000000000
#define WINDOW_CACHED 0x9000000000000000
#define DMW0_VALUE (WINDOW_UNCACHED | 0x01)
#define DMW1_VALUE (WINDOW_CACHED | 0x11)

/* IOCSR registers of each core (Loongson 3A5000 manual, chapters 10 and 11). */
#define IOCSR_MISC_FUNC 0x420
#define IOCSR_IPI_STATUS 0x1000
#define IOCSR_IPI_ENABLE 0x1004
#define IOCSR_IPI_CLEAR 0x100c
#define IOCSR_MAILBOX0 0x1020
#define IOCSR_IPI_SEND 0x1040
#define IOCSR_MAIL_SEND 0x1048

#ifndef __ASSEMBLER__
#include <lib/types.h>

#define csr_read(csr)                                                                              \
	({                                                                                         \
		unsigned long value_;                                                              \
		__asm__ volatile("csrrd %0, %1" : "=r"(value_) : "i"(csr) : "memory");             \
		value_;                                                                            \
	})
#define csr_write(csr, value)                                                                      \
	({                                                                                         \
		unsigned long value_ = (value);                                                    \
		__asm__ volatile("csrwr %0, %1" : "+r"(value_) : "i"(csr) : "memory");             \
	})
/* Replaces the bits of mask; gives the register as it was. */
#define csr_exchange(csr, value, mask)                                                             \
	({                                                                                         \
		unsigned long value_ = (value);                                                    \
		__asm__ volatile("csrxchg %0, %1, %2" : "+r"(value_) : "r"((unsigned long)(mask)), "i"(csr) : "memory"); \
		value_;                                                                            \
	})

static inline uint32_t cpucfg(uint32_t word)
{
	uint64_t value;

	__asm__("cpucfg %0, %1" : "=r"(value) : "r"((uint64_t)word));
	return (uint32_t)value;
}

static inline uint32_t iocsr_read32(uint32_t reg)
{
	uint64_t value;

	__asm__ volatile("iocsrrd.w %0, %1" : "=r"(value) : "r"((uint64_t)reg) : "memory");
	return (uint32_t)value;
}

static inline uint64_t iocsr_read64(uint32_t reg)
{
	uint64_t value;

	__asm__ volatile("iocsrrd.d %0, %1" : "=r"(value) : "r"((uint64_t)reg) : "memory");
	return value;
}

static inline void iocsr_write32(uint32_t value, uint32_t reg)
{
	__asm__ volatile("iocsrwr.w %0, %1" ::"r"((uint64_t)value), "r"((uint64_t)reg) : "memory");
}

static inline void iocsr_write64(uint64_t value, uint32_t reg)
{
	__asm__ volatile("iocsrwr.d %0, %1" ::"r"(value), "r"((uint64_t)reg) : "memory");
}
#endif
