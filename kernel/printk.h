/* SPDX-License-Identifier: MIT */
/*
 * The kernel log: a ring of records. printk() stores and returns; consoles drain it (kernel/console.h).
 * Any context, also interrupts and panic. Messages carry Linux's levels; pr_fmt-like prefixes are
 * written by the caller ("acpi: ...").
 */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

enum log_level { LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

__printf(2, 3) void printk(enum log_level level, const char *fmt, ...);

#define pr_emerg(...) printk(LOG_EMERG, __VA_ARGS__)
#define pr_err(...) printk(LOG_ERR, __VA_ARGS__)
#define pr_warn(...) printk(LOG_WARNING, __VA_ARGS__)
#define pr_notice(...) printk(LOG_NOTICE, __VA_ARGS__)
#define pr_info(...) printk(LOG_INFO, __VA_ARGS__)
#define pr_debug(...) printk(LOG_DEBUG, __VA_ARGS__)
