// SPDX-License-Identifier: MIT
/*
 * RISC-V's advanced interrupt architecture (AIA specification 1.0): an APLIC for wired lines, which
 * interrupts harts itself (direct mode) or by messages to each hart's IMSIC (riscv_imsic.c). A line's message
 * has the line's number.
 */
#include <arch/cpu.h>
#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <drivers/irqchip/riscv_imsic_internal.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <lib/dt.h>
#include <mm/vmap.h>
#include <port/irq.h>

/* APLIC: 4.5. */
#define DOMAINCFG 0x0000
#define DOMAINCFG_ENABLE (1u << 8)
#define DOMAINCFG_MSI (1u << 2)
#define SOURCECFG(input) (4 * (input))
#define SOURCE_EDGE_RISING 4
#define SOURCE_LEVEL_HIGH 6
#define SOURCE_LEVEL_LOW 7
#define CLRIE(word) (0x1f00 + 4 * (word))
#define SETIENUM 0x1edc
#define CLRIENUM 0x1fdc
#define SETIPNUM 0x2000 /* little-endian */
#define TARGET(input) (0x3000 + 4 * (input))
#define TARGET_HART_SHIFT 18

/* Direct mode, one block for each hart: 4.8. */
#define IDC(hart, reg) (0x4000 + 32 * (hart) + (reg))
#define IDC_DELIVERY 0x00
#define IDC_THRESHOLD 0x08
#define IDC_CLAIM 0x1c

#define MAX_SOURCES 1023

static volatile char *registers;
static struct irq_chip chip;
static int harts = -1; /* node whose interrupts-extended numbers the harts: IMSIC or APLIC */
static bool has_imsic;

/* Of direct mode, as the next one. */
static void init_cpu(struct cpu *cpu)
{
	cpu->arch.irq_context = riscv_irq_context(harts, cpu->hw_id);
	if (cpu->arch.irq_context == RISCV_NO_IRQ_CONTEXT)
		return;
	writel(0, registers + IDC(cpu->arch.irq_context, IDC_THRESHOLD));
	writel(1, registers + IDC(cpu->arch.irq_context, IDC_DELIVERY));
}

static void handle(struct trapframe *frame)
{
	unsigned int hart = arch_this_cpu()->arch.irq_context, top;

	while (hart != RISCV_NO_IRQ_CONTEXT && (top = readl(registers + IDC(hart, IDC_CLAIM))))
		irq_handle(chip.first_irq + (top >> 16 & MAX_SOURCES), frame);
}

/* --- chip ------------------------------------------------------------------------------------- */

static void mask(struct irq_chip *unused, unsigned int input)
{
	writel(input, registers + CLRIENUM);
}

static void unmask(struct irq_chip *unused, unsigned int input)
{
	writel(input, registers + SETIENUM);
}

/* A level that is still there sends another message only when it is asked to: it becomes pending
 * again if the line is active (4.9.2). */
static void eoi(struct irq_chip *unused, unsigned int input)
{
	if (has_imsic && readl(registers + SOURCECFG(input)) >= SOURCE_LEVEL_HIGH)
		writel(input, registers + SETIPNUM);
}

static int configure(struct irq_chip *unused, unsigned int input, enum irq_trigger trigger, struct cpu *target)
{
	static const uint8_t modes[] = {
		[IRQ_TRIGGER_EDGE] = SOURCE_EDGE_RISING, [IRQ_TRIGGER_LEVEL_HIGH] = SOURCE_LEVEL_HIGH,
		[IRQ_TRIGGER_LEVEL_LOW] = SOURCE_LEVEL_LOW,
	};
	unsigned int hart = (target ? target : arch_this_cpu())->arch.irq_context;

	if (!input || hart == RISCV_NO_IRQ_CONTEXT)
		return -EINVAL;
	writel(modes[trigger], registers + SOURCECFG(input));
	/* Identity, or priority 1. */
	writel(hart << TARGET_HART_SHIFT | (has_imsic ? input : 1), registers + TARGET(input));
	return 0;
}

/* On the boot CPU, the others are stopped and with them their files. */
static void shutdown(struct irq_chip *unused)
{
	for (unsigned int word = 0; word * 32 < chip.nr_irqs; word++)
		writel(~0u, registers + CLRIE(word));
	for (unsigned int input = 1; input < chip.nr_irqs; input++)
		writel(0, registers + SOURCECFG(input));
	writel(0, registers + DOMAINCFG);
}

static const struct irq_chip_ops aplic_ops = {
	.name = "APLIC", .mask = mask, .unmask = unmask, .eoi = eoi, .configure = configure, .shutdown = shutdown,
};

static int translate(const struct dt_irq *irq, unsigned int *input, enum irq_trigger *trigger)
{
	*input = irq->cells[0];
	*trigger = irq->nr_cells > 1 ? fdt_trigger(irq->cells[1]) : IRQ_TRIGGER_LEVEL_HIGH;
	return *input ? 0 : -EINVAL;
}

/* The domain of supervisor mode: its messages, or its own lines, go to harts' interrupt 9. */
static int find_harts(int node)
{
	const void *dt = fdt_tree();
	uint32_t phandle;
	struct dt_irq irq;
	int list = node;

	has_imsic = !dt_u32(dt, node, "msi-parent", 0, &phandle);
	if (has_imsic)
		list = dt_find_phandle(dt, phandle);
	return list >= 0 && !dt_irq(dt, list, 0, &irq) && irq.cells[0] == RISCV_EXTERNAL ? list : -ENODEV;
}

static int start(int node, uint32_t nr)
{
	int err;

	chip.ops = &aplic_ops;
	chip.nr_irqs = nr + 1;
	shutdown(&chip);
	writel(DOMAINCFG_ENABLE | (has_imsic ? DOMAINCFG_MSI : 0), registers + DOMAINCFG);
	err = irq_register_chip(&chip);
	if (!err)
		err = fdt_irqchip_register(node, &chip, translate);
	if (err)
		return err;
	if (has_imsic) {
		riscv_imsic_set_lines(&chip);
	} else {
		init_cpu(arch_this_cpu());
		riscv_set_external_handler(handle, init_cpu);
	}
	return 0;
}

static int init(int node)
{
	paddr_t paddr;
	uint64_t size;
	uint32_t nr;

	if (registers || dt_reg(fdt_tree(), node, 0, &paddr, &size) ||
		dt_u32(fdt_tree(), node, "riscv,num-sources", 0, &nr) || nr > MAX_SOURCES)
		return -ENODEV;
	harts = find_harts(node);
	if (harts < 0)
		return -ENODEV;
	if (has_imsic && !riscv_imsic_max_lines())
		return -EAGAIN;
	registers = ioremap(paddr, size);
	if (!registers)
		return -ENOMEM;
	return start(node, has_imsic ? min(nr, riscv_imsic_max_lines()) : nr);
}

static const struct fdt_irqchip aplic = { "riscv,aplic", init };
FDT_IRQCHIP(aplic);
