// SPDX-License-Identifier: MIT
/* GICv3 (Arm IHI 0069): the CPU interface in system registers, a redistributor for each CPU. */
#include <drivers/irqchip/gic_internal.h>

#include <arch/cpu.h>
#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <lib/dt.h>
#include <port/irq.h>
#include <port/sysreg.h>

#define CTLR_ENABLE 0x13 /* affinity routing; group 1, in whichever bit this security state has it */
#define CTLR_RWP (1u << 31)
#define GICD_IROUTER(input) (0x6000 + 8 * (input))

#define GICR_WAKER 0x14
#define TYPER_LAST (1u << 4)
#define TYPER_VLPIS (1u << 1)
#define WAKER_SLEEP 2
#define WAKER_CHILDREN_ASLEEP 4
#define FRAME_BYTES 0x10000	/* then the frame of SGIs and PPIs */
#define MAX_REGIONS 4
#define WAIT_TURNS 1000000

#define ICC_PMR_EL1 s3_0_c4_c6_0
#define ICC_SGI1R_EL1 s3_0_c12_c11_5
#define ICC_IAR1_EL1 s3_0_c12_c12_0
#define ICC_EOIR1_EL1 s3_0_c12_c12_1
#define ICC_BPR1_EL1 s3_0_c12_c12_3
#define ICC_CTLR_EL1 s3_0_c12_c12_4
#define ICC_SRE_EL1 s3_0_c12_c12_5
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7
/* The macros above have to be expanded before they become text. */
#define icc_read(reg) sysreg_read(reg)
#define icc_write(reg, value) sysreg_write(reg, value)

#define LOWEST_PRIORITY 0xf0
#define INTID 0xffffff

static volatile char *regions[MAX_REGIONS];
static paddr_t region_paddrs[MAX_REGIONS];
struct irq_chip *gic_lpi_chip;

static void wait_clear(volatile char *at, uint32_t bit)
{
	for (unsigned int i = 0; i < WAIT_TURNS && readl(at) & bit; i++)
		arch_cpu_relax();
}

/* hw_id is MPIDR's affinity fields where they stand there; TYPER has them side by side. */
static uint32_t packed_affinity(uint64_t hw_id)
{
	return (uint32_t)(hw_id & 0xffffff) | (uint32_t)(hw_id >> 32 & 0xff) << 24;
}

static volatile char *find_redistributor(uint32_t affinity)
{
	for (unsigned int i = 0; i < MAX_REGIONS && regions[i]; i++) {
		volatile char *at = regions[i];
		uint64_t typer;

		do {
			typer = readq(at + GICR_TYPER);
			if (typer >> 32 == affinity)
				return at;
			at += FRAME_BYTES * (typer & TYPER_VLPIS ? 4 : 2);
		} while (!(typer & TYPER_LAST));
	}
	return NULL;
}

paddr_t gic_v3_redistributor(const struct cpu *cpu, volatile char **registers)
{
	*registers = cpu->arch.redistributor;
	for (unsigned int i = 0; i < MAX_REGIONS && regions[i]; i++)
		if (*registers >= regions[i] && (i + 1 == MAX_REGIONS || !regions[i + 1] || *registers < regions[i + 1]))
			return region_paddrs[i] + (uint64_t)(*registers - regions[i]);
	return 0;
}

static void handle(struct trapframe *frame)
{
	for (;;) {
		uint32_t intid = icc_read(ICC_IAR1_EL1) & INTID;

		dsb(sy);
		if (intid >= GIC_FIRST_LPI && gic_lpi_chip) {
			irq_handle(gic_lpi_chip->first_irq + intid - GIC_FIRST_LPI, frame);
			continue;
		}
		if (intid >= GIC_SPURIOUS)
			return;
		if (intid < GIC_FIRST_SPI) {
			icc_write(ICC_EOIR1_EL1, intid);
			isb();
			arm64_handle_local(intid);
		} else {
			irq_handle(gic.chip.first_irq + intid, frame);
		}
	}
}

