// SPDX-License-Identifier: MIT
/* Initramfs images: what is made of them, written as a transcript; and what is said of bad ones. */
#include <asm/errno.h>
#include <fs/initramfs/unpack.h>
#include <shim.h>
#include <sys/stat.h>
#include <test.h>
#include <unistd.h>

#define IMAGE_BYTES (1u << 20)

static char transcript[65536];
static uint8_t image[IMAGE_BYTES];
static size_t image_bytes;
static int fail_open, fail_write, fail_make;

static void note(const char *fmt, ...)
{
	size_t used = strlen(transcript);
	va_list args;

	va_start(args, fmt);
	vsnprintf(transcript + used, sizeof(transcript) - used, fmt, args);
	va_end(args);
}

static int make(void *ctx, const struct cpio_entry *e)
{
	note("make %s %o %u:%u %u:%u @%u\n", e->name, e->mode, e->uid, e->gid, e->rdev_major,
	     e->rdev_minor, e->mtime);
	return fail_make;
}

static int make_symlink(void *ctx, const struct cpio_entry *e, const char *target)
{
	note("symlink %s -> %s\n", e->name, target);
	return 0;
}

static int make_link(void *ctx, const struct cpio_entry *e, const char *existing)
{
	note("link %s = %s\n", e->name, existing);
	return 0;
}

static int open_file(void *ctx, const struct cpio_entry *e, bool is_linked)
{
	note("open %s %o %u%s\n", e->name, e->mode, e->file_bytes, is_linked ? " linked" : "");
	return fail_open;
}

static int write_file(void *ctx, const void *data, size_t n)
{
	if (fail_write)
		return fail_write;
	note("%.*s", n < 200 ? (int)n : 0, (const char *)data);
	return 0;
}

static int close_file(void *ctx, const struct cpio_entry *e)
{
	note("\nclose\n");
	return 0;
}

static const struct cpio_ops ops = { make, make_symlink, make_link, open_file, write_file, close_file };

static void add_raw(const void *p, size_t n)
{
	assert_true(image_bytes + n <= IMAGE_BYTES);
	memcpy(image + image_bytes, p, n);
	image_bytes += n;
}

static void pad(size_t align)
{
	while (image_bytes % align)
		image[image_bytes++] = 0;
}

static void add_full(const char *magic, unsigned int ino, unsigned int mode, unsigned int nlink,
		     const char *name, const char *text, unsigned int checksum)
{
	char header[128];

	snprintf(header, sizeof(header),
		 "%s%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", magic, ino, mode, 1, 2,
		 nlink, 1234, (unsigned int)strlen(text), 0, 3, 5, 1, (unsigned int)strlen(name) + 1,
		 checksum);
	add_raw(header, CPIO_HEADER_BYTES);
	add_raw(name, strlen(name) + 1);
	pad(4);
	add_raw(text, strlen(text));
	pad(4);
}

static void add(unsigned int mode, const char *name, const char *text)
{
	add_full("070701", 7, mode, 1, name, text, 0);
}

static void trailer(void)
{
	add(0, "TRAILER!!!", "");
}

/* Packs the image from `from` on by a command, in place. */
static void pack(size_t from, const char *command)
{
	char line[256], name[] = "/tmp/kindling-test-XXXXXX";
	FILE *file = fdopen(mkstemp(name), "wb");

	fwrite(image + from, 1, image_bytes - from, file);
	fclose(file);
	snprintf(line, sizeof(line), "%s <%s", command, name);
	file = popen(line, "r");
	image_bytes = from + fread(image + from, 1, IMAGE_BYTES - from, file);
	assert_int_equal(pclose(file), 0);
	unlink(name);
}

static int unpack(struct unpack_report *report)
{
	uint8_t *exact = malloc(image_bytes);
	int err;

	memcpy(exact, image, image_bytes);
	transcript[0] = '\0';
	err = initramfs_unpack_image(exact, image_bytes, &ops, NULL, report);
	free(exact);
	return err;
}

static int start(void **state)
{
	image_bytes = 0;
	fail_open = fail_write = fail_make = 0;
	return 0;
}

