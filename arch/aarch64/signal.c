// SPDX-License-Identifier: MIT
/*
 * The signal frame, byte for byte Linux's: siginfo, ucontext with registers and, in its reserved part, records
 * that an empty one ends; above it a frame record, so that unwinders see the interrupted code.
 */
#include <arch/signal.h>

#include <arch/elf.h>
#include <arch/irqflags.h>
#include <arch/mmu.h>
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

struct rt_sigframe {
	siginfo_t info;
	struct ucontext uc;
};

/* The reserved part's content; what is behind it is not written. */
static_assert(sizeof(struct fpsimd_context) == 528);
#define RECORDS_OFFSET offsetof(struct rt_sigframe, uc.uc_mcontext.__reserved)

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

static size_t sve_record_bytes(void)
{
	return ALIGN_UP(sizeof(struct sve_context) + arm64_sve_bytes(), 16);
}

/* Writes the records at `at`, returns their bytes. */
static size_t get_fpu(uint8_t *at)
{
	const struct user_fpsimd_state *fpu = &current->arch.fpu;
	struct fpsimd_context *fpsimd = (void *)at;
	struct sve_context *sve = (void *)(fpsimd + 1);
	struct _aarch64_ctx *end = (void *)sve;
	unsigned long flags = arch_irq_save();

	arch_fpu_save(current);
	arch_irq_restore(flags);
	fpsimd->head = (struct _aarch64_ctx){ FPSIMD_MAGIC, sizeof(*fpsimd) };
	fpsimd->fpsr = fpu->fpsr;
	fpsimd->fpcr = fpu->fpcr;
	memcpy(fpsimd->vregs, fpu->vregs, sizeof(fpu->vregs));
	if (current->arch.sve) {
		end = (void *)((uint8_t *)sve + sve_record_bytes());
		memset(sve, 0, sve_record_bytes());
		sve->head = (struct _aarch64_ctx){ SVE_MAGIC, (uint32_t)sve_record_bytes() };
		sve->vl = (uint16_t)arm64_features.sve_vl;
		memcpy(sve + 1, current->arch.sve, arm64_sve_bytes());
	}
	*end = (struct _aarch64_ctx){ 0, 0 };
	return (size_t)((uint8_t *)(end + 1) - at);
}

/* An SVE record without registers leaves the vectors' upper parts zero. */
static void set_fpu(const struct fpsimd_context *context, const struct sve_context *sve)
{
	struct user_fpsimd_state *fpu = &current->arch.fpu;
	bool has_regs = sve && sve->vl == arm64_features.sve_vl && sve->head.size >= sve_record_bytes();
	unsigned long flags = arch_irq_save();

	memcpy(fpu->vregs, context->vregs, sizeof(fpu->vregs));
	fpu->fpsr = context->fpsr;
	fpu->fpcr = context->fpcr;
	if (current->arch.sve && has_regs)
		memcpy(current->arch.sve, sve + 1, arm64_sve_bytes());
	else if (current->arch.sve)
		memset(current->arch.sve, 0, arm64_sve_bytes());
	arch_fpu_restore(current);
	arch_irq_restore(flags);
}

/* Returns how many bytes of the frame are to be written. */
static size_t fill(struct rt_sigframe *sigframe, const struct trapframe *frame, const struct signal_delivery *delivery)
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
	return RECORDS_OFFSET + get_fpu(context->__reserved);
}

int arch_signal_push_frame(struct trapframe *frame, const struct signal_delivery *delivery)
{
	const uint64_t record[2] = { frame->r.regs[29], frame->r.regs[30] };
	uint64_t *user_record = (uint64_t *)ALIGN_DOWN(delivery->stack_top - sizeof(record), 16);
	struct rt_sigframe *user = (void *)ALIGN_DOWN((uintptr_t)user_record - sizeof(*user), 16);
	struct rt_sigframe sigframe;
	size_t bytes = fill(&sigframe, frame, delivery);

	if (copy_to_user(user, &sigframe, bytes) || copy_to_user(user_record, record, sizeof(record)))
		return -EFAULT;
	frame->r.regs[0] = (unsigned long)delivery->signo;
	frame->r.regs[1] = (uintptr_t)&user->info;
	frame->r.regs[2] = (uintptr_t)&user->uc;
	frame->r.regs[29] = (uintptr_t)user_record;
	frame->r.regs[30] = delivery->sa_flags & SA_RESTORER ? delivery->restorer
							     : current->vm->vdso + arch_vdso_sigreturn();
	frame->r.sp = (uintptr_t)user;
	frame->r.pc = delivery->handler;
	frame->r.pstate &= ~(unsigned long)PSR_BTYPE_MASK;
	if (arch_prot_guarded())
		frame->r.pstate |= PSR_BTYPE_C; /* as if it had been called */
	return 0;
}

/* The record of that kind, at least min_bytes long, among those up to the empty one; or NULL. */
static const void *find_record(const struct sigcontext *context, uint32_t magic, size_t min_bytes)
{
	const uint8_t *at = context->__reserved;
	size_t left = sizeof(context->__reserved);

	while (left >= sizeof(struct _aarch64_ctx)) {
		const struct _aarch64_ctx *head = (const void *)at;

		if (!head->magic || head->size < sizeof(*head) || head->size % 16 || head->size > left)
			break;
		if (head->magic == magic)
			return head->size >= min_bytes ? at : NULL;
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
	fpsimd = find_record(&uc.uc_mcontext, FPSIMD_MAGIC, sizeof(*fpsimd));
	if (!fpsimd)
		return -EFAULT;
	memcpy(frame->r.regs, uc.uc_mcontext.regs, sizeof(frame->r.regs));
	frame->r.sp = uc.uc_mcontext.sp;
	frame->r.pc = uc.uc_mcontext.pc;
	frame->r.pstate = uc.uc_mcontext.pstate & PSTATE_USER;
	set_fpu(fpsimd, find_record(&uc.uc_mcontext, SVE_MAGIC, sizeof(struct sve_context)));
	arch_frame_clear_syscall(frame);
	*mask = uc.uc_sigmask;
	*altstack = uc.uc_stack;
	return 0;
}
