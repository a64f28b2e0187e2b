// SPDX-License-Identifier: MIT
/*
 * IO-APICs (Intel 82093AA; ICH9 13.5) as the MADT describes them, and message-signalled interrupts,
 * which the local APICs take directly. Interrupt vectors and the local APIC itself are the port's.
 *
 * The 8259s are masked. At shutdown everything is as it was found, so that the next kernel starts
 * from what firmware promised.
 */
#include <arch/cpu.h>
#include <arch/io.h>
#include <device/acpi/acpi.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <lib/linker_set.h>
#include <mm/vmap.h>
#include <port/apic.h>

#define IOAPIC_DEFAULT_ADDRESS 0xfec00000
#define IOAPIC_SELECT 0x00
#define IOAPIC_WINDOW 0x10
#define IOAPIC_VERSION 0x01
#define IOAPIC_REDIRECTION(input) (0x10 + 2 * (input))

#define REDIR_VECTOR 0xff
#define REDIR_ACTIVE_LOW (1 << 13)
#define REDIR_LEVEL (1 << 15)
#define REDIR_MASKED (1 << 16)

#define NR_ISA 16
#define NR_MSI 128
#define MSI_ADDRESS 0xfee00000 /* SDM 3A, 11.11.1: destination in bits 19:12 */
#define PIC1_MASK 0x21
#define PIC2_MASK 0xa1

struct ioapic {
	struct irq_chip chip;
	volatile char *registers;
	uint32_t gsi_base;
	uint64_t *found; /* redirection entries of firmware */
	struct spinlock lock;
	/* Guarded by lock. */
	uint32_t *entries; /* low halves */
	struct ioapic *next; /* fixed after init */
};

static struct ioapic *ioapics;
static struct { uint32_t gsi; enum irq_trigger trigger; } isa_lines[NR_ISA];
static uint8_t found_pic_masks[2];
static bool has_pic;

static struct irq_chip msi_chip;
static uint8_t msi_vectors[NR_MSI]; /* atomic; 0: free */

static uint32_t ioapic_read(struct ioapic *ioapic, unsigned int reg)
{
	writel(reg, ioapic->registers + IOAPIC_SELECT);
	return readl(ioapic->registers + IOAPIC_WINDOW);
}

static void ioapic_write(struct ioapic *ioapic, unsigned int reg, uint32_t value)
{
	writel(reg, ioapic->registers + IOAPIC_SELECT);
	writel(value, ioapic->registers + IOAPIC_WINDOW);
}

static void set_mask(struct irq_chip *chip, unsigned int input, bool masked)
{
	struct ioapic *ioapic = chip->data;
	unsigned long flags = spin_lock_irqsave(&ioapic->lock);

	if (masked)
		ioapic->entries[input] |= REDIR_MASKED;
	else
		ioapic->entries[input] &= ~REDIR_MASKED;
	ioapic_write(ioapic, IOAPIC_REDIRECTION(input), ioapic->entries[input]);
	spin_unlock_irqrestore(&ioapic->lock, flags);
}

static void ioapic_mask(struct irq_chip *chip, unsigned int input)
{
	set_mask(chip, input, true);
}

static void ioapic_unmask(struct irq_chip *chip, unsigned int input)
{
	set_mask(chip, input, false);
}

static int ioapic_configure(struct irq_chip *chip, unsigned int input, enum irq_trigger trigger, struct cpu *target)
{
	struct ioapic *ioapic = chip->data;
	unsigned int vector = ioapic->entries[input] & REDIR_VECTOR;
	unsigned long flags;

	if (!vector) {
		int err = x86_vector_alloc(chip->first_irq + input);

		if (err < 0)
			return err;
		vector = (unsigned int)err;
	}
	flags = spin_lock_irqsave(&ioapic->lock);
	ioapic->entries[input] = vector | REDIR_MASKED | (trigger == IRQ_TRIGGER_EDGE ? 0 : REDIR_LEVEL) |
		(trigger == IRQ_TRIGGER_LEVEL_LOW ? REDIR_ACTIVE_LOW : 0);
	ioapic_write(ioapic, IOAPIC_REDIRECTION(input) + 1, target->arch.apic_id << 24);
	ioapic_write(ioapic, IOAPIC_REDIRECTION(input), ioapic->entries[input]);
	spin_unlock_irqrestore(&ioapic->lock, flags);
	return 0;
}

