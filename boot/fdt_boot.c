// SPDX-License-Identifier: MIT
/* The device tree's part in starting: what Linux reads of it before it has an allocator. */
#include <boot/fdt_boot.h>

#include <asm/errno.h>
#include <boot/boot_info.h>
#include <lib/dt.h>
#include <lib/string.h>

#define MAX_RESERVED_NODES 256 /* each is looked up from the tree's start */

static bool is_memory(const void *dt, int node)
{
	const char *type = dt_string(dt, node, "device_type");

	return type && !strcmp(type, "memory") && dt_is_enabled(dt, node);
}

/* Nodes of the root, as Linux has it. */
static void add_memory(struct boot_info *info, const void *dt)
{
	paddr_t start;
	uint64_t size;

	DT_FOREACH_CHILD(dt, node, 0)
		for (unsigned int i = 0; is_memory(dt, node) && !dt_reg_below(dt, 0, node, i, &start, &size); i++)
			if (size && boot_add_range(info, start, size, BOOT_MEM_USABLE))
				info->complaints |= BOOT_BAD_MAP;
}

/* A loader may reserve what it passes, too (the tree, the initrd): those are ours to free. */
static bool is_passed(const struct boot_info *info, paddr_t start, uint64_t size)
{
	for (unsigned int i = 0; i < info->nr_reserved; i++) {
		const struct boot_reserved *have = &info->reserved[i];
		paddr_t from = ALIGN_DOWN(have->start, 65536);
		paddr_t to = ALIGN_UP(have->start + have->size_bytes, 65536);

		if (have->why != BOOT_RESERVE_KERNEL && start >= from && start < to && size <= to - start)
			return true;
	}
	return false;
}

static void reserve(struct boot_info *info, paddr_t start, uint64_t size)
{
	if (size && !is_passed(info, start, size) && boot_add_range(info, start, size, BOOT_MEM_RESERVED))
		info->complaints |= BOOT_BAD_MAP;
}

static void reserve_memory(struct boot_info *info, const void *dt)
{
	int parent = dt_find(dt, "/reserved-memory");
	unsigned int nr_nodes = 0;
	paddr_t start;
	uint64_t size;

	for (unsigned int i = 0; dt_mem_reserve(dt, i, &start, &size); i++)
		reserve(info, start, size);
	if (parent < 0)
		return;
	DT_FOREACH_CHILD(dt, node, parent) {
		unsigned int i = 0;

		if (!dt_is_enabled(dt, node) || !dt_has(dt, node, "reg"))
			continue;
		for (; nr_nodes < MAX_RESERVED_NODES && !dt_reg_below(dt, parent, node, i, &start, &size); i++, nr_nodes++)
			reserve(info, start, size);
		if (!i)
			info->complaints |= BOOT_BAD_RESERVATION;
	}
}

static void take_cmdline(struct boot_info *info, const void *dt, int chosen)
{
	const char *args = dt_string(dt, chosen, "bootargs");

	if (args && !info->cmdline[0] && strscpy(info->cmdline, args, sizeof(info->cmdline)) < 0)
		info->complaints |= BOOT_BAD_CMDLINE;
}

static void take_initrd(struct boot_info *info, const void *dt, int chosen)
{
	uint64_t start, end;

	if (dt_u64(dt, chosen, "linux,initrd-start", &start) || dt_u64(dt, chosen, "linux,initrd-end", &end) ||
		start == end)
		return;
	if (end < start || info->nr_initrds == BOOT_MAX_INITRDS ||
		!boot_range_is_usable(info, start, end - start) ||
		boot_reserve(info, start, end - start, BOOT_RESERVE_INITRD)) {
		info->complaints |= BOOT_BAD_INITRD;
		return;
	}
	info->initrd[info->nr_initrds++] = (struct boot_range){ start, end - start, BOOT_MEM_USABLE };
}

/* A seed is used once: the next reader of the tree must not get the same. */
static void take_seed(struct boot_info *info, const void *dt, int chosen, const char *name)
{
	unsigned int len;
	uint8_t *seed = (uint8_t *)dt_property(dt, chosen, name, &len);

	for (unsigned int i = 0; i < len; i++)
		info->seed[i % BOOT_SEED_BYTES] ^= seed[i];
	info->seed_bytes = max(info->seed_bytes, min(len, BOOT_SEED_BYTES));
	if (len)
		memset(seed, 0, len);
}

static void take_efi(struct boot_info *info, const void *dt, int chosen)
{
	uint64_t systab, memmap;
	uint32_t bytes, desc_bytes, version = 1;

	if (dt_u64(dt, chosen, "linux,uefi-system-table", &systab) ||
		dt_u64(dt, chosen, "linux,uefi-mmap-start", &memmap) ||
		dt_u32(dt, chosen, "linux,uefi-mmap-size", 0, &bytes) ||
		dt_u32(dt, chosen, "linux,uefi-mmap-desc-size", 0, &desc_bytes))
		return;
	dt_u32(dt, chosen, "linux,uefi-mmap-desc-ver", 0, &version);
	info->efi = (struct boot_efi){ .systab = systab, .memmap = memmap, .memmap_bytes = bytes, .desc_bytes = desc_bytes,
		.desc_version = version, .is_64bit = true };
	if (boot_reserve(info, memmap, bytes, BOOT_RESERVE_LOADER))
		info->efi.memmap = info->efi.memmap_bytes = 0;
}

/* mem= is an amount here, and no address as on a PC: where the memory below makes it up. */
static uint64_t limit_address(const struct boot_info *info, uint64_t amount)
{
	if (amount == ~0ull)
		return amount;
	for (unsigned int i = 0; i < info->nr_map; i++) {
		if (info->map[i].size_bytes > amount)
			return info->map[i].start + amount;
		amount -= info->map[i].size_bytes;
	}
	return ~0ull;
}

int boot_fdt_parse(struct boot_info *info, void *dt, paddr_t paddr, size_t room_bytes)
{
	int chosen;

	if (dt_check(dt, room_bytes)) {
		info->complaints |= BOOT_BAD_FDT;
		return -EINVAL;
	}
	info->fdt = paddr;
	info->fdt_bytes = dt_bytes(dt);
	add_memory(info, dt);
	boot_reserve(info, paddr, info->fdt_bytes, BOOT_RESERVE_LOADER);
	chosen = dt_find(dt, "/chosen");
	if (chosen >= 0) {
		take_cmdline(info, dt, chosen);
		take_initrd(info, dt, chosen);
		take_efi(info, dt, chosen);
		take_seed(info, dt, chosen, "rng-seed");
		take_seed(info, dt, chosen, "kaslr-seed");
	}
	reserve_memory(info, dt);
	info->mem_limit = limit_address(info, boot_mem_limit(info->cmdline));
	return 0;
}
