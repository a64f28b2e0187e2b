/* SPDX-License-Identifier: MIT */
/* Arch contract: the port's places in kernel/main.c's lists. */
#pragma once

struct boot_info;

/* First of all: exception vectors, early console; no memory allocator yet. Boot CPU. */
void arch_init_early(struct boot_info *info);

/* When memory, threads and firmware tables are there: interrupt controllers and what else the port
 * has. Boot CPU, interrupts off. */
void arch_init(void);

/* Features of the running CPU turned on (also on each secondary). */
void arch_init_this_cpu(void);

/* One character to the port's earliest console, by polling. Any context. No-op where none was
 * named by the command line (earlycon=, earlyprintk=) or found. */
void arch_early_putc(char c);
