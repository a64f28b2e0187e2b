// SPDX-License-Identifier: MIT
/* The memory map against a plain array of types, and boot_params that make sense or don't. */
#include <asm/bootparam.h>
#include <asm/setup_data.h>
#include <asm/errno.h>
#include <boot/boot_info.h>
#include "../../../arch/x86_64/boot_params.h"
#include <lib/compiler.h>
#include <test.h>

#define CELLS 400

static struct boot_info info;
static uint8_t memory[1 << 16];

static void *map(paddr_t paddr, uint64_t size)
{
	return paddr < sizeof(memory) && size <= sizeof(memory) - paddr ? memory + paddr : NULL;
}

static void check_sorted(void)
{
	for (unsigned int i = 0; i < info.nr_map; i++) {
		assert_true(info.map[i].size_bytes);
		if (i)
			assert_true(info.map[i - 1].start + info.map[i - 1].size_bytes <=
				    info.map[i].start);
	}
}

/* The higher type wins wherever ranges overlap. */
static void overlapping_ranges(void **state)
{
	for (int round = 0; round < 200; round++) {
		uint32_t model[CELLS] = { 0 };

		memset(&info, 0, sizeof(info));
		for (int n = rand() % 40; n; n--) {
			uint64_t start = rand() % CELLS, size = rand() % (CELLS - start) + 1;
			uint32_t type = rand() % 5 + 1;

			assert_int_equal(boot_add_range(&info, start, size, type), 0);
			for (uint64_t i = start; i < start + size; i++)
				model[i] = max(model[i], type);
		}
		check_sorted();
		for (unsigned int i = 0; i < info.nr_map; i++)
			for (uint64_t k = 0; k < info.map[i].size_bytes; k++) {
				assert_int_equal(model[info.map[i].start + k], info.map[i].type);
				model[info.map[i].start + k] = 0;
			}
		for (int i = 0; i < CELLS; i++)
			assert_int_equal(model[i], 0);
	}
}

static void odd_ranges(void **state)
{
	int err = 0;

	memset(&info, 0, sizeof(info));
	assert_int_equal(boot_add_range(&info, 5, 0, 1), -EINVAL);
	assert_int_equal(boot_add_range(&info, UINT64_MAX, 2, 1), -EINVAL);
	for (uint64_t i = 0; !err && i < 1000; i++) {
		err = boot_add_range(&info, i * 100, 50, 1);
		check_sorted();
	}
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(info.nr_map, BOOT_MAX_RANGES);
	assert_true(boot_range_is_usable(&info, 110, 40));
	assert_false(boot_range_is_usable(&info, 110, 41));
	assert_false(boot_range_is_usable(&info, UINT64_MAX - 2, 10));
	err = 0;
	for (uint64_t i = 0; !err && i < 1000; i++)
		err = boot_reserve(&info, i * 100, 10, BOOT_RESERVE_LOADER);
	assert_int_equal(err, -ENOSPC);
}

static void parse(void)
{
	memset(&info, 0, sizeof(info));
	boot_params_parse(&info, map);
	check_sorted();
}

static void good_params(void **state)
{
	struct boot_params *params = &boot_params_copy;

	memset(params, 0, sizeof(*params));
	params->hdr.header = 0x53726448;
	params->e820_entries = 2;
	params->e820_table[0] = (struct boot_e820_entry){ 0, 0x9fc00, 1 };
	params->e820_table[1] = (struct boot_e820_entry){ 0x100000, 0x1000000, 1 };
	params->hdr.ramdisk_image = 0x200000;
	params->hdr.ramdisk_size = 0x1234;
	params->hdr.cmd_line_ptr = 0x2000;
	strcpy((char *)memory + 0x2000, "console=ttyS0 mem=8M quiet");
	params->acpi_rsdp_addr = 0x7000;
	parse();
	assert_int_equal(info.complaints, 0);
	assert_int_equal(info.nr_map, 2);
	assert_int_equal(info.nr_initrds, 1);
	assert_int_equal(info.initrd[0].size_bytes, 0x1234);
	assert_string_equal(info.cmdline, "console=ttyS0 mem=8M quiet");
	assert_int_equal(info.mem_limit, 8 << 20);
	assert_int_equal(info.rsdp, 0x7000);

	/* An initrd outside of memory, a command line outside of what can be read. */
	params->hdr.ramdisk_size = 0x2000000;
	params->hdr.cmd_line_ptr = 0x7000000;
	parse();
	assert_int_equal(info.nr_initrds, 0);
	assert_true(info.complaints & BOOT_BAD_INITRD);
	assert_true(info.complaints & BOOT_BAD_CMDLINE);
}

