// SPDX-License-Identifier: MIT
/*
 * A function's interrupts: messages in MSI-X's table (PCI 3.0, 6.8.2) or MSI's registers (6.8.1), or its line,
 * whose way through bridges turns the pin (PCI-to-PCI bridges 1.2, 9.1).
 */
#include <device/pci/pci_internal.h>

#include <arch/io.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <lib/alloc.h>
#include <mm/vmap.h>

#define MAX_VECTORS 64 /* more than a boot needs of one function */

int pci_line(const struct pci_device *pci, unsigned int *irq, enum irq_trigger *trigger)
{
	const struct pci_host *host = pci->bus->host;
	uint8_t pin = pci->pin, devfn = pci->devfn;

	if (!pin || !host->ops->line)
		return -ENOENT;
	for (struct pci_device *bridge = pci->bus->bridge; bridge; bridge = bridge->bus->bridge) {
		pin = (uint8_t)((pin - 1 + (devfn >> 3)) % 4 + 1);
		devfn = bridge->devfn;
	}
	return host->ops->line(host, pci, devfn, pin, irq, trigger);
}

static struct msi_controller *controller_of(const struct pci_device *pci, uint32_t *requester)
{
	const struct pci_host *host = pci->bus->host;

	*requester = (uint32_t)pci->bus->number << 8 | pci->devfn;
	return host->ops->msi ? host->ops->msi(host, (uint16_t)*requester, requester) : NULL;
}

static void set_control(struct pci_device *pci, unsigned int offset, uint16_t clear, uint16_t set)
{
	pci_write16(pci, offset, (pci_read16(pci, offset) & ~clear) | set);
}

static void set_intx(struct pci_device *pci, bool on)
{
	set_control(pci, PCI_COMMAND, on ? PCI_COMMAND_INTX_DISABLE : 0, on ? 0 : PCI_COMMAND_INTX_DISABLE);
}

/* --- MSI-X ------------------------------------------------------------------------------------ */

static unsigned int table_entries(const struct pci_device *pci)
{
	return (pci_read16(pci, pci->msix + PCI_MSIX_FLAGS) & PCI_MSIX_FLAGS_QSIZE) + 1u;
}

