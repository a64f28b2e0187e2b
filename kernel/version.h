/* SPDX-License-Identifier: MIT */
/* What uname says. */
#pragma once

struct boot_info;

extern const char kernel_release[]; /* "6.12.0-kindling" */
extern const char kernel_version[]; /* "#1 SMP Kindling <version> <date of commit>" */

/* The first two lines of the log: version, command line. */
void version_print(const struct boot_info *info);
