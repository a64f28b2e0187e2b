// SPDX-License-Identifier: MIT
/* Files of /proc that are about all processes, or about the reader's UTS namespace (man 5 proc, proc_sys_kernel). */
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/pid.h>
#include <kernel/pseudo_file.h>
#include <kernel/sched.h>
#include <kernel/version.h>
#include <lib/string.h>
#include <process/ns_proxy.h>
#include <process/process.h>

/* sched_loadavg() is fixed point with 11 bits; rounded to hundredths as Linux does it. */
static int loadavg_show(struct seq *seq, void *ctx)
{
	unsigned long avg[3];

	sched_loadavg(avg);
	for (unsigned int i = 0; i < 3; i++) {
		unsigned long value = avg[i] + (1 << 11) / 200;

		seq_printf(seq, "%lu.%02lu ", value >> 11, (value & ((1 << 11) - 1)) * 100 >> 11);
	}
	seq_printf(seq, "%u/%u %u\n", sched_nr_running(), process_nr_threads(), pid_last());
	return 0;
}
PROC_FILE("loadavg", 0444, { .show = loadavg_show });

static int threads_max = 32768;
static struct sysctl_int threads_max_ctl = { &threads_max, 20, INT32_MAX };
SYSCTL_INT("kernel/threads-max", 0644, threads_max_ctl);

PROC_TEXT("sys/kernel/ostype", "Linux\n");

static int release_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%s\n", kernel_release);
	return 0;
}
PROC_FILE("sys/kernel/osrelease", 0444, { .show = release_show });

static int version_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%s\n", kernel_version);
	return 0;
}
PROC_FILE("sys/kernel/version", 0444, { .show = version_show });

/* --- names of the UTS namespace ------------------------------------------------------------------ */

static int name_show(struct seq *seq, const char *name)
{
	char copy[sizeof_field(struct new_utsname, nodename)];

	spin_lock(&uts_lock);
	strscpy(copy, name, sizeof(copy));
	spin_unlock(&uts_lock);
	seq_printf(seq, "%s\n", copy);
	return 0;
}

/* One line; more than fits is cut, as Linux's proc_dostring. */
static ssize_t name_store(char *name, const char *buf, size_t size)
{
	size_t len = min(strcspn(buf, "\n"), sizeof_field(struct new_utsname, nodename) - 1);

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	spin_lock(&uts_lock);
	memcpy(name, buf, len);
	name[len] = '\0';
	spin_unlock(&uts_lock);
	return size;
}

static int hostname_show(struct seq *seq, void *ctx)
{
	return name_show(seq, current->ns->uts->name.nodename);
}

static ssize_t hostname_store(void *ctx, const char *buf, size_t size)
{
	return name_store(current->ns->uts->name.nodename, buf, size);
}
PROC_FILE("sys/kernel/hostname", 0644, { .show = hostname_show, .store = hostname_store });

static int domainname_show(struct seq *seq, void *ctx)
{
	return name_show(seq, current->ns->uts->name.domainname);
}

static ssize_t domainname_store(void *ctx, const char *buf, size_t size)
{
	return name_store(current->ns->uts->name.domainname, buf, size);
}
PROC_FILE("sys/kernel/domainname", 0644, { .show = domainname_show, .store = domainname_store });

/* --- remembered: what programs set they read back ------------------------------------------------- */

static char core_pattern[128] = "core";

static int core_pattern_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%s\n", core_pattern);
	return 0;
}

static ssize_t core_pattern_store(void *ctx, const char *buf, size_t size)
{
	size_t len = min(strcspn(buf, "\n"), sizeof(core_pattern) - 1);

	memcpy(core_pattern, buf, len);
	core_pattern[len] = '\0';
	return size;
}
PROC_FILE("sys/kernel/core_pattern", 0644, { .show = core_pattern_show, .store = core_pattern_store });

static int core_uses_pid, dmesg_restrict, kptr_restrict = 1, sysrq = 1, panic_on_oops = 1, ctrl_alt_del;
static struct sysctl_int core_uses_pid_ctl = { &core_uses_pid, 0, 1 }, dmesg_restrict_ctl = { &dmesg_restrict, 0, 1 };
static struct sysctl_int kptr_restrict_ctl = { &kptr_restrict, 0, 2 }, sysrq_ctl = { &sysrq, 0, 511 };
static struct sysctl_int panic_on_oops_ctl = { &panic_on_oops, 0, 1 }, ctrl_alt_del_ctl = { &ctrl_alt_del, 0, 1 };
SYSCTL_INT("kernel/core_uses_pid", 0644, core_uses_pid_ctl);
SYSCTL_INT("kernel/dmesg_restrict", 0644, dmesg_restrict_ctl);
SYSCTL_INT("kernel/kptr_restrict", 0644, kptr_restrict_ctl);
SYSCTL_INT("kernel/sysrq", 0644, sysrq_ctl);
SYSCTL_INT("kernel/panic_on_oops", 0644, panic_on_oops_ctl);
SYSCTL_INT("kernel/ctrl-alt-del", 0644, ctrl_alt_del_ctl);
