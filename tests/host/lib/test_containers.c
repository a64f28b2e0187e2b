// SPDX-License-Identifier: MIT
/* Lists, red-black tree, bitmap, radix tree, ids and sorting, each against a plain model. */
#include <asm/errno.h>
#include <lib/bitmap.h>
#include <lib/idr.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/sort.h>
#include <lib/xarray.h>
#include <shim.h>
#include <test.h>

struct item {
	struct list_head node;
	struct hlist_node hash;
	struct rb_node rb;
	int key;
	bool in;
};

static void lists(void **state)
{
	LIST_HEAD(a);
	LIST_HEAD(b);
	struct item items[6], *pos, *next;
	int n = 0;

	for (int i = 0; i < 6; i++) {
		items[i].key = i;
		list_add_tail(&items[i].node, i < 3 ? &a : &b);
	}
	list_splice_tail_init(&b, &a);
	assert_true(list_empty(&b));
	list_for_each_entry(pos, &a, node)
		assert_int_equal(pos->key, n++);
	assert_int_equal(n, 6);
	list_for_each_entry_reverse(pos, &a, node)
		assert_int_equal(pos->key, --n);
	list_for_each_entry_safe(pos, next, &a, node)
		if (pos->key % 2)
			list_move(&pos->node, &b);
	assert_int_equal(list_first_entry(&b, struct item, node)->key, 5);
	assert_int_equal(list_last_entry(&a, struct item, node)->key, 4);
	list_splice_init(&b, &a);
	assert_int_equal(list_first_entry(&a, struct item, node)->key, 5);
	list_for_each_entry_safe(pos, next, &a, node)
		list_del_init(&pos->node);
	assert_true(list_empty(&a));
	assert_null(list_first_entry_or_null(&a, struct item, node));
}

static void hash_lists(void **state)
{
	struct hlist_head head = { NULL };
	struct item items[4] = { 0 }, *pos;
	struct hlist_node *next;
	int sum = 0;

	for (int i = 0; i < 4; i++) {
		items[i].key = i;
		hlist_add_head(&items[i].hash, &head);
	}
	hlist_del(&items[2].hash);
	assert_true(hlist_unhashed(&items[2].hash));
	hlist_for_each_entry(pos, &head, hash)
		sum = sum * 10 + pos->key;
	assert_int_equal(sum, 310);
	hlist_for_each_entry_safe(pos, next, &head, hash)
		hlist_del(&pos->hash);
	assert_true(hlist_empty(&head));
}

static bool item_less(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct item, rb)->key < rb_entry(b, struct item, rb)->key;
}

static int item_compare(const void *key, const struct rb_node *node)
{
	return *(const int *)key - rb_entry(node, struct item, rb)->key;
}

/* Black height of a correct subtree. */
static int check_subtree(const struct rb_node *node, const struct rb_node *parent)
{
	bool red;
	int left;

	if (!node)
		return 1;
	assert_ptr_equal(rb_parent(node), parent);
	red = !(node->parent_color & 1);
	if (red && parent)
		assert_true(parent->parent_color & 1);
	left = check_subtree(node->left, node);
	assert_int_equal(left, check_subtree(node->right, node));
	return left + !red;
}

static void tree(void **state)
{
	enum { COUNT = 400 };
	static struct item items[COUNT];
	struct rb_root root = RB_ROOT;
	struct item *pos;
	int live = 0;

	for (int i = 0; i < COUNT; i++)
		items[i].key = i;
	for (int round = 0; round < 6000; round++) {
		struct item *it = &items[rand() % COUNT];
		int last = -1, n = 0;

		if (it->in)
			rb_erase(&it->rb, &root);
		else
			rb_insert(&it->rb, &root, item_less);
		live += it->in ? -1 : 1;
		it->in = !it->in;
		if (round % 50)
			continue;
		assert_true(!root.node || root.node->parent_color == 1);
		check_subtree(root.node, NULL);
		rb_for_each_entry(pos, &root, rb) {
			assert_true(pos->in && pos->key > last);
			last = pos->key;
			n++;
		}
		assert_int_equal(n, live);
		for (struct rb_node *node = rb_last(&root); node; node = rb_prev(node))
			n--;
		assert_int_equal(n, 0);
		assert_int_equal(!!rb_find(&root, &it->key, item_compare), it->in);
	}
	pos = rb_entry(rb_first(&root), struct item, rb);
	items[0].key = pos->key;
	if (pos != &items[0] && !items[0].in) {
		rb_replace(&pos->rb, &items[0].rb, &root);
		assert_ptr_equal(rb_first(&root), &items[0].rb);
		check_subtree(root.node, NULL);
	}
}

