// SPDX-License-Identifier: MIT
/*
 * GICv3's interrupt translation service (Arm IHI 0069, chapters 5, 9.18, 12.18 to 12.20): a device's message
 * (who writes, and which number) becomes an LPI at a CPU. Nothing is turned on before a first device asks for
 * messages: what LPIs write to is never free again (page_keep()) unless the hardware lets them be turned off.
 */
#include <drivers/irqchip/gic_internal.h>

#include <arch/barrier.h>
#include <arch/cache.h>
#include <arch/cpu.h>
#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/mutex.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <lib/bitmap.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <lib/list.h>
#include <mm/page.h>

#define GITS_CTLR 0x0000
#define GITS_CTLR_ENABLED (1u << 0)
#define GITS_CTLR_QUIESCENT (1u << 31)
#define GITS_TYPER 0x0008
#define TYPER_ITT_ENTRY_BYTES(typer) (((typer) >> 4 & 0xf) + 1)
#define TYPER_DEVICE_BITS(typer) (((typer) >> 13 & 0x1f) + 1)
#define TYPER_PTA (1ull << 19) /* CPUs are named by their redistributor's address */
#define GITS_CBASER 0x0080
#define GITS_CWRITER 0x0088
#define GITS_CREADR 0x0090
#define GITS_BASER(n) (0x0100 + 8 * (n))
#define NR_BASERS 8
#define GITS_TRANSLATER 0x10040

#define VALID (1ull << 63)
#define BASER_INDIRECT (1ull << 62)
#define BASER_TYPE(baser) ((baser) >> 56 & 7)
#define BASER_DEVICES 1
#define BASER_COLLECTIONS 4
#define BASER_ENTRY_BYTES(baser) (((baser) >> 48 & 0x1f) + 1)
#define BASER_PAGE_SHIFT(baser) ((baser) >> 8 & 3 ? ((baser) >> 8 & 3) * 2 + 12 : 12)
#define BASER_CACHED (7ull << 59 | 1ull << 10) /* write-back; inner shareable. CBASER's places are the same */
#define BASER_UNCACHED (1ull << 59)
#define BASER_SHAREABLE (3ull << 10)
#define REDIST_CACHED (7ull << 7 | 1ull << 10)
#define REDIST_UNCACHED (1ull << 7)
#define PENDBASER_ZEROED (1ull << 62)

/* Commands: 5.13. */
#define CMD_SYNC 0x05
#define CMD_MAPD 0x08
#define CMD_MAPC 0x09
#define CMD_MAPTI 0x0a
#define CMD_INV 0x0c
#define CMD_DISCARD 0x0f
#define QUEUE_BYTES 4096u

/* LPIs from 8192 on: a byte of configuration for each, a pending bit for each number from 0 on, in tables of 64 KiB. */
#define NR_LPIS 512
#define LPI_ID_BITS 14
#define LPI_ENABLED 1
#define LPI_CONFIG 0xa2 /* priority, group 1 */
#define TABLE_ORDER (16 - PAGE_SHIFT)
#define WAIT_TURNS 1000000

struct device {
	struct list_head node;
	uint32_t id;
	struct page *itt;
	unsigned int itt_order;
};

/* Of one LPI in use. */
struct lpi {
	uint32_t device, event;
};

static struct its {
	volatile char *registers;
	paddr_t paddr;
	struct msi_controller msi;
	struct irq_chip chip;	/* input = LPI - 8192 */
	uint64_t typer, max_devices;

	struct mutex lock;	/* alloc and free */
	/* Guarded by lock. */
	bool is_on;
	struct cpumask has_lpis;
	unsigned long used[NR_LPIS / 64];
	struct list_head devices;
	struct lpi lpis[NR_LPIS];	/* an LPI in use is read without it */
	uint8_t *config;

	struct spinlock queue_lock;	/* irqsave */
	uint64_t *queue;		/* Guarded by queue_lock. */
	unsigned int head;		/* Guarded by queue_lock. */
} its;

/* --- commands --------------------------------------------------------------------------------- */

/* Waits for the end: nobody is in a hurry. */
static int command(uint64_t d0, uint64_t d1, uint64_t d2)
{
	unsigned long flags = spin_lock_irqsave(&its.queue_lock);
	uint64_t *at = its.queue + its.head / sizeof(*at);
	unsigned int turns = 0;

	at[0] = d0;
	at[1] = d1;
	at[2] = d2;
	at[3] = 0;
	arch_cache_clean(at, 32);
	its.head = (its.head + 32) % QUEUE_BYTES;
	writeq(its.head, its.registers + GITS_CWRITER);
	while (readq(its.registers + GITS_CREADR) != its.head && ++turns < WAIT_TURNS)
		arch_cpu_relax();
	spin_unlock_irqrestore(&its.queue_lock, flags);
	if (turns < WAIT_TURNS)
		return 0;
	pr_err("ITS: command %lx is not carried out\n", (unsigned long)(d0 & 0xff));
	return -EIO;
}

