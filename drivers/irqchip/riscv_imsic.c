// SPDX-License-Identifier: MIT
/*
 * Each hart's IMSIC (AIA specification 1.0, chapter 3): what is written to its page becomes pending there under
 * the number that was written. The lower half of the numbers is the APLIC's lines, the upper one messages of
 * devices, each on one hart. All are enabled: who sends them can be told not to.
 */
#include <arch/cpu.h>
#include <device/fdt/fdt.h>
#include <drivers/irqchip/riscv_imsic_internal.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/irq.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <lib/dt.h>
#include <port/csr.h>
#include <port/irq.h>

/* Behind siselect and sireg: 3.8. */
#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIE(word) (0xc0 + 2 * (word)) /* of 64 numbers */

#define MAX_NUMBER 2047
#define FILE_BYTES 4096

static int harts = -1; /* node whose interrupts-extended numbers the harts */
static unsigned int max_number;
static unsigned int guest_files; /* behind each hart's, as a power of two */
static struct irq_chip messages;
static const struct irq_chip *lines;

static struct spinlock lock = SPINLOCK_INIT;
static bool *is_taken; /* of messages; guarded by lock */

static void select_write(unsigned long select, unsigned long value)
{
	csr_write(0x150, select); /* siselect, sireg */
	csr_write(0x151, value);
}

static unsigned int first_message(void)
{
	return max_number + 1 - messages.nr_irqs;
}

static void init_cpu(struct cpu *cpu)
{
	cpu->arch.irq_context = riscv_irq_context(harts, cpu->hw_id);
	if (cpu->arch.irq_context == RISCV_NO_IRQ_CONTEXT)
		return;
	for (unsigned int word = 0; word * 64 <= max_number; word++)
		select_write(EIE(word), ~0ul);
	select_write(EITHRESHOLD, 0);
	select_write(EIDELIVERY, 1);
}

static void handle(struct trapframe *frame)
{
	unsigned long top;

	for (;;) {
		__asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top)::"memory"); /* stopei: reads and claims */
		top = top >> 16 & MAX_NUMBER;
		if (!top)
			return;
		if (top >= first_message())
			irq_handle(messages.first_irq + (unsigned int)top - first_message(), frame);
		else if (lines && top < lines->nr_irqs)
			irq_handle(lines->first_irq + (unsigned int)top, frame);
	}
}

/* --- lines ------------------------------------------------------------------------------------ */

unsigned int riscv_imsic_max_lines(void)
{
	return max_number ? first_message() - 1 : 0;
}

void riscv_imsic_set_lines(const struct irq_chip *chip)
{
	lines = chip;
}

/* --- messages --------------------------------------------------------------------------------- */

/* Where that hart's page is: harts follow each other through the entries of reg, one for each group. */
static int find_page(unsigned int hart, paddr_t *page)
{
	uint64_t stride = (uint64_t)FILE_BYTES << guest_files, offset = hart * stride, size;

	for (unsigned int i = 0; !dt_reg(fdt_tree(), harts, i, page, &size); i++) {
		if (offset < size) {
			*page += offset;
			return 0;
		}
		offset -= ALIGN_UP(size, stride);
	}
	return -EINVAL;
}

static void nothing(struct irq_chip *unused, unsigned int input)
{
}

static int configure(struct irq_chip *unused, unsigned int input, enum irq_trigger trigger, struct cpu *target)
{
	return trigger == IRQ_TRIGGER_EDGE ? 0 : -EINVAL;
}

/* On the boot CPU, the others are stopped and with them their files. */
static void shutdown(struct irq_chip *unused)
{
	for (unsigned int word = 0; word * 64 <= max_number; word++)
		select_write(EIE(word), 0);
	select_write(EIDELIVERY, 0);
}

static const struct irq_chip_ops imsic_ops = {
	.name = "IMSIC", .mask = nothing, .unmask = nothing, .configure = configure, .shutdown = shutdown,
};

static void free_messages(struct msi_controller *unused, uint32_t requester, unsigned int nr, const struct msi_irq *irqs)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	while (nr--)
		is_taken[irqs[nr].irq - messages.first_irq] = false;
	spin_unlock_irqrestore(&lock, flags);
}

/* The first free one; messages.nr_irqs: none. */
static unsigned int take(void)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	unsigned int i = 0;

	while (i < messages.nr_irqs && is_taken[i])
		i++;
	if (i < messages.nr_irqs)
		is_taken[i] = true;
	spin_unlock_irqrestore(&lock, flags);
	return i;
}

static int alloc_one(struct msi_irq *msi)
{
	unsigned int hart = msi->target->arch.irq_context, i;
	int err = hart == RISCV_NO_IRQ_CONTEXT ? -EINVAL : find_page(hart, &msi->message.addr);

	if (err)
		return err;
	i = take();
	if (i == messages.nr_irqs)
		return -ENOSPC;
	msi->irq = messages.first_irq + i;
	msi->message.data = first_message() + i;
	return 0;
}

static int alloc_messages(struct msi_controller *msi, uint32_t requester, unsigned int nr, struct msi_irq *irqs)
{
	for (unsigned int i = 0; i < nr; i++) {
		int err = alloc_one(&irqs[i]);

		if (err) {
			free_messages(msi, requester, i, irqs);
			return err;
		}
	}
	return 0;
}

static const struct msi_ops msi_ops = { .alloc = alloc_messages, .free = free_messages };
static struct msi_controller controller = { .ops = &msi_ops };

/* --- start ------------------------------------------------------------------------------------ */

/* There is one for machine mode as well. */
static int init(int node)
{
	struct dt_irq irq;
	uint32_t nr;
	int err;

	if (max_number || dt_irq(fdt_tree(), node, 0, &irq) || irq.cells[0] != RISCV_EXTERNAL ||
		dt_u32(fdt_tree(), node, "riscv,num-ids", 0, &nr) || nr < 63 || nr > MAX_NUMBER)
		return -ENODEV;
	if (dt_u32(fdt_tree(), node, "riscv,guest-index-bits", 0, &guest_files) || guest_files > 7)
		guest_files = 0;
	messages = (struct irq_chip){ .ops = &imsic_ops, .nr_irqs = nr / 2 };
	is_taken = kzalloc(messages.nr_irqs);
	if (!is_taken)
		return -ENOMEM;
	err = irq_register_chip(&messages);
	if (err)
		return err;
	max_number = nr;
	controller.node = harts = node;
	init_cpu(arch_this_cpu());
	riscv_set_external_handler(handle, init_cpu);
	msi_register_controller(&controller);
	return 0;
}

static const struct fdt_irqchip imsic = { "riscv,imsics", init };
FDT_IRQCHIP(imsic);
