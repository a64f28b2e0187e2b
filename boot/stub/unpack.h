/* SPDX-License-Identifier: MIT */
/* The stub of a flat image: code that runs before the kernel is unpacked, linked with the payload. */
#pragma once

#include <lib/compiler.h>

/* The payload as the linker puts it (payload.S). */
extern const uint8_t stub_payload[], stub_payload_end[];

/* Unpacks it to `to`: plain_bytes, which the linker knows as stub_plain_bytes. Returns, or ends in stub_fail(). */
void stub_unpack(uint8_t *to, uint32_t plain_bytes);

/* The port's: says text on whatever console there is, and stops. */
[[noreturn]] void stub_fail(const char *text);
