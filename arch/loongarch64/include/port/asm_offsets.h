/* SPDX-License-Identifier: MIT */
/* Offsets that assembly knows; context.c checks them. Register $rN of a trap frame is at 8 * N. */
#pragma once

#define CPU_CURRENT 8
#define CPU_KERNEL_SP 16

#define THREAD_KERNEL_SP 0
#define THREAD_STACK_TOP 8
#define THREAD_WORK 1064

#define FRAME_ORIG_A0 256
#define FRAME_ERA 264
#define FRAME_BADV 272
#define FRAME_PRMD 280
#define FRAME_ESTAT 288
#define FRAME_SIZE 304

/* struct loongarch_fpu: 32 bytes for each register. */
#define FPU_FCC 1024
#define FPU_FCSR 1032
