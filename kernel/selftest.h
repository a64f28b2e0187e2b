/* SPDX-License-Identifier: MIT */
/* Self-tests register themselves: SELFTEST(name) { ... return 0 or a line number; } */
#pragma once

#include <lib/linker_set.h>

struct selftest {
	const char *name;
	int (*run)(void); /* 0: passed; else the line that failed */
};

#define SELFTEST(test_name)                                                                        \
	static int selftest_##test_name(void);                                                     \
	static const struct selftest selftest_entry_##test_name = { #test_name,                   \
		selftest_##test_name };                                                            \
	LINKER_SET_ADD(selftests, selftest_entry_##test_name);                                     \
	static int selftest_##test_name(void)

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond))                                                                       \
			return __LINE__;                                                           \
	} while (0)

/* Runs those named by selftest= ("all" or a list) and prints a line each. */
void selftests_run(void);