/* How commands name a CPU, from bit 16 on. */
static uint64_t cpu_name(const struct cpu *cpu)
{
	volatile char *registers;
	paddr_t paddr = gic_v3_redistributor(cpu, &registers);

	if (its.typer & TYPER_PTA)
		return paddr & ~0xffffull;
	return (readq(registers + GICR_TYPER) >> 8 & 0xffff) << 16;
}

static int sync(const struct cpu *cpu)
{
	return command(CMD_SYNC, 0, cpu_name(cpu));
}

static void set_config(unsigned int input, uint8_t config)
{
	const struct lpi *lpi = &its.lpis[input];

	its.config[input] = config;
	arch_cache_clean(&its.config[input], 1);
	(void)command(CMD_INV | (uint64_t)lpi->device << 32, lpi->event, 0);
}

/* --- tables ----------------------------------------------------------------------------------- */

/* Zeroed, and no cache line of it is ours to write back later. NULL: no memory. */
static struct page *table_alloc(unsigned int order)
{
	struct page *page = page_alloc_order(order, ALLOC_ZERO);

	if (page)
		arch_cache_clean(page_address(page), PAGE_SIZE << order);
	return page;
}

/* A base register: cached if the hardware shares our caches, else not. */
static uint64_t set_base(volatile char *at, uint64_t value, uint64_t cached, uint64_t uncached)
{
	writeq(value | cached, at);
	if (!(readq(at) & BASER_SHAREABLE))
		writeq(value | uncached, at);
	return readq(at);
}

/*
 * The devices' table has two levels where it can: one page of pointers is enough for all there can be, and of the
 * pages below, the hardware being told when they exist, only those of our devices are made.
 */
static uint64_t *device_directory;
static unsigned int device_page_shift, device_page_entries;

static int set_device_table(volatile char *at)
{
	uint64_t entry_bytes = BASER_ENTRY_BYTES(readq(at)), baser;
	unsigned int order = 0, shift;
	struct page *page;

	writeq(BASER_INDIRECT, at);
	baser = readq(at);
	shift = (unsigned int)BASER_PAGE_SHIFT(baser);
	if (!(baser & BASER_INDIRECT)) {
		uint64_t bytes = min((entry_bytes << TYPER_DEVICE_BITS(its.typer)), 256ull << shift);

		while (PAGE_SIZE << order < bytes || PAGE_SHIFT + order < shift)
			order++;
		its.max_devices = (PAGE_SIZE << order) / entry_bytes;
	} else {
		order = shift - PAGE_SHIFT;
		device_page_shift = shift;
		device_page_entries = (unsigned int)((1u << shift) / entry_bytes);
		its.max_devices = (1ull << shift) / sizeof(uint64_t) * device_page_entries;
	}
	page = table_alloc(order);
	if (!page)
		return -ENOMEM;
	if (baser & BASER_INDIRECT)
		device_directory = page_address(page);
	set_base(at, VALID | (baser & BASER_INDIRECT) | page_to_paddr(page) | (shift - 12) / 2 << 8 |
		(((PAGE_SIZE << order) >> shift) - 1), BASER_CACHED, BASER_UNCACHED);
	return 0;
}

static int set_collection_table(volatile char *at)
{
	unsigned int shift = (unsigned int)BASER_PAGE_SHIFT(readq(at));
	struct page *page = table_alloc(shift - PAGE_SHIFT);

	if (!page)
		return -ENOMEM;
	set_base(at, VALID | page_to_paddr(page) | (shift - 12) / 2 << 8, BASER_CACHED, BASER_UNCACHED);
	return 0;
}

/* The page of the devices' table that holds this one is there. */
static int have_device_page(uint32_t id)
{
	uint64_t *entry;
	struct page *page;

	if (id >= its.max_devices)
		return -ENOSPC;
	if (!device_directory)
		return 0;
	entry = &device_directory[id / device_page_entries];
	if (*entry)
		return 0;
	page = table_alloc(device_page_shift - PAGE_SHIFT);
	if (!page)
		return -ENOMEM;
	*entry = VALID | page_to_paddr(page);
	arch_cache_clean(entry, sizeof(*entry));
	return 0;
}

/* --- turning it on ---------------------------------------------------------------------------- */

