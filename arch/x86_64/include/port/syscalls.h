/* SPDX-License-Identifier: MIT */
/*
 * System calls that only x86_64 has: the names that asm-generic dropped (open, stat, fork, poll ...)
 * and its own (arch_prctl). Same form as syscall/table.h; syscall/table.c includes both.
 */

/* Processes */
SYSCALL(arch_prctl)
SYSCALL(getrlimit)
SYSCALL(setrlimit)
SYSCALL(fork)
SYSCALL(vfork)
SYSCALL(getpgrp)
SYSCALL(pause)

/* Clocks and timers */
SYSCALL(time)
SYSCALL(alarm)
