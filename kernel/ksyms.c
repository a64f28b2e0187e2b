// SPDX-License-Identifier: MIT
/* Reads the table that tools/mkksyms describes: names share a prefix with the one before, so it is
 * walked from its start. */
#include <kernel/ksyms.h>

#include <lib/compiler.h>
#include <lib/string.h>

extern const uint8_t __ksyms_start[], __ksyms_end[];
extern const char __image_start[], __text_end[];

struct cursor {
	const uint8_t *at;
	uint32_t left;
	uintptr_t offset;		/* of the symbol read last, from __image_start */
	char name[KSYM_NAME_BYTES];
};

static bool next_symbol(struct cursor *cursor)
{
	uintptr_t distance = 0;
	unsigned int shift = 0, shared, rest;

	if (!cursor->left)
		return false;
	cursor->left--;
	do {
		distance |= (uintptr_t)(*cursor->at & 0x7f) << shift;
		shift += 7;
	} while (*cursor->at++ & 0x80);
	shared = *cursor->at++;
	rest = *cursor->at++;
	cursor->offset += distance;
	memcpy(cursor->name + shared, cursor->at, rest);
	cursor->name[shared + rest] = '\0';
	cursor->at += rest;
	return true;
}

bool ksym_lookup(uintptr_t addr, char name[KSYM_NAME_BYTES], size_t *offset, size_t *size)
{
	uintptr_t wanted = addr - (uintptr_t)__image_start, start = 0;
	uintptr_t text_bytes = __text_end - __image_start;
	struct cursor cursor = { .at = __ksyms_start + sizeof(uint32_t) };

	name[0] = '\0';
	if (wanted >= text_bytes || __ksyms_end - __ksyms_start <= (ptrdiff_t)sizeof(uint32_t))
		return false;
	memcpy(&cursor.left, __ksyms_start, sizeof(cursor.left));
	for (;;) {
		bool more = next_symbol(&cursor);

		if (!more)
			cursor.offset = text_bytes;
		if (cursor.offset > wanted || !more)
			break;
		start = cursor.offset;
		memcpy(name, cursor.name, sizeof(cursor.name));
	}
	if (!name[0])
		return false;
	if (offset)
		*offset = wanted - start;
	if (size)
		*size = cursor.offset - start;
	return true;
}
