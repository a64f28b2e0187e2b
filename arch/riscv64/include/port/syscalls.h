/* SPDX-License-Identifier: MIT */
/*
 * System calls that riscv64 has beside asm-generic's. Same form as syscall/table.h; syscall/table.c
 * includes both.
 */
SYSCALL(riscv_flush_icache)
SYSCALL_PARTIAL(riscv_hwprobe, "base, F, D and C alone; all CPUs are alike")
