/* SPDX-License-Identifier: MIT */
/* Offsets that assembly knows; context.c checks them. Register xN of a trap frame is at 8 * N. */
#pragma once

#define CPU_CURRENT 8

#define THREAD_KERNEL_SP 0
#define THREAD_STACK_TOP 8
#define THREAD_WORK 656

#define FRAME_FP 232
#define FRAME_LR 240
#define FRAME_SP 248
#define FRAME_PC 256
#define FRAME_PSTATE 264
#define FRAME_ORIG_X0 272
#define FRAME_CAUSE 280
#define FRAME_SIZE 288