static void bitmaps(void **state)
{
	enum { BITS = 203 };
	DECLARE_BITMAP(map, BITS) = { 0 };
	DECLARE_BITMAP(other, BITS);
	bool model[BITS] = { 0 };

	for (int round = 0; round < 3000; round++) {
		size_t start = rand() % BITS, count = rand() % (BITS - start + 1), n, run;
		bool set = rand() % 2;

		if (set)
			bitmap_set_range(map, start, count);
		else
			bitmap_clear_range(map, start, count);
		for (size_t i = start; i < start + count; i++)
			model[i] = set;
		for (n = start; n < BITS && !model[n]; n++)
			;
		assert_int_equal(bitmap_find_set(map, BITS, start), n);
		for (n = start; n < BITS && model[n]; n++)
			;
		assert_int_equal(bitmap_find_clear(map, BITS, start), n);
		count = rand() % 20 + 1;
		for (n = 0, run = BITS; run == BITS && n + count <= BITS; n += 4) {
			size_t k = 0;

			while (k < count && !model[n + k])
				k++;
			if (k == count)
				run = n;
		}
		assert_int_equal(bitmap_find_clear_run(map, BITS, count, 4), run);
		n = 0;
		for (size_t i = 0; i < BITS; i++)
			n += model[i];
		assert_int_equal(bitmap_weight(map, BITS), n);
	}
	bitmap_fill(other, BITS);
	assert_int_equal(bitmap_weight(other, BITS), BITS);
	assert_int_equal(bitmap_find_clear(other, BITS, 0), BITS);
	bitmap_and(other, other, map, BITS);
	assert_true(bitmap_equal(other, map, BITS));
	bitmap_andnot(other, other, map, BITS);
	assert_true(bitmap_empty(other, BITS));
}

static void radix_tree(void **state)
{
	enum { COUNT = 300 };
	static uint64_t keys[COUNT];
	bool in[COUNT] = { 0 };
	struct xarray xa = XARRAY_INIT;
	uint64_t index;
	void *entry;

	for (int i = 0; i < COUNT; i++) {
		uint64_t wide = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ rand();

		keys[i] = i < 100 ? (uint64_t)i : i < 200 ? (uint64_t)i * 1000 + 7 : wide;
	}
	keys[COUNT - 1] = UINT64_MAX;
	for (int round = 0; round < 20000; round++) {
		int i = rand() % COUNT;

		if (in[i])
			assert_ptr_equal(xa_erase(&xa, keys[i]), &keys[i]);
		else
			assert_int_equal(xa_insert(&xa, keys[i], &keys[i]), 0);
		in[i] = !in[i];
		assert_ptr_equal(xa_load(&xa, keys[i]), in[i] ? &keys[i] : NULL);
		if (round % 500 == 0) {
			int n = 0;
			uint64_t last = 0;

			xa_for_each(&xa, index, entry) {
				assert_ptr_equal(entry, xa_load(&xa, index));
				assert_true(*(uint64_t *)entry == index && (!n || index > last));
				last = index;
				n++;
			}
			for (int k = 0; k < COUNT; k++)
				n -= in[k];
			assert_int_equal(n, 0);
		}
	}
	index = 5;
	if (in[5]) {
		assert_int_equal(xa_insert(&xa, 5, &xa), -EEXIST);
		assert_ptr_equal(xa_next(&xa, &index, 5), &keys[5]);
	}
	for (int i = 0; i < COUNT; i++)
		xa_erase(&xa, keys[i]);
	assert_true(xa_empty(&xa));
	assert_int_equal(xa_alloc(&xa, 3, 10, &xa, &index), 0);
	assert_int_equal(index, 3);
	assert_int_equal(xa_alloc(&xa, 3, 3, &xa, &index), -EBUSY);
	xa_destroy(&xa);
}

