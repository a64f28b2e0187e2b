// SPDX-License-Identifier: MIT
/* The one boot_info and its builders: a memory map kept sorted and free of overlaps at every step. */
#include <boot/boot_info.h>

#include <asm/errno.h>
#include <lib/compiler.h>
#include <lib/parse.h>
#include <lib/string.h>

struct boot_info boot_info;

static bool map_insert(struct boot_info *info, unsigned int at, paddr_t start, paddr_t end,
	uint32_t type)
{
	if (info->nr_map == BOOT_MAX_RANGES)
		return false;
	memmove(&info->map[at + 1], &info->map[at], (info->nr_map - at) * sizeof(info->map[0]));
	info->map[at] = (struct boot_range){ start, end - start, type };
	info->nr_map++;
	return true;
}

static void map_remove(struct boot_info *info, unsigned int at)
{
	info->nr_map--;
	memmove(&info->map[at], &info->map[at + 1], (info->nr_map - at) * sizeof(info->map[0]));
}

static void map_merge(struct boot_info *info)
{
	for (unsigned int i = 1; i < info->nr_map;) {
		struct boot_range *before = &info->map[i - 1];

		if (before->type == info->map[i].type &&
			before->start + before->size_bytes == info->map[i].start) {
			before->size_bytes += info->map[i].size_bytes;
			map_remove(info, i);
		} else {
			i++;
		}
	}
}

/* Gives [start, end) of map[at], which lies within it, up to the caller; what is left around it
 * stays. *at is then where the caller's range goes. */
static bool map_cut(struct boot_info *info, unsigned int *at, paddr_t start, paddr_t end)
{
	struct boot_range old = info->map[*at];
	paddr_t old_end = old.start + old.size_bytes;

	map_remove(info, *at);
	if (old.start < start) {
		if (!map_insert(info, *at, old.start, start, old.type))
			return false;
		(*at)++;
	}
	return old_end <= end || map_insert(info, *at, end, old_end, old.type);
}

int boot_add_range(struct boot_info *info, paddr_t start, uint64_t size_bytes, uint32_t type)
{
	paddr_t end;
	bool fits = true;

	if (!size_bytes || add_overflows(start, size_bytes, &end))
		return -EINVAL;
	for (unsigned int i = 0; start < end && fits; i++) {
		paddr_t stop = end;

		if (i < info->nr_map) {
			const struct boot_range *have = &info->map[i];
			paddr_t have_end = have->start + have->size_bytes;

			if (have_end <= start)
				continue;
			if (have->start <= start && have->type >= type) {
				start = have_end;
				continue;
			}
			if (have->start <= start) {
				stop = min(end, have_end);
				if (!map_cut(info, &i, start, stop))
					return -ENOSPC;
			} else {
				stop = min(end, have->start);
			}
		}
		fits = map_insert(info, i, start, stop, type);
		start = stop;
	}
	map_merge(info);
	return fits ? 0 : -ENOSPC;
}

int boot_reserve(struct boot_info *info, paddr_t start, uint64_t size_bytes, enum boot_reserve why)
{
	unsigned int at = info->nr_reserved;
	paddr_t end;

	if (!size_bytes || add_overflows(start, size_bytes, &end))
		return -EINVAL;
	if (at == BOOT_MAX_RESERVED)
		return -ENOSPC;
	while (at > 0 && info->reserved[at - 1].start > start) {
		info->reserved[at] = info->reserved[at - 1];
		at--;
	}
	info->reserved[at] = (struct boot_reserved){ start, size_bytes, why };
	info->nr_reserved++;
	return 0;
}

bool boot_range_is_usable(const struct boot_info *info, paddr_t start, uint64_t size_bytes)
{
	for (unsigned int i = 0; i < info->nr_map; i++) {
		const struct boot_range *range = &info->map[i];

		if (range->type == BOOT_MEM_USABLE && start >= range->start &&
			start - range->start < range->size_bytes)
			return size_bytes <= range->size_bytes - (start - range->start);
	}
	return false;
}

bool boot_cmdline_find(const char *cmdline, const char *name, const char **value)
{
	size_t len = strlen(name);
	bool in_quotes = false, found = false;

	for (const char *c = cmdline; *c;) {
		const char *word = c;

		while (*c && (in_quotes || *c != ' '))
			in_quotes ^= *c++ == '"';
		if (c - word == 2 && word[0] == '-' && word[1] == '-')
			break;
		if ((size_t)(c - word) >= len && !strncmp(word, name, len) &&
			(value ? word[len] == '=' : word + len == c)) {
			found = true;
			if (value)
				*value = word + len + 1;
		}
		while (*c == ' ')
			c++;
	}
	return found;
}

uint64_t boot_mem_limit(const char *cmdline)
{
	const char *value;
	uint64_t bytes = 0;

	if (!boot_cmdline_find(cmdline, "mem", &value) || *value < '0' || *value > '9')
		return ~0ull;
	for (; *value >= '0' && *value <= '9'; value++)
		bytes = bytes * 10 + (*value - '0');
	switch (*value | 0x20) {
	case 't':
		bytes <<= 10;
		[[fallthrough]];
	case 'g':
		bytes <<= 10;
		[[fallthrough]];
	case 'm':
		bytes <<= 10;
		[[fallthrough]];
	case 'k':
		bytes <<= 10;
	}
	return bytes ?: ~0ull;
}

bool boot_cmdline_initrd(const char *cmdline, paddr_t *start, uint64_t *bytes)
{
	const char *value;

	return boot_cmdline_find(cmdline, "initrd", &value) && !parse_size_prefix(&value, start) &&
		*value++ == ',' && !parse_size_prefix(&value, bytes) && *bytes;
}

const char *boot_complaint_text(enum boot_complaint bit)
{
	switch (bit) {
	case BOOT_BAD_MAP:
		return "memory map: ranges without sense, or too many, left out";
	case BOOT_NO_MAP:
		return "memory map: none";
	case BOOT_BAD_INITRD:
		return "initrd: not within memory, ignored";
	case BOOT_BAD_CMDLINE:
		return "command line: unreadable or too long, cut";
	case BOOT_BAD_SETUP_DATA:
		return "setup_data: list damaged, rest ignored";
	case BOOT_BAD_FDT:
		return "device tree: damaged, not used";
	case BOOT_BAD_RESERVATION:
		return "device tree: reserved memory at no address, ignored";
	default:
		return "unknown complaint";
	}
}

const char *boot_mem_type_name(uint32_t type)
{
	switch (type) {
	case BOOT_MEM_USABLE:
		return "System RAM";
	case BOOT_MEM_ACPI:
		return "ACPI Tables";
	case BOOT_MEM_ACPI_NVS:
		return "ACPI Non-volatile Storage";
	case BOOT_MEM_UNUSABLE:
		return "Unusable memory";
	case BOOT_MEM_PMEM:
		return "Persistent Memory";
	case BOOT_MEM_PRAM:
		return "Persistent Memory (legacy)";
	case BOOT_MEM_SOFT_RESERVED:
		return "Soft Reserved";
	default:
		return "Reserved";
	}
}
