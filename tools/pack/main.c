// SPDX-License-Identifier: MIT
/*
 * Packs a kernel for the stub of its image:
 *
 *	pack FROM TO TABLES [START CODE END]
 *
 * TABLES: how many the stub has room for. CODE to END is x86-64 code; these addresses are hexadecimal,
 * and that of FROM's first byte is START.
 */
#include "pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 27, ROUNDS = 6 };

static uint8_t plain[ROOM], rest[ROOM], before[ROOM + 1], no_state[ROOM];
static uint32_t packed[ROOM];

static size_t load(const char *name)
{
	FILE *f = fopen(name, "rb");
	size_t bytes;

	if (!f) {
		perror(name);
		exit(1);
	}
	bytes = fread(plain, 1, ROOM, f);
	fclose(f);
	return bytes;
}

int main(int argc, char **argv)
{
	struct lz_stream stream = {
		.data = rest, .state = no_state, .before = before,
		.commands = COMMAND_FIRST, .literals = LITERAL_FIRST, .distances = DISTANCE_FIRST,
	};
	struct packed_head *head = (void *)packed;
	size_t bytes = load(argv[1]), at = 0, code = 0, size;
	FILE *f;

	if (argc > 6) {
		at = strtoul(argv[5], NULL, 16) - strtoul(argv[4], NULL, 16);
		code = strtoul(argv[6], NULL, 16) - strtoul(argv[5], NULL, 16);
		head->codes = x86_split(plain, at, &code);
		if (head->codes > PACKED_CODES) {
			fprintf(stderr, "pack: more code than PACKED_CODES\n");
			return 1;
		}
	}
	/* What stands behind the code comes first: there is more of it to be in its place at once. */
	memcpy(rest, plain + at + code, bytes - at - code);
	memcpy(rest + bytes - at - code, plain, at);
	stream.bytes = bytes - code;
	memcpy(before + 1, rest, bytes - code);
	for (int round = 0; round < ROUNDS; round++) {
		events_clear();
		if (code)
			x86_pack_forms();
		lz_pack(&stream);
		if (code)
			x86_pack();
		models_fit();
	}
	/* The tables of tables are not known yet. */
	if (!models_fit_in(atoi(argv[3]) - (1 << PLAIN_BITS) - 1)) {
		fprintf(stderr, "pack: the stub has too few tables\n");
		return 1;
	}
	head->code_at = at;
	head->code_bytes = code;
	if (getenv("PACK_REPORT"))
		events_report();
	size = (sizeof(*head) + events_write(packed + sizeof(*head) / 4) + 7) & ~7;
	head->bytes = size - sizeof(head->checksum);
	head->checksum = packed_checksum((uint8_t *)packed + sizeof(head->checksum), head->bytes);
	f = fopen(argv[2], "wb");
	return !f || fwrite(packed, 1, size, f) != size || fclose(f);
}
