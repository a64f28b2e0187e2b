/* SPDX-License-Identifier: MIT */
/* The console behind arch_early_putc() (<arch/init.h>). */
#pragma once

/* Chooses and sets up the port that the command line names; without one, arch_early_putc() stays
 * silent. To be called once by arch_init_early(); uses no memory, no locks. */
void early_console_init(const char *cmdline);

/* The I/O port in use, 0: none. */
unsigned int early_console_port(void);
