// SPDX-License-Identifier: MIT
/* Who we say we are. The build may define KINDLING_VERSION and KINDLING_DATE; both are reproducible. */
#include <kernel/version.h>

#include <boot/boot_info.h>
#include <kernel/printk.h>
#include <kernel/pseudo_file.h>

#ifndef KINDLING_VERSION
#define KINDLING_VERSION "0.1"
#endif

const char kernel_release[] = "6.12.0-kindling";
const char kernel_version[] = "#1 SMP Kindling " KINDLING_VERSION;

void version_print(const struct boot_info *info)
{
	pr_notice("Kindling " KINDLING_VERSION ", Linux version %s %s", kernel_release, kernel_version);
	pr_notice("Command line: %s", info->cmdline);
}

static int version_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "Linux version %s (Kindling " KINDLING_VERSION ") (" __VERSION__ ") %s\n", kernel_release,
		kernel_version);
	return 0;
}
PROC_FILE("version", 0444, { .show = version_show });
