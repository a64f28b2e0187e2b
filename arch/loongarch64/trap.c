// SPDX-License-Identifier: MIT
/* Traps in C: which code means what (Reference Manual, table 7.8), and Linux's signals for them. */
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <arch/trapframe.h>
#include <arch/uaccess.h>
#include <asm/break.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <mm/fixup.h>
#include <mm/pagetable.h>
#include <port/irq.h>

#include "loongarch.h"

enum { EXC_INTERRUPT, EXC_LOAD_PAGE, EXC_STORE_PAGE, EXC_FETCH_PAGE, EXC_MODIFY, EXC_NO_READ, EXC_NO_EXEC,
	EXC_PRIVILEGE, EXC_ADDRESS, EXC_ALIGN, EXC_BOUND, EXC_SYSCALL, EXC_BREAK, EXC_NO_INSTRUCTION, EXC_NO_RIGHT,
	EXC_FPU_OFF, EXC_LSX_OFF, EXC_LASX_OFF, EXC_FLOAT };

#define NR_LINES 8

static void (*line_handlers[NR_LINES])(struct trapframe *frame);

void loongarch_set_line_handler(unsigned int line, void (*handle)(struct trapframe *frame))
{
	unsigned long bit;

	if (line < INT_HWI0 || line >= INT_HWI0 + NR_LINES)
		return;
	line_handlers[line - INT_HWI0] = handle;
	bit = 1ul << line;
	csr_exchange(CSR_ECFG, handle ? bit : 0, bit);
}

void loongarch_enable_lines(void)
{
	unsigned long lines = 1 << INT_IPI | 1 << INT_TIMER;

	for (unsigned int i = 0; i < NR_LINES; i++)
		if (line_handlers[i])
			lines |= 1ul << (INT_HWI0 + i);
	csr_exchange(CSR_ECFG, lines, lines);
}

static void interrupt(struct trapframe *frame)
{
	unsigned long pending = frame->estat & csr_read(CSR_ECFG) & INT_MASK;

	if (frame->era >= (uintptr_t)loongarch_idle_start && frame->era < (uintptr_t)loongarch_idle_end)
		frame->era = (uintptr_t)loongarch_idle_end;
	if (pending >> INT_IPI & 1)
		loongarch_handle_ipi();
	if (pending >> INT_TIMER & 1) {
		csr_write(CSR_TICLR, 1);
		timer_interrupt();
	}
	for (unsigned int i = 0; i < NR_LINES; i++)
		if (pending >> (INT_HWI0 + i) & 1 && line_handlers[i])
			line_handlers[i](frame);
}

static const char *cause_name(unsigned int cause)
{
	switch (cause) {
	case EXC_ADDRESS:
		return "address error";
	case EXC_ALIGN:
		return "address misaligned";
	case EXC_BREAK:
		return "breakpoint";
	case EXC_NO_INSTRUCTION:
		return "illegal instruction";
	case EXC_NO_RIGHT:
		return "privileged instruction";
	case EXC_FPU_OFF:
	case EXC_LSX_OFF:
	case EXC_LASX_OFF:
		return "floating point in the kernel";
	default:
		return "unknown exception";
	}
}

/* The first use of registers that are kept only for who uses them. */
static bool turn_fpu_on(unsigned int cause)
{
	unsigned long flags = arch_irq_save();
	bool ok = loongarch_fpu_raise(cause - EXC_FPU_OFF + FPU_SCALAR);

	arch_irq_restore(flags);
	return ok;
}

/* The Cause bits of FCSR0 say which; like Linux, one of them. They are cleared, or it would trap again. */
static int float_code(void)
{
	unsigned long flags = arch_irq_save();
	uint32_t *fcsr = &current->arch.fpu.fcsr;
	int code = FPE_FLTUNK;

	arch_fpu_save(current);
	if (*fcsr >> 28 & 1)
		code = FPE_FLTINV;
	else if (*fcsr >> 27 & 1)
		code = FPE_FLTDIV;
	else if (*fcsr >> 26 & 1)
		code = FPE_FLTOVF;
	else if (*fcsr >> 25 & 1)
		code = FPE_FLTUND;
	else if (*fcsr >> 24 & 1)
		code = FPE_FLTRES;
	*fcsr &= ~(0x1fu << 24);
	arch_fpu_restore(current);
	arch_irq_restore(flags);
	return code;
}

