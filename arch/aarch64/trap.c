// SPDX-License-Identifier: MIT
/* Traps in C: which syndrome means what (Arm ARM, D24.2.36 ESR_EL1), and Linux's signals for them. */
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <arch/trapframe.h>
#include <arch/uaccess.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/printk.h>
#include <lib/compiler.h>
#include <mm/fixup.h>
#include <mm/user_copy.h>
#include <port/irq.h>

#include "arm64.h"

#define FSC_KIND(esr) ((esr) >> 2 & 0xf)
enum { FSC_ADDRESS_SIZE, FSC_TRANSLATION, FSC_ACCESS, FSC_PERMISSION };
#define FSC(esr) ((esr) & 0x3f)
#define FSC_ALIGNMENT 0x21
#define IS_MRS(code) (((code) & 0xfff00000) == 0xd5300000)
#define ADDRESS_TAG (0xffUL << 56)
#define ADDRESS_IS_KERNEL (1UL << 55)

void arm64_sync(struct trapframe *frame);
void arm64_irq(struct trapframe *frame);
[[noreturn]] void arm64_serror(struct trapframe *frame);
[[noreturn]] void arm64_stack_overflow(struct trapframe *frame);

unsigned int arm64_timer_intid = ~0u;

/* --- interrupts ------------------------------------------------------------------------------- */

static const struct arm64_irqchip *irqchip;

void arm64_set_irqchip(const struct arm64_irqchip *chip)
{
	irqchip = chip;
}

void arm64_irqchip_init_cpu(struct cpu *cpu)
{
	if (irqchip)
		irqchip->init_cpu(cpu);
}

void arm64_irqchip_send_ipi(struct cpu *cpu)
{
	if (irqchip)
		irqchip->send_ipi(cpu);
}

void arm64_irqchip_enable_local(unsigned int intid)
{
	if (irqchip)
		irqchip->enable_local(intid);
}

void arm64_irqchip_leave_cpu(void)
{
	if (irqchip)
		irqchip->leave_cpu();
}

void arm64_handle_local(unsigned int intid)
{
	if (!intid) {
		arm64_handle_ipi();
	} else if (intid == arm64_timer_intid) {
		sysreg_write(cntv_ctl_el0, 0); /* until it is armed again */
		timer_interrupt();
	}
}

/* From entry.S, interrupts off. */
void arm64_irq(struct trapframe *frame)
{
	irqchip->handle(frame);
}

void arm64_serror(struct trapframe *frame)
{
	kernel_fault(frame, "SError", sysreg_read(far_el1));
}

void arm64_stack_overflow(struct trapframe *frame)
{
	pr_emerg("kernel stack overflow\n");
	kernel_fault(frame, "kernel stack overflow", sysreg_read(far_el1));
}

/* --- synchronous ------------------------------------------------------------------------------ */

static bool is_abort(unsigned int class)
{
	return class == EC_IABT_USER || class == EC_IABT_KERNEL || class == EC_DABT_USER || class == EC_DABT_KERNEL;
}

static const char *class_name(unsigned int class)
{
	switch (class) {
	case EC_UNKNOWN:
		return "undefined instruction";
	case EC_BRK:
		return "breakpoint";
	case EC_PC_ALIGN:
		return "pc alignment fault";
	case EC_SP_ALIGN:
		return "sp alignment fault";
	case EC_IABT_KERNEL:
	case EC_DABT_KERNEL:
		return "external abort or alignment fault";
	default:
		return "unexpected exception";
	}
}

/*
 * HWCAP_CPUID: programs may read the ID registers (Linux's cpu-feature-registers.rst). What they see is what is
 * kept for them: of fields beyond that, 0.
 */
static bool emulate_id_read(struct trapframe *frame)
{
	unsigned int reg, rt;
	uint32_t code;
	uint64_t value;

	/* Not all CPUs tell what it was: the instruction does. */
	if (get_user(&code, (const uint32_t *)frame->r.pc) || !IS_MRS(code))
		return false;
	rt = code & 31;
	reg = code >> 5 & 0x7fff;
	if (!arm64_id_register(reg | 1 << 15, &value))
		return false;
	if (rt < 31)
		frame->r.regs[rt] = value;
	frame->r.pc += 4;
	return true;
}

static void user_trap(struct trapframe *frame, unsigned long esr, uintptr_t far)
{
	switch (esr >> ESR_EC_SHIFT) {
	case EC_UNKNOWN:
	case EC_SYSREG:
		if (emulate_id_read(frame))
			return;
		return user_exception(frame, SIGILL, ILL_ILLOPC, frame->r.pc);
	case EC_PAC_FAIL:
		return user_exception(frame, SIGILL, ILL_ILLOPN, frame->r.pc);
	case EC_BRK:
		return user_exception(frame, SIGTRAP, TRAP_BRKPT, frame->r.pc);
	case EC_SVE_TRAP:
		if (arm64_first_sve())
			return;
		return user_exception(frame, SIGILL, ILL_ILLOPC, frame->r.pc);
	case EC_STEP_USER:
		return user_exception(frame, SIGTRAP, TRAP_TRACE, frame->r.pc);
	case EC_PC_ALIGN:
		return user_exception(frame, SIGBUS, BUS_ADRALN, far);
	case EC_SP_ALIGN:
		return user_exception(frame, SIGBUS, BUS_ADRALN, frame->r.sp);
	case EC_FPE:
		return user_exception(frame, SIGFPE, FPE_FLTUNK, frame->r.pc);
	case EC_IABT_USER:
	case EC_DABT_USER:
		return user_exception(frame, SIGBUS, FSC(esr) == FSC_ALIGNMENT ? BUS_ADRALN : BUS_OBJERR, far);
	default:
		return user_exception(frame, SIGILL, ILL_ILLOPC, frame->r.pc);
	}
}

/* False: it was no matter of page tables. */
static bool page_trap(struct trapframe *frame, unsigned long esr, uintptr_t far)
{
	unsigned int class = esr >> ESR_EC_SHIFT, access = MMU_READ;

	if (!is_abort(class) || FSC_KIND(esr) > FSC_PERMISSION)
		return false;
	if (class == EC_IABT_USER || class == EC_IABT_KERNEL)
		access = MMU_EXEC;
	else if ((esr & (ESR_WNR | ESR_CM)) == ESR_WNR)
		access = MMU_WRITE;
	if (arch_frame_is_user(frame))
		access |= MMU_USER;
	page_fault(frame, far, access, FSC_KIND(esr) == FSC_PERMISSION);
	return true;
}

/* From entry.S, interrupts off. */
void arm64_sync(struct trapframe *frame)
{
	unsigned long esr = frame->cause & 0xffffffff;
	uintptr_t far = sysreg_read(far_el1);
	unsigned int class = esr >> ESR_EC_SHIFT;

	if (!(far & ADDRESS_IS_KERNEL))
		far &= ~ADDRESS_TAG; /* TBI: programs may have used the top byte */
	if (!(frame->r.pstate & PSR_I_BIT))
		arch_irq_enable();
	if (page_trap(frame, esr, far)) {
		;
	} else if (arch_frame_is_user(frame)) {
		user_trap(frame, esr, far);
	} else if (!arch_fixup_fault(frame)) {
		pr_emerg("%s\n", class_name(class));
		kernel_fault(frame, class_name(class), far);
	}
	arch_irq_disable();
}

bool arch_fixup_fault(struct trapframe *frame)
{
	return fixup_find((uintptr_t *)&frame->r.pc);
}
