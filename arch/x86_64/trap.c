// SPDX-License-Identifier: MIT
/*
 * Exceptions and interrupts in C: which vector means what (SDM 3A, 6.15), and the signals that Linux
 * makes of exceptions in programs.
 */
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <arch/smp.h>
#include <arch/trapframe.h>
#include <arch/uaccess.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <kernel/thread.h>
#include <lib/string.h>
#include <mm/fixup.h>
#include <port/apic.h>
#include <port/asm_offsets.h>

#include "apic.h"
#include "x86.h"

enum { VEC_DE, VEC_DB, VEC_NMI, VEC_BP, VEC_OF, VEC_BR, VEC_UD, VEC_NM, VEC_DF, VEC_TS = 10, VEC_NP,
	VEC_SS, VEC_GP, VEC_PF, VEC_MF = 16, VEC_AC, VEC_MC, VEC_XM };

#define PF_PRESENT (1 << 0)
#define PF_WRITE (1 << 1)
#define PF_FETCH (1 << 4)

#define FIRST_IRQ 32
#define NO_IRQ 0xffff

struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_mid;
	uint32_t offset_high, reserved;
};
#define GATE_INTERRUPT 0x8e
#define GATE_USER 0xee

static struct gate idt[256] __attribute__((aligned(16)));
static struct spinlock vector_lock = SPINLOCK_INIT;
static uint16_t vector_irqs[256]; /* irq + 1; 0: free. Guarded by vector_lock for changes. */

static const char *const exception_names[] = {
	"divide error", "debug", "NMI", "int3", "overflow", "bounds", "invalid opcode", "device not available",
	"double fault", "coprocessor segment overrun", "invalid TSS", "segment not present", "stack segment",
	"general protection fault", "page fault", "exception 15", "x87 floating point", "alignment check",
	"machine check", "SIMD floating point", "virtualization", "control protection",
};

static void set_gate(unsigned int vector, const char *stub, unsigned int type, unsigned int ist)
{
	uintptr_t addr = (uintptr_t)stub;

	idt[vector] = (struct gate){
		.offset_low = (uint16_t)addr, .selector = KERNEL_CS, .ist = (uint8_t)ist, .type = (uint8_t)type,
		.offset_mid = (uint16_t)(addr >> 16), .offset_high = (uint32_t)(addr >> 32),
	};
}

void x86_idt_init(void)
{
	for (unsigned int i = 0; i < 32; i++)
		set_gate(i, x86_exception_stubs + i * 16, i == VEC_BP || i == VEC_OF ? GATE_USER : GATE_INTERRUPT, 0);
	for (unsigned int i = FIRST_IRQ; i < 256; i++)
		set_gate(i, x86_irq_stubs + (i - FIRST_IRQ) * 8, GATE_INTERRUPT, 0);
	x86_idt_load();
}

void x86_idt_use_ist(void)
{
	set_gate(VEC_NMI, x86_ist_stubs, GATE_INTERRUPT, 1);
	set_gate(VEC_DF, x86_ist_stubs + 16, GATE_INTERRUPT, 2);
	set_gate(VEC_MC, x86_ist_stubs + 32, GATE_INTERRUPT, 3);
}

void x86_idt_load(void)
{
	struct {
		uint16_t limit;
		const void *base;
	} __attribute__((packed)) idtr;

	/* By assignment: an initialiser would be an unaligned constant, which RELR cannot relocate. */
	idtr.limit = sizeof(idt) - 1;
	idtr.base = idt;
	__asm__ volatile("lidt %0" ::"m"(idtr), "m"(idt));
}

static const char *exception_name(unsigned int vector)
{
	return vector < ARRAY_SIZE(exception_names) ? exception_names[vector] : "unknown exception";
}

/* SDM 1, 8.5 and 11.5: the first unmasked exception in Linux's order. */
static int fpu_error_code(unsigned int status)
{
	if (status & 1)
		return FPE_FLTINV;
	if (status & 4)
		return FPE_FLTDIV;
	if (status & 8)
		return FPE_FLTOVF;
	if (status & 0x12)
		return FPE_FLTUND;
	if (status & 0x20)
		return FPE_FLTRES;
	return 0;
}

static int x87_error(void)
{
	uint16_t control, status;

	__asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(control), "=m"(status));
	return fpu_error_code(status & ~control & 0x3f);
}

static int simd_error(void)
{
	uint32_t mxcsr;

	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	return fpu_error_code(~(mxcsr >> 7) & mxcsr & 0x3f);
}

