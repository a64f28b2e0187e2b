/* SPDX-License-Identifier: MIT */
/* cmocka, with the headers that it asks for. A test file lists its tests in one TEST_MAIN. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* TEST_MAIN(cmocka_unit_test(a), ...); a test has the prototype static void a(void **state). */
#define TEST_MAIN(...) \
	int main(void) \
	{ \
		const struct CMUnitTest tests[] = { __VA_ARGS__ }; \
		return cmocka_run_group_tests(tests, NULL, NULL); \
	}
