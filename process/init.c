// SPDX-License-Identifier: MIT
/*
 * The first program: the calling kernel thread becomes pid 1. Which program: rdinit= or /init of the initramfs;
 * if that is not there init=, then /sbin/init, /etc/init, /bin/init, /bin/sh, with Linux's messages.
 */
#include <process/process.h>

#include <arch/context.h>
#include <arch/trapframe.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <kernel/panic.h>
#include <kernel/param.h>
#include <kernel/printk.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/resource.h>
#include <mm/page.h>
#include <process/exec.h>
#include <process/family.h>
#include <process/fd_table.h>
#include <process/ns_proxy.h>
#include <process/signal.h>

static const char *rdinit_name = "/init", *init_name;

static int set_rdinit(const char *value)
{
	rdinit_name = kstrdup(value);
	return rdinit_name ? 0 : -ENOMEM;
}

static int set_init(const char *value)
{
	init_name = kstrdup(value);
	return init_name ? 0 : -ENOMEM;
}

KERNEL_PARAM("rdinit", set_rdinit);
KERNEL_PARAM("init", set_init);

/* Linux's first limits (INIT_RLIMITS). */
static void set_limits(struct process *process)
{
	static const struct rlimit first[RLIM_NLIMITS] = {
		[RLIMIT_CPU] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_FSIZE] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_DATA] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_STACK] = { 8 << 20, RLIM_INFINITY },
		[RLIMIT_CORE] = { 0, RLIM_INFINITY },
		[RLIMIT_RSS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_NPROC] = { 0, 0 },
		[RLIMIT_NOFILE] = { 1024, 4096 },
		[RLIMIT_MEMLOCK] = { 8 << 20, 8 << 20 },
		[RLIMIT_AS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_LOCKS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_SIGPENDING] = { 0, 0 },
		[RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_NICE] = { 0, 0 },
		[RLIMIT_RTPRIO] = { 0, 0 },
		[RLIMIT_RTTIME] = { RLIM_INFINITY, RLIM_INFINITY },
	};
	struct page_stats stats;
	uint64_t threads;

	memcpy(process->limits, first, sizeof(first));
	page_get_stats(&stats);
	/* Linux: as many threads as stacks fit an eighth of memory; half of that for a user. */
	threads = stats.total_pages * PAGE_SIZE / (KERNEL_STACK_SIZE * 8) / 2;
	process->limits[RLIMIT_NPROC] = (struct rlimit){ threads, threads };
	process->limits[RLIMIT_SIGPENDING] = (struct rlimit){ threads, threads };
}

/* What a user thread has and a kernel thread does not. */
static int become_process(void)
{
	struct process *process;
	unsigned long flags;
	struct pid *pid;
	int err;

	process_init();
	err = pid_alloc(&pid);
	if (err)
		return err;
	err = process_create(pid, &process);
	if (err)
		return err;
	process->signals.handlers = signal_handlers_copy(NULL, true);
	current->signal = signal_thread_create(NULL, false);
	if (!current->files)
		current->files = fd_table_create();
	if (!current->fs)
		current->fs = fs_context_get(&init_fs);
	if (!current->ns)
		current->ns = ns_proxy_get(&init_ns);
	err = arch_fpu_alloc(current);
	if (!process->signals.handlers || !current->signal || !current->files || err)
		return -ENOMEM;
	set_limits(process);
	process->signals.is_unkillable = true;
	process->exit_signal = SIGCHLD;
	current->pid = pid;
	current->process = process_get(process);

	flags = spin_lock_irqsave(&process_lock);
	family_link_locked(process, NULL, pid, pid);
	thread_get(current); /* the list's */
	family_add_thread_locked(process, current);
	init_process = process;
	spin_unlock_irqrestore(&process_lock, flags);
	return 0;
}

static void open_console(void)
{
	struct file *file;

	if (file_open(NULL, "/dev/console", O_RDWR, 0, LOOKUP_FOLLOW, &file)) {
		pr_err("Warning: unable to open an initial console.\n");
		return;
	}
	for (int i = 0; i < 3; i++) {
		int fd = fd_install_new(file_get(file), false);

		if (fd < 0)
			break;
	}
	file_put(file);
}

static int try_init(const char *name)
{
	char **argv = init_argv();

	argv[0] = (char *)name;
	pr_info("Run %s as init process\n", name);
	return process_exec_kernel(name, argv, init_envp());
}

static bool exists(const char *name)
{
	struct path path;

	if (path_lookup(NULL, name, LOOKUP_FOLLOW, &path))
		return false;
	path_put(&path);
	return true;
}

static int run_first_program(void)
{
	static const char *const fallbacks[] = { "/sbin/init", "/etc/init", "/bin/init", "/bin/sh" };
	int err;

	if (exists(rdinit_name)) {
		err = try_init(rdinit_name);
		if (!err)
			return 0;
		pr_err("Failed to execute %s (error %d)\n", rdinit_name, err);
	} else {
		pr_warn("check access for rdinit=%s failed, ignoring\n", rdinit_name);
	}
	if (init_name) {
		err = try_init(init_name);
		if (!err)
			return 0;
		panic("Requested init %s failed (error %d).", init_name, err);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fallbacks); i++) {
		err = try_init(fallbacks[i]);
		if (!err)
			return 0;
		if (err != -ENOENT)
			pr_err("Starting init: %s exists but couldn't execute it (error %d)\n", fallbacks[i], err);
	}
	panic("No working init found.  Try passing init= option to kernel. "
	      "See Linux Documentation/admin-guide/init.rst for guidance.");
}

int process_start_init(void)
{
	int err = become_process();

	if (err)
		return err;
	open_console();
	err = run_first_program();
	if (err)
		return err;
	arch_enter_user();
}
