// SPDX-License-Identifier: MIT
/*
 * Registers of a stopped thread, as ptrace(2) shows them on x86_64: its trap frame, segment bases
 * and FPU area. Debug registers are not offered.
 */
#include <arch/ptrace.h>

#include <arch/context.h>
#include <arch/layout.h>
#include <arch/trapframe.h>
#include <asm/ptrace-abi.h>
#include <asm/sigcontext.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/elf.h>
#include <linux/ptrace.h>
#include <mm/user_copy.h>
#include <port/asm_offsets.h>

#include "fpu.h"
#include "signal_frame.h"
#include "x86.h"

/* NT_PRSTATUS: struct user_regs_struct (man 2 ptrace; not in the exported headers). */
struct user_regs {
	struct pt_regs r;
	uint64_t fs_base, gs_base, ds, es, fs, gs;
};

/* PEEKUSER's offsets go through struct user, of which the registers come first. */
#define USER_STRUCT_BYTES 928
#define FXSAVE_BYTES sizeof(struct _fpstate_64)

static void get_regs(struct thread *thread, struct user_regs *regs)
{
	*regs = (struct user_regs){
		.r = arch_user_frame(thread)->r, .fs_base = thread->arch.fs_base, .gs_base = thread->arch.gs_base,
	};
	regs->r.cs &= ~(uint64_t)FRAME_CHANGED;
	if (thread->arch.flags & X86_THREAD_SINGLE_STEP)
		regs->r.eflags &= ~X86_EFLAGS_TF;
}

static int set_regs(struct thread *thread, const struct user_regs *regs)
{
	struct trapframe *frame = arch_user_frame(thread);
	uint64_t flags = x86_merge_user_flags(frame->r.eflags, regs->r.eflags);

	if (regs->fs_base >= USER_VA_END || regs->gs_base >= USER_VA_END)
		return -EIO;
	frame->r = regs->r;
	arch_frame_set_ip(frame, regs->r.rip);
	frame->r.cs = USER_CS | FRAME_CHANGED;
	frame->r.ss = USER_DS;
	frame->r.eflags = flags;
	if (thread->arch.flags & X86_THREAD_SINGLE_STEP)
		frame->r.eflags |= X86_EFLAGS_TF;
	thread->arch.fs_base = regs->fs_base;
	thread->arch.gs_base = regs->gs_base;
	return 0;
}

ssize_t arch_regset_get(struct thread *thread, unsigned int type, void *buf, size_t size)
{
	struct _fpstate_64 *fpu;
	struct user_regs regs;
	size_t full;

	switch (type) {
	case NT_PRSTATUS:
		get_regs(thread, &regs);
		memcpy(buf, &regs, min(size, sizeof(regs)));
		return sizeof(regs);
	case NT_PRFPREG:
	case NT_X86_XSTATE:
		if (type == NT_X86_XSTATE && !x86_features.xcr0)
			return -EINVAL;
		full = type == NT_PRFPREG ? FXSAVE_BYTES : x86_features.fpu_bytes;
		fpu = x86_fpu_image(thread);
		memset(&fpu->sw_reserved, 0, sizeof(fpu->sw_reserved));
		if (type == NT_X86_XSTATE) /* the first software word tells XCR0 */
			memcpy(&fpu->sw_reserved, &x86_features.xcr0, sizeof(x86_features.xcr0));
		memcpy(buf, fpu, min(size, full));
		return (ssize_t)full;
	default:
		return -EINVAL;
	}
}

int arch_regset_set(struct thread *thread, unsigned int type, const void *buf, size_t size)
{
	struct user_regs regs;

	switch (type) {
	case NT_PRSTATUS:
		if (size % sizeof(uint64_t))
			return -EINVAL;
		get_regs(thread, &regs);
		memcpy(&regs, buf, min(size, sizeof(regs)));
		return set_regs(thread, &regs);
	case NT_PRFPREG:
		return size < FXSAVE_BYTES ? -EINVAL : x86_fpu_set(thread, buf, FXSAVE_BYTES);
	case NT_X86_XSTATE:
		return !x86_features.xcr0 || size != x86_features.fpu_bytes ? -EINVAL : x86_fpu_set(thread, buf, size);
	default:
		return -EINVAL;
	}
}

static long peek_user(struct thread *thread, unsigned long offset, unsigned long user_data)
{
	struct user_regs regs;
	uint64_t value = 0;

	if (offset % sizeof(value) || offset >= USER_STRUCT_BYTES)
		return -EIO;
	get_regs(thread, &regs);
	if (offset < sizeof(regs))
		memcpy(&value, (char *)&regs + offset, sizeof(value));
	return put_user(value, (uint64_t *)user_data);
}

static long poke_user(struct thread *thread, unsigned long offset, unsigned long data)
{
	struct user_regs regs;
	uint64_t value = data;

	if (offset % sizeof(value) || offset >= USER_STRUCT_BYTES)
		return -EIO;
	if (offset >= sizeof(regs))
		return data ? -EIO : 0;
	get_regs(thread, &regs);
	memcpy((char *)&regs + offset, &value, sizeof(value));
	return set_regs(thread, &regs);
}

static long regset_to_user(struct thread *thread, unsigned int type, unsigned long user_data, size_t size)
{
	void *buf = kmalloc(size);
	long err = -ENOMEM;

	if (!buf)
		return err;
	err = arch_regset_get(thread, type, buf, size);
	if (err >= 0)
		err = copy_to_user((void *)user_data, buf, size);
	kfree(buf);
	return err;
}

static long regset_from_user(struct thread *thread, unsigned int type, unsigned long user_data, size_t size)
{
	void *buf = kmalloc(size);
	long err = -ENOMEM;

	if (!buf)
		return err;
	err = copy_from_user(buf, (const void *)user_data, size);
	if (!err)
		err = arch_regset_set(thread, type, buf, size);
	kfree(buf);
	return err;
}

long arch_ptrace(struct thread *thread, long request, unsigned long addr, unsigned long data)
{
	switch (request) {
	case PTRACE_PEEKUSR:
		return peek_user(thread, addr, data);
	case PTRACE_POKEUSR:
		return poke_user(thread, addr, data);
	case PTRACE_GETREGS:
		return regset_to_user(thread, NT_PRSTATUS, data, sizeof(struct user_regs));
	case PTRACE_SETREGS:
		return regset_from_user(thread, NT_PRSTATUS, data, sizeof(struct user_regs));
	case PTRACE_GETFPREGS:
		return regset_to_user(thread, NT_PRFPREG, data, FXSAVE_BYTES);
	case PTRACE_SETFPREGS:
		return regset_from_user(thread, NT_PRFPREG, data, FXSAVE_BYTES);
	case PTRACE_ARCH_PRCTL:
		/* Here the two operands are the other way round. */
		return arch_prctl(thread, (int)data, addr);
	default:
		return -EIO;
	}
}

int arch_single_step(struct thread *thread, bool on)
{
	struct trapframe *frame = arch_user_frame(thread);

	if (on && !(frame->r.eflags & X86_EFLAGS_TF)) {
		frame->r.eflags |= X86_EFLAGS_TF;
		thread->arch.flags |= X86_THREAD_SINGLE_STEP;
	} else if (!on && (thread->arch.flags & X86_THREAD_SINGLE_STEP)) {
		frame->r.eflags &= ~X86_EFLAGS_TF;
		thread->arch.flags &= ~X86_THREAD_SINGLE_STEP;
	}
	return 0;
}
