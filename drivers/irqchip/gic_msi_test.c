// SPDX-License-Identifier: MIT
/*
 * Messages as devices write them, written by the CPU: GICv2m takes them, and so does QEMU's ITS, where the CPU
 * is requester 0. What is sent while masked comes after.
 */
#include <kernel/selftest.h>

#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/irq.h>
#include <kernel/time.h>
#include <lib/atomic.h>
#include <lib/dt.h>
#include <mm/vmap.h>

#define NR_MESSAGES 5

static unsigned int counts[NR_MESSAGES];
static unsigned int seen_on[NR_MESSAGES];

static bool count(void *arg)
{
	unsigned int *at = arg;

	seen_on[at - counts] = arch_this_cpu()->id;
	atomic_inc(at);
	return true;
}

static bool came(unsigned int i, unsigned int wanted)
{
	for (unsigned int ms = 0; ms < 100 && atomic_load(&counts[i]) != wanted; ms++)
		sleep_ms(1);
	return atomic_load(&counts[i]) == wanted;
}

static struct msi_controller *controller(void)
{
	static const char *const names[] = { "arm,gic-v3-its", "arm,gic-v2m-frame" };
	struct msi_controller *msi = NULL;

	for (unsigned int i = 0; !msi && i < 2; i++) {
		int node = dt_next_compatible(fdt_tree(), -1, names[i]);

		msi = node < 0 ? NULL : msi_find_controller(node);
	}
	return msi;
}

static int send_each(struct msi_irq *irqs, volatile char *doorbell)
{
	for (unsigned int i = 0; i < NR_MESSAGES; i++) {
		CHECK(!irq_request(irqs[i].irq, IRQ_TRIGGER_EDGE, count, "test", &counts[i]));
		writel(irqs[i].message.data, doorbell);
		CHECK(came(i, 1));
		CHECK(seen_on[i] == irqs[i].target->id);
		writel(irqs[i].message.data, doorbell);
		CHECK(came(i, 2));
		irq_free(irqs[i].irq, &counts[i]);
		writel(irqs[i].message.data, doorbell);
		sleep_ms(2);
		CHECK(atomic_load(&counts[i]) == 2);
	}
	return 0;
}

SELFTEST(gic_msi)
{
	struct msi_controller *msi = fdt_tree() ? controller() : NULL;
	struct msi_irq irqs[NR_MESSAGES] = { 0 }, more[1] = { 0 };
	volatile char *doorbell;
	int line;

	if (!msi)
		return 0;
	for (unsigned int i = 0; i < NR_MESSAGES; i++)
		irqs[i].target = cpu_get(i % cpu_online_count());
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < NR_MESSAGES; i++)
			counts[i] = 0;
		CHECK(!msi_alloc(msi, 0, NR_MESSAGES, irqs));
		doorbell = ioremap(irqs[0].message.addr, 4);
		CHECK(doorbell);
		line = send_each(irqs, doorbell);
		CHECK(!msi_alloc(msi, 0x18, 1, more) && more[0].irq != irqs[NR_MESSAGES - 1].irq);
		msi_free(msi, 0x18, 1, more);
		msi_free(msi, 0, NR_MESSAGES, irqs);
		iounmap((void *)doorbell);
		if (line)
			return line;
	}
	return 0;
}
