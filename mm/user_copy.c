// SPDX-License-Identifier: MIT
/* The longer forms of copying from programs: strings, and structs whose size the program says. */
#include <mm/user_copy.h>

#include <lib/alloc.h>
#include <lib/string.h>

long strncpy_from_user(char *to, const char *user_from, size_t size)
{
	uintptr_t start = (uintptr_t)user_from;
	size_t room;
	long len;

	if (start >= USER_VA_END)
		return -EFAULT;
	room = min(size, USER_VA_END - start);
	len = arch_strncpy_from_user(to, user_from, room);
	if (len < 0 || (size_t)len < room)
		return len;
	return room < size ? -EFAULT : -ENAMETOOLONG;
}

int strdup_user(const char *user_from, size_t max, char **out)
{
	/* Grows by doubling: most strings are short, and the program may not be trusted to hold still. */
	for (size_t size = min_t(size_t, max, 128);; size = min(size * 4, max)) {
		char *copy = kmalloc(size);
		long len;

		if (!copy)
			return -ENOMEM;
		len = strncpy_from_user(copy, user_from, size);
		if (len >= 0) {
			*out = copy;
			return 0;
		}
		kfree(copy);
		if (len != -ENAMETOOLONG)
			return len;
		if (size == max)
			return -E2BIG;
	}
}

/* Bytes that this kernel does not know have to be zero. */
static int check_zero_tail(const char *user_tail, size_t size)
{
	char buf[64];

	while (size) {
		size_t n = min(size, sizeof(buf));

		if (copy_from_user(buf, user_tail, n))
			return -EFAULT;
		if (memchr_inv(buf, 0, n))
			return -E2BIG;
		user_tail += n;
		size -= n;
	}
	return 0;
}

int copy_struct_from_user(void *to, size_t size, const void *user_from, size_t user_size)
{
	size_t known = min(size, user_size);

	if (user_size > PAGE_SIZE)
		return -E2BIG;
	if (user_size > size) {
		int err = check_zero_tail((const char *)user_from + size, user_size - size);

		if (err)
			return err;
	}
	memset((char *)to + known, 0, size - known);
	return copy_from_user(to, user_from, known);
}
