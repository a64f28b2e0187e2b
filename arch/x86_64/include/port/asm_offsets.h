/* SPDX-License-Identifier: MIT */
/* Offsets that assembly uses; context.c asserts that they are what the compiler laid out. */
#pragma once

/* struct cpu, through %gs */
#define CPU_SELF 0
#define CPU_CURRENT 8
#define CPU_KERNEL_SP 16
#define CPU_USER_SP 24

/* struct thread */
#define THREAD_KERNEL_SP 0
#define THREAD_STACK_TOP 8
#define THREAD_WORK 72

/* struct trapframe (struct pt_regs) */
#define FRAME_RBP 32
#define FRAME_R11 48
#define FRAME_R10 56
#define FRAME_R9 64
#define FRAME_R8 72
#define FRAME_RAX 80
#define FRAME_RDX 96
#define FRAME_RSI 104
#define FRAME_RDI 112
#define FRAME_ORIG_RAX 120
#define FRAME_RIP 128
#define FRAME_CS 136
#define FRAME_EFLAGS 144
#define FRAME_RSP 152
#define FRAME_SIZE 168

/* In the frame's cs, above what iret looks at: registers that a system call keeps were changed. */
#define FRAME_CHANGED 0x10000

/* Segment selectors: Linux's numbers, because programs see them in signal frames and ptrace. */
#define KERNEL_CS 0x10
#define KERNEL_DS 0x18
#define USER32_CS 0x23
#define USER_DS 0x2b
#define USER_CS 0x33
#define TSS_SELECTOR 0x40
#define CPU_NUMBER_SELECTOR 0x7b /* its limit holds the CPU number: LSL for the vDSO's getcpu */
