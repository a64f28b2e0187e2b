// SPDX-License-Identifier: MIT
/* Traps in C: which cause means what (privileged specification, table 22), and Linux's signals for them. */
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
#include <mm/pagetable.h>
#include <port/irq.h>

#include "riscv.h"

#define CAUSE_INTERRUPT (1UL << 63)
#define IRQ_SOFT 1
#define IRQ_TIMER 5
#define IRQ_EXTERNAL 9

enum { EXC_FETCH_ALIGN, EXC_FETCH_ACCESS, EXC_ILLEGAL, EXC_BREAK, EXC_LOAD_ALIGN, EXC_LOAD_ACCESS, EXC_STORE_ALIGN,
	EXC_STORE_ACCESS, EXC_FETCH_PAGE = 12, EXC_LOAD_PAGE, EXC_STORE_PAGE = 15 };

static void (*external_handler)(struct trapframe *frame);
static void (*external_init_cpu)(struct cpu *cpu);

void riscv_trap(struct trapframe *frame);

void riscv_set_external_handler(void (*handle)(struct trapframe *frame), void (*init_cpu)(struct cpu *cpu))
{
	external_handler = handle;
	external_init_cpu = init_cpu;
}

void riscv_init_external(struct cpu *cpu)
{
	if (external_init_cpu)
		external_init_cpu(cpu);
}

static void interrupt(struct trapframe *frame, unsigned long nr)
{
	switch (nr) {
	case IRQ_SOFT:
		riscv_handle_ipi();
		break;
	case IRQ_TIMER:
		csr_clear(sie, SIE_TIMER); /* until it is armed again */
		timer_interrupt();
		break;
	case IRQ_EXTERNAL:
		if (external_handler)
			external_handler(frame);
		else
			csr_clear(sie, SIE_EXTERNAL);
		break;
	}
}

static const char *cause_name(unsigned long cause)
{
	switch (cause) {
	case EXC_FETCH_ALIGN:
		return "instruction address misaligned";
	case EXC_FETCH_ACCESS:
		return "instruction access fault";
	case EXC_ILLEGAL:
		return "illegal instruction";
	case EXC_BREAK:
		return "breakpoint";
	case EXC_LOAD_ALIGN:
	case EXC_STORE_ALIGN:
		return "load or store address misaligned";
	case EXC_LOAD_ACCESS:
	case EXC_STORE_ACCESS:
		return "load or store access fault";
	default:
		return "unknown exception";
	}
}

static void user_trap(struct trapframe *frame)
{
	switch (frame->cause) {
	case EXC_FETCH_ALIGN:
		return user_exception(frame, SIGBUS, BUS_ADRALN, frame->r.pc);
	case EXC_ILLEGAL:
		if (riscv_vector_first_use(frame))
			return;
		return user_exception(frame, SIGILL, ILL_ILLOPC, frame->r.pc);
	case EXC_BREAK:
		return user_exception(frame, SIGTRAP, TRAP_BRKPT, frame->r.pc);
	case EXC_LOAD_ALIGN:
	case EXC_STORE_ALIGN:
		return user_exception(frame, SIGBUS, BUS_ADRALN, frame->badaddr);
	case EXC_FETCH_ACCESS:
	case EXC_LOAD_ACCESS:
	case EXC_STORE_ACCESS:
		return user_exception(frame, SIGSEGV, SEGV_ACCERR, frame->badaddr);
	default:
		return user_exception(frame, SIGILL, ILL_ILLTRP, frame->r.pc);
	}
}

/* An entry that was made since may be remembered as not valid: the fault is then over with a fence. */
static bool is_spurious(uintptr_t addr, unsigned int access)
{
	unsigned int prot;
	paddr_t paddr;

	if (addr < DIRECT_MAP_BASE || !kernel_pagetable.root ||
		!pagetable_query(&kernel_pagetable, ALIGN_DOWN(addr, PAGE_SIZE), &paddr, &prot) || (access & prot) != access)
		return false;
	__asm__ volatile("sfence.vma %0" ::"r"(addr) : "memory");
	return true;
}

static void page_trap(struct trapframe *frame)
{
	uintptr_t addr = frame->badaddr;
	unsigned int access = frame->cause == EXC_FETCH_PAGE ? MMU_EXEC : frame->cause == EXC_STORE_PAGE ? MMU_WRITE : MMU_READ;

	if (arch_frame_is_user(frame))
		access |= MMU_USER;
	else if (is_spurious(addr, access))
		return;
	page_fault(frame, addr, access, false);
	if (addr < USER_VA_END)
		__asm__ volatile("sfence.vma %0" ::"r"(addr) : "memory");
}

/* From entry.S, interrupts off. */
void riscv_trap(struct trapframe *frame)
{
	unsigned long cause = frame->cause;

	if (cause & CAUSE_INTERRUPT) {
		interrupt(frame, cause & ~CAUSE_INTERRUPT);
		return;
	}
	if (frame->status & SSTATUS_SPIE)
		arch_irq_enable();
	if (cause == EXC_FETCH_PAGE || cause == EXC_LOAD_PAGE || cause == EXC_STORE_PAGE) {
		page_trap(frame);
	} else if (arch_frame_is_user(frame)) {
		user_trap(frame);
	} else if (!arch_fixup_fault(frame)) {
		pr_emerg("%s\n", cause_name(cause));
		kernel_fault(frame, cause_name(cause), frame->badaddr);
	}
	arch_irq_disable();
}

bool arch_fixup_fault(struct trapframe *frame)
{
	return fixup_find(&frame->r.pc);
}