static void all_kinds(void **state)
{
	struct unpack_report report;

	add(S_IFDIR | 0755, ".", "");
	add(S_IFDIR | 01777, "tmp", "");
	add(S_IFREG | 0644, "tmp/file", "some text");
	add(S_IFREG | 0600, "/empty", "");
	add(S_IFLNK | 0777, "../link", "tmp/file");
	add(S_IFCHR | 0600, "dev/console", "");
	add(S_IFIFO | 0600, "fifo", "");
	trailer();
	image_bytes += 512;
	assert_int_equal(unpack(&report), 0);
	assert_string_equal(transcript,
			    "make . 40755 1:2 5:1 @1234\n"
			    "make tmp 41777 1:2 5:1 @1234\n"
			    "open tmp/file 100644 9\nsome text\nclose\n"
			    "open /empty 100600 0\n\nclose\n"
			    "symlink ../link -> tmp/file\n"
			    "make dev/console 20600 1:2 5:1 @1234\n"
			    "make fifo 10600 1:2 5:1 @1234\n");
	assert_int_equal(report.nr_entries, 7);
}

static void hard_links(void **state)
{
	struct unpack_report report;

	/* GNU cpio: the data comes with the last name. */
	add_full("070701", 5, S_IFREG | 0644, 3, "a", "", 0);
	add_full("070701", 5, S_IFREG | 0644, 3, "b", "", 0);
	add_full("070701", 5, S_IFREG | 0644, 3, "c", "data", 0);
	add_full("070701", 5, S_IFCHR | 0644, 2, "d", "", 0);
	trailer();
	/* Another archive numbers anew. */
	add_full("070701", 5, S_IFREG | 0644, 2, "e", "x", 0);
	trailer();
	assert_int_equal(unpack(&report), 0);
	assert_string_equal(transcript,
			    "open a 100644 0\n\nclose\n"
			    "link b = a\nopen b 100644 0 linked\n\nclose\n"
			    "link c = a\nopen c 100644 4 linked\ndata\nclose\n"
			    "make d 20644 1:2 5:1 @1234\n"
			    "open e 100644 1\nx\nclose\n");
}

static const char *const packs[] = {
	"cat", "gzip -c", "xz -c --check=crc32 --lzma2=dict=512KiB", "zstd -c -q", "lz4 -lc",
	"xz --format=lzma -c", "bzip2 -c", "lzop -c",
};

/* Each compression before and behind each other one. */
static void concatenated(void **state)
{
	for (size_t a = 0; a < 8; a++) {
		for (size_t b = 0; b < 8; b++) {
			struct unpack_report report;
			size_t second;

			start(state);
			add(S_IFREG | 0644, "one", "1");
			trailer();
			pack(0, packs[a]);
			pad(a % 2 ? 4 : 512);
			second = image_bytes;
			add(S_IFREG | 0644, "two", "2");
			trailer();
			pack(second, packs[b]);
			if (unpack(&report))
				fail_msg("%s then %s: %s at %zu", packs[a], packs[b], report.error,
					 report.offset);
			assert_string_equal(transcript, "open one 100644 1\n1\nclose\n"
							"open two 100644 1\n2\nclose\n");
		}
	}
}

/* A cpio that is cut over two gzip members. */
static void split_archive(void **state)
{
	struct unpack_report report;

	add(S_IFREG | 0644, "one", "1");
	add(S_IFREG | 0644, "two", "2");
	trailer();
	pack(0, "sh -c 'f=$(mktemp); cat >$f; head -c 150 $f | gzip; tail -c +151 $f | gzip; rm $f'");
	assert_int_equal(unpack(&report), 0);
	assert_int_equal(report.nr_entries, 2);
}

