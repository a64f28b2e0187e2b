/* SPDX-License-Identifier: MIT */
/* What the APLIC needs of the harts' IMSICs, which its lines become messages for. */
#pragma once

struct irq_chip;

/* How many lines there is room for; 0: no IMSIC has been found (yet). */
unsigned int riscv_imsic_max_lines(void);
/* Message number n, from 1 on, is input n of this chip: after irq_register_chip(). */
void riscv_imsic_set_lines(const struct irq_chip *lines);
