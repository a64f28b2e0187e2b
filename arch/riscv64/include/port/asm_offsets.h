/* SPDX-License-Identifier: MIT */
/* Offsets that assembly knows; context.c checks them. Register xN of a trap frame is at 8 * N. */
#pragma once

#define CPU_CURRENT 8
#define CPU_KERNEL_SP 16
#define CPU_USER_SP 24

#define THREAD_KERNEL_SP 0
#define THREAD_STACK_TOP 8
#define THREAD_FPU 16
#define THREAD_WORK 296

#define FRAME_PC 0
#define FRAME_STATUS 256
#define FRAME_BADADDR 264
#define FRAME_CAUSE 272
#define FRAME_ORIG_A0 280
#define FRAME_SIZE 288
