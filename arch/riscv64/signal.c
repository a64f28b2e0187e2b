// SPDX-License-Identifier: MIT
/* The signal frame, byte for byte Linux's: siginfo, then ucontext with registers and FPU; 16-byte aligned. */
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

unsigned long arch_elf_minsigstksz(void)
{
	return ALIGN_UP(sizeof(struct rt_sigframe) + 16, 16);
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

int arch_signal_push_frame(struct trapframe *frame, const struct signal_delivery *delivery)
{
	struct rt_sigframe sigframe = { .info = delivery->info };
	struct rt_sigframe *user = (void *)ALIGN_DOWN(delivery->stack_top - sizeof(sigframe), 16);

	sigframe.uc.uc_stack = delivery->altstack;
	sigframe.uc.uc_sigmask = delivery->saved_mask;
	sigframe.uc.uc_mcontext.sc_regs = frame->r;
	save_fpu(current);
	sigframe.uc.uc_mcontext.sc_fpregs.d = current->arch.fpu;
	if (copy_to_user(user, &sigframe, sizeof(sigframe)))
		return -EFAULT;

	frame->r.ra = current->vm->vdso + arch_vdso_sigreturn();
	frame->r.a0 = (unsigned long)delivery->signo;
	frame->r.a1 = (uintptr_t)&user->info;
	frame->r.a2 = (uintptr_t)&user->uc;
	frame->r.sp = (uintptr_t)user;
	frame->r.pc = delivery->handler;
	return 0;
}

int arch_signal_pop_frame(struct trapframe *frame, sigset_t *mask, stack_t *altstack)
{
	const struct rt_sigframe *user = (const void *)frame->r.sp;
	struct ucontext uc;

	if (copy_from_user(&uc, &user->uc, sizeof(uc)))
		return -EFAULT;
	/* The word behind the FPU's says whether other state follows: none that we know. */
	if (uc.uc_mcontext.sc_extdesc.reserved || uc.uc_mcontext.sc_extdesc.hdr.magic)
		return -EFAULT;
	frame->r = uc.uc_mcontext.sc_regs;
	set_fpu(current, &uc.uc_mcontext.sc_fpregs.d);
	arch_frame_clear_syscall(frame);
	*mask = uc.uc_sigmask;
	*altstack = uc.uc_stack;
	return 0;
}
