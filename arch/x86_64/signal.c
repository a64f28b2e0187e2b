// SPDX-License-Identifier: MIT
/*
 * The signal frame, byte for byte Linux's (asm/sigcontext.h). From high to low:
 *
 *	red zone (128 bytes), unless the handler runs on its own stack
 *	FPU image, 64-byte aligned: FXSAVE part with magic and sizes in its software bytes,
 *	    the rest of XSAVE's standard format, FP_XSTATE_MAGIC2
 *	struct rt_sigframe; the handler starts with rsp at its first word, as if called
 */
#include <arch/signal.h>

#include <arch/irqflags.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <asm/sigcontext.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <port/asm_offsets.h>

#include "fpu.h"
#include "signal_frame.h"
#include "x86.h"

/* Not in the exported headers: <asm-generic/ucontext.h> and three flags of <asm/ucontext.h>, which includes it. */
#define UC_FP_XSTATE 0x1
#define UC_SIGCONTEXT_SS 0x2
#define UC_STRICT_RESTORE_SS 0x4

struct ucontext {
	unsigned long uc_flags;
	struct ucontext *uc_link;
	stack_t uc_stack;
	struct sigcontext uc_mcontext;
	sigset_t uc_sigmask;
};

struct rt_sigframe {
	uintptr_t restorer;
	struct ucontext uc;
	siginfo_t info;
};

#define RED_ZONE 128
#define FPU_ALIGN 64
#define FXSAVE_BYTES sizeof(struct _fpstate_64)

static size_t fpu_frame_bytes(void)
{
	return x86_features.xcr0 ? x86_features.fpu_bytes + FP_XSTATE_MAGIC2_SIZE : FXSAVE_BYTES;
}

size_t x86_signal_frame_max(void)
{
	return ALIGN_UP(sizeof(struct rt_sigframe) + 16 + fpu_frame_bytes() + FPU_ALIGN - 1 + RED_ZONE, 16);
}

/* The registers that stand in both structures, in another order. */
#define BOTH(name) { offsetof(struct sigcontext, name), offsetof(struct pt_regs, name) }
static const struct { uint8_t in_context, in_frame; } register_map[] = {
	BOTH(r8), BOTH(r9), BOTH(r10), BOTH(r11), BOTH(r12), BOTH(r13), BOTH(r14), BOTH(r15), BOTH(rdi), BOTH(rsi),
	BOTH(rbp), BOTH(rbx), BOTH(rdx), BOTH(rax), BOTH(rcx), BOTH(rsp), BOTH(rip), BOTH(eflags),
};

static void copy_registers(struct sigcontext *sc, struct pt_regs *r, bool to_context)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(register_map); i++) {
		uint64_t *in_context = (uint64_t *)((char *)sc + register_map[i].in_context);
		uint64_t *in_frame = (uint64_t *)((char *)r + register_map[i].in_frame);

		*(to_context ? in_context : in_frame) = *(to_context ? in_frame : in_context);
	}
}

static void fill_sigcontext(struct sigcontext *sc, struct trapframe *frame)
{
	const struct arch_thread *arch = &current->arch;

	copy_registers(sc, &frame->r, true);
	if (arch->flags & X86_THREAD_SINGLE_STEP)
		sc->eflags &= ~X86_EFLAGS_TF; /* the tracer's, not the program's */
	sc->cs = (uint16_t)frame->r.cs;
	sc->ss = (uint16_t)frame->r.ss;
	sc->err = arch->error_code;
	sc->trapno = arch->trap_nr;
	sc->cr2 = arch->cr2;
}

static int push_fpu(struct _fpstate_64 *user)
{
	struct _fpstate_64 *image = x86_fpu_image(current);
	uint32_t magic2 = FP_XSTATE_MAGIC2;

	image->sw_reserved = (struct _fpx_sw_bytes){
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = x86_features.fpu_bytes + FP_XSTATE_MAGIC2_SIZE, /* without XSAVE as well */
		.xfeatures = x86_features.xcr0,
		.xstate_size = x86_features.fpu_bytes,
	};
	if (copy_to_user(user, image, x86_features.fpu_bytes))
		return -EFAULT;
	if (x86_features.xcr0)
		return copy_to_user((char *)user + x86_features.fpu_bytes, &magic2, sizeof(magic2));
	return 0;
}