static int set_tables(void)
{
	int err = 0;

	for (unsigned int n = 0; !err && n < NR_BASERS; n++) {
		volatile char *at = its.registers + GITS_BASER(n);

		if (BASER_TYPE(readq(at)) == BASER_DEVICES)
			err = set_device_table(at);
		else if (BASER_TYPE(readq(at)) == BASER_COLLECTIONS)
			err = set_collection_table(at);
	}
	return err;
}

static int turn_on(void)
{
	struct page *queue, *config;
	int err = 0;

	if (its.is_on)
		return 0;
	queue = table_alloc(0);
	config = page_alloc_order(TABLE_ORDER, 0);
	if (!queue || !config)
		return -ENOMEM; /* it is asked for again, or never */
	its.queue = page_address(queue);
	its.config = page_address(config);
	for (size_t i = 0; i < PAGE_SIZE << TABLE_ORDER; i++)
		its.config[i] = LPI_CONFIG;
	arch_cache_clean(its.config, PAGE_SIZE << TABLE_ORDER);
	writel(0, its.registers + GITS_CTLR);
	for (unsigned int i = 0; i < WAIT_TURNS && !(readl(its.registers + GITS_CTLR) & GITS_CTLR_QUIESCENT); i++)
		arch_cpu_relax();
	err = set_tables();
	if (err)
		return err;
	set_base(its.registers + GITS_CBASER, VALID | page_to_paddr(queue), BASER_CACHED, BASER_UNCACHED);
	writeq(0, its.registers + GITS_CWRITER);
	writel(GITS_CTLR_ENABLED, its.registers + GITS_CTLR);
	its.is_on = true;
	pr_info("ITS: on, %lu devices\n", (unsigned long)its.max_devices);
	return 0;
}

/* Once on, LPIs may be on for good: then the tables are the hardware's until a reset. */
static void keep_tables(volatile char *registers, paddr_t pending)
{
	if (readl(registers + GICR_CTLR) & GICR_CTLR_CLEARABLE)
		return;
	if (cpumask_next(&its.has_lpis, 0) == MAX_CPUS)
		page_keep(virt_to_phys(its.config), PAGE_SIZE << TABLE_ORDER);
	page_keep(pending, PAGE_SIZE << TABLE_ORDER);
}