/* No allocation failure loses an entry or leaks. */
static void radix_tree_without_memory(void **state)
{
	for (long left = 0; left < 14; left++) {
		struct xarray xa = XARRAY_INIT;
		int err;

		assert_int_equal(xa_store(&xa, 1, &xa), 0);
		shim_allocations_left = left;
		err = xa_store(&xa, UINT64_MAX, &xa);
		shim_allocations_left = -1;
		assert_true(err == 0 || err == -ENOMEM);
		assert_ptr_equal(xa_load(&xa, 1), &xa);
		assert_ptr_equal(xa_load(&xa, UINT64_MAX), err ? NULL : &xa);
		xa_erase(&xa, 1);
		xa_erase(&xa, UINT64_MAX);
		assert_true(xa_empty(&xa));
	}
}

static void ids(void **state)
{
	struct idr idr = IDR_INIT;
	unsigned int cursor = 10;

	for (int i = 0; i < 200; i++)
		assert_int_equal(idr_alloc(&idr, 3, 1000), i + 3);
	idr_free(&idr, 77);
	assert_false(idr_is_allocated(&idr, 77));
	assert_int_equal(idr_alloc(&idr, 0, 1), 0);
	assert_int_equal(idr_alloc(&idr, 3, 1000), 77);
	assert_int_equal(idr_alloc(&idr, 3, 50), -ENOSPC);
	assert_int_equal(idr_reserve(&idr, 500), 0);
	assert_int_equal(idr_reserve(&idr, 500), -EBUSY);
	assert_int_equal(idr_alloc(&idr, 500, 1000), 501);
	idr_destroy(&idr);

	assert_int_equal(idr_alloc_cyclic(&idr, 10, 12, &cursor), 10);
	idr_free(&idr, 10);
	assert_int_equal(idr_alloc_cyclic(&idr, 10, 12, &cursor), 11);
	assert_int_equal(idr_alloc_cyclic(&idr, 10, 12, &cursor), 12);
	assert_int_equal(idr_alloc_cyclic(&idr, 10, 12, &cursor), 10);
	assert_int_equal(idr_alloc_cyclic(&idr, 10, 12, &cursor), -ENOSPC);
	shim_allocations_left = 0;
	assert_int_equal(idr_reserve(&idr, 100000), -ENOMEM);
	shim_allocations_left = -1;
	idr_destroy(&idr);
}

static int int_compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void sorting(void **state)
{
	int values[257];

	for (int n = 0; n < 257; n += 1 + n / 4) {
		for (int i = 0; i < n; i++)
			values[i] = rand() % 300;
		sort(values, n, sizeof(int), int_compare);
		for (int i = 1; i < n; i++)
			assert_true(values[i - 1] <= values[i]);
		for (int key = 0; key < 300; key++) {
			int *found = binary_search(&key, values, n, sizeof(int), int_compare);
			bool there = false;

			for (int i = 0; i < n; i++)
				there |= values[i] == key;
			assert_int_equal(!!found, there);
		}
	}
}

TEST_MAIN(cmocka_unit_test(lists), cmocka_unit_test(hash_lists), cmocka_unit_test(tree),
	  cmocka_unit_test(bitmaps), cmocka_unit_test(radix_tree),
	  cmocka_unit_test(radix_tree_without_memory), cmocka_unit_test(ids),
	  cmocka_unit_test(sorting))
