// SPDX-License-Identifier: MIT
/* The port's user copies against a real address space: two pages, then nothing. */
#include <kernel/selftest.h>

#include <arch/layout.h>
#include <arch/uaccess.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>

#define BASE 0x10000000UL
#define END (BASE + 2 * PAGE_SIZE)

static void *user(vaddr_t addr)
{
	return (void *)addr;
}

static int check_copies(void)
{
	static char buf[64], back[64];

	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (char)(i + 1);
	/* What was copied up to the hole is exact to the byte, for every length and place. */
	for (size_t room = 0; room < 20; room++)
		for (size_t n = 0; n < 40; n++) {
			size_t fits = min(room, n);

			CHECK(arch_clear_user(user(END - 64), 64) == 0);
			CHECK(arch_copy_to_user(user(END - room), buf, n) == n - fits);
			memset(back, 0, sizeof(back));
			CHECK(arch_copy_from_user(back, user(END - room), n) == n - fits);
			CHECK(!memcmp(back, buf, fits));
			CHECK(back[fits] == 0);
			CHECK(arch_clear_user(user(END - room), n) == n - fits);
		}
	CHECK(copy_to_user(user(USER_VA_END - 4), buf, 8) == -EFAULT);
	CHECK(copy_from_user(buf, (void *)DIRECT_MAP_BASE, 8) == -EFAULT);
	CHECK(copy_from_user(buf, user(0), 1) == -EFAULT);
	return 0;
}

static int check_strings(void)
{
	static char text[32] = "abcdefghijklmnopqrstuvwxyz", back[32];

	for (size_t len = 0; len < 26; len++) {
		memset(back, 'x', sizeof(back));
		CHECK(!copy_to_user(user(END - len - 1), text + 26 - len, len + 1));
		CHECK(arch_strncpy_from_user(back, user(END - len - 1), sizeof(back)) == (long)len);
		CHECK(!strcmp(back, text + 26 - len));
		CHECK(arch_strncpy_from_user(back, user(END - len - 1), len) == (long)len);
	}
	CHECK(!copy_to_user(user(END - 3), "abc", 3));
	CHECK(arch_strncpy_from_user(back, user(END - 3), sizeof(back)) == -EFAULT);
	CHECK(arch_strncpy_from_user(back, user(END - 3), 2) == 2);
	return 0;
}

static int check_words(void)
{
	uint64_t value64 = 0;
	uint32_t value = 0;

	CHECK(!arch_put_user_u64(user(BASE), 0x1122334455667788));
	CHECK(!arch_get_user_u64(&value64, user(BASE)) && value64 == 0x1122334455667788);
	CHECK(!arch_put_user_u32(user(BASE), 7));
	CHECK(!arch_get_user_u32(&value, user(BASE)) && value == 7);
	CHECK(!arch_user_cmpxchg_u32(user(BASE), 6, 8, &value) && value == 7);
	CHECK(!arch_user_cmpxchg_u32(user(BASE), 7, 8, &value) && value == 7);
	CHECK(!arch_get_user_u32(&value, user(BASE)) && value == 8);
	CHECK(arch_get_user_u32(&value, user(END)) == -EFAULT);
	CHECK(arch_put_user_u64(user(END), 0) == -EFAULT);
	CHECK(arch_user_cmpxchg_u32(user(END), 0, 0, &value) == -EFAULT);
	/* Without leave to fault, a page that is not there yet is out of reach. */
	current->pagefault_disabled++;
	value = arch_get_user_u32(&value, user(BASE + PAGE_SIZE)) == -EFAULT;
	current->pagefault_disabled--;
	CHECK(value);
	CHECK(!arch_get_user_u32(&value, user(BASE + PAGE_SIZE)) && value == 0);
	CHECK(arch_read_nofault(&value, (void *)(VMAP_END - PAGE_SIZE), sizeof(value)) == -EFAULT);
	return 0;
}

SELFTEST(uaccess)
{
	struct vm_space *space = vm_space_create();
	struct vm_map_request request = {
		.addr = BASE, .size = END - BASE, .fixed = true,
		.flags = VMA_READ | VMA_WRITE | VMA_MAY_READ | VMA_MAY_WRITE,
	};
	vaddr_t addr;
	int line;

	CHECK(space);
	CHECK(!vm_map(space, &request, &addr));
	vm_space_activate(space);
	line = check_words();
	if (!line)
		line = check_strings();
	if (!line)
		line = check_copies();
	vm_space_activate(NULL);
	vm_space_put(space);
	return line;
}
