// SPDX-License-Identifier: MIT
/*
 * The planner on a model machine: after the copies are done as planned, every destination holds its
 * content, wherever the pages came from; and every page is given back.
 */
#include <arch/layout.h>
#include <asm/errno.h>
#include <kexec/image.h>
#include <kexec/segment.h>
#include <lib/xxhash.h>
#include <shim.h>
#include <test.h>

#define PAGES	1024
#define BASE	(16ul << 20)	/* address of the model's first page */

static uint8_t *ram;
static bool used[PAGES];
static long used_count;
static int prepare_error;

int arch_kexec_prepare(struct kexec_plan *plan)
{
	plan->arch = plan->alloc_pages(plan, 1);
	return plan->arch ? prepare_error : -ENOMEM;
}

static void *map(paddr_t paddr)
{
	assert_true(paddr >= BASE && paddr < BASE + PAGES * PAGE_SIZE);
	return ram + (paddr - BASE);
}

static void mark(paddr_t start, uint64_t pages, bool value)
{
	for (uint64_t i = 0; i < pages; i++) {
		bool *page = &used[(start - BASE) / PAGE_SIZE + i];

		assert_int_equal(*page, !value);
		*page = value;
		used_count += value ? 1 : -1;
	}
}

static int claim(paddr_t start, uint64_t pages)
{
	if (start < BASE || start + pages * PAGE_SIZE > BASE + PAGES * PAGE_SIZE)
		return -EADDRNOTAVAIL;
	for (uint64_t i = 0; i < pages; i++)
		if (used[(start - BASE) / PAGE_SIZE + i])
			return -EBUSY;
	mark(start, pages, true);
	return 0;
}

static void unclaim(paddr_t start, uint64_t pages)
{
	mark(start, pages, false);
}

/* From the bottom up or anywhere: the planner may not rely on the order. */
static paddr_t alloc(unsigned int order)
{
	size_t n = 1ul << order, first = rand() % (PAGES / n);

	for (size_t k = 0; k < PAGES / n; k++) {
		paddr_t start = BASE + (first + k) % (PAGES / n) * n * PAGE_SIZE;

		if (!claim(start, n))
			return start;
	}
	return 0;
}

static void release(paddr_t start, unsigned int order)
{
	mark(start, 1ul << order, false);
}

static bool ram_range(unsigned int n, paddr_t *start, paddr_t *end)
{
	*start = BASE + n * (PAGES / 2) * PAGE_SIZE;
	*end = *start + PAGES / 2 * PAGE_SIZE;
	return n < 2;
}

static struct { paddr_t start, end; } kept; /* nothing, unless a test says so */

static bool kept_range(unsigned int n, paddr_t *start, paddr_t *end)
{
	*start = kept.start;
	*end = kept.end;
	return n == 0 && kept.end;
}

static const struct kexec_memory memory = { claim, unclaim, alloc, release, ram_range, map, kept_range };

static uint8_t content(paddr_t paddr)
{
	return paddr * 31 + (paddr >> 12) * 7;
}

static int fill(void *ctx, void *to, uint64_t offset, size_t n)
{
	paddr_t start = *(paddr_t *)ctx;

	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = content(start + offset + i);
	return 0;
}

static int fill_all(struct kexec_image *image)
{
	int err = kexec_image_claim(image);

	for (unsigned int i = 0; !err && i < image->nr_dests; i++)
		err = kexec_image_fill(image, i, fill, &image->dest[i].start);
	return err;
}

static bool in_dest(const struct kexec_image *image, paddr_t start, uint64_t bytes)
{
	for (unsigned int i = 0; i < image->nr_dests; i++)
		if (start < image->dest[i].start + image->dest[i].mem_bytes &&
		    start + bytes > image->dest[i].start)
			return true;
	return false;
}

