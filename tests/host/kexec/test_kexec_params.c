// SPDX-License-Identifier: MIT
/* boot_params for the next kernel, read back as that kernel would: nothing may be lost on the way. */
#include <asm/bootparam.h>
#include <asm/errno.h>
#include <arch/kexec.h>
#include <boot/boot_info.h>
#include <mm/vmap.h>
#include "../../../arch/x86_64/boot_params.h"
#include <test.h>

#define PARAMS	0x90000
#define CMDLINE	0xa0000
#define INITRD	0x100002000

static const char cmdline[] = "console=ttyS0 mem=3G";
static const uint8_t seed[32] = "0123456789abcdefghijklmnopqrstu";
static uint8_t *block;

static void *map(paddr_t paddr, uint64_t size)
{
	if (paddr >= PARAMS && paddr + size <= PARAMS + arch_kexec_params_bytes())
		return block + (paddr - PARAMS);
	if (paddr == CMDLINE)
		return (void *)cmdline;
	return NULL;
}

/* The one thing mapped besides: what a Linux before us said of EFI. */
#define EFI_NODE 0x7f000
static const uint8_t efi_setup[32] = "fw vendor, tables and SMBIOS ...";

const void *memremap(paddr_t paddr, size_t size)
{
	assert_int_equal(paddr, EFI_NODE + sizeof(struct setup_data));
	assert_int_equal(size, sizeof(efi_setup));
	return efi_setup;
}

void memunmap(const void *addr)
{
}

static struct kexec_boot boot_of(const void *header, size_t bytes)
{
	return (struct kexec_boot){
		.params = PARAMS,
		.cmdline = CMDLINE,
		.cmdline_bytes = sizeof(cmdline) - 1,
		.initrd = INITRD,
		.initrd_bytes = 0x1000,
		.header = header,
		.header_bytes = bytes,
		.seed = seed,
		.seed_bytes = sizeof(seed),
	};
}

static void set_machine(unsigned int nr_ranges)
{
	memset(&boot_info, 0, sizeof(boot_info));
	boot_info.rsdp = 0xf1230;
	boot_info.screen.orig_video_isVGA = 1;
	boot_info.nr_setup_data = 1;
	boot_info.setup_data[0] = (struct boot_setup_data){ EFI_NODE, SETUP_EFI, sizeof(efi_setup) };
	assert_int_equal(boot_add_range(&boot_info, 0, 0x9fc00, BOOT_MEM_USABLE), 0);
	assert_int_equal(boot_add_range(&boot_info, 0x100000, 0x3ff00000, BOOT_MEM_USABLE), 0);
	assert_int_equal(boot_add_range(&boot_info, 0x100000000, 1 << 30, BOOT_MEM_USABLE), 0);
	for (uint64_t i = 0; boot_info.nr_map < nr_ranges; i++)
		assert_int_equal(boot_add_range(&boot_info, (i + 8) << 32, 4096, BOOT_MEM_RESERVED), 0);
}

static void round_trip(const struct kexec_boot *boot, unsigned int nr_ranges)
{
	static struct boot_info next;
	const uint8_t *efi = NULL;

	set_machine(nr_ranges);
	block = calloc(1, arch_kexec_params_bytes());
	assert_int_equal(arch_kexec_build_params(boot, block), 0);
	memcpy(&boot_params_copy, block, sizeof(boot_params_copy));
	memset(&next, 0, sizeof(next));
	boot_params_parse(&next, map);

	assert_int_equal(next.complaints, 0);
	assert_int_equal(next.nr_map, boot_info.nr_map);
	assert_memory_equal(next.map, boot_info.map, next.nr_map * sizeof(next.map[0]));
	assert_string_equal(next.cmdline, cmdline);
	assert_int_equal(next.rsdp, boot_info.rsdp);
	assert_int_equal(next.nr_initrds, 1);
	assert_int_equal(next.initrd[0].start, INITRD);
	assert_int_equal(next.seed_bytes, sizeof(seed));
	assert_memory_equal(next.seed, seed, sizeof(seed));
	assert_true(next.has_screen);
	assert_int_equal(next.loader_type, 0xd0);
	assert_int_equal(boot_params_copy.alt_mem_k, 0x3ff00000 >> 10);
	for (unsigned int i = 0; i < next.nr_setup_data; i++) {
		if (next.setup_data[i].type == SETUP_EFI)
			efi = block + (next.setup_data[i].node - PARAMS) + sizeof(struct setup_data);
	}
	assert_non_null(efi);
	assert_memory_equal(efi, efi_setup, sizeof(efi_setup));
	free(block);
}

static void vmlinux_has_no_header(void **state)
{
	struct kexec_boot boot = boot_of(NULL, 0);

	round_trip(&boot, 3);
}

static void long_maps_go_on_in_setup_data(void **state)
{
	struct kexec_boot boot = boot_of(NULL, 0);

	round_trip(&boot, 128);
	round_trip(&boot, 129);
	round_trip(&boot, BOOT_MAX_RANGES);
}

static void the_file_has_a_header(void **state)
{
	struct setup_header header = {
		.boot_flag = 0xaa55,
		.jump = 0x6aeb,
		.header = 0x53726448,
		.version = 0x20f,
		.loadflags = LOADED_HIGH,
		.xloadflags = XLF_KERNEL_64,
		.setup_data = 0x1234,
	};
	struct kexec_boot boot = boot_of(&header, sizeof(header));

	round_trip(&boot, 3);
	block = calloc(1, arch_kexec_params_bytes());
	for (size_t bytes = 0; bytes < sizeof(header); bytes++) {
		void *exact = malloc(bytes);

		memcpy(exact, &header, bytes);
		boot = boot_of(exact, bytes);
		assert_int_equal(arch_kexec_build_params(&boot, block), -ENOEXEC);
		free(exact);
	}
	boot = boot_of(&header, sizeof(header));
	header.xloadflags = 0;
	assert_int_equal(arch_kexec_build_params(&boot, block), -ENOEXEC);
	header.xloadflags = XLF_KERNEL_64;
	header.version = 0x20b;
	assert_int_equal(arch_kexec_build_params(&boot, block), -ENOEXEC);
	free(block);
}

TEST_MAIN(cmocka_unit_test(vmlinux_has_no_header),
	cmocka_unit_test(long_maps_go_on_in_setup_data),
	cmocka_unit_test(the_file_has_a_header))
