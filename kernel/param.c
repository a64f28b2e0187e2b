// SPDX-License-Identifier: MIT
/*
 * The command line: two passes over the same text, the early parameters before there is memory, the others later;
 * what nobody claims is kept for init. "--" ends what is the kernel's.
 */
#include <kernel/param.h>

#include <boot/boot_info.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/pseudo_file.h>
#include <lib/alloc.h>
#include <lib/cmdline.h>
#include <lib/compiler.h>
#include <lib/string.h>

#define MAX_INIT_WORDS 32

LINKER_SET_DECLARE(kernel_params, const struct kernel_param);

static const char *whole_line;
static char words[BOOT_CMDLINE_BYTES]; /* what argv and envp point into */
static char *argv[MAX_INIT_WORDS + 2];
static char *envp[MAX_INIT_WORDS + 3];
static unsigned int nr_argv = 1, nr_envp;

/* Calls those who want it; true if anybody knows the name. */
static bool set_param(const char *name, const char *value, bool early)
{
	bool known = false;

	LINKER_SET_FOREACH(kernel_params, const struct kernel_param, param) {
		if (!cmdline_key_equal(param->name, name))
			continue;
		known = true;
		if (param->early == early && param->set(value ? value : ""))
			pr_err("param: %s=%s is not understood", name, value ? value : "");
	}
	return known;
}

/* "name=value" as one string; kept for good. */
static char *join(char *name, const char *value)
{
	return value ? kasprintf("%s=%s", name, value) : name;
}

static void give_argument(char *name, const char *value)
{
	char *word = join(name, value);

	if (word && nr_argv <= MAX_INIT_WORDS)
		argv[nr_argv++] = word;
}

static void give_environment(char *name, const char *value)
{
	size_t len = strlen(name) + 1;
	char *word = join(name, value);

	if (!word)
		return;
	for (unsigned int i = 0; i < nr_envp; i++) {
		if (strncmp(envp[i], word, len) == 0) {
			envp[i] = word;
			return;
		}
	}
	if (nr_envp < MAX_INIT_WORDS + 2)
		envp[nr_envp++] = word;
}

void params_parse_early(const char *cmdline)
{
	char *at = words, *name, *value;

	whole_line = cmdline;
	strscpy(words, cmdline, sizeof(words));
	while (cmdline_next(&at, &name, &value) && strcmp(name, "--") != 0)
		set_param(name, value, true);
}

void params_parse(const char *cmdline)
{
	char *at = words, *name, *value;
	bool for_init = false;

	envp[nr_envp++] = (char *)"HOME=/";
	envp[nr_envp++] = (char *)"TERM=linux";
	strscpy(words, cmdline, sizeof(words));
	while (cmdline_next(&at, &name, &value)) {
		if (for_init)
			give_argument(name, value);
		else if (strcmp(name, "--") == 0)
			for_init = true;
		else if (set_param(name, value, false) || strchr(name, '.'))
			continue; /* "module.parameter" is for a module, of which there are none */
		else if (value)
			give_environment(name, value);
		else
			give_argument(name, NULL);
	}
}

const char *kernel_cmdline(void)
{
	return whole_line;
}

char **init_argv(void)
{
	return argv;
}

char **init_envp(void)
{
	return envp;
}

static int cmdline_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%s\n", whole_line);
	return 0;
}
static uint64_t cmdline_size(void *ctx)
{
	return strlen(kernel_cmdline()) + 1;
}
PROC_FILE("cmdline", 0444, { .show = cmdline_show, .size = cmdline_size });
