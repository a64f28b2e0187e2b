// SPDX-License-Identifier: MIT
/* Argument and environment strings in one growing buffer. */
#include <process/exec_strings.h>

#include <lib/alloc.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <mm/vmap.h>
#include <process/process.h>

#define MAX_STRING (32 * PAGE_SIZE) /* of one string with its NUL, as Linux's MAX_ARG_STRLEN */
#define MAX_STRINGS 0x7fffffff
#define KMALLOC_MAX (2 * PAGE_SIZE) /* beyond this, memory that need not be contiguous */

void exec_strings_init(struct exec_strings *strings, size_t limit)
{
	*strings = (struct exec_strings){ .limit = limit };
}

static void buffer_free(char *buf, size_t capacity)
{
	if (capacity > KMALLOC_MAX)
		vfree(buf);
	else
		kfree(buf);
}

void exec_strings_free(struct exec_strings *strings)
{
	buffer_free(strings->buf, strings->capacity);
	strings->buf = NULL;
	strings->len = strings->capacity = 0;
}

static int grow(struct exec_strings *strings, size_t wanted)
{
	size_t capacity = strings->capacity ? strings->capacity : 1024;
	char *buf;

	while (capacity < wanted)
		capacity *= 2;
	if (capacity == strings->capacity)
		return 0;
	buf = capacity > KMALLOC_MAX ? vmalloc(capacity) : kmalloc(capacity);
	if (!buf)
		return -ENOMEM;
	if (strings->len)
		memcpy(buf, strings->buf, strings->len);
	buffer_free(strings->buf, strings->capacity);
	strings->buf = buf;
	strings->capacity = capacity;
	return 0;
}

static int append_user(struct exec_strings *strings, const char *user_text)
{
	for (;;) {
		size_t room = min(strings->capacity - strings->len, MAX_STRING);
		long len = room ? strncpy_from_user(strings->buf + strings->len, user_text, room) : -ENAMETOOLONG;
		int err;

		if (len >= 0) {
			strings->len += (size_t)len + 1;
			strings->count++;
			return strings->len > strings->limit ? -E2BIG : 0;
		}
		if (len != -ENAMETOOLONG)
			return (int)len;
		if (room == MAX_STRING || strings->capacity > strings->limit + MAX_STRING)
			return -E2BIG;
		err = grow(strings, max(strings->capacity * 2, (size_t)1024));
		if (err)
			return err;
	}
}

int exec_strings_from_user(struct exec_strings *strings, const char *const *user_array)
{
	if (!user_array)
		return 0;
	for (;; user_array++) {
		const char *user_text;
		int err = get_user(&user_text, user_array);

		if (err)
			return err;
		if (!user_text)
			return 0;
		err = append_user(strings, user_text);
		if (err)
			return err;
		/* The pointers on the new stack count too. */
		if (strings->len + strings->count * sizeof(char *) > strings->limit)
			return -E2BIG;
	}
}

int exec_strings_append(struct exec_strings *strings, const char *text)
{
	size_t len = strlen(text) + 1;
	int err = grow(strings, strings->len + len);

	if (err)
		return err;
	memcpy(strings->buf + strings->len, text, len);
	strings->len += len;
	strings->count++;
	return strings->len > strings->limit ? -E2BIG : 0;
}

int exec_strings_from_kernel(struct exec_strings *strings, char *const array[])
{
	int err = 0;

	for (; array && *array && !err; array++)
		err = exec_strings_append(strings, *array);
	return err;
}

int exec_strings_replace_first(struct exec_strings *strings, const char *const *texts, unsigned int nr)
{
	size_t added = 0, old = strings->count ? strlen(strings->buf) + 1 : 0, at = 0;
	int err;

	for (unsigned int i = 0; i < nr; i++)
		added += strlen(texts[i]) + 1;
	if (strings->len + added > strings->limit)
		return -E2BIG;
	err = grow(strings, strings->len + added);
	if (err)
		return err;
	memmove(strings->buf + added, strings->buf + old, strings->len - old);
	for (unsigned int i = 0; i < nr; i++) {
		size_t len = strlen(texts[i]) + 1;

		memcpy(strings->buf + at, texts[i], len);
		at += len;
	}
	strings->len += added - old;
	strings->count += nr - (old ? 1 : 0);
	return 0;
}

size_t exec_strings_limit(void)
{
	uint64_t limit = current->process ? process_limit(RLIMIT_STACK) / 4 : 2 << 20;

	limit = min(limit, (uint64_t)6 << 20);
	return max(limit, (uint64_t)32 * PAGE_SIZE);
}
