// SPDX-License-Identifier: MIT
/*
 * The signal frame, byte for byte Linux's: siginfo, then ucontext with registers and FPU; 16-byte aligned. The
 * last eight bytes are the header of a record: vectors of a program that uses them, after which another header
 * stands, or the end.
 */
#include <arch/signal.h>

#include <arch/elf.h>
#include <arch/irqflags.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <arch/vdso.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>

#include "riscv.h"

struct rt_sigframe {
	siginfo_t info;
	struct ucontext uc;
};

#define RECORDS_OFFSET offsetof(struct rt_sigframe, uc.uc_mcontext.sc_extdesc.hdr)
static_assert(RECORDS_OFFSET + sizeof(struct __riscv_ctx_hdr) == sizeof(struct rt_sigframe));

static size_t records_bytes(void)
{
	return riscv_vector_record_bytes() + sizeof(struct __riscv_ctx_hdr);
}

unsigned long arch_elf_minsigstksz(void)
{
	return ALIGN_UP(sizeof(struct rt_sigframe) + (riscv_features.has_vector ? records_bytes() : 0), 16);
}

/* The instructions of __vdso_rt_sigreturn: li a7, 139; ecall. */
uintptr_t arch_vdso_sigreturn(void)
{
	static const uint32_t code[] = { 0x08b00893, 0x00000073 };
	static uintptr_t offset; /* the same for whoever finds it */

	for (uintptr_t at = 0; !offset && at + sizeof(code) <= arch_vdso_image_size; at += 2)
		if (!memcmp(arch_vdso_image + at, code, sizeof(code)))
			offset = at;
	return offset;
}

static void save_fpu(struct thread *thread)
{
	unsigned long flags = arch_irq_save();

	arch_fpu_save(thread);
	arch_irq_restore(flags);
}

static void set_fpu(struct thread *thread, const struct __riscv_d_ext_state *state)
{
	unsigned long flags = arch_irq_save();

	thread->arch.fpu = *state;
	arch_fpu_restore(thread);
	arch_irq_restore(flags);
}

static int push_vector(char *to)
{
	static const struct __riscv_ctx_hdr end = { END_MAGIC, END_HDR_SIZE };
	void *behind = riscv_vector_push(to);

	return behind ? copy_to_user(behind, &end, sizeof(end)) : -EFAULT;
}

int arch_signal_push_frame(struct trapframe *frame, const struct signal_delivery *delivery)
{
	struct rt_sigframe sigframe = { .info = delivery->info };
	size_t more = current->arch.vector ? records_bytes() : 0;
	struct rt_sigframe *user = (void *)ALIGN_DOWN(delivery->stack_top - sizeof(sigframe) - more, 16);

	sigframe.uc.uc_stack = delivery->altstack;
	sigframe.uc.uc_sigmask = delivery->saved_mask;
	sigframe.uc.uc_mcontext.sc_regs = frame->r;
	save_fpu(current);
	sigframe.uc.uc_mcontext.sc_fpregs.d = current->arch.fpu;
	if (copy_to_user(user, &sigframe, sizeof(sigframe)) || (more && push_vector((char *)user + RECORDS_OFFSET)))
		return -EFAULT;

	frame->r.ra = current->vm->vdso + arch_vdso_sigreturn();
	frame->r.a0 = (unsigned long)delivery->signo;
	frame->r.a1 = (uintptr_t)&user->info;
	frame->r.a2 = (uintptr_t)&user->uc;
	frame->r.sp = (uintptr_t)user;
	frame->r.pc = delivery->handler;
	return 0;
}

static int pop_records(const char *from, const struct __riscv_ctx_hdr *first)
{
	struct __riscv_ctx_hdr header = *first;

	if (header.magic == RISCV_V_MAGIC &&
	    (riscv_vector_pop(from) || copy_from_user(&header, from + riscv_vector_record_bytes(), sizeof(header))))
		return -EFAULT;
	return header.magic == END_MAGIC && header.size == END_HDR_SIZE ? 0 : -EFAULT;
}

int arch_signal_pop_frame(struct trapframe *frame, sigset_t *mask, stack_t *altstack)
{
	const struct rt_sigframe *user = (const void *)frame->r.sp;
	struct ucontext uc;

	if (copy_from_user(&uc, &user->uc, sizeof(uc)) || uc.uc_mcontext.sc_extdesc.reserved ||
	    pop_records((const char *)user + RECORDS_OFFSET, &uc.uc_mcontext.sc_extdesc.hdr))
		return -EFAULT;
	frame->r = uc.uc_mcontext.sc_regs;
	set_fpu(current, &uc.uc_mcontext.sc_fpregs.d);
	arch_frame_clear_syscall(frame);
	*mask = uc.uc_sigmask;
	*altstack = uc.uc_stack;
	return 0;
}