static void user_break(struct trapframe *frame)
{
	uint32_t instruction = 0;

	if (arch_get_user_u32(&instruction, (const uint32_t *)frame->era))
		return user_exception(frame, SIGSEGV, SEGV_MAPERR, frame->era);
	switch (instruction & 0x7fff) {
	case BRK_OVERFLOW:
		return user_exception(frame, SIGFPE, FPE_INTOVF, frame->era);
	case BRK_DIVZERO:
		return user_exception(frame, SIGFPE, FPE_INTDIV, frame->era);
	default:
		return user_exception(frame, SIGTRAP, TRAP_BRKPT, frame->era);
	}
}

/* Of an instruction that checks a bound: what it checked, its first register. */
static void user_bound(struct trapframe *frame)
{
	uint32_t instruction = 0;

	if (arch_get_user_u32(&instruction, (const uint32_t *)frame->era))
		return user_exception(frame, SIGSEGV, SEGV_MAPERR, frame->era);
	user_exception(frame, SIGSEGV, SEGV_BNDERR, frame->regs[instruction >> 5 & 31]);
}

static void user_trap(struct trapframe *frame, unsigned int cause)
{
	switch (cause) {
	case EXC_ADDRESS:
		return user_exception(frame, SIGBUS, BUS_ADRERR, frame->badv);
	case EXC_ALIGN:
		return user_exception(frame, SIGBUS, BUS_ADRALN, frame->badv);
	case EXC_BOUND:
		return user_bound(frame);
	case EXC_BREAK:
		return user_break(frame);
	case EXC_FPU_OFF:
	case EXC_LSX_OFF:
	case EXC_LASX_OFF:
		if (turn_fpu_on(cause))
			return;
		return user_exception(frame, SIGILL, SI_KERNEL, 0);
	case EXC_FLOAT:
		return user_exception(frame, SIGFPE, float_code(), frame->era);
	default:
		return user_exception(frame, SIGILL, SI_KERNEL, 0);
	}
}

static void forget(uintptr_t addr)
{
	__asm__ volatile("invtlb 6, $zero, %0" ::"r"(ALIGN_DOWN(addr, PAGE_SIZE)) : "memory");
}

/* An entry that was made since may be remembered as invalid, with its neighbour's: over with a flush. */
static bool is_spurious(uintptr_t addr, unsigned int access)
{
	unsigned int prot;
	paddr_t paddr;

	if (addr < VMAP_BASE || !kernel_pagetable.root ||
		!pagetable_query(&kernel_pagetable, ALIGN_DOWN(addr, PAGE_SIZE), &paddr, &prot) || (access & prot) != access)
		return false;
	forget(addr);
	return true;
}

static unsigned int access_of(unsigned int cause)
{
	switch (cause) {
	case EXC_STORE_PAGE:
	case EXC_MODIFY:
		return MMU_WRITE;
	case EXC_FETCH_PAGE:
	case EXC_NO_EXEC:
		return MMU_EXEC;
	default:
		return MMU_READ;
	}
}

static void page_trap(struct trapframe *frame, unsigned int cause)
{
	uintptr_t addr = frame->badv;
	unsigned int access = access_of(cause);

	if (arch_frame_is_user(frame))
		access |= MMU_USER;
	else if (is_spurious(addr, access))
		return;
	page_fault(frame, addr, access, false);
	if (addr < USER_VA_END)
		forget(addr);
}

/* From entry.S, interrupts off. */
void loongarch_trap(struct trapframe *frame)
{
	unsigned int cause = frame->estat >> 16 & 63;

	if (cause == EXC_INTERRUPT) {
		interrupt(frame);
		return;
	}
	if (frame->prmd & PRMD_PIE)
		arch_irq_enable();
	if (cause >= EXC_LOAD_PAGE && cause <= EXC_PRIVILEGE) {
		page_trap(frame, cause);
	} else if (arch_frame_is_user(frame)) {
		user_trap(frame, cause);
	} else if (!arch_fixup_fault(frame)) {
		pr_emerg("%s (code %u)\n", cause_name(cause), cause);
		kernel_fault(frame, cause_name(cause), frame->badv);
	}
	arch_irq_disable();
}

bool arch_fixup_fault(struct trapframe *frame)
{
	return fixup_find(&frame->era);
}
