// SPDX-License-Identifier: MIT
/* selftest=all, or names with commas: runs them in the first thread and goes on booting. */
#include <kernel/selftest.h>

#include <kernel/param.h>
#include <kernel/printk.h>
#include <kernel/time.h>
#include <lib/string.h>

LINKER_SET_DECLARE(selftests, const struct selftest);

static char wanted[128];

static bool is_wanted(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(wanted, "all") == 0)
		return true;
	for (const char *at = wanted; *at; at += strcspn(at, ","), at += *at == ',')
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || !at[len]))
			return true;
	return false;
}

void selftests_run(void)
{
	unsigned int nr_passed = 0, nr_failed = 0;

	if (!*wanted)
		return;
	LINKER_SET_FOREACH(selftests, const struct selftest, test) {
		uint64_t start_ns;
		int line;

		if (!is_wanted(test->name))
			continue;
		start_ns = time_monotonic_ns();
		line = test->run();
		if (line)
			nr_failed++, pr_err("selftest: %-20s FAILED at line %d", test->name, line);
		else
			nr_passed++, pr_info("selftest: %-20s passed (%lu us)", test->name,
				(unsigned long)((time_monotonic_ns() - start_ns) / NSEC_PER_USEC));
	}
	pr_notice("selftest: %u passed, %u failed", nr_passed, nr_failed);
}

static int set_selftest(const char *value)
{
	strscpy(wanted, value, sizeof(wanted));
	return 0;
}

KERNEL_PARAM("selftest", set_selftest);
