// SPDX-License-Identifier: MIT
/*
 * The handover, in the order of docs/kexec.md: first all that can be refused, then the machine is
 * made quiet step by step, until only this CPU runs.
 */
#include <kexec/kexec.h>

#include <arch/irqflags.h>
#include <device/device.h>
#include <kernel/console.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/irq.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kexec/load.h>
#include <process/process.h>

/* From here there is no way back. */
[[noreturn]] static void hand_over(const struct kexec_image *image)
{
	process_stop_all_user();
	sched_pin_current(cpu_get(0));
	if (smp_park_others())
		panic("kexec: a CPU does not stop");
	device_shutdown_all();
	console_flush_polled();
	arch_irq_disable();
	irq_shutdown();
	arch_kexec_jump(&image->plan);
}

int kexec_execute(void)
{
	int err;

	if (!mutex_trylock(&kexec_lock))
		return -EBUSY;
	err = kexec_loaded ? kexec_image_verify(kexec_loaded) : -EINVAL;
	if (!err) {
		pr_emerg("kexec: starting the new kernel\n");
		hand_over(kexec_loaded);
	}
	if (err == -EIO)
		pr_err("kexec: the loaded kernel was changed in memory; it is not started\n");
	mutex_unlock(&kexec_lock);
	return err;
}
