/* SPDX-License-Identifier: MIT */
/* Registers of the PL011 serial port (Arm DDI 0183, 3.2): 32-bit accesses. For its driver and the earliest console. */
#pragma once

#define PL011_DR 0x00
#define PL011_DR_BREAK (1u << 10)
#define PL011_FR 0x18
#define PL011_FR_BUSY (1u << 3)
#define PL011_FR_RX_EMPTY (1u << 4)
#define PL011_FR_TX_FULL (1u << 5)
#define PL011_IBRD 0x24
#define PL011_FBRD 0x28
#define PL011_LCRH 0x2c
#define PL011_LCRH_BREAK (1u << 0)
#define PL011_LCRH_PARITY (1u << 1)
#define PL011_LCRH_EVEN (1u << 2)
#define PL011_LCRH_TWO_STOP (1u << 3)
#define PL011_LCRH_FIFO (1u << 4)
#define PL011_LCRH_BITS_SHIFT 5
#define PL011_CR 0x30
#define PL011_CR_ON 0x301 /* enabled, sends, receives */
#define PL011_CR_DTR (1u << 10)
#define PL011_CR_RTS (1u << 11)
#define PL011_IFLS 0x34
#define PL011_IFLS_EARLY 0x00 /* an eighth of the receive FIFO, a seventh eighth empty of the other */
#define PL011_IMSC 0x38
#define PL011_MIS 0x40
#define PL011_ICR 0x44
#define PL011_INT_RX (1u << 4)
#define PL011_INT_TX (1u << 5)
#define PL011_INT_RX_TIMEOUT (1u << 6)
