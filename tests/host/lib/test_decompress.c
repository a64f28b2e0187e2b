// SPDX-License-Identifier: MIT
/* Every format: what the common tools pack is unpacked; cut and garbled streams are refused. */
#include <asm/errno.h>
#include <lib/decompress/decompress.h>
#include <shim.h>
#include <test.h>
#include <unistd.h>

/* More than one lz4 block would take 8 MiB: one test does. */
#define DATA_BYTES	300000
#define MAX_BYTES	(20u << 20)

struct packer {
	const char *format;
	const char *command;
};

static const struct packer packers[] = {
	{ "gzip", "gzip -9nc" },
	{ "gzip", "gzip -1c" },
	{ "bzip2", "bzip2 -c" },
	{ "xz", "xz -c --check=crc32 --lzma2=dict=512KiB" },
	{ "xz", "xz -9ec" },
	{ "xz", "xz -c --check=sha256 --block-size=65536" },
	{ "xz", "xz -c --check=none --x86 --lzma2" },
	{ "xz", "xz -c --arm64 --delta=dist=4 --lzma2=lc=1,lp=2,pb=1" },
	{ "lzma", "xz --format=lzma -c" },
	{ "zstd", "zstd -c -19" },
	{ "zstd", "zstd -c -1 --no-check" },
	{ "zstd", "zstd -c --ultra -22 --long=27" },
	{ "lz4", "lz4 -lc" },
	{ "lz4", "lz4 -l -9 -c" },
	{ "lzo", "lzop -c" },
	{ "lzo", "lzop -9 -c --crc32" },
};

static uint8_t *data, *packed, *unpacked;

/* Half text that repeats, half noise. */
static void make_data(size_t n)
{
	for (size_t i = 0; i < n; i++)
		data[i] = i % 8192 < 4096 ? "kindling "[i % 9] + (i >> 13) % 3 : rand() >> 7;
}

static size_t pack(const char *command, size_t n)
{
	char line[256], name[] = "/tmp/kindling-test-XXXXXX";
	int fd = mkstemp(name);
	FILE *file = fdopen(fd, "wb");
	size_t size;

	assert_int_equal(fwrite(data, 1, n, file), n);
	fclose(file);
	snprintf(line, sizeof(line), "%s <%s", command, name);
	file = popen(line, "r");
	assert_non_null(file);
	size = fread(packed, 1, MAX_BYTES, file);
	assert_int_equal(pclose(file), 0);
	unlink(name);
	return size;
}

static int unpack(size_t size, size_t *n)
{
	const struct decompress_format *format = decompress_probe(packed, size);
	/* An exact copy, so that reading beyond it is seen. */
	uint8_t *exact;
	int err;

	assert_non_null(format);
	exact = malloc(size);
	memcpy(exact, packed, size);
	err = decompress_to_buffer(format, exact, size, unpacked, MAX_BYTES, n);
	free(exact);
	return err;
}

static void formats(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		static const size_t sizes[] = { 0, 1, 100, 65536, DATA_BYTES };

		for (size_t k = 0; k < ARRAY_SIZE(sizes); k++) {
			size_t size = pack(packers[i].command, sizes[k]), n;

			assert_string_equal(decompress_probe(packed, size)->name,
					    packers[i].format);
			assert_int_equal(unpack(size, &n), 0);
			assert_int_equal(n, sizes[k]);
			assert_memory_equal(data, unpacked, n);
		}
	}
}

static int count_output(struct decompress_job *job, const void *piece, size_t n)
{
	return 0;
}

/* The end is found though something follows. */
static void trailing_data(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		size_t size = pack(packers[i].command, 5000);
		struct decompress_job job = {
			.in = packed, .in_bytes = size + 600, .output = count_output,
		};

		memset(packed + size, 0, 100);
		memset(packed + size + 100, '0', 500);
		assert_int_equal(decompress_run(decompress_by_name(packers[i].format), &job), 0);
		assert_int_equal(job.in_used, size);
	}
}

static void cut_short(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		size_t size = pack(packers[i].command, 20000), n;

		for (size_t cut = 6; cut < size - 4; cut += 1 + size / 50) {
			int err = unpack(cut, &n);

			assert_int_equal(err, -EINVAL);
			assert_memory_equal(data, unpacked, n);
		}
	}
}

static void garbled(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		size_t size = pack(packers[i].command, 20000), n;

		for (int round = 0; round < 60; round++) {
			size_t at = 6 + rand() % (size - 6);
			uint8_t old = packed[at];

			packed[at] ^= 1 + rand() % 255;
			(void)unpack(size, &n);
			packed[at] = old;
		}
	}
}

static int refuse_output(struct decompress_job *job, const void *piece, size_t n)
{
	return -ENOSPC;
}

static void refused_output(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		size_t size = pack(packers[i].command, 5000);
		struct decompress_job job = {
			.in = packed, .in_bytes = size, .output = refuse_output,
		};

		assert_int_equal(decompress_run(decompress_by_name(packers[i].format), &job),
				 -ENOSPC);
	}
}

static void without_memory(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		size_t size = pack(packers[i].command, 50000), n;
		int err = -ENOMEM;

		for (long left = 0; err; left++) {
			shim_allocations_left = left;
			err = unpack(size, &n);
			shim_allocations_left = -1;
			assert_true(err == 0 || err == -ENOMEM);
		}
	}
}

static void several_lz4_blocks(void **state)
{
	size_t size, n;

	make_data(MAX_BYTES - 1);
	size = pack("lz4 -lc", MAX_BYTES - 1);
	assert_int_equal(unpack(size, &n), 0);
	assert_int_equal(n, MAX_BYTES - 1);
	assert_memory_equal(data, unpacked, n);
}

static void several_zstd_frames(void **state)
{
	size_t size = pack("sh -c 'head -c 1000 | zstd -c; '", 1000), n;

	memmove(packed + size, packed, size);
	assert_int_equal(unpack(2 * size, &n), 0);
	assert_int_equal(n, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),	  cmocka_unit_test(trailing_data),
		cmocka_unit_test(cut_short),	  cmocka_unit_test(garbled),
		cmocka_unit_test(refused_output), cmocka_unit_test(without_memory),
		cmocka_unit_test(several_zstd_frames), cmocka_unit_test(several_lz4_blocks),
	};
	int failed;

	data = malloc(MAX_BYTES);
	packed = malloc(MAX_BYTES + 4096);
	unpacked = malloc(MAX_BYTES);
	make_data(DATA_BYTES);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(data);
	free(packed);
	free(unpacked);
	return failed;
}
