/* SPDX-License-Identifier: MIT */
/*
 * System calls that loongarch64 has beside asm-generic's. Same form as syscall/table.h; syscall/table.c
 * includes both.
 */
