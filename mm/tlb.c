// SPDX-License-Identifier: MIT
/*
 * TLB shoot-down. space->cpus holds the CPUs that may have entries; each CPU's pages.loaded says which
 * space it really has, so a CPU that left in the meantime does nothing.
 */
#include <mm/tlb.h>

#include <arch/mmu.h>
#include <kernel/cpu.h>
#include <kernel/smp.h>
#include <lib/atomic.h>
#include <mm/vm_space.h>

struct tlb_request {
	struct vm_space *space;
	vaddr_t start;
	size_t size;
};

static void flush_here(void *arg)
{
	const struct tlb_request *request = arg;

	if (arch_this_cpu()->pages.loaded == request->space)
		arch_tlb_flush_local(request->start, request->size);
}

static bool on_other_cpus(const struct vm_space *space, const struct cpu *here)
{
	unsigned int words = (cpu_count() + 63) / 64;

	for (unsigned int i = 0; i < words; i++) {
		unsigned long bits = atomic_load_relaxed(&space->cpus.bits[i]);

		if (i == here->id / 64)
			bits &= ~(1ul << here->id % 64);
		if (bits)
			return true;
	}
	return false;
}

void tlb_flush_range(struct vm_space *space, vaddr_t start, size_t size)
{
	struct tlb_request request = { space, start, size };

	/* The entries are changed before the mask is read: see vm_space_switch(). */
	atomic_fence();
	if (arch_tlb_has_broadcast()) {
		arch_tlb_flush_broadcast(&space->cpus, start, size);
		return;
	}
	flush_here(&request);
	if (on_other_cpus(space, arch_this_cpu()))
		smp_call(&space->cpus, flush_here, &request);
}

static void flush_all_here(void *arg __maybe_unused)
{
	arch_tlb_flush_local_all();
}

void tlb_flush_kernel(vaddr_t start, size_t size)
{
	if (arch_tlb_has_broadcast()) {
		arch_tlb_flush_broadcast(cpu_online_mask(), start, size);
		return;
	}
	arch_tlb_flush_local_all();
	if (cpu_online_count() > 1)
		smp_call(cpu_online_mask(), flush_all_here, NULL);
}

/* --- which space a CPU has loaded ----------------------------------------------------------------- */

void vm_space_switch(struct vm_space *prev __maybe_unused, struct vm_space *next)
{
	struct cpu *cpu = arch_this_cpu();
	struct vm_space *loaded = cpu->pages.loaded;

	/* A kernel thread runs on what is there. */
	if (!next || next == loaded)
		return;
	cpumask_set(&next->cpus, cpu->id);
	cpu->pages.loaded = next;
	arch_mmu_switch(next->pagetable.root_paddr, next->asid);
	if (loaded)
		cpumask_clear(&loaded->cpus, cpu->id);
}

static void unload_here(void *arg)
{
	struct vm_space *space = arg;
	struct cpu *cpu = arch_this_cpu();
	unsigned long irq = arch_irq_save();

	if (cpu->pages.loaded == space) {
		cpu->pages.loaded = NULL;
		arch_mmu_switch(kernel_pagetable.root_paddr, 0);
		cpumask_clear(&space->cpus, cpu->id);
	}
	arch_irq_restore(irq);
}

void vm_space_unload(struct vm_space *space)
{
	unload_here(space);
	if (on_other_cpus(space, arch_this_cpu()))
		smp_call(&space->cpus, unload_here, space);
}
