// SPDX-License-Identifier: MIT
/*
 * RISC-V's platform-level interrupt controller (PLIC specification 1.0.0). A line is masked by priority
 * 0, with its enable bit left on: a completion counts only for a line that is enabled.
 */
#include <arch/cpu.h>
#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <lib/dt.h>
#include <mm/vmap.h>
#include <port/irq.h>

#define PRIORITY(input) (4 * (input))
#define ENABLE(context, input) (0x2000 + 0x80 * (context) + (input) / 32 * 4)
#define THRESHOLD(context) (0x200000 + 0x1000 * (context))
#define CLAIM(context) (THRESHOLD(context) + 4)

#define MAX_INPUTS 1024

static volatile char *registers;
static struct irq_chip chip;
static int plic_node = -1;
static struct spinlock enable_lock = SPINLOCK_INIT;

/* --- contexts: one for each hart and mode, in the order of interrupts-extended ----------------- */

static void init_cpu(struct cpu *cpu)
{
	cpu->arch.irq_context = riscv_irq_context(plic_node, cpu->hw_id);
	if (cpu->arch.irq_context != RISCV_NO_IRQ_CONTEXT)
		writel(0, registers + THRESHOLD(cpu->arch.irq_context));
}

static void handle(struct trapframe *frame)
{
	unsigned int context = arch_this_cpu()->arch.irq_context;
	uint32_t input;

	if (context == RISCV_NO_IRQ_CONTEXT)
		return;
	while ((input = readl(registers + CLAIM(context))))
		irq_handle(chip.first_irq + input, frame);
}

/* --- chip ------------------------------------------------------------------------------------- */

static void mask(struct irq_chip *unused, unsigned int input)
{
	writel(0, registers + PRIORITY(input));
}

static void unmask(struct irq_chip *unused, unsigned int input)
{
	writel(1, registers + PRIORITY(input));
}

static void eoi(struct irq_chip *unused, unsigned int input)
{
	writel(input, registers + CLAIM(arch_this_cpu()->arch.irq_context));
}

static void enable(unsigned int context, unsigned int input)
{
	volatile char *at = registers + ENABLE(context, input);

	writel(readl(at) | 1u << input % 32, at);
}

static int configure(struct irq_chip *unused, unsigned int input, enum irq_trigger trigger, struct cpu *target)
{
	unsigned int context = (target ? target : arch_this_cpu())->arch.irq_context;
	unsigned long flags;

	if (!input || context == RISCV_NO_IRQ_CONTEXT)
		return -EINVAL;
	flags = spin_lock_irqsave(&enable_lock);
	enable(context, input);
	spin_unlock_irqrestore(&enable_lock, flags);
	return 0;
}

static void shutdown(struct irq_chip *unused)
{
	struct cpu *cpu;

	for (unsigned int input = 1; input < chip.nr_irqs; input++)
		writel(0, registers + PRIORITY(input));
	cpu_for_each(cpu)
		for (unsigned int input = 0; cpu->arch.irq_context != RISCV_NO_IRQ_CONTEXT && input < chip.nr_irqs; input += 32)
			writel(0, registers + ENABLE(cpu->arch.irq_context, input));
}

static const struct irq_chip_ops plic_ops = {
	.name = "PLIC", .mask = mask, .unmask = unmask, .eoi = eoi, .configure = configure, .shutdown = shutdown,
};

static int translate(const struct dt_irq *irq, unsigned int *input, enum irq_trigger *trigger)
{
	*input = irq->cells[0];
	*trigger = irq->nr_cells > 1 ? fdt_trigger(irq->cells[1]) : IRQ_TRIGGER_LEVEL_HIGH;
	return *input ? 0 : -EINVAL;
}

static int init(int node)
{
	paddr_t paddr;
	uint64_t size;
	uint32_t nr;
	int err;

	if (registers || dt_reg(fdt_tree(), node, 0, &paddr, &size) || dt_u32(fdt_tree(), node, "riscv,ndev", 0, &nr))
		return -ENODEV;
	registers = ioremap(paddr, size);
	if (!registers)
		return -ENOMEM;
	plic_node = node;
	chip.ops = &plic_ops;
	chip.nr_irqs = min_t(uint32_t, nr + 1, MAX_INPUTS);
	for (unsigned int input = 1; input < chip.nr_irqs; input++)
		writel(0, registers + PRIORITY(input));
	err = irq_register_chip(&chip);
	if (!err)
		err = fdt_irqchip_register(node, &chip, translate);
	if (err)
		return err;
	init_cpu(arch_this_cpu());
	riscv_set_external_handler(handle, init_cpu);
	return 0;
}

static const struct fdt_irqchip plic = { "riscv,plic0", init };
static const struct fdt_irqchip plic_sifive = { "sifive,plic-1.0.0", init };
FDT_IRQCHIP(plic);
FDT_IRQCHIP(plic_sifive);
