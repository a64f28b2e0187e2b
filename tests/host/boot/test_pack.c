// SPDX-License-Identifier: MIT
/* What tools/pack packs, the stubs of the images unpack: a plain stream, x86-64 code, and damage that is named. */
#include "../../../boot/stub/unpack.h"

#include <test.h>

#define PACK "build/host/pack"
#define ROOM (4 << 20)

uint8_t stub_payload_room[ROOM] __asm__("stub_payload") __attribute__((aligned(8)));
void unpack_kernel(uint8_t *to, uint32_t plain_bytes);

static uint8_t plain[ROOM], unpacked[2 * ROOM];
static jmp_buf failed;

void stub_fail(const char *text)
{
	longjmp(failed, 1);
}

static size_t load(const char *name, void *to)
{
	FILE *f = fopen(name, "rb");
	size_t bytes = f ? fread(to, 1, ROOM, f) : 0;

	assert_non_null(f);
	fclose(f);
	return bytes;
}

/* Packs plain; what it became is then the payload. */
static size_t pack(size_t bytes, const char *code)
{
	char from[] = "/tmp/kindling-pack-XXXXXX", to[64], command[256];
	FILE *f = fdopen(mkstemp(from), "wb");
	size_t size;

	assert_non_null(f);
	assert_int_equal(fwrite(plain, 1, bytes, f), bytes);
	fclose(f);
	snprintf(to, sizeof(to), "%s.packed", from);
	snprintf(command, sizeof(command), PACK " %s %s 120 %s", from, to, code);
	assert_int_equal(system(command), 0);
	memset(stub_payload_room, 0, ROOM);
	size = load(to, stub_payload_room);
	remove(from);
	remove(to);
	return size;
}

static void plain_streams(void **state)
{
	static const size_t sizes[] = { 17, 20000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (size_t at = 0; at < sizes[i]; at++)
			plain[at] = at % 700 < 300 ? rand() : at >> (at % 3);
		memset(unpacked, 0x5a, sizes[i] + 8);
		pack(sizes[i], "");
		assert_int_equal(setjmp(failed), 0);
		stub_unpack(unpacked, sizes[i]);
		assert_memory_equal(unpacked, plain, sizes[i]);
		assert_int_equal(unpacked[sizes[i]], 0x5a);
	}
}

/* Code of this program itself: what its compiler writes is what the kernel's writes. */
static void take_code(size_t bytes)
{
	extern const char etext[];

	memcpy(plain, etext - bytes, bytes);
}

static void code_and_damage(void **state)
{
	size_t bytes = 40000, size;

	take_code(bytes);
	size = pack(bytes, "0 100 9c00");
	assert_int_equal(setjmp(failed), 0);
	unpack_kernel(unpacked, bytes);
	assert_memory_equal(unpacked, plain, bytes);
	for (size_t at = 16; at < size; at += 97) {
		stub_payload_room[at] ^= 1 << at % 8;
		if (!setjmp(failed)) {
			unpack_kernel(unpacked, bytes);
			fail_msg("byte %zu is damaged, and nobody says so", at);
		}
		stub_payload_room[at] ^= 1 << at % 8;
	}
}

TEST_MAIN(cmocka_unit_test(plain_streams), cmocka_unit_test(code_and_damage))
