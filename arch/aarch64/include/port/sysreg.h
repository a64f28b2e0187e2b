/* SPDX-License-Identifier: MIT */
/* System registers and their bits (Arm ARM, DDI 0487, chapter D24). Also for assembly. */
#pragma once

#define SCTLR_M (1 << 0)
#define SCTLR_C (1 << 2)
#define SCTLR_SA (1 << 3)
#define SCTLR_SA0 (1 << 4)
#define SCTLR_I (1 << 12)
#define SCTLR_DZE (1 << 14)
#define SCTLR_UCT (1 << 15)
#define SCTLR_NTWE (1 << 18)
#define SCTLR_SPAN (1 << 23)
#define SCTLR_UCI (1 << 26)
#define SCTLR_EnDB_BIT 13 /* pointer authentication's keys */
#define SCTLR_EnDA_BIT 27
#define SCTLR_EnIB_BIT 30
#define SCTLR_EnIA_BIT 31
#define SCTLR_BT0 (1ul << 35)
#define SCTLR_RES1 0x30500800 /* 29, 28, 22, 20, 11: LSMAOE, nTLSMD, EIS, TSCXT, EOS */
#define SCTLR_OFF (SCTLR_RES1 | SCTLR_SPAN)
#define SCTLR_ON (SCTLR_OFF | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_SA0 | SCTLR_I | SCTLR_DZE | SCTLR_UCT | \
	SCTLR_NTWE | SCTLR_UCI)

/* Memory types by index: 0 write-back, 1 device nGnRE, 2 not cached. */
#define MAIR_VALUE 0x4404ff
#define MAIR_NORMAL 0
#define MAIR_DEVICE 1
#define MAIR_UNCACHED 2

/* 48-bit halves, 4 KiB granules, walks cached and inner shareable; TBI0: programs may tag pointers. IPS is added. */
#define TCR_BASE ((1 << 37) | (2 << 30) | (3 << 28) | (1 << 26) | (1 << 24) | (16 << 16) | (3 << 12) | (1 << 10) | (1 << 8) | 16)

#define SPSR_EL1H_MASKED 0x3c5
#define PSTATE_SS (1 << 21)
#define PSTATE_USER 0xf1001c00ul /* what programs and tracers may change: N, Z, C, V, DIT, SSBS, BTYPE */
#define MDSCR_SS 1

#define ESR_EC_SHIFT 26
#define EC_UNKNOWN 0x00
#define EC_FP_TRAP 0x07
#define EC_BTI 0x0d
#define EC_ILLEGAL_STATE 0x0e
#define EC_SVC64 0x15
#define EC_SYSREG 0x18
#define EC_SVE_TRAP 0x19
#define EC_PAC_FAIL 0x1c
#define EC_IABT_USER 0x20
#define EC_IABT_KERNEL 0x21
#define EC_PC_ALIGN 0x22
#define EC_DABT_USER 0x24
#define EC_DABT_KERNEL 0x25
#define EC_SP_ALIGN 0x26
#define EC_FPE 0x2c
#define EC_SERROR 0x2f
#define EC_STEP_USER 0x32
#define EC_BRK 0x3c

#define ESR_WNR (1 << 6)
#define ESR_CM (1 << 8)
#define ESR_FNV (1 << 10)

#ifndef __ASSEMBLER__
#define sysreg_read(reg)                                                                           \
	({                                                                                         \
		unsigned long value_;                                                              \
		__asm__ volatile("mrs %0, " #reg : "=r"(value_)::"memory");                        \
		value_;                                                                            \
	})
#define sysreg_write(reg, value) __asm__ volatile("msr " #reg ", %x0" ::"rZ"((unsigned long)(value)) : "memory")
#define isb() __asm__ volatile("isb" ::: "memory")
#define dsb(domain) __asm__ volatile("dsb " #domain ::: "memory")
#endif