static void ioapic_shutdown(struct irq_chip *chip)
{
	struct ioapic *ioapic = chip->data;

	for (unsigned int i = 0; i < chip->nr_irqs; i++) {
		ioapic_write(ioapic, IOAPIC_REDIRECTION(i), (uint32_t)ioapic->found[i] | REDIR_MASKED);
		ioapic_write(ioapic, IOAPIC_REDIRECTION(i) + 1, (uint32_t)(ioapic->found[i] >> 32));
		ioapic_write(ioapic, IOAPIC_REDIRECTION(i), (uint32_t)ioapic->found[i]);
	}
}

static const struct irq_chip_ops ioapic_ops = {
	.name = "IO-APIC",
	.mask = ioapic_mask,
	.unmask = ioapic_unmask,
	.configure = ioapic_configure,
	.shutdown = ioapic_shutdown,
};

/* Masks what the loader left open, but keeps it for the next kernel. */
static void take_over(struct ioapic *ioapic)
{
	for (unsigned int i = 0; i < ioapic->chip.nr_irqs; i++) {
		uint32_t low = ioapic_read(ioapic, IOAPIC_REDIRECTION(i));

		ioapic->found[i] = (uint64_t)ioapic_read(ioapic, IOAPIC_REDIRECTION(i) + 1) << 32 | low;
		ioapic->entries[i] = REDIR_MASKED;
		ioapic_write(ioapic, IOAPIC_REDIRECTION(i), REDIR_MASKED);
	}
}

static void free_ioapic(struct ioapic *ioapic)
{
	kfree(ioapic->found);
	kfree(ioapic->entries);
	kfree(ioapic);
}

static void add_ioapic(paddr_t address, uint32_t gsi_base)
{
	struct ioapic *ioapic = kzalloc(sizeof(*ioapic));
	volatile char *registers = ioremap(address, 4096);
	unsigned int nr;

	if (!ioapic || !registers)
		goto err_free;
	ioapic->registers = registers;
	nr = ioapic_read(ioapic, IOAPIC_VERSION);
	if (nr == UINT32_MAX) /* nobody there */
		goto err_free;
	nr = (nr >> 16 & 0xff) + 1;
	ioapic->chip = (struct irq_chip){ .ops = &ioapic_ops, .nr_irqs = nr, .data = ioapic };
	ioapic->gsi_base = gsi_base;
	ioapic->found = kcalloc(nr, sizeof(*ioapic->found));
	ioapic->entries = kcalloc(nr, sizeof(*ioapic->entries));
	if (!ioapic->found || !ioapic->entries || irq_register_chip(&ioapic->chip))
		goto err_free;
	take_over(ioapic);
	ioapic->next = ioapics;
	ioapics = ioapic;
	pr_info("apic: IO-APIC at %#lx, interrupts %u to %u\n", (unsigned long)address, gsi_base, gsi_base + nr - 1);
	return;

err_free:
	pr_err("apic: IO-APIC at %#lx not used: no memory or no answer\n", (unsigned long)address);
	if (ioapic)
		free_ioapic(ioapic);
	if (registers)
		iounmap((void *)registers);
}

/* MADT: bits 1:0 polarity, 3:2 trigger mode; 0 is the ISA bus's own: active high, edge. */
static enum irq_trigger trigger_of(uint16_t flags)
{
	if ((flags >> 2 & 3) != 3)
		return IRQ_TRIGGER_EDGE;
	return (flags & 3) == 3 ? IRQ_TRIGGER_LEVEL_LOW : IRQ_TRIGGER_LEVEL_HIGH;
}

static void read_madt(const struct acpi_madt *madt)
{
	ACPI_MADT_FOREACH(madt, entry) {
		if (entry->type == ACPI_MADT_IOAPIC) {
			const struct acpi_madt_ioapic *ioapic = (const void *)entry;

			add_ioapic(ioapic->address, ioapic->gsi_base);
		} else if (entry->type == ACPI_MADT_OVERRIDE) {
			const struct acpi_madt_override *override = (const void *)entry;

			if (override->source < NR_ISA) {
				isa_lines[override->source].gsi = override->gsi;
				isa_lines[override->source].trigger = trigger_of(override->flags);
			}
		}
	}
}

