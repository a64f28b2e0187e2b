// SPDX-License-Identifier: MIT
/*
 * Unpacks the kernel in an image's stub (format.h). The payload is the kernel as it stands in memory up to its
 * data's end; .bss it clears itself. The checksum is compared first: what is unpacked then is as the packer made it.
 */
#include "unpack.h"

#include <boot/stub/lz.h>
#include <lib/string.h>

/* STUB_TABLES: how many the packer may use; the port's image.mk says. */
static struct stub_table tables[STUB_TABLES] __section(".bss.late");

uint64_t stub_range, stub_code;
const uint32_t *stub_input;
const struct stub_table *stub_table_of[CONTEXTS];	/* set at run time: nobody relocates the stub */

uint32_t stub_bits(uint32_t nr)
{
	uint32_t value;

	stub_range >>= nr;
	value = stub_code / stub_range;
	stub_code -= stub_range * value;
	if (stub_range >> 32)
		return value;
	stub_range <<= 32;
	stub_code = stub_code << 32 | *stub_input++;
	return value;
}

/* --- tables --------------------------------------------------------------------------------------- */

/* class: in, that of the family's table before, unless this is its first; out, this one's. */
static void read_table(struct stub_table *t, uint8_t *class, bool first, uint32_t symbols, bool plain)
{
	uint32_t last = 0, most = 0, left = FREQUENCY_TOTAL;
	uint8_t *slot = t->symbol;

	for (uint32_t s = 0; s < symbols; s++) {
		uint32_t frequency;

		last = plain ? stub_bits(PLAIN_BITS) : stub_symbol(CLASS_FIRST + last + (first ? 0 : 13 * (class[s] + 1)));
		if (last == CLASS_ZEROS) {
			memset(class + s, 0, ZEROS);
			memset(&t->of[s], 0, ZEROS * sizeof(t->of[s]));
			s += ZEROS - 1;
			last = 0;
			continue;
		}
		class[s] = last;
		frequency = last > 1 ? 2 | stub_bits(MANTISSA_BITS) : last;
		if (last > 2)
			frequency <<= last - 2;
		t->of[s].frequency = frequency;
		left -= frequency;
		if (class[s] > class[most])
			most = s;
	}
	/* The first of the greatest class gets what is left. */
	t->of[most].frequency += left;
	for (uint32_t s = 0; s < symbols; s++) {
		uint32_t frequency = t->of[s].frequency;

		if (!frequency)
			continue;
		t->of[s].start = slot - t->symbol;
		memset(slot, s, frequency);
		slot += frequency;
	}
}

static struct stub_table *read_family(struct stub_table *t, uint32_t first, uint32_t last, uint32_t symbols)
{
	uint8_t class[256];
	uint32_t nr = 1, now = 0;

	for (uint32_t c = first; c <= last; c++) {
		uint32_t map = first == last ? 1 : first == CLASS_FIRST ? stub_bits(PLAIN_BITS) + 1 : stub_symbol(MAP_FIRST);

		if (map)
			now = map;
		if (now > nr)
			nr = now;
		stub_table_of[c] = t + now - 1;
	}
	for (uint32_t i = 0; i < nr; i++)
		read_table(t++, class, !i, symbols, first == CLASS_FIRST);
	return t;
}

#define READ_FAMILY(name, contexts, symbols) t = read_family(t, name##_FIRST, name##_LAST, symbols);

void stub_read_tables(void)
{
	const struct packed_head *head = (const void *)stub_payload;
	struct stub_table *t = tables;

	if (packed_checksum(stub_payload + sizeof(head->checksum), head->bytes) != head->checksum)
		stub_fail("Kindling: the image is damaged, it does not unpack\r\n");
	stub_input = (const uint32_t *)(stub_payload + sizeof(struct packed_head));
	stub_range = UINT64_MAX;
	stub_code = (uint64_t)stub_input[0] << 32 | stub_input[1];
	stub_input += 2;
	FAMILIES(READ_FAMILY)
}

/* ------------------------------------------------------------------------------------------------- */

static inline void after_plain(struct stub_position *p, const uint8_t *from, const uint8_t *to)
{
	p->before = to[-1];
}

void stub_unpack_plain(uint8_t *to, uint32_t bytes)
{
	stub_unpack_lz(to, bytes, NULL, COMMAND_FIRST, LITERAL_FIRST, DISTANCE_FIRST, after_plain);
}

void stub_unpack(uint8_t *to, uint32_t plain_bytes)
{
	stub_read_tables();
	stub_unpack_plain(to, plain_bytes);
}
