// SPDX-License-Identifier: MIT
/* /sys/devices/system/cpu/cpuN: every CPU is a core of its own in one package (Linux: sysfs-devices-system-cpu). */
#include <fs/sysfs/sysfs.h>

#include <fs/pseudo.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <lib/printf.h>

static int online_show(struct seq *seq, void *ctx)
{
	const struct cpu *cpu = ctx;

	seq_puts(seq, __atomic_load_n(&cpu->online, __ATOMIC_RELAXED) ? "1\n" : "0\n");
	return 0;
}

/* CPUs are not taken away: setting what is set is fine. */
static ssize_t online_store(void *ctx, const char *buf, size_t size)
{
	return *buf == '1' ? (ssize_t)size : -EPERM;
}

static int id_show(struct seq *seq, void *ctx)
{
	const struct cpu *cpu = ctx;

	seq_printf(seq, "%u\n", cpu->id);
	return 0;
}

static int zero_show(struct seq *seq, void *ctx)
{
	seq_puts(seq, "0\n");
	return 0;
}

static int package_list_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, cpu_count() > 1 ? "0-%u\n" : "%u\n", cpu_count() - 1);
	return 0;
}

static void print_mask(struct seq *seq, unsigned int first, unsigned int last)
{
	/* Words of 32 CPUs, highest first, as many as there are CPUs. */
	for (unsigned int word = (cpu_count() + 31) / 32; word--;) {
		uint32_t bits = 0;
		unsigned int left = min(cpu_count() - word * 32, 32u);

		for (unsigned int i = 0; i < 32; i++)
			bits |= (uint32_t)(word * 32 + i >= first && word * 32 + i <= last) << i;
		seq_printf(seq, "%0*x%s", (int)(left + 3) / 4, bits, word ? "," : "\n");
	}
}

static int self_mask_show(struct seq *seq, void *ctx)
{
	const struct cpu *cpu = ctx;

	print_mask(seq, cpu->id, cpu->id);
	return 0;
}

static int package_mask_show(struct seq *seq, void *ctx)
{
	print_mask(seq, 0, cpu_count() - 1);
	return 0;
}

static const struct pseudo_ops online_ops = { .show = online_show, .store = online_store };
static const struct {
	const char *name;
	struct pseudo_ops ops;
} topology[] = {
	{ "core_id", { .show = id_show } },
	{ "physical_package_id", { .show = zero_show } },
	{ "die_id", { .show = zero_show } },
	{ "thread_siblings", { .show = self_mask_show } },
	{ "thread_siblings_list", { .show = id_show } },
	{ "core_cpus", { .show = self_mask_show } },
	{ "core_cpus_list", { .show = id_show } },
	{ "core_siblings", { .show = package_mask_show } },
	{ "core_siblings_list", { .show = package_list_show } },
	{ "package_cpus", { .show = package_mask_show } },
	{ "package_cpus_list", { .show = package_list_show } },
};

void sysfs_add_cpus(void)
{
	for (unsigned int i = 0; i < cpu_count(); i++) {
		char path[48];
		struct pseudo_node *dir;

		scnprintf(path, sizeof(path), "devices/system/cpu/cpu%u/topology", i);
		dir = pseudo_mkdir_path(sysfs_root(), path);
		for (size_t k = 0; dir && k < ARRAY_SIZE(topology); k++)
			pseudo_put(pseudo_add_file(dir, topology[k].name, 0444, &topology[k].ops, cpu_get(i)));
		pseudo_put(dir);
		if (!i)
			continue; /* as on Linux: the boot CPU cannot go */
		scnprintf(path, sizeof(path), "devices/system/cpu/cpu%u", i);
		dir = pseudo_mkdir_path(sysfs_root(), path);
		if (dir)
			pseudo_put(pseudo_add_file(dir, "online", 0644, &online_ops, cpu_get(i)));
		pseudo_put(dir);
	}
}