static void user_fault(struct trapframe *frame, unsigned int vector)
{
	uintptr_t ip = frame->r.rip;

	switch (vector) {
	case VEC_DE:
		return user_exception(frame, SIGFPE, FPE_INTDIV, ip);
	case VEC_DB:
		return user_exception(frame, SIGTRAP, TRAP_TRACE, ip);
	case VEC_BP:
		return user_exception(frame, SIGTRAP, SI_KERNEL, 0);
	case VEC_UD:
		return user_exception(frame, SIGILL, ILL_ILLOPN, ip);
	case VEC_NP:
	case VEC_SS:
		return user_exception(frame, SIGBUS, SI_KERNEL, 0);
	case VEC_MF:
		return user_exception(frame, SIGFPE, x87_error(), ip);
	case VEC_XM:
		return user_exception(frame, SIGFPE, simd_error(), ip);
	case VEC_AC:
		return user_exception(frame, SIGBUS, BUS_ADRALN, 0);
	default:
		return user_exception(frame, SIGSEGV, SI_KERNEL, 0);
	}
}

bool arch_fixup_fault(struct trapframe *frame)
{
	return fixup_find(&frame->r.rip);
}

static void kernel_exception(struct trapframe *frame, unsigned int vector, unsigned int error)
{
	if (vector == VEC_DB) { /* a trap flag that followed the program in: not for us */
		frame->r.eflags &= ~X86_EFLAGS_TF;
		return;
	}
	if (arch_fixup_fault(frame))
		return;
	pr_emerg("%s, error code %#x\n", exception_name(vector), error);
	kernel_fault(frame, exception_name(vector), 0);
}

static void note_fault(unsigned int vector, unsigned int error, uintptr_t cr2)
{
	struct arch_thread *arch = &current->arch;

	arch->trap_nr = vector;
	arch->error_code = error;
	if (vector == VEC_PF)
		arch->cr2 = cr2;
}

static void exception_page_fault(struct trapframe *frame, unsigned int error, uintptr_t cr2)
{
	unsigned int access = error & PF_FETCH ? MMU_EXEC : error & PF_WRITE ? MMU_WRITE : MMU_READ;

	if (arch_frame_is_user(frame))
		access |= MMU_USER;
	page_fault(frame, cr2, access, error & PF_PRESENT);
}

/* From entry.S, interrupts off. */
void x86_exception(unsigned int vector, unsigned int error, struct trapframe *frame);
void x86_exception(unsigned int vector, unsigned int error, struct trapframe *frame)
{
	uintptr_t cr2 = vector == VEC_PF ? x86_read_cr2() : 0;

	if (vector == VEC_DB)
		x86_write_dr6(0xffff0ff0);
	if (arch_frame_is_user(frame))
		note_fault(vector, error, cr2);
	if (frame->r.eflags & X86_EFLAGS_IF)
		arch_irq_enable();
	if (vector == VEC_PF)
		exception_page_fault(frame, error, cr2);
	else if (arch_frame_is_user(frame))
		user_fault(frame, vector);
	else
		kernel_exception(frame, vector, error);
	arch_irq_disable();
}

/* NMI, double fault, machine check; on a stack of their own. */
void x86_ist_exception(unsigned int vector, unsigned int error, struct trapframe *frame);
void x86_ist_exception(unsigned int vector, unsigned int error, struct trapframe *frame)
{
	if (vector == VEC_NMI) {
		pr_emerg("NMI on CPU %u ignored\n", arch_this_cpu()->id);
		return;
	}
	kernel_fault(frame, exception_name(vector), vector == VEC_DF ? x86_read_cr2() : 0);
}

/* Interrupts. From entry.S, interrupts off. */
void x86_irq(unsigned int vector, struct trapframe *frame);
void x86_irq(unsigned int vector, struct trapframe *frame)
{
	unsigned int irq;

	if (vector == X86_VECTOR_TIMER) {
		apic_eoi();
		timer_interrupt();
	} else if (vector - X86_VECTOR_IPI < IPI_NR) {
		apic_eoi();
		ipi_handle(vector - X86_VECTOR_IPI);
	} else if (vector != X86_VECTOR_SPURIOUS) { /* that one wants no end of interrupt (SDM 3A, 11.9) */
		irq = __atomic_load_n(&vector_irqs[vector], __ATOMIC_RELAXED);
		if (irq) /* none: an error, or what the kernel before left behind */
			irq_handle(irq - 1, frame);
		apic_eoi();
	}
}

int x86_vector_alloc(unsigned int irq)
{
	unsigned long flags = spin_lock_irqsave(&vector_lock);
	int vector;

	for (vector = X86_FIRST_DEVICE_VECTOR; vector <= X86_LAST_DEVICE_VECTOR; vector++)
		if (!vector_irqs[vector])
			break;
	if (vector <= X86_LAST_DEVICE_VECTOR && irq < NO_IRQ)
		__atomic_store_n(&vector_irqs[vector], (uint16_t)(irq + 1), __ATOMIC_RELAXED);
	else
		vector = -ENOSPC;
	spin_unlock_irqrestore(&vector_lock, flags);
	return vector;
}

void x86_vector_free(unsigned int vector)
{
	__atomic_store_n(&vector_irqs[vector], 0, __ATOMIC_RELAXED);
}
