// SPDX-License-Identifier: MIT
/* The system as a whole: man 2 uname, sethostname, sysinfo, reboot. */
#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/layout.h>
#include <device/device.h>
#include <kernel/console.h>
#include <kernel/cpu.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/power.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/time.h>
#include <kernel/version.h>
#include <kexec/kexec.h>
#include <lib/string.h>
#include <linux/reboot.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>
#include <mm/page.h>
#include <mm/user_copy.h>
#include <process/ns_proxy.h>
#include <process/process.h>
#include <syscall/define.h>

SYSCALL_DEFINE(uname, struct new_utsname *, user_name)
{
	struct new_utsname name;
	unsigned long flags = spin_lock_irqsave(&uts_lock);

	name = current->ns->uts->name;
	spin_unlock_irqrestore(&uts_lock, flags);
	strscpy(name.sysname, "Linux", sizeof(name.sysname));
	strscpy(name.release, kernel_release, sizeof(name.release));
	strscpy(name.version, kernel_version, sizeof(name.version));
	strscpy(name.machine, UTS_MACHINE, sizeof(name.machine));
	return copy_to_user(user_name, &name, sizeof(name));
}

static long set_uts(char *field, const char *user_text, int len)
{
	char text[__NEW_UTS_LEN + 1] = {};
	unsigned long flags;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > __NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(text, user_text, (size_t)len))
		return -EFAULT;
	flags = spin_lock_irqsave(&uts_lock);
	memcpy(field, text, sizeof(text));
	spin_unlock_irqrestore(&uts_lock, flags);
	return 0;
}

SYSCALL_DEFINE(sethostname, const char *, user_text, int, len)
{
	return set_uts(current->ns->uts->name.nodename, user_text, len);
}

SYSCALL_DEFINE(setdomainname, const char *, user_text, int, len)
{
	return set_uts(current->ns->uts->name.domainname, user_text, len);
}

SYSCALL_DEFINE(sysinfo, struct sysinfo *, user_info)
{
	struct sysinfo info = {};
	struct page_stats stats;

	page_get_stats(&stats);
	sched_loadavg(info.loads);
	info.uptime = (long)((time_monotonic_ns() + NSEC_PER_SEC - 1) / NSEC_PER_SEC);
	for (unsigned int i = 0; i < ARRAY_SIZE(info.loads); i++)
		info.loads[i] <<= SI_LOAD_SHIFT - 11;
	info.totalram = stats.total_pages * PAGE_SIZE;
	info.freeram = stats.free_pages * PAGE_SIZE;
	info.sharedram = stats.shmem_pages * PAGE_SIZE;
	info.mem_unit = 1;
	info.procs = (uint16_t)process_nr_threads();
	return copy_to_user(user_info, &info, sizeof(info));
}

/* --- reboot ------------------------------------------------------------------------------------------------------- */

/* Nothing runs and nothing moves any more when this returns. */
static void quiesce(void)
{
	process_stop_all_user();
	sched_pin_current(cpu_get(0));
	if (smp_park_others())
		pr_warn("reboot: other CPUs did not stop\n");
	device_shutdown_all();
}

static long restart(const char *command)
{
	if (command)
		pr_emerg("reboot: Restarting system with command '%s'\n", command);
	quiesce();
	power_restart();
}

static long halt(const char *message)
{
	pr_emerg("reboot: %s\n", message);
	quiesce();
	console_flush_polled();
	arch_irq_disable();
	arch_cpu_halt();
}

static long turn_off(void)
{
	if (!power_can_turn_off())
		return halt("Power off not available: System halted instead");
	quiesce();
	power_off();
}

static bool magic_ok(int magic1, int magic2)
{
	return (unsigned int)magic1 == LINUX_REBOOT_MAGIC1 &&
	       (magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A || magic2 == LINUX_REBOOT_MAGIC2B ||
		       magic2 == LINUX_REBOOT_MAGIC2C);
}

SYSCALL_DEFINE(reboot, int, magic1, int, magic2, unsigned int, command, const char *, user_arg)
{
	char text[256];
	long len;

	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (!magic_ok(magic1, magic2))
		return -EINVAL;
	switch (command) {
	case LINUX_REBOOT_CMD_RESTART:
		return restart(NULL);
	case LINUX_REBOOT_CMD_RESTART2:
		len = strncpy_from_user(text, user_arg, sizeof(text));
		if (len < 0 && len != -ENAMETOOLONG)
			return -EFAULT;
		text[sizeof(text) - 1] = '\0';
		return restart(text);
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0; /* no keyboard here makes Ctrl-Alt-Del */
	case LINUX_REBOOT_CMD_HALT:
		return halt("System halted");
	case LINUX_REBOOT_CMD_POWER_OFF:
		return turn_off();
	case LINUX_REBOOT_CMD_KEXEC:
		return kexec_execute();
	}
	return -EINVAL;
}
