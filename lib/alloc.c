// SPDX-License-Identifier: MIT
/* Copies on the heap; the heap itself is mm's. */
#include <lib/alloc.h>

#include <lib/printf.h>
#include <lib/string.h>

void *kmemdup(const void *src, size_t size)
{
	void *p = kmalloc(size);

	if (p)
		memcpy(p, src, size);
	return p;
}

char *kstrndup(const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	char *p = kmalloc(n + 1);

	if (!p)
		return NULL;
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *kstrdup(const char *s)
{
	return kmemdup(s, strlen(s) + 1);
}

char *kasprintf(const char *fmt, ...)
{
	va_list args;
	char *p;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	p = kmalloc(n + 1);
	if (p)
		vsnprintf(p, n + 1, fmt, args);
	va_end(args);
	return p;
}
