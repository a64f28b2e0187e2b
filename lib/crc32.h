/* SPDX-License-Identifier: MIT */
/*
 * CRC-32 (polynomial 0xEDB88320 reflected: zip, GPT, PNG) and CRC-32C (0x82F63B78: ext4, iSCSI).
 * Chainable: pass 0 first, then the previous result.
 */
#pragma once

#include <lib/compiler.h>

uint32_t crc32_ieee(uint32_t crc, const void *data, size_t size_bytes);
uint32_t crc32c(uint32_t crc, const void *data, size_t size_bytes);