static void setup_data(void **state)
{
	struct boot_params *params = &boot_params_copy;
	struct setup_data *seed = (void *)(memory + 0x3000), *ring = (void *)(memory + 0x4000);

	memset(params, 0, sizeof(*params));
	params->hdr.header = 0x53726448;
	params->e820_entries = 1;
	params->e820_table[0] = (struct boot_e820_entry){ 0, 0x10000, 1 };
	params->hdr.setup_data = 0x3000;
	*seed = (struct setup_data){ .next = 0x4000, .type = SETUP_RNG_SEED, .len = 32 };
	memset(seed->data, 0x5A, 32);
	*ring = (struct setup_data){ .next = 0, .type = 77, .len = 8 };
	parse();
	assert_int_equal(info.seed_bytes, 32);
	assert_int_equal(info.seed[31], 0x5A);
	/* The loader's copy is gone. */
	assert_int_equal(seed->data[0], 0);
	assert_int_equal(info.nr_setup_data, 2);

	ring->next = 0x3000;
	parse();
	assert_true(info.complaints & BOOT_BAD_SETUP_DATA);
	ring->next = 0x8000000;
	parse();
	assert_true(info.complaints & BOOT_BAD_SETUP_DATA);
	ring->next = 0;
	ring->len = UINT32_MAX;
	parse();
	assert_true(info.complaints & BOOT_BAD_SETUP_DATA);
}

static void put_table(uint8_t *at, const char *guid, uint64_t table, unsigned int pointer_bytes)
{
	memcpy(at, guid, 16);
	memcpy(at + 16, &table, pointer_bytes);
}

/* The system table of 64-bit and of 32-bit firmware: ACPI and SMBIOS are found there alone. */
static void efi_tables(void **state)
{
	static const char acpi20[] = "\x71\xe8\x68\x88\xf1\xe4\xd3\x11\xbc\x22\x00\x80\xc7\x3c\x88\x81";
	static const char smbios[] = "\x31\x2d\x9d\xeb\x88\x2d\xd3\x11\x9a\x16\x00\x90\x27\x3f\xc1\x4d";
	struct boot_params *params = &boot_params_copy;
	uint32_t *word = (void *)(memory + 0x5000);

	for (unsigned int bytes = 4; bytes <= 8; bytes += 4) {
		memset(params, 0, sizeof(*params));
		memset(memory + 0x5000, 0, 0x2000);
		params->efi_info.efi_loader_signature = bytes == 8 ? 0x34364c45 : 0x32334c45;
		params->efi_info.efi_systab = 0x5000;
		memcpy(memory + 0x5000, "IBI SYST", 8);
		word[bytes == 8 ? 26 : 16] = 2;
		word[bytes == 8 ? 28 : 17] = 0x6000;
		put_table(memory + 0x6000, smbios, 0x1230, bytes);
		put_table(memory + 0x6000 + 16 + bytes, acpi20, 0x4560, bytes);
		parse();
		assert_int_equal(info.efi.smbios, 0x1230);
		assert_int_equal(info.rsdp, 0x4560);

		/* A count that is none, tables outside of memory, a wrong signature. */
		word[bytes == 8 ? 26 : 16] = 1000;
		parse();
		assert_int_equal(info.rsdp, 0);
		word[bytes == 8 ? 26 : 16] = 2;
		word[bytes == 8 ? 28 : 17] = 0x7000000;
		parse();
		assert_int_equal(info.rsdp, 0);
		word[0] = 0;
		parse();
		assert_int_equal(info.efi.tables, 0);
	}
}

TEST_MAIN(cmocka_unit_test(overlapping_ranges), cmocka_unit_test(odd_ranges),
	  cmocka_unit_test(good_params), cmocka_unit_test(setup_data), cmocka_unit_test(efi_tables))
