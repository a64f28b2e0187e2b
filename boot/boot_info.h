/* SPDX-License-Identifier: MIT */
/*
 * What the loader and the firmware told us, in one form for every boot protocol.
 *
 * The port's entry code fills the one `boot_info` before kernel_main() and nothing writes to it
 * afterwards, so it is read without locks from any context. All of it was bounds-checked on the
 * way in: a parser of a boot protocol drops what makes no sense and says so in the log.
 * Addresses are physical. Nothing here owns memory; see `reserved` for what must not be given out.
 */
#pragma once

#include <lib/types.h>
#include <linux/screen_info.h>

#define BOOT_MAX_RANGES		320	/* 128 of a zero page, as many again by setup_data, splits */
#define BOOT_MAX_RESERVED	48
#define BOOT_MAX_INITRDS	4
#define BOOT_MAX_SETUP_DATA	16
#define BOOT_CMDLINE_BYTES	4096	/* with its NUL */
#define BOOT_SEED_BYTES		64

/* The values are e820's, which /sys/firmware/memmap and kexec pass on. */
enum boot_mem_type {
	BOOT_MEM_USABLE = 1,
	BOOT_MEM_RESERVED = 2,
	BOOT_MEM_ACPI = 3,		/* tables; may be reused after they were read, we never do */
	BOOT_MEM_ACPI_NVS = 4,
	BOOT_MEM_UNUSABLE = 5,		/* found bad by the firmware */
	BOOT_MEM_PMEM = 7,
	BOOT_MEM_PRAM = 12,		/* persistent, the old number */
	BOOT_MEM_SOFT_RESERVED = 0xefffffff,
};

struct boot_range {
	paddr_t start;
	uint64_t size_bytes;
	uint32_t type;			/* enum boot_mem_type; an unknown number is kept as it came */
};

/* Why a range is reserved: what it holds, and so who may free it and when. */
enum boot_reserve {
	BOOT_RESERVE_KERNEL,		/* text to end of bss: never */
	BOOT_RESERVE_INITRD,		/* freed by fs/initramfs when it is unpacked */
	BOOT_RESERVE_FIRMWARE,		/* low memory that a BIOS or SMP start uses: never */
	BOOT_RESERVE_LOADER,		/* boot_params, setup_data, FDT, EFI memory map: never */
};

struct boot_reserved {
	paddr_t start;
	uint64_t size_bytes;
	enum boot_reserve why;
};

struct boot_efi {
	paddr_t systab;			/* 0: not started by EFI */
	paddr_t memmap;
	uint32_t memmap_bytes;
	uint32_t desc_bytes;
	uint32_t desc_version;
	bool is_64bit;

	/* What the system table says (boot/efi_config.h), physical; 0: not there. */
	paddr_t vendor, runtime, tables;
	paddr_t acpi20, acpi, smbios3, smbios;
};

/* One node of x86's setup_data list; the payload stays where the loader put it. */
struct boot_setup_data {
	paddr_t node;			/* of the struct setup_data; its payload follows the header */
	uint32_t type;			/* SETUP_* of <asm/setup_data.h> */
	uint32_t len_bytes;		/* of the payload */
};

/* What a parser found wrong and left out; bits of boot_info.complaints. */
enum boot_complaint {
	BOOT_BAD_MAP = 1 << 0,		/* ranges that are empty, wrap or do not fit in the table */
	BOOT_NO_MAP = 1 << 1,		/* none by the loader's protocol: on x86 the sizes of old BIOS calls were used */
	BOOT_BAD_INITRD = 1 << 2,	/* lies outside of usable memory */
	BOOT_BAD_CMDLINE = 1 << 3,	/* not readable, or cut at the length limit */
	BOOT_BAD_SETUP_DATA = 1 << 4,	/* a node outside of memory, too long, or a cycle */
	BOOT_BAD_FDT = 1 << 5,		/* no sound device tree: none of it was used */
	BOOT_BAD_RESERVATION = 1 << 6,	/* reserved memory whose address does not translate */
	BOOT_NR_COMPLAINTS = 7,
};