static void init_cpu(struct cpu *cpu)
{
	volatile char *at = find_redistributor(packed_affinity(cpu->hw_id));

	cpu->arch.redistributor = at;
	if (!at) {
		pr_err("GICv3: no redistributor for CPU %lx\n", (unsigned long)cpu->hw_id);
		return;
	}
	writel(readl(at + GICR_WAKER) & ~WAKER_SLEEP, at + GICR_WAKER);
	wait_clear(at + GICR_WAKER, WAKER_CHILDREN_ASLEEP);
	writel(~0u, at + FRAME_BYTES + GIC_IGROUPR(0));
	gic_init_local(at + FRAME_BYTES);
	icc_write(ICC_SRE_EL1, icc_read(ICC_SRE_EL1) | 1);
	isb();
	icc_write(ICC_PMR_EL1, LOWEST_PRIORITY);
	icc_write(ICC_BPR1_EL1, 0);
	icc_write(ICC_CTLR_EL1, 0);
	icc_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

static void send_ipi(struct cpu *cpu)
{
	uint64_t id = cpu->hw_id, aff0 = id & 0xff;

	icc_write(ICC_SGI1R_EL1, (id >> 32 & 0xff) << 48 | (aff0 >> 4) << 44 | (id >> 16 & 0xff) << 32 |
		(id >> 8 & 0xff) << 16 | 1ul << (aff0 & 15));
	isb();
}

static void enable_local(unsigned int intid)
{
	volatile char *at = arch_this_cpu()->arch.redistributor;

	if (at)
		writel(1u << intid, at + FRAME_BYTES + GIC_ISENABLER(0));
}

static void leave_cpu(void)
{
	volatile char *at = arch_this_cpu()->arch.redistributor;

	if (!at)
		return;
	icc_write(ICC_IGRPEN1_EL1, 0);
	isb();
	writel(~0u, at + FRAME_BYTES + GIC_ICENABLER(0));
	wait_clear(at + GICR_CTLR, GICR_CTLR_RWP);
	/* Where it can be taken back: the next kernel then brings tables of its own. */
	if (readl(at + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS) {
		writel(readl(at + GICR_CTLR) & ~GICR_CTLR_ENABLE_LPIS, at + GICR_CTLR);
		wait_clear(at + GICR_CTLR, GICR_CTLR_RWP);
	}
	writel(readl(at + GICR_WAKER) | WAKER_SLEEP, at + GICR_WAKER);
}

void gic_v3_eoi(unsigned int intid)
{
	icc_write(ICC_EOIR1_EL1, intid);
	isb();
}

static void eoi(struct irq_chip *chip, unsigned int input)
{
	gic_v3_eoi(input);
}

static int configure(struct irq_chip *chip, unsigned int input, enum irq_trigger trigger, struct cpu *target)
{
	int err = gic_set_trigger(input, trigger);

	if (!err)
		writeq((target ? target : arch_this_cpu())->hw_id, gic.distributor + GICD_IROUTER(input));
	return err;
}

static void shutdown(struct irq_chip *chip)
{
	gic_disable_all();
	leave_cpu();
	writel(0, gic.distributor + GICD_CTLR);
	wait_clear(gic.distributor + GICD_CTLR, CTLR_RWP);
}

static const struct irq_chip_ops ops = {
	.name = "GICv3", .mask = gic_mask, .unmask = gic_unmask, .eoi = eoi, .configure = configure, .shutdown = shutdown,
};

static const struct arm64_irqchip irqchip = {
	.handle = handle, .init_cpu = init_cpu, .send_ipi = send_ipi, .enable_local = enable_local, .leave_cpu = leave_cpu,
};

static volatile char *map_region(int node, unsigned int i)
{
	uint64_t size;

	return dt_reg(fdt_tree(), node, 1 + i, &region_paddrs[i], &size) ? NULL : gic_map(node, 1 + i);
}

static int init(int node)
{
	uint32_t nr_regions = 1;
	int err;

	if (gic.distributor)
		return -ENODEV;
	gic.distributor = gic_map(node, 0);
	dt_u32(fdt_tree(), node, "#redistributor-regions", 0, &nr_regions);
	for (unsigned int i = 0; i < nr_regions && i < MAX_REGIONS; i++)
		regions[i] = map_region(node, i);
	if (!gic.distributor || !regions[0])
		return -EINVAL;
	err = gic_add(node, &ops);
	if (err)
		return err;
	for (unsigned int n = 1; n < gic.chip.nr_irqs / 32; n++)
		writel(~0u, gic.distributor + GIC_IGROUPR(n));
	writel(CTLR_ENABLE, gic.distributor + GICD_CTLR);
	wait_clear(gic.distributor + GICD_CTLR, CTLR_RWP);
	init_cpu(arch_this_cpu());
	arm64_set_irqchip(&irqchip);
	return 0;
}

static const struct fdt_irqchip gic_v3 = { "arm,gic-v3", init };
FDT_IRQCHIP(gic_v3);