static void damaged(void **state)
{
	struct unpack_report report;
	size_t whole;

	add(S_IFREG | 0644, "one", "1");
	whole = image_bytes;
	add_raw("0707017777777", 13);
	assert_int_equal(unpack(&report), -EINVAL);
	assert_string_equal(report.error, "archive ends too early");
	assert_int_equal(report.nr_entries, 1);

	image_bytes = whole;
	add_raw("rubbish", 7);
	assert_int_equal(unpack(&report), -EINVAL);
	assert_string_equal(report.error, "neither cpio nor compressed data");
	assert_int_equal(report.offset, whole);

	image_bytes = whole;
	add(S_IFREG | 0644, "two", "2");
	memcpy(image + whole, "070707", 6);
	assert_int_equal(unpack(&report), -EINVAL);
	memcpy(image + whole, "0707019G", 8);
	assert_int_equal(unpack(&report), -EINVAL);
	assert_string_equal(report.error, "cpio header is damaged");

	start(state);
	add_full("070702", 7, S_IFREG | 0644, 1, "sum", "abc", 'a' + 'b' + 'c');
	add_full("070702", 7, S_IFREG | 0644, 1, "sum2", "abc", 1);
	assert_int_equal(unpack(&report), -EINVAL);
	assert_string_equal(report.error, "bad data checksum");
	assert_int_equal(report.nr_entries, 2);

	start(state);
	add(S_IFREG | 0644, "one", "1");
	add_raw("and more", 8);
	pack(0, "gzip -c");
	assert_int_equal(unpack(&report), -EINVAL);
	assert_string_equal(report.error, "junk within compressed archive");
	assert_string_equal(report.format, "gzip");
	image[image_bytes - 8] ^= 1;
	assert_int_equal(unpack(&report), -EINVAL);
}

static void odd_names(void **state)
{
	struct unpack_report report;
	char *long_name = malloc(5000);

	memset(long_name, 'n', 4999);
	long_name[4999] = '\0';
	add(S_IFREG | 0644, long_name, "1");
	add(S_IFLNK | 0777, "long-target", long_name);
	long_name[4095] = '\0';
	add(S_IFDIR | 0755, long_name, "");
	add(S_IFDIR | 0755, "with-data", "ignored");
	add_full("070701", 7, S_IFREG | 0644, 1, "x", "y", 0);
	image[image_bytes - 8 + 3] = 'z';	/* the name's last byte is no longer 0 */
	add(S_IFREG | 0644, "last", "");
	trailer();
	free(long_name);
	assert_int_equal(unpack(&report), 0);
	assert_int_equal(report.nr_failed, 2 + 1);
	assert_int_equal(report.first_failure, -ENAMETOOLONG);
	assert_non_null(strstr(transcript, "open last"));
	assert_null(strstr(transcript, "with-data"));
}

static void failing_operations(void **state)
{
	struct unpack_report report;

	add(S_IFDIR | 0755, "d", "");
	add(S_IFREG | 0644, "one", "1");
	add(S_IFREG | 0644, "two", "2");
	trailer();
	fail_open = -ENOENT;
	fail_make = -EROFS;
	assert_int_equal(unpack(&report), 0);
	assert_int_equal(report.nr_failed, 3);
	assert_int_equal(report.first_failure, -EROFS);
	fail_open = 0;
	fail_write = -ENOSPC;
	assert_int_equal(unpack(&report), -ENOSPC);
	/* What was open is closed. */
	assert_non_null(strstr(transcript, "close"));
	shim_allocations_left = 0;
	assert_int_equal(unpack(&report), -ENOMEM);
	shim_allocations_left = -1;
}

/* Any cut of the input into pieces gives the same. */
static void byte_by_byte(void **state)
{
	struct unpack_report report;
	char *whole;

	add(S_IFREG | 0644, "one", "some text");
	add(S_IFLNK | 0777, "link", "target");
	trailer();
	assert_int_equal(unpack(&report), 0);
	whole = strdup(transcript);
	for (size_t piece = 1; piece < 20; piece++) {
		struct cpio *cpio = malloc(sizeof(*cpio));

		transcript[0] = '\0';
		cpio_init(cpio, &ops, NULL);
		for (size_t i = 0; i < image_bytes; i += piece) {
			size_t n = min(piece, image_bytes - i);

			assert_int_equal(cpio_feed(cpio, image + i, n), n);
		}
		assert_true(cpio_is_complete(cpio));
		cpio_destroy(cpio);
		free(cpio);
		assert_string_equal(transcript, whole);
	}
	free(whole);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

TEST_MAIN(TEST(all_kinds), TEST(hard_links), TEST(concatenated), TEST(split_archive), TEST(damaged),
	  TEST(odd_names), TEST(failing_operations), TEST(byte_by_byte))
