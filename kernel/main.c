// SPDX-License-Identifier: MIT
/*
 * The boot, as a table of contents: three lists, for the boot CPU, for every CPU, for the first thread.
 */
#include <arch/cpu.h>
#include <arch/init.h>
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <boot/boot_info.h>
#include <device/acpi/acpi.h>
#include <device/device.h>
#include <fs/initramfs/initramfs.h>
#include <fs/mount.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/irq.h>
#include <kernel/panic.h>
#include <kernel/param.h>
#include <kernel/printk.h>
#include <kernel/random.h>
#include <kernel/sched.h>
#include <kernel/selftest.h>
#include <kernel/smp.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <kernel/version.h>
#include <mm/early.h>
#include <mm/iomem.h>
#include <process/process.h>

static void main_first_thread(void *arg);

static void log_complaints(const struct boot_info *info)
{
	for (uint32_t left = info->complaints; left; left &= left - 1)
		pr_warn("boot: %s\n", boot_complaint_text(left & -left));
}

void kernel_main(struct boot_info *info)
{
	arch_init_early(info);		 /* exception vectors: a fault says what it was */
	params_parse_early(info->cmdline); /* earlycon=, mem=, nokaslr */
	version_print(info);
	log_complaints(info);
	mm_init(info);			 /* page frames, kmalloc, then the kernel's own page tables */
	cpu_init(arch_cpu_hw_id());	 /* the boot CPU's record: current and locks work from here */
	mm_enable_cpu_lists();
	sched_init();			 /* this stack becomes the idle thread's */
	params_parse(info->cmdline);
	iomem_init(info);
	irq_init();
	acpi_init(info->rsdp);		 /* tables only */
	arch_init();			 /* interrupt controllers */
	arch_time_init();		 /* the counter's rate */
	time_init();			 /* clocks run */
	arch_timer_init_this_cpu();
	random_init(info);
	arch_enumerate_cpus();

	if (kthread_run("init", main_first_thread, info))
		panic("no memory for the first thread");
	arch_irq_enable();
	sched_idle();
}

void kernel_main_secondary(struct cpu *cpu)
{
	arch_cpu_init_this(cpu);	/* its record, exception vectors */
	arch_init_this_cpu();		/* features, interrupt controller */
	arch_timer_init_this_cpu();
	sched_init_this_cpu(cpu);	/* this stack is its idle thread's */
	cpu_set_online(cpu);
	arch_tlb_flush_local_all();	/* what was flushed before it was told of flushes */
	arch_irq_enable();
	sched_idle();
}

static void main_first_thread(void *arg)
{
	const struct boot_info *info = arg;

	mount_init();			/* rootfs */
	device_init();			/* drivers probe what firmware describes */
	smp_start();			/* not before: a scan of PCI moves what is decoded at which address */
	smp_wait_online();
	initramfs_unpack(info);		/* into rootfs, on all CPUs where the archive allows */
	selftests_run();		/* selftest= */
	panic("no init could be started (error %d): pass an initramfs with /init or name one by rdinit=",
		process_start_init());
}