static int setup_msix(struct pci_device *pci)
{
	unsigned int nr = table_entries(pci);
	uint32_t table = pci_read32(pci, pci->msix + PCI_MSIX_TABLE);

	if ((table & PCI_MSIX_TABLE_BIR) >= PCI_ROM_BAR)
		return -EINVAL;
	pci->msix_table = pci_map(pci, table & PCI_MSIX_TABLE_BIR, table & PCI_MSIX_TABLE_OFFSET,
		(uint64_t)nr * PCI_MSIX_ENTRY_SIZE);
	if (!pci->msix_table)
		return -EINVAL;
	/* On, but nothing is sent before every entry says what. */
	set_control(pci, pci->msix + PCI_MSIX_FLAGS, 0, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	for (unsigned int i = 0; i < nr; i++) {
		volatile char *entry = pci->msix_table + i * PCI_MSIX_ENTRY_SIZE;
		bool is_used = i < pci->nr_irqs;

		if (is_used) {
			const struct msi_message *message = &pci->irqs[i].message;

			writel((uint32_t)message->addr, entry + PCI_MSIX_ENTRY_LOWER_ADDR);
			writel((uint32_t)(message->addr >> 32), entry + PCI_MSIX_ENTRY_UPPER_ADDR);
			writel(message->data, entry + PCI_MSIX_ENTRY_DATA);
		}
		writel(is_used ? 0 : PCI_MSIX_ENTRY_CTRL_MASKBIT, entry + PCI_MSIX_ENTRY_VECTOR_CTRL);
	}
	set_control(pci, pci->msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_MASKALL, 0);
	return 0;
}

/* --- MSI -------------------------------------------------------------------------------------- */

static int setup_msi(struct pci_device *pci)
{
	uint16_t flags = pci_read16(pci, pci->msi + PCI_MSI_FLAGS);
	const struct msi_message *message = &pci->irqs[0].message;
	bool is_64 = flags & PCI_MSI_FLAGS_64BIT;

	if (message->addr >> 32 && !is_64)
		return -EINVAL;
	pci_write32(pci, pci->msi + PCI_MSI_ADDRESS_LO, (uint32_t)message->addr);
	if (is_64)
		pci_write32(pci, pci->msi + PCI_MSI_ADDRESS_HI, (uint32_t)(message->addr >> 32));
	pci_write16(pci, pci->msi + (is_64 ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32), (uint16_t)message->data);
	if (flags & PCI_MSI_FLAGS_MASKBIT)
		pci_write32(pci, pci->msi + (is_64 ? PCI_MSI_MASK_64 : PCI_MSI_MASK_32), 0);
	pci_write16(pci, pci->msi + PCI_MSI_FLAGS, (flags & ~PCI_MSI_FLAGS_QSIZE) | PCI_MSI_FLAGS_ENABLE);
	return 0;
}

/* --- all three -------------------------------------------------------------------------------- */

/* nr messages of that kind, or none of them. */
static int try_messages(struct pci_device *pci, enum pci_irq_mode mode, unsigned int nr)
{
	uint32_t requester;
	struct msi_controller *msi = controller_of(pci, &requester);
	int err = msi_alloc(msi, requester, nr, pci->irqs);

	if (err)
		return err;
	pci->nr_irqs = nr;
	err = mode == PCI_IRQ_MSIX ? setup_msix(pci) : setup_msi(pci);
	if (err) {
		msi_free(msi, requester, nr, pci->irqs);
		pci->nr_irqs = 0;
		return err;
	}
	pci->irq_mode = (uint8_t)mode;
	set_intx(pci, false);
	return (int)nr;
}

int pci_alloc_irqs(struct pci_device *pci, unsigned int max)
{
	int nr = -ENOENT;

	max = min(max, (unsigned int)MAX_VECTORS);
	if (pci->msix)
		max = min(max, table_entries(pci));
	pci->irqs = kcalloc(max, sizeof(*pci->irqs));
	if (!pci->irqs)
		return -ENOMEM;
	if (pci->msix)
		nr = try_messages(pci, PCI_IRQ_MSIX, max);
	if (nr < 0 && pci->msix && max > 1)
		nr = try_messages(pci, PCI_IRQ_MSIX, 1);
	if (nr < 0 && pci->msi)
		nr = try_messages(pci, PCI_IRQ_MSI, 1);
	if (nr < 0) {
		enum irq_trigger trigger;

		nr = pci_line(pci, &pci->irqs[0].irq, &trigger);
		if (!nr) {
			pci->irq_mode = PCI_IRQ_LINE;
			pci->nr_irqs = 1;
			set_intx(pci, true);
			nr = 1;
		}
	}
	if (nr < 0) {
		kfree(pci->irqs);
		pci->irqs = NULL;
	}
	return nr;
}

void pci_irqs_shutdown(struct pci_device *pci)
{
	if (pci->msix)
		set_control(pci, pci->msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL, 0);
	if (pci->msi)
		set_control(pci, pci->msi + PCI_MSI_FLAGS, PCI_MSI_FLAGS_ENABLE, 0);
}

void pci_free_irqs(struct pci_device *pci)
{
	uint32_t requester;
	struct msi_controller *msi = controller_of(pci, &requester);

	pci_irqs_shutdown(pci);
	if (pci->msix_table)
		iounmap((void *)pci->msix_table);
	pci->msix_table = NULL;
	if (pci->irq_mode >= PCI_IRQ_MSI)
		msi_free(msi, requester, pci->nr_irqs, pci->irqs);
	kfree(pci->irqs);
	pci->irqs = NULL;
	pci->nr_irqs = 0;
	pci->irq_mode = PCI_IRQ_NONE;
}

int pci_request_irq(struct pci_device *pci, unsigned int index, irq_handler handler, const char *name, void *arg)
{
	enum irq_trigger trigger = IRQ_TRIGGER_EDGE;
	unsigned int irq;

	if (index >= pci->nr_irqs)
		return -EINVAL;
	if (pci->irq_mode == PCI_IRQ_LINE && pci_line(pci, &irq, &trigger))
		return -ENOENT;
	return irq_request(pci->irqs[index].irq, trigger, handler, name, arg);
}

void pci_release_irq(struct pci_device *pci, unsigned int index, void *arg)
{
	if (index < pci->nr_irqs)
		irq_free(pci->irqs[index].irq, arg);
}
