// SPDX-License-Identifier: MIT
/* Entry points of SMBIOS: an anchor, a length, a checksum, and where the table is. */
#include <device/dmi/dmi.h>

#include <lib/string.h>

#define ANCHOR_64 "_SM3_"
#define ANCHOR_32 "_SM_"

static uint64_t get_le(const uint8_t *p, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | p[bytes];
	return value;
}

static bool sums_to_zero(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	while (n--)
		sum += *p++;
	return !sum;
}

/* 5.2.2: length at 6, table's maximum size at 0xc, address at 0x10. */
static bool parse_64(const uint8_t *p, size_t left, struct dmi_entry *out)
{
	if (left < 0x18 || memcmp(p, ANCHOR_64, 5) || p[6] < 0x18 || p[6] > left || !sums_to_zero(p, p[6]))
		return false;
	*out = (struct dmi_entry){ p, p[6], get_le(p + 0x10, 8), get_le(p + 0xc, 4) };
	return true;
}

/* 5.2.1: length at 5, intermediate anchor at 0x10, table's size at 0x16, address at 0x18. */
static bool parse_32(const uint8_t *p, size_t left, struct dmi_entry *out)
{
	if (left < 0x1f || memcmp(p, ANCHOR_32, 4) || p[5] < 0x1e || p[5] > left || !sums_to_zero(p, p[5]) ||
		memcmp(p + 0x10, "_DMI_", 5))
		return false;
	*out = (struct dmi_entry){ p, p[5], get_le(p + 0x18, 4), get_le(p + 0x16, 2) };
	return true;
}

bool dmi_find_entry(const void *buf, size_t size, struct dmi_entry *out)
{
	for (size_t at = 0; at < size; at += 16)
		if (parse_64((const uint8_t *)buf + at, size - at, out))
			return true;
	for (size_t at = 0; at < size; at += 16)
		if (parse_32((const uint8_t *)buf + at, size - at, out))
			return true;
	return false;
}
