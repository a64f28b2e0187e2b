/* SPDX-License-Identifier: MIT */
/*
 * System calls that riscv64 has beside asm-generic's. Same form as syscall/table.h; syscall/table.c
 * includes both.
 */
SYSCALL(riscv_flush_icache)
SYSCALL_PARTIAL(riscv_hwprobe, "all CPUs are alike; the speed of unaligned accesses is unknown")
