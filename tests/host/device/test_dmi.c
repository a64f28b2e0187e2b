// SPDX-License-Identifier: MIT
/* SMBIOS entry points: both kinds, and what is no entry point. */
#include <device/dmi/dmi.h>
#include <test.h>

static uint8_t area[256];

static void seal(uint8_t *p, size_t n, size_t checksum_at)
{
	uint8_t sum = 0;

	p[checksum_at] = 0;
	for (size_t i = 0; i < n; i++)
		sum += p[i];
	p[checksum_at] = -sum;
}

static void put_64(size_t at)
{
	memset(area + at, 0, 0x18);
	memcpy(area + at, "_SM3_", 5);
	area[at + 6] = 0x18;
	memcpy(area + at + 0xc, &(uint32_t){ 0x400 }, 4);
	memcpy(area + at + 0x10, &(uint64_t){ 0x123456789000 }, 8);
	seal(area + at, 0x18, 5);
}

static void put_32(size_t at)
{
	memset(area + at, 0, 0x1f);
	memcpy(area + at, "_SM_", 4);
	area[at + 5] = 0x1f;
	memcpy(area + at + 0x10, "_DMI_", 5);
	memcpy(area + at + 0x16, &(uint16_t){ 0x200 }, 2);
	memcpy(area + at + 0x18, &(uint32_t){ 0xf5000 }, 4);
	seal(area + at, 0x1f, 4);
}

static void finds_both(void **state)
{
	struct dmi_entry entry;

	memset(area, 0, sizeof(area));
	assert_false(dmi_find_entry(area, sizeof(area), &entry));
	put_32(16);
	assert_true(dmi_find_entry(area, sizeof(area), &entry));
	assert_ptr_equal(entry.entry, area + 16);
	assert_int_equal(entry.entry_bytes, 0x1f);
	assert_int_equal(entry.table, 0xf5000);
	assert_int_equal(entry.table_bytes, 0x200);
	put_64(64);
	assert_true(dmi_find_entry(area, sizeof(area), &entry));
	assert_ptr_equal(entry.entry, area + 64);
	assert_int_equal(entry.table, 0x123456789000);
	assert_int_equal(entry.table_bytes, 0x400);
}

static void leaves_damage_out(void **state)
{
	struct dmi_entry entry;

	memset(area, 0, sizeof(area));
	put_64(0);
	area[7]++;
	assert_false(dmi_find_entry(area, sizeof(area), &entry));
	put_32(8); /* not at a step of 16 */
	assert_false(dmi_find_entry(area, sizeof(area), &entry));
	memset(area, 0, sizeof(area));
	put_64(224); /* reaches beyond the end that is given */
	assert_false(dmi_find_entry(area, 240, &entry));
	put_32(0);
	area[5] = 0xff;
	assert_false(dmi_find_entry(area, 100, &entry));
}

TEST_MAIN(cmocka_unit_test(finds_both), cmocka_unit_test(leaves_damage_out))
