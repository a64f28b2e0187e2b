/* SPDX-License-Identifier: MIT */
/*
 * Command-line parameters, under Linux's names. A file that has one says KERNEL_PARAM("quiet", fn) at
 * its end; params_parse() calls fn with the value for each occurrence. What nothing claims goes to
 * init: "a=b" into its environment, other words as arguments, as Linux does.
 */
#pragma once

#include <lib/linker_set.h>
#include <lib/types.h>

struct kernel_param {
	const char *name;
	/* value: text behind '=', "" where there is none. 0, or -EINVAL: a line in the log names it. */
	int (*set)(const char *value);
	bool early; /* parsed before memory is set up (mem=, earlycon=) */
};

#define KERNEL_PARAM_(param_name, fn, is_early, line)                                              \
	static const struct kernel_param kernel_param_##line = { param_name, fn, is_early };       \
	LINKER_SET_ADD(kernel_params, kernel_param_##line)
#define KERNEL_PARAM__(param_name, fn, is_early, line) KERNEL_PARAM_(param_name, fn, is_early, line)
#define KERNEL_PARAM(param_name, fn) KERNEL_PARAM__(param_name, fn, false, __LINE__)
#define KERNEL_PARAM_EARLY(param_name, fn) KERNEL_PARAM__(param_name, fn, true, __LINE__)

void params_parse_early(const char *cmdline);
void params_parse(const char *cmdline);

/* The whole line, for /proc/cmdline. */
const char *kernel_cmdline(void);

/* What goes to init: NULL-terminated, [0] is filled in by the caller of exec. */
char **init_argv(void);
char **init_envp(void);
