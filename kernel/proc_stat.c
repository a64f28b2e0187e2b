// SPDX-License-Identifier: MIT
/* What the CPUs are and did: /proc/cpuinfo, stat, uptime, softirqs (man 5 proc); /sys/devices/system/cpu's lists. */
#include <arch/cpu.h>
#include <arch/layout.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/pid.h>
#include <kernel/pseudo_file.h>
#include <kernel/sched.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/printf.h>

#define USER_HZ 100 /* AT_CLKTCK */

static unsigned long long ticks(uint64_t ns)
{
	return ns / (NSEC_PER_SEC / USER_HZ);
}

static int cpuinfo_show(struct seq *seq, void *ctx)
{
	char *buf = kmalloc(PAGE_SIZE);

	if (!buf)
		return -ENOMEM;
	for (unsigned int i = 0; i < cpu_count(); i++)
		if (cpu_get(i)->online)
			seq_write(seq, buf, arch_cpu_info(cpu_get(i), buf, PAGE_SIZE));
	kfree(buf);
	return 0;
}
PROC_FILE("cpuinfo", 0444, { .show = cpuinfo_show });

static void print_times(struct seq *seq, const char *name, const struct cpu_times *t)
{
	seq_printf(seq, "%s %llu 0 %llu %llu 0 0 0 0 0 0\n", name, ticks(t->user_ns), ticks(t->system_ns),
		ticks(t->idle_ns));
}

static int stat_show(struct seq *seq, void *ctx)
{
	struct cpu_times sum = { 0 }, t;
	uint64_t irqs = 0, switches = 0;
	char name[16];

	for (unsigned int i = 0; i < cpu_count(); i++) {
		sched_cpu_times(cpu_get(i), &t);
		sum.user_ns += t.user_ns;
		sum.system_ns += t.system_ns;
		sum.idle_ns += t.idle_ns;
		irqs += cpu_get(i)->irq_count;
		switches += cpu_get(i)->context_switches;
	}
	print_times(seq, "cpu ", &sum);
	for (unsigned int i = 0; i < cpu_count(); i++) {
		if (!cpu_get(i)->online)
			continue;
		sched_cpu_times(cpu_get(i), &t);
		scnprintf(name, sizeof(name), "cpu%u", i);
		print_times(seq, name, &t);
	}
	seq_printf(seq, "intr %llu\n", (unsigned long long)irqs);
	seq_printf(seq, "ctxt %llu\n", (unsigned long long)switches);
	seq_printf(seq, "btime %llu\n", (unsigned long long)(time_realtime_offset_ns() / NSEC_PER_SEC));
	seq_printf(seq, "processes %u\n", pid_last());
	seq_printf(seq, "procs_running %u\nprocs_blocked 0\n", sched_nr_running());
	seq_puts(seq, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}
PROC_FILE("stat", 0444, { .show = stat_show });

static int uptime_show(struct seq *seq, void *ctx)
{
	unsigned long long up = ticks(time_monotonic_ns()), idle = 0;

	for (unsigned int i = 0; i < cpu_count(); i++) {
		struct cpu_times t;

		sched_cpu_times(cpu_get(i), &t);
		idle += ticks(t.idle_ns);
	}
	seq_printf(seq, "%llu.%02llu %llu.%02llu\n", up / USER_HZ, up % USER_HZ, idle / USER_HZ, idle % USER_HZ);
	return 0;
}
PROC_FILE("uptime", 0444, { .show = uptime_show });

/* No modules are ever loaded; one personality. */
PROC_TEXT("modules", "");
PROC_TEXT("execdomains", "0-0\tLinux           \t[kernel]\n");

/* --- lists of CPUs, as "0-3" --------------------------------------------------------------------- */

static void print_list(struct seq *seq, unsigned int count, bool only_online)
{
	bool any = false;

	for (unsigned int i = 0; i < count; i++) {
		unsigned int first = i;

		if (only_online && !cpu_get(i)->online)
			continue;
		while (i + 1 < count && (!only_online || cpu_get(i + 1)->online))
			i++;
		seq_printf(seq, first == i ? "%s%u" : "%s%u-%u", any ? "," : "", first, i);
		any = true;
	}
	seq_puts(seq, "\n");
}

static int present_show(struct seq *seq, void *ctx)
{
	print_list(seq, cpu_count(), false);
	return 0;
}
SYSFS_FILE("devices/system/cpu/possible", 0444, { .show = present_show });
SYSFS_FILE("devices/system/cpu/present", 0444, { .show = present_show });

static int online_show(struct seq *seq, void *ctx)
{
	print_list(seq, cpu_count(), true);
	return 0;
}
SYSFS_FILE("devices/system/cpu/online", 0444, { .show = online_show });

static int kernel_max_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%u\n", MAX_CPUS - 1);
	return 0;
}
SYSFS_FILE("devices/system/cpu/kernel_max", 0444, { .show = kernel_max_show });
SYSFS_TEXT("devices/system/cpu/offline", "\n");
SYSFS_TEXT("devices/system/cpu/isolated", "\n");
SYSFS_TEXT("devices/system/cpu/smt/active", "0\n");
SYSFS_TEXT("devices/system/cpu/smt/control", "notsupported\n");