/* What the control page does. */
static void jump(const struct kexec_image *image)
{
	const struct kexec_plan *plan = &image->plan;

	assert_false(in_dest(image, BASE + ((uint8_t *)plan->copies - ram), 1));
	assert_false(in_dest(image, BASE + ((uint8_t *)plan->digests - ram), 1));
	assert_false(in_dest(image, BASE + ((uint8_t *)plan->arch - ram), 2 * PAGE_SIZE));
	for (unsigned int i = 0; i < plan->nr_copies; i++) {
		const struct kexec_copy *copy = &plan->copies[i];

		if (copy->from == KEXEC_ZERO) {
			memset(map(copy->to), 0, copy->bytes);
			continue;
		}
		assert_false(in_dest(image, copy->from, copy->bytes));
		memcpy(map(copy->to), map(copy->from), copy->bytes);
	}
	for (unsigned int i = 0; i < plan->nr_digests; i++)
		assert_true(xxh64(map(plan->digests[i].start), plan->digests[i].bytes, 0) ==
			    plan->digests[i].xxh64);
}

static void check_contents(const struct kexec_image *image)
{
	for (unsigned int i = 0; i < image->nr_dests; i++) {
		const struct kexec_dest *dest = &image->dest[i];
		const uint8_t *p = map(dest->start);

		for (uint64_t k = 0; k < dest->data_bytes; k++)
			assert_int_equal(p[k], content(dest->start + k));
		for (uint64_t k = dest->data_bytes; dest->is_tail_zeroed && k < dest->mem_bytes; k++)
			assert_int_equal(p[k], 0);
	}
}

/* Random destinations on a machine whose pages are taken at random. */
static void random_images(void **state)
{
	for (int round = 0; round < 300; round++) {
		struct kexec_image *image = kexec_image_alloc(&memory);
		unsigned int percent = rand() % 60;
		paddr_t at = BASE;
		long before;
		int err = 0;

		memset(used, 0, sizeof(used));
		used_count = 0;
		for (size_t i = 0; i < PAGES; i++)
			if (rand() % 100 < percent)
				mark(BASE + i * PAGE_SIZE, 1, true);
		before = used_count;
		memset(ram, 0xEE, PAGES * PAGE_SIZE);
		for (int n = rand() % 6; n && !err; n--) {
			uint64_t pages = rand() % 60, data = pages ? rand() % (pages * PAGE_SIZE) : 0;

			at += rand() % 20 * PAGE_SIZE;
			err = kexec_image_add(image, at, data, pages * PAGE_SIZE, rand() % 2);
			at += pages * PAGE_SIZE;
		}
		err = fill_all(image);
		if (!err)
			err = kexec_image_finish(image, BASE, 0);
		if (!err) {
			assert_int_equal(kexec_image_verify(image), 0);
			jump(image);
			check_contents(image);
		} else {
			assert_int_equal(err, -ENOMEM);
			assert_true(percent > 20);
		}
		kexec_image_free(image);
		assert_int_equal(used_count, before);
	}
}

static void in_place_when_free(void **state)
{
	struct kexec_image *image = kexec_image_alloc(&memory);

	memset(used, 0, sizeof(used));
	used_count = 0;
	assert_int_equal(kexec_image_add(image, BASE, 5 * PAGE_SIZE, 5 * PAGE_SIZE, true), 0);
	assert_int_equal(fill_all(image), 0);
	assert_int_equal(kexec_image_finish(image, BASE, 0), 0);
	assert_int_equal(image->plan.nr_copies, 0);
	assert_int_equal(image->nr_pieces, 1);
	/* A change behind our back is seen. */
	((uint8_t *)map(BASE))[3 * PAGE_SIZE] ^= 1;
	assert_int_equal(kexec_image_verify(image), -EIO);
	kexec_image_free(image);
	assert_int_equal(used_count, 0);
}

