// SPDX-License-Identifier: MIT
/*
 * Loongson's extended I/O interrupts (3A5000 manual, 11.2): 256 vectors, by IOCSR registers. They go to
 * the line that the device tree names, of the boot CPU or another one; what a vector means is told by the
 * chip that sends it.
 */
#include <drivers/irqchip/loongarch_eiointc_internal.h>

#include <arch/cpu.h>
#include <device/fdt/fdt.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/spinlock.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <port/csr.h>
#include <port/irq.h>

#define NR_VECTORS 256
#define NODE_MAP 0x14a0
#define IP_MAP 0x14c0		/* a byte for 32 vectors */
#define ENABLE 0x1600
#define BOUNCE 0x1680
#define STATUS 0x1800		/* this core's */
#define ROUTE 0x1c00		/* a byte for each vector: cores 0 .. 3, node << 4 */
#define EXTENDED_ON (1ull << 48)
#define HWI0_LINE 2

static uint16_t irq_of[NR_VECTORS]; /* plus 1; 0: nobody's */
static bool is_there;
static struct spinlock lock = SPINLOCK_INIT; /* of ROUTE */

static void handle(struct trapframe *frame)
{
	for (unsigned int i = 0; i < NR_VECTORS; i += 64) {
		uint64_t pending = iocsr_read64(STATUS + i / 8);

		if (!pending)
			continue;
		iocsr_write64(pending, STATUS + i / 8);
		for (; pending; pending &= pending - 1) {
			unsigned int vector = i + (unsigned int)__builtin_ctzll(pending);

			if (irq_of[vector])
				irq_handle(irq_of[vector] - 1u, frame);
		}
	}
}

int loongarch_eiointc_set_vectors(unsigned int first, unsigned int nr, unsigned int first_irq)
{
	if (!is_there)
		return -EAGAIN;
	if (first >= NR_VECTORS || nr > NR_VECTORS - first || first_irq + nr >= UINT16_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < nr; i++)
		irq_of[first + i] = (uint16_t)(first_irq + i + 1);
	return 0;
}

static uint8_t route_to(const struct cpu *cpu)
{
	return (uint8_t)(1u << cpu->hw_id % 4 | cpu->hw_id / 4 << 4);
}

/* The registers take words. */
void loongarch_eiointc_route(unsigned int vector, const struct cpu *cpu)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	unsigned int reg = ROUTE + ALIGN_DOWN(vector, 4), shift = vector % 4 * 8;
	uint32_t others = iocsr_read32(reg) & ~(0xffu << shift);

	iocsr_write32(others | (uint32_t)route_to(cpu) << shift, reg);
	spin_unlock_irqrestore(&lock, flags);
}

/* Four bytes at once. */
static void fill(unsigned int reg, unsigned int bytes, uint8_t value)
{
	for (unsigned int i = 0; i < bytes; i += 4)
		iocsr_write32(value * 0x01010101u, reg + i);
}

static void route(unsigned int line)
{
	iocsr_write64(iocsr_read64(IOCSR_MISC_FUNC) | EXTENDED_ON, IOCSR_MISC_FUNC);
	for (unsigned int i = 0; i < NR_VECTORS / 32; i++)
		iocsr_write32(2u << 2 * i << 16 | 1u << 2 * i, NODE_MAP + 4 * i);
	fill(IP_MAP, NR_VECTORS / 32, (uint8_t)(1u << (line - HWI0_LINE)));
	fill(ROUTE, NR_VECTORS, route_to(arch_this_cpu()));
	fill(BOUNCE, NR_VECTORS / 8, 0xff);
	fill(STATUS, NR_VECTORS / 8, 0xff);
	fill(ENABLE, NR_VECTORS / 8, 0xff);
}

static int init(int node)
{
	struct dt_irq parent;
	unsigned int line;

	if (is_there)
		return -ENODEV;
	if (dt_irq(fdt_tree(), node, 0, &parent))
		return -EINVAL;
	line = parent.cells[0];
	if (line < HWI0_LINE || line >= HWI0_LINE + 4)
		return -EINVAL;
	route(line);
	is_there = true;
	loongarch_set_line_handler(line, handle);
	return 0;
}

static const struct fdt_irqchip eiointc_2k2000 = { "loongson,ls2k2000-eiointc", init };
FDT_IRQCHIP(eiointc_2k2000);