static int gsi_to_irq(unsigned int gsi, unsigned int *irq)
{
	for (struct ioapic *i = ioapics; i; i = i->next)
		if (gsi >= i->gsi_base && gsi - i->gsi_base < i->chip.nr_irqs) {
			*irq = i->chip.first_irq + gsi - i->gsi_base;
			return 0;
		}
	return -ENOENT;
}

static int isa_to_irq(unsigned int line, unsigned int *irq, enum irq_trigger *trigger)
{
	if (line >= NR_ISA)
		return -ENOENT;
	*trigger = isa_lines[line].trigger;
	return gsi_to_irq(isa_lines[line].gsi, irq);
}

/* --- MSI ------------------------------------------------------------------------------------------ */

static void msi_nothing(struct irq_chip *chip, unsigned int input)
{
	/* Masking is the device's: an MSI that comes without a handler is counted and dropped. */
}

static void msi_shutdown(struct irq_chip *chip)
{
	x86_apic_shutdown();
	if (has_pic) {
		outb(found_pic_masks[0], PIC1_MASK);
		outb(found_pic_masks[1], PIC2_MASK);
	}
}

static const struct irq_chip_ops msi_ops = {
	.name = "MSI",
	.mask = msi_nothing,
	.unmask = msi_nothing,
	.shutdown = msi_shutdown,
};

static int alloc_one(struct msi_irq *msi)
{
	uint8_t free = 0;
	unsigned int i;
	int vector;

	for (i = 0; i < NR_MSI; i++, free = 0)
		if (__atomic_compare_exchange_n(&msi_vectors[i], &free, 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			break;
	if (i == NR_MSI)
		return -ENOSPC;
	vector = x86_vector_alloc(msi_chip.first_irq + i);
	if (vector < 0) {
		__atomic_store_n(&msi_vectors[i], 0, __ATOMIC_RELAXED);
		return vector;
	}
	__atomic_store_n(&msi_vectors[i], (uint8_t)vector, __ATOMIC_RELAXED);
	msi->irq = msi_chip.first_irq + i;
	msi->message.addr = MSI_ADDRESS | (uint64_t)(msi->target->arch.apic_id & 0xff) << 12;
	msi->message.data = (uint32_t)vector;
	return 0;
}

static void free_messages(struct msi_controller *unused, uint32_t requester, unsigned int nr, const struct msi_irq *irqs)
{
	while (nr--) {
		unsigned int i = irqs[nr].irq - msi_chip.first_irq;

		x86_vector_free(msi_vectors[i]);
		__atomic_store_n(&msi_vectors[i], 0, __ATOMIC_RELAXED);
	}
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

static const struct msi_ops msi_controller_ops = { .alloc = alloc_messages, .free = free_messages };
static struct msi_controller local_apics = { .ops = &msi_controller_ops, .node = -1 };

static const struct irq_domain_ops domain_ops = {
	.from_isa = isa_to_irq,
	.from_gsi = gsi_to_irq,
};

/* The IO-APICs first: irq numbers are then the GSIs that everybody knows from Linux. */
static void x86_apic_init(void)
{
	const struct acpi_madt *madt = (const struct acpi_madt *)acpi_find("APIC", 0);

	msi_chip = (struct irq_chip){ .ops = &msi_ops, .nr_irqs = NR_MSI };
	for (unsigned int i = 0; i < NR_ISA; i++)
		isa_lines[i].gsi = i;
	has_pic = !madt || (madt->flags & 1);
	if (has_pic) {
		found_pic_masks[0] = inb(PIC1_MASK);
		found_pic_masks[1] = inb(PIC2_MASK);
		outb(0xff, PIC1_MASK);
		outb(0xff, PIC2_MASK);
	}
	if (madt)
		read_madt(madt);
	else
		add_ioapic(IOAPIC_DEFAULT_ADDRESS, 0);
	if (irq_register_chip(&msi_chip))
		pr_err("apic: no memory for message-signalled interrupts\n");
	else
		msi_register_controller(&local_apics);
	irq_set_domain_ops(&domain_ops);
}

static const struct x86_irqchip x86_apic = { .init = x86_apic_init };
X86_IRQCHIP(x86_apic);
