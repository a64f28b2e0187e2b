/* SPDX-License-Identifier: MIT */
/* The stub of a flat image: code that runs before the kernel is unpacked, linked with the payload. */
#pragma once

#include <boot/stub/format.h>

#include <lib/compiler.h>

/* The packed kernel as the linker puts it, aligned to 4. */
extern const uint8_t stub_payload[];

/* Unpacks it to `to`: plain_bytes, which the linker knows as stub_plain_bytes. Returns, or ends in stub_fail(). */
void stub_unpack(uint8_t *to, uint32_t plain_bytes);

/* Its parts, for a port that takes code apart. In this order. */
/* Ends in stub_fail() when the payload is damaged. */
void stub_read_tables(void);
/* An LZ stream that is not code. */
void stub_unpack_plain(uint8_t *to, uint32_t bytes);

/* The range coder: what is left of the range, the code within it, the words behind it. */
struct stub_table {
	uint8_t symbol[FREQUENCY_TOTAL];
	struct { uint16_t start, frequency; } of[256];
};
extern uint64_t stub_range, stub_code;
extern const uint32_t *stub_input;
extern const struct stub_table *stub_table_of[CONTEXTS];
/* The next symbol. context: of those of all families. */
uint32_t stub_symbol(size_t context);
uint32_t stub_bits(uint32_t nr);

/* The port's: says text on whatever console there is, and stops. */
[[noreturn]] void stub_fail(const char *text);
