// SPDX-License-Identifier: MIT
/* The list of CPUs. */
#include <kernel/cpu.h>

#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/param.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/parse.h>

static struct cpu boot_cpu __aligned(64);
static struct cpu *cpus[MAX_CPUS];
static unsigned int nr_cpus = 1;	 /* atomic */
static unsigned int nr_online;		 /* atomic */
static unsigned int max_cpus = MAX_CPUS; /* maxcpus=, nr_cpus=, nosmp */
static unsigned int nr_left_out;
static struct cpumask online_mask;

void cpu_init(uint64_t hw_id)
{
	cpus[0] = boot_cpu.self = &boot_cpu;
	boot_cpu.hw_id = hw_id;
	arch_cpu_init_this(&boot_cpu);
	cpu_set_online(&boot_cpu);
}

int cpu_register(uint64_t hw_id)
{
	struct cpu *cpu;

	for (unsigned int id = 0; id < nr_cpus; id++)
		if (cpus[id]->hw_id == hw_id)
			return 0;
	if (nr_cpus >= max_cpus) {
		nr_left_out++;
		return -ENOSPC;
	}
	cpu = kzalloc(sizeof(*cpu));
	if (!cpu)
		return -ENOMEM;
	cpu->self = cpu;
	cpu->id = nr_cpus;
	cpu->hw_id = hw_id;
	cpus[nr_cpus] = cpu;
	atomic_store(&nr_cpus, nr_cpus + 1);
	return 0;
}

struct cpu *cpu_get(unsigned int id)
{
	return id < atomic_load_relaxed(&nr_cpus) ? cpus[id] : NULL;
}

unsigned int cpu_count(void)
{
	return atomic_load_relaxed(&nr_cpus);
}

unsigned int cpu_online_count(void)
{
	return atomic_load_relaxed(&nr_online);
}

const struct cpumask *cpu_online_mask(void)
{
	return &online_mask;
}

void cpu_set_online(struct cpu *cpu)
{
	cpumask_set(&online_mask, cpu->id);
	atomic_store(&cpu->online, true);
	atomic_inc(&nr_online);
	smp_notify_online();
}

static int set_max_cpus(const char *value)
{
	uint32_t n;

	if (parse_u32(value, 10, &n))
		return -EINVAL;
	max_cpus = clamp(n, 1u, (uint32_t)MAX_CPUS);
	return 0;
}

static int set_nosmp(const char *value)
{
	max_cpus = 1;
	return 0;
}

KERNEL_PARAM("maxcpus", set_max_cpus);
KERNEL_PARAM("nr_cpus", set_max_cpus);
KERNEL_PARAM("nosmp", set_nosmp);
