// SPDX-License-Identifier: MIT
/*
 * The signal frame, byte for byte Linux's: siginfo, ucontext with registers and, in its reserved part, records
 * that an empty one ends; above it a frame record, so that unwinders see the interrupted code.
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

#include "arm64.h"

#define PSTATE_FLAGS 0xf0000000UL

struct rt_sigframe {
	siginfo_t info;
	struct ucontext uc;
};

/* The reserved part's content: what is behind it is not written. */
struct records {
	struct fpsimd_context fpsimd;
	struct _aarch64_ctx end;
};
static_assert(sizeof(struct fpsimd_context) == 528);
#define WRITTEN_BYTES (offsetof(struct rt_sigframe, uc.uc_mcontext.__reserved) + sizeof(struct records))

unsigned long arch_elf_minsigstksz(void)
{
	return ALIGN_UP(sizeof(struct rt_sigframe) + 32, 16);
}

/* The instructions of __kernel_rt_sigreturn: mov x8, #139; svc #0. */
uintptr_t arch_vdso_sigreturn(void)
{
	static const uint32_t code[] = { 0xd2801168, 0xd4000001 };
	static uintptr_t offset; /* the same for whoever finds it */

	for (uintptr_t at = 0; !offset && at + sizeof(code) <= arch_vdso_image_size; at += 4)
		if (!memcmp(arch_vdso_image + at, code, sizeof(code)))
			offset = at;
	return offset;
}

static void get_fpu(struct records *records)
{
	const struct user_fpsimd_state *fpu = &current->arch.fpu;
	unsigned long flags = arch_irq_save();

	arch_fpu_save(current);
	arch_irq_restore(flags);
	records->fpsimd.head = (struct _aarch64_ctx){ FPSIMD_MAGIC, sizeof(records->fpsimd) };
	records->fpsimd.fpsr = fpu->fpsr;
	records->fpsimd.fpcr = fpu->fpcr;
	memcpy(records->fpsimd.vregs, fpu->vregs, sizeof(fpu->vregs));
	records->end = (struct _aarch64_ctx){ 0, 0 };
}

static void set_fpu(const struct fpsimd_context *context)
{
	struct user_fpsimd_state *fpu = &current->arch.fpu;
	unsigned long flags = arch_irq_save();

	memcpy(fpu->vregs, context->vregs, sizeof(fpu->vregs));
	fpu->fpsr = context->fpsr;
	fpu->fpcr = context->fpcr;
	arch_fpu_restore(current);
	arch_irq_restore(flags);
}

static void fill(struct rt_sigframe *sigframe, const struct trapframe *frame, const struct signal_delivery *delivery)
{
	struct sigcontext *context = &sigframe->uc.uc_mcontext;

	memset(&sigframe->uc, 0, offsetof(struct ucontext, uc_mcontext.__reserved));
	sigframe->info = delivery->info;
	sigframe->uc.uc_stack = delivery->altstack;
	sigframe->uc.uc_sigmask = delivery->saved_mask;
	memcpy(context->regs, frame->r.regs, sizeof(context->regs));
	context->sp = frame->r.sp;
	context->pc = frame->r.pc;
	context->pstate = frame->r.pstate;
	get_fpu((struct records *)context->__reserved);
}

int arch_signal_push_frame(struct trapframe *frame, const struct signal_delivery *delivery)
{
	const uint64_t record[2] = { frame->r.regs[29], frame->r.regs[30] };
	uint64_t *user_record = (uint64_t *)ALIGN_DOWN(delivery->stack_top - sizeof(record), 16);
	struct rt_sigframe *user = (void *)ALIGN_DOWN((uintptr_t)user_record - sizeof(*user), 16);
	struct rt_sigframe sigframe;

	fill(&sigframe, frame, delivery);
	if (copy_to_user(user, &sigframe, WRITTEN_BYTES) || copy_to_user(user_record, record, sizeof(record)))
		return -EFAULT;
	frame->r.regs[0] = (unsigned long)delivery->signo;
	frame->r.regs[1] = (uintptr_t)&user->info;
	frame->r.regs[2] = (uintptr_t)&user->uc;
	frame->r.regs[29] = (uintptr_t)user_record;
	frame->r.regs[30] = delivery->restorer ?: current->vm->vdso + arch_vdso_sigreturn();
	frame->r.sp = (uintptr_t)user;
	frame->r.pc = delivery->handler;
	frame->r.pstate &= ~(unsigned long)PSR_BTYPE_MASK;
	return 0;
}

/* The records up to the empty one; the FPU's has to be among them. */
static const struct fpsimd_context *find_fpsimd(const uint8_t *at, size_t left)
{
	while (left >= sizeof(struct fpsimd_context)) {
		const struct _aarch64_ctx *head = (const void *)at;

		if (head->magic == FPSIMD_MAGIC && head->size == sizeof(struct fpsimd_context))
			return (const void *)at;
		if (!head->magic || head->size < sizeof(*head) || head->size % 16 || head->size > left)
			break;
		at += head->size;
		left -= head->size;
	}
	return NULL;
}

int arch_signal_pop_frame(struct trapframe *frame, sigset_t *mask, stack_t *altstack)
{
	const struct rt_sigframe *user = (const void *)frame->r.sp;
	const struct fpsimd_context *fpsimd;
	struct ucontext uc;

	if ((uintptr_t)user % 16 || copy_from_user(&uc, &user->uc, sizeof(uc)))
		return -EFAULT;
	fpsimd = find_fpsimd(uc.uc_mcontext.__reserved, sizeof(uc.uc_mcontext.__reserved));
	if (!fpsimd)
		return -EFAULT;
	memcpy(frame->r.regs, uc.uc_mcontext.regs, sizeof(frame->r.regs));
	frame->r.sp = uc.uc_mcontext.sp;
	frame->r.pc = uc.uc_mcontext.pc;
	frame->r.pstate = uc.uc_mcontext.pstate & PSTATE_FLAGS;
	set_fpu(fpsimd);
	arch_frame_clear_syscall(frame);
	*mask = uc.uc_sigmask;
	*altstack = uc.uc_stack;
	return 0;
}
