/* SPDX-License-Identifier: MIT */
/*
 * What an ABI program needs: it prints what it sees and checks what it knows. Linux's output of the
 * same program is the expectation, so nothing may be printed that differs from run to run (addresses,
 * pids, times). A program is one file, tests/abi/NAME.c, linked statically with musl; it starts in an
 * empty /tmp, in a session of its own, with 20 seconds (ABI_SECONDS in a comment gives more).
 */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Bytes of a page here; room for one of any machine. */
#define PAGE ((long)sysconf(_SC_PAGESIZE))
#define PAGE_MAX 65536

static int abi_failures;

/* Print a line of the output that has to be the same on Linux. */
__attribute__((format(printf, 1, 2), unused)) static void show(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	strcat(line, "\n");
	/* One write: lines of several processes do not mix. */
	if (write(1, line, strlen(line)) < 0)
		_exit(99);
}

#define CHECK(condition) abi_check(!!(condition), #condition, __FILE_NAME__, __LINE__)
/* The call fails with this errno. */
#define CHECK_ERRNO(call, expected)                                                              \
	do {                                                                                         \
		errno = 0;                                                                               \
		long abi_got = (long)(call);                                                             \
		if (abi_got != -1 || errno != (expected))                                                \
			show("FAIL %s:%d: %s gave %ld, errno %d (%s), not %s", __FILE_NAME__, __LINE__,      \
			     #call, abi_got, errno, strerror(errno), #expected),                             \
				abi_failures++;                                                                  \
	} while (0)
/* Print what a call gives: "name = 3" or "name = -1 ENOENT text". */
#define SHOW(call)                                                                               \
	do {                                                                                         \
		errno = 0;                                                                               \
		long abi_got = (long)(call);                                                             \
		show("%s = %ld%s%s", #call, abi_got, abi_got == -1 ? " " : "",                           \
		     abi_got == -1 ? strerror(errno) : "");                                              \
	} while (0)

__attribute__((unused)) static int abi_check(int good, const char *what, const char *file, int line)
{
	int error = errno;

	if (!good) {
		show("FAIL %s:%d: %s (errno %d, %s)", file, line, what, error, strerror(error));
		abi_failures++;
	}
	return good;
}

/* What Linux changed at some version: whether this kernel says that it is that one or a later one. */
__attribute__((unused)) static int abi_linux(int major, int minor)
{
	struct utsname u;
	int a = 0, b = 0;

	uname(&u);
	sscanf(u.release, "%d.%d", &a, &b);
	return a > major || (a == major && b >= minor);
}

/* The last line of main: return abi_result(); */
__attribute__((unused)) static int abi_result(void)
{
	return abi_failures != 0;
}
