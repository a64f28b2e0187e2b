// SPDX-License-Identifier: MIT
/* Two lists of ways out, sorted by priority. Filled at start-up and read without a lock. */
#include <kernel/power.h>

#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <kernel/console.h>
#include <kernel/printk.h>

static LIST_HEAD(off_handlers);
static LIST_HEAD(restart_handlers);

static void power_register(struct list_head *list, struct power_handler *handler)
{
	struct list_head *before = list->next;

	while (before != list &&
		list_entry(before, struct power_handler, node)->priority >= handler->priority)
		before = before->next;
	list_add_tail(&handler->node, before);
}

static void power_try(struct list_head *list)
{
	struct power_handler *handler;

	arch_irq_disable();
	list_for_each_entry(handler, list, node)
		handler->act();
}

void power_off_register(struct power_handler *handler)
{
	power_register(&off_handlers, handler);
}

void power_restart_register(struct power_handler *handler)
{
	power_register(&restart_handlers, handler);
}

bool power_can_turn_off(void)
{
	return !list_empty(&off_handlers);
}

void power_off(void)
{
	pr_emerg("reboot: Power down\n");
	console_flush_polled();
	power_try(&off_handlers);
	pr_emerg("reboot: this machine cannot be turned off\n");
	console_flush_polled();
	arch_cpu_halt();
}

void power_restart(void)
{
	pr_emerg("reboot: Restarting system\n");
	console_flush_polled();
	power_try(&restart_handlers);
	arch_cpu_reset();
}