/* LPIs at a CPU's redistributor, and the collection of its number. */
static int turn_on_cpu(const struct cpu *cpu)
{
	volatile char *registers;
	struct page *pending;

	if (cpumask_test(&its.has_lpis, cpu->id))
		return 0;
	if (!gic_v3_redistributor(cpu, &registers))
		return -ENOSPC;
	if (readl(registers + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS)
		return -EBUSY; /* an earlier kernel's, which cannot be taken over */
	pending = table_alloc(TABLE_ORDER);
	if (!pending)
		return -ENOMEM;
	keep_tables(registers, page_to_paddr(pending));
	set_base(registers + GICR_PROPBASER, virt_to_phys(its.config) | (LPI_ID_BITS - 1), REDIST_CACHED, REDIST_UNCACHED);
	set_base(registers + GICR_PENDBASER, page_to_paddr(pending) | PENDBASER_ZEROED, REDIST_CACHED, REDIST_UNCACHED);
	writel(readl(registers + GICR_CTLR) | GICR_CTLR_ENABLE_LPIS, registers + GICR_CTLR);
	mb();
	cpumask_set(&its.has_lpis, cpu->id);
	return command(CMD_MAPC, 0, VALID | cpu_name(cpu) | cpu->id) ?: sync(cpu);
}

/* --- devices ---------------------------------------------------------------------------------- */

static struct device *find_device(uint32_t id)
{
	struct device *device;

	list_for_each_entry(device, &its.devices, node)
		if (device->id == id)
			return device;
	return NULL;
}

static int add_device(uint32_t id, unsigned int nr)
{
	unsigned int bits = 1;
	struct device *device;
	int err = have_device_page(id);

	if (err)
		return err;
	device = kzalloc(sizeof(*device));
	if (!device)
		return -ENOMEM;
	while (1u << bits < nr)
		bits++;
	device->id = id;
	while (PAGE_SIZE << device->itt_order < TYPER_ITT_ENTRY_BYTES(its.typer) << bits)
		device->itt_order++;
	device->itt = table_alloc(device->itt_order);
	if (!device->itt) {
		kfree(device);
		return -ENOMEM;
	}
	list_add(&device->node, &its.devices);
	return command(CMD_MAPD | (uint64_t)id << 32, bits - 1, VALID | page_to_paddr(device->itt));
}

static void remove_device(struct device *device)
{
	(void)command(CMD_MAPD | (uint64_t)device->id << 32, 0, 0);
	list_del(&device->node);
	page_free_order(device->itt, device->itt_order);
	kfree(device);
}

static void free_locked(uint32_t requester, unsigned int nr, const struct msi_irq *irqs)
{
	while (nr--) {
		unsigned int input = irqs[nr].irq - its.chip.first_irq;

		set_config(input, LPI_CONFIG);
		(void)command(CMD_DISCARD | (uint64_t)requester << 32, its.lpis[input].event, 0);
		(void)sync(irqs[nr].target);
		clear_bit(input, its.used);
	}
	remove_device(find_device(requester));
}

static void give_back(struct msi_controller *msi, uint32_t requester, unsigned int nr, const struct msi_irq *irqs)
{
	mutex_lock(&its.lock);
	free_locked(requester, nr, irqs);
	mutex_unlock(&its.lock);
}

static int add_event(uint32_t requester, unsigned int event, struct msi_irq *irq)
{
	size_t input = bitmap_find_clear(its.used, NR_LPIS, 0);
	int err;

	if (input >= NR_LPIS)
		return -ENOSPC;
	err = turn_on_cpu(irq->target);
	if (!err)
		err = command(CMD_MAPTI | (uint64_t)requester << 32, event | (GIC_FIRST_LPI + input) << 32, irq->target->id);
	if (err)
		return err;
	set_bit(input, its.used);
	its.lpis[input] = (struct lpi){ requester, event };
	irq->irq = its.chip.first_irq + (unsigned int)input;
	irq->message = (struct msi_message){ .addr = its.paddr + GITS_TRANSLATER, .data = event };
	return sync(irq->target);
}

static int alloc(struct msi_controller *msi, uint32_t requester, unsigned int nr, struct msi_irq *irqs)
{
	int err;

	mutex_lock(&its.lock);
	err = turn_on();
	if (!err && find_device(requester))
		err = -EBUSY;
	if (!err)
		err = add_device(requester, nr);
	for (unsigned int i = 0; !err && i < nr; i++) {
		err = add_event(requester, i, &irqs[i]);
		if (err)
			free_locked(requester, i, irqs);
	}
	mutex_unlock(&its.lock);
	return err == -EIO ? -ENOSPC : err;
}

static const struct msi_ops msi_ops = { .alloc = alloc, .free = give_back };

/* --- the chip --------------------------------------------------------------------------------- */

static void mask(struct irq_chip *chip, unsigned int input)
{
	set_config(input, LPI_CONFIG);
}

static void unmask(struct irq_chip *chip, unsigned int input)
{
	set_config(input, LPI_CONFIG | LPI_ENABLED);
}

static void eoi(struct irq_chip *chip, unsigned int input)
{
	gic_v3_eoi(GIC_FIRST_LPI + input);
}

static int configure(struct irq_chip *chip, unsigned int input, enum irq_trigger trigger, struct cpu *target)
{
	return trigger == IRQ_TRIGGER_EDGE && test_bit(input, its.used) ? 0 : -EINVAL;
}

/* No translation, no table: what devices still write goes nowhere. */
static void shutdown(struct irq_chip *chip)
{
	if (!its.is_on)
		return;
	writel(0, its.registers + GITS_CTLR);
	for (unsigned int i = 0; i < WAIT_TURNS && !(readl(its.registers + GITS_CTLR) & GITS_CTLR_QUIESCENT); i++)
		arch_cpu_relax();
	writeq(0, its.registers + GITS_CBASER);
	for (unsigned int n = 0; n < NR_BASERS; n++)
		writeq(0, its.registers + GITS_BASER(n));
}

static const struct irq_chip_ops chip_ops = {
	.name = "ITS-MSI", .mask = mask, .unmask = unmask, .eoi = eoi, .configure = configure, .shutdown = shutdown,
};

static int init(int node)
{
	uint64_t size;
	int err;

	if (!gic.distributor)
		return -EAGAIN;
	if (its.registers || dt_reg(fdt_tree(), node, 0, &its.paddr, &size))
		return -ENODEV;
	its.registers = gic_map(node, 0);
	if (!its.registers)
		return -ENOMEM;
	its.typer = readq(its.registers + GITS_TYPER);
	mutex_init(&its.lock);
	spin_lock_init(&its.queue_lock);
	list_init(&its.devices);
	its.chip = (struct irq_chip){ .ops = &chip_ops, .nr_irqs = NR_LPIS };
	err = irq_register_chip(&its.chip);
	if (err)
		return err;
	gic_lpi_chip = &its.chip;
	its.msi = (struct msi_controller){ .ops = &msi_ops, .node = node };
	msi_register_controller(&its.msi);
	return 0;
}

static const struct fdt_irqchip gic_its = { "arm,gic-v3-its", init };
FDT_IRQCHIP(gic_its);