static void places(void **state)
{
	struct kexec_image *image = kexec_image_alloc(&memory);
	struct kexec_wish wish = {
		.data_bytes = 10 * PAGE_SIZE, .mem_bytes = 20 * PAGE_SIZE, .align = 1 << 20,
		.min = BASE + 1, .max = UINT64_MAX,
	};
	paddr_t at;

	memset(used, 0, sizeof(used));
	used_count = 0;
	mark(BASE + (1 << 20) + 5 * PAGE_SIZE, 1, true);
	/* The first megabyte boundary is taken, the next one is in the second range of RAM. */
	assert_int_equal(kexec_image_place(image, &wish, &at), 0);
	assert_int_equal(at, BASE + (2 << 20));
	wish.align = PAGE_SIZE;
	wish.max = BASE + (1 << 20) + 25 * PAGE_SIZE;
	wish.min = BASE + (1 << 20);
	/* No place is free: the lowest one is taken all the same. */
	assert_int_equal(kexec_image_place(image, &wish, &at), 0);
	assert_int_equal(at, BASE + (1 << 20));
	assert_int_equal(kexec_image_place(image, &wish, &at), -EADDRNOTAVAIL);
	wish.min = 0;
	wish.max = UINT64_MAX;
	wish.mem_bytes = PAGES * PAGE_SIZE;
	assert_int_equal(kexec_image_place(image, &wish, &at), -EADDRNOTAVAIL);
	assert_int_equal(fill_all(image), 0);
	assert_int_equal(kexec_image_finish(image, BASE, 0), 0);
	jump(image);
	check_contents(image);
	kexec_image_free(image);
	assert_int_equal(used_count, 1);
}

static void without_heap(void **state)
{
	for (long left = 1; left < 12; left++) {
		struct kexec_image *image;

		memset(used, 0, sizeof(used));
		used_count = 0;
		mark(BASE + 3 * PAGE_SIZE, 1, true);
		shim_allocations_left = left;
		image = kexec_image_alloc(&memory);
		assert_int_equal(kexec_image_add(image, BASE, 9 * PAGE_SIZE, 9 * PAGE_SIZE, true), 0);
		if (!fill_all(image))
			(void)!kexec_image_finish(image, BASE, 0);
		shim_allocations_left = -1;
		kexec_image_free(image);
		assert_int_equal(used_count, 1);
	}
}

static int check(unsigned int nr, ...)
{
	struct kexec_segment segments[KEXEC_SEGMENT_MAX] = { 0 };
	va_list args;

	va_start(args, nr);
	for (unsigned int i = 0; i < nr; i++) {
		segments[i].mem = (void *)va_arg(args, unsigned long);
		segments[i].memsz = va_arg(args, unsigned long);
		segments[i].bufsz = va_arg(args, unsigned long);
	}
	va_end(args);
	return kexec_check_segments(segments, nr, 1ul << 40, 4096, 1000);
}

static void segment_checks(void **state)
{
	assert_int_equal(check(0), 0);
	assert_int_equal(check(1, 0x1000ul, 0x2000ul, 0x1001ul), 0);
	assert_int_equal(check(2, 0x3000ul, 0x1000ul, 0ul, 0x1000ul, 0x2000ul, 0x2000ul), 0);
	assert_int_equal(check(1, 0x1001ul, 0x1000ul, 0ul), -EADDRNOTAVAIL);
	assert_int_equal(check(1, 0x1000ul, 0x1001ul, 0ul), -EADDRNOTAVAIL);
	assert_int_equal(check(1, ~0xffful, 0x2000ul, 0ul), -EADDRNOTAVAIL);
	assert_int_equal(check(1, (1ul << 40) - 0x1000, 0x1000ul, 0ul), -EADDRNOTAVAIL);
	assert_int_equal(check(2, 0x1000ul, 0x2000ul, 0ul, 0x2000ul, 0x1000ul, 0ul), -EINVAL);
	assert_int_equal(check(1, 0x1000ul, 0x1000ul, 0x1001ul), -EINVAL);
	assert_int_equal(check(1, 0x1000ul, 501ul * 4096, 0ul), -EINVAL);
	assert_int_equal(check(2, 0x1000ul, 400ul * 4096, 0ul, 0x1000000ul, 400ul * 4096, 0ul), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_images), cmocka_unit_test(in_place_when_free),
		cmocka_unit_test(places),	 cmocka_unit_test(without_heap),
		cmocka_unit_test(segment_checks),
	};
	int failed;

	ram = aligned_alloc(PAGE_SIZE, PAGES * PAGE_SIZE);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(ram);
	return failed;
}
