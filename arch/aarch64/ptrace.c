// SPDX-License-Identifier: MIT
/* Registers of a stopped thread, as ptrace(2) shows them on arm64: its trap frame, FPU, thread pointer. */
#include <arch/ptrace.h>

#include <arch/trapframe.h>
#include <asm/ptrace.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <linux/elf.h>

#define PSTATE_FLAGS 0xf0000000UL /* what a tracer may change: N, Z, C, V */

ssize_t arch_regset_get(struct thread *thread, unsigned int type, void *buf, size_t size)
{
	struct trapframe *frame = arch_user_frame(thread);
	int nr = (int)frame->r.regs[8];

	switch (type) {
	case NT_PRSTATUS:
		memcpy(buf, &frame->r, min(size, sizeof(frame->r)));
		return sizeof(frame->r);
	case NT_PRFPREG:
		memcpy(buf, &thread->arch.fpu, min(size, sizeof(thread->arch.fpu)));
		return sizeof(thread->arch.fpu);
	case NT_ARM_TLS:
		memcpy(buf, &thread->arch.tls, min(size, sizeof(thread->arch.tls)));
		return sizeof(thread->arch.tls);
	case NT_ARM_SYSTEM_CALL:
		memcpy(buf, &nr, min(size, sizeof(nr)));
		return sizeof(nr);
	default:
		return -EINVAL;
	}
}

static int set_regs(struct trapframe *frame, const void *buf, size_t size)
{
	struct user_pt_regs regs = frame->r;

	if (size % sizeof(uint64_t))
		return -EINVAL;
	memcpy(&regs, buf, min(size, sizeof(regs)));
	regs.pstate = (regs.pstate & PSTATE_FLAGS) | (frame->r.pstate & ~PSTATE_FLAGS);
	frame->r = regs;
	return 0;
}

int arch_regset_set(struct thread *thread, unsigned int type, const void *buf, size_t size)
{
	struct trapframe *frame = arch_user_frame(thread);
	int nr = (int)frame->r.regs[8];

	switch (type) {
	case NT_PRSTATUS:
		return set_regs(frame, buf, size);
	case NT_PRFPREG:
		memcpy(&thread->arch.fpu, buf, min(size, sizeof(thread->arch.fpu)));
		return 0;
	case NT_ARM_TLS:
		memcpy(&thread->arch.tls, buf, min(size, sizeof(thread->arch.tls)));
		return 0;
	case NT_ARM_SYSTEM_CALL:
		memcpy(&nr, buf, min(size, sizeof(nr)));
		frame->r.regs[8] = (unsigned long)nr;
		return 0;
	default:
		return -EINVAL;
	}
}

long arch_ptrace(struct thread *thread, long request, unsigned long addr, unsigned long data)
{
	return -EIO;
}

/* The thread is stopped: its switch-in turns the CPU's part on. */
int arch_single_step(struct thread *thread, bool on)
{
	struct trapframe *frame = arch_user_frame(thread);

	thread->arch.is_stepped = on;
	if (on)
		frame->r.pstate |= PSTATE_SS;
	else
		frame->r.pstate &= ~(unsigned long)PSTATE_SS;
	return 0;
}
