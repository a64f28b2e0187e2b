// SPDX-License-Identifier: MIT
/* GICv2m (Arm's server base system architecture, appendix E): a frame whose register makes SPIs of written numbers. */
#include <drivers/irqchip/gic_internal.h>

#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <lib/bitmap.h>
#include <lib/compiler.h>
#include <lib/dt.h>

#define MSI_TYPER 0x008 /* first SPI in 25:16, how many in 9:0 */
#define MSI_SETSPI 0x040
#define MAX_SPIS 1020
#define SPI_FIELD 0x3ff

struct frame {
	struct msi_controller msi;
	paddr_t setspi;
	unsigned int first, nr;
	struct spinlock lock;
	unsigned long used[DIV_ROUND_UP(MAX_SPIS, 64)]; /* Guarded by lock. By SPI, from first on. */
};

static void give_back(struct msi_controller *msi, uint32_t requester, unsigned int nr, const struct msi_irq *irqs)
{
	struct frame *frame = container_of(msi, struct frame, msi);
	unsigned long flags = spin_lock_irqsave(&frame->lock);

	while (nr--)
		clear_bit(irqs[nr].message.data - frame->first, frame->used);
	spin_unlock_irqrestore(&frame->lock, flags);
}

static int alloc(struct msi_controller *msi, uint32_t requester, unsigned int nr, struct msi_irq *irqs)
{
	struct frame *frame = container_of(msi, struct frame, msi);
	unsigned long flags = spin_lock_irqsave(&frame->lock);
	unsigned int done = 0;

	for (unsigned int i = 0; i < frame->nr && done < nr; i++) {
		unsigned int spi = frame->first + i;

		if (test_bit(i, frame->used))
			continue;
		set_bit(i, frame->used);
		/* What was sent for its last owner, when nobody listened any more. */
		writel(1u << spi % 32, gic.distributor + GIC_ICPENDR(spi / 32));
		irqs[done].irq = gic.chip.first_irq + spi;
		irqs[done++].message = (struct msi_message){ .addr = frame->setspi, .data = spi };
	}
	spin_unlock_irqrestore(&frame->lock, flags);
	if (done == nr)
		return 0;
	give_back(msi, requester, done, irqs);
	return -ENOSPC;
}

static const struct msi_ops ops = { .alloc = alloc, .free = give_back };

/* The tree may correct what the frame says (bindings interrupt-controller/arm,gic.yaml). */
static int init(int node)
{
	volatile char *registers = gic_map(node, 0);
	const void *dt = fdt_tree();
	struct frame *frame;
	paddr_t paddr;
	uint64_t size;
	uint32_t typer, value;

	if (!gic.distributor)
		return -EAGAIN;
	if (!registers || dt_reg(dt, node, 0, &paddr, &size))
		return -EINVAL;
	typer = readl(registers + MSI_TYPER);
	frame = kzalloc(sizeof(*frame));
	if (!frame)
		return -ENOMEM;
	frame->first = dt_u32(dt, node, "arm,msi-base-spi", 0, &value) ? typer >> 16 & SPI_FIELD : value;
	frame->nr = dt_u32(dt, node, "arm,msi-num-spis", 0, &value) ? typer & SPI_FIELD : value;
	if (frame->first < GIC_FIRST_SPI || frame->nr > MAX_SPIS || frame->first + frame->nr > gic.chip.nr_irqs) {
		kfree(frame);
		return -EINVAL;
	}
	frame->setspi = paddr + MSI_SETSPI;
	frame->msi = (struct msi_controller){ .ops = &ops, .node = node };
	msi_register_controller(&frame->msi);
	pr_info("GICv2m: %u messages from SPI %u on\n", frame->nr, frame->first);
	return 0;
}

static const struct fdt_irqchip gic_v2m = { "arm,gic-v2m-frame", init };
FDT_IRQCHIP(gic_v2m);