struct boot_info {
	/* The firmware's memory map as handed on to the next kernel: sorted, without overlaps. */
	unsigned int nr_map;
	struct boot_range map[BOOT_MAX_RANGES];

	/* Parts of usable memory that are in use: sorted, may touch, whole bytes (not pages). */
	unsigned int nr_reserved;
	struct boot_reserved reserved[BOOT_MAX_RESERVED];

	/* By mem= of the command line: usable memory at or above this address is not ours. ~0: no limit. */
	uint64_t mem_limit;

	paddr_t kernel_start;		/* of the running image, page aligned */
	uint64_t kernel_size_bytes;	/* to the end of bss */

	unsigned int nr_initrds;	/* in the order in which they are to be unpacked */
	struct boot_range initrd[BOOT_MAX_INITRDS];

	paddr_t rsdp;			/* 0: not told (x86 then searches the BIOS area) */
	paddr_t fdt;			/* 0: none */
	uint32_t fdt_bytes;
	struct boot_efi efi;

	bool has_screen;
	struct screen_info screen;

	/* x86: type_of_loader with its extension, as /proc/sys/kernel/bootloader_type shows it. */
	unsigned int loader_type;
	unsigned int loader_version;

	unsigned int seed_bytes;	/* 0: the loader gave none */
	uint8_t seed[BOOT_SEED_BYTES];

	/* x86: our copy of the 4096 byte boot_params (/sys/kernel/boot_params/data); else NULL. */
	const void *boot_params;
	unsigned int nr_setup_data;
	struct boot_setup_data setup_data[BOOT_MAX_SETUP_DATA];

	uint32_t complaints;		/* enum boot_complaint: kernel_main() logs them */

	char cmdline[BOOT_CMDLINE_BYTES];	/* NUL-terminated, as the loader passed it */
};

extern struct boot_info boot_info;

/*
 * Builders, for the parsers of boot protocols (boot/boot_info.c). Called on one CPU before
 * anything else runs.
 */

/*
 * Puts a range into the map, keeping it sorted. Overlaps are settled as Linux does: the higher
 * type number wins. An empty or wrapping range is ignored. Returns 0, -EINVAL for such a range,
 * or -ENOSPC when the map is full (the map is then still consistent, the range partly in it).
 */
int boot_add_range(struct boot_info *info, paddr_t start, uint64_t size_bytes, uint32_t type);

/* Notes a reserved range; -EINVAL and -ENOSPC as above. */
int boot_reserve(struct boot_info *info, paddr_t start, uint64_t size_bytes,
		 enum boot_reserve why);

/* Whether [start, start + size_bytes) lies in usable memory alone. */
bool boot_range_is_usable(const struct boot_info *info, paddr_t start, uint64_t size_bytes);

/* Looks for a word of the command line: "quiet", or with value != NULL "mem=64M". Returns whether it
 * is there before a "--"; *value then points behind the '=' of the last one (it ends at a space,
 * quotes are the caller's). For what is needed before the command line is parsed. */
bool boot_cmdline_find(const char *cmdline, const char *name, const char **value);

/* "mem=64M" of a command line in bytes; ~0: none. The words that Linux takes there beside a size mean
 * nothing to us. */
uint64_t boot_mem_limit(const char *cmdline);

/* "initrd=START,BYTES" of a command line: how a kexec_load(2) names it where there is a device tree (Linux's
 * init/do_mounts_initrd.c). False: there is none that makes sense. */
bool boot_cmdline_initrd(const char *cmdline, paddr_t *start, uint64_t *bytes);

/* One line for the log for each bit of complaints. */
const char *boot_complaint_text(enum boot_complaint bit);

/* The name that /sys/firmware/memmap and the log use: "System RAM", "Reserved", ... */
const char *boot_mem_type_name(uint32_t type);