int arch_signal_push_frame(struct trapframe *frame, const struct signal_delivery *delivery)
{
	struct rt_sigframe sigframe = { .restorer = delivery->restorer, .info = delivery->info };
	uintptr_t sp = delivery->stack_top, fpu;
	struct rt_sigframe *user;

	if (!delivery->restorer)
		return -EFAULT;
	if (sp == frame->r.rsp)
		sp -= RED_ZONE;
	fpu = ALIGN_DOWN(sp - fpu_frame_bytes(), FPU_ALIGN);
	sp = ALIGN_DOWN(fpu - sizeof(sigframe), 16) - 8;
	user = (struct rt_sigframe *)sp;

	sigframe.uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS | (x86_features.xcr0 ? UC_FP_XSTATE : 0);
	sigframe.uc.uc_stack = delivery->altstack;
	sigframe.uc.uc_sigmask = delivery->saved_mask;
	fill_sigcontext(&sigframe.uc.uc_mcontext, frame);
	memcpy(&sigframe.uc.uc_mcontext.oldmask, &delivery->saved_mask, sizeof(sigframe.uc.uc_mcontext.oldmask));
	sigframe.uc.uc_mcontext.fpstate = (void *)fpu;
	if (push_fpu((void *)fpu) || copy_to_user(user, &sigframe, sizeof(sigframe)))
		return -EFAULT;

	frame->r.rdi = (unsigned long)delivery->signo;
	frame->r.rsi = (uintptr_t)&user->info;
	frame->r.rdx = (uintptr_t)&user->uc;
	frame->r.rax = 0;
	frame->r.rsp = sp;
	arch_frame_set_ip(frame, delivery->handler);
	frame->r.eflags &= ~(X86_EFLAGS_DF | X86_EFLAGS_RF | X86_EFLAGS_TF);
	arch_fpu_reset(current);
	return 0;
}

/* How many bytes of the image at user are meant: 512 unless all marks of an XSAVE image are right. */
static int fpu_image_size(const struct _fpstate_64 *user, size_t *size, uint64_t *parts)
{
	struct _fpx_sw_bytes sw;
	uint32_t magic2;

	*size = FXSAVE_BYTES;
	if (copy_from_user(&sw, &user->sw_reserved, sizeof(sw)))
		return -EFAULT;
	if (!x86_features.xcr0 || sw.magic1 != FP_XSTATE_MAGIC1 || sw.xstate_size > x86_features.fpu_bytes ||
			sw.xstate_size < FXSAVE_BYTES + sizeof(struct _header) || sw.xstate_size > sw.extended_size)
		return 0;
	if (copy_from_user(&magic2, (const char *)user + sw.xstate_size, sizeof(magic2)))
		return -EFAULT;
	if (magic2 != FP_XSTATE_MAGIC2)
		return 0;
	*size = sw.xstate_size;
	*parts = sw.xfeatures;
	return 0;
}

static int pop_fpu(const struct _fpstate_64 *user)
{
	uint64_t parts = 0;
	struct _xstate *image;
	size_t size;
	int err;

	if (!user) {
		arch_fpu_reset(current);
		return 0;
	}
	err = fpu_image_size(user, &size, &parts);
	if (err)
		return err;
	/* Not straight into the thread's area: a switch while the copy sleeps would save over it. */
	image = kmalloc(x86_features.fpu_bytes);
	if (!image)
		return -EFAULT;
	err = copy_from_user(image, user, size);
	if (!err && size > FXSAVE_BYTES)
		image->xstate_hdr.xfeatures &= parts;
	if (!err && x86_fpu_set(current, image, size))
		err = -EFAULT;
	kfree(image);
	return err;
}

int arch_signal_pop_frame(struct trapframe *frame, sigset_t *mask, stack_t *altstack)
{
	const struct rt_sigframe *user = (const void *)(frame->r.rsp - sizeof(user->restorer));
	uint64_t flags = frame->r.eflags;
	struct ucontext uc;

	if (copy_from_user(&uc, &user->uc, sizeof(uc)))
		return -EFAULT;
	copy_registers(&uc.uc_mcontext, &frame->r, false);
	frame->r.eflags = x86_merge_user_flags(flags, uc.uc_mcontext.eflags);
	frame->r.cs = USER_CS | FRAME_CHANGED; /* there are no other selectors: no LDT, no 32-bit programs */
	frame->r.ss = USER_DS;
	arch_frame_set_ip(frame, uc.uc_mcontext.rip);
	arch_frame_clear_syscall(frame);
	*mask = uc.uc_sigmask;
	*altstack = uc.uc_stack;
	return pop_fpu((const void *)uc.uc_mcontext.fpstate);
}
