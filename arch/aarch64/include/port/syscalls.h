/* SPDX-License-Identifier: MIT */
/*
 * System calls that aarch64 has beside asm-generic's newest list. Same form as syscall/table.h;
 * syscall/table.c includes both.
 */
SYSCALL(renameat)
SYSCALL(getrlimit)
SYSCALL(setrlimit)
