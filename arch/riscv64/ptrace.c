// SPDX-License-Identifier: MIT
/* Registers of a stopped thread, as ptrace(2) shows them on riscv64: its trap frame and FPU. */
#include <arch/ptrace.h>

#include <arch/trapframe.h>
#include <asm/ptrace.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <linux/elf.h>

#include "riscv.h"

/* What a set's length is counted in. */
static size_t unit(unsigned int type)
{
	return type == NT_RISCV_VECTOR ? sizeof(uint32_t) : sizeof(uint64_t);
}

ssize_t arch_regset_get(struct thread *thread, unsigned int type, void *buf, size_t size)
{
	struct user_regs_struct regs;

	if (size % unit(type))
		return -EINVAL;
	switch (type) {
	case NT_PRSTATUS:
		regs = arch_user_frame(thread)->r;
		memcpy(buf, &regs, min(size, sizeof(regs)));
		return sizeof(regs);
	case NT_PRFPREG:
		memcpy(buf, &thread->arch.fpu, min(size, sizeof(thread->arch.fpu)));
		return sizeof(thread->arch.fpu);
	case NT_RISCV_VECTOR:
		if (!thread->arch.vector)
			return -EINVAL;
		memcpy(buf, thread->arch.vector, min(size, sizeof(*thread->arch.vector) + riscv_vector_bytes()));
		return sizeof(*thread->arch.vector) + VECTOR_NR_REGS * RISCV_MAX_VLENB; /* the longest, as Linux says */
	default:
		return -EINVAL;
	}
}

static int set_vector(struct __riscv_v_regset_state *state, const struct __riscv_v_regset_state *from, size_t size)
{
	struct __riscv_v_regset_state header;

	if (!state)
		return -EINVAL;
	header = *state;
	memcpy(&header, from, min(size, sizeof(header)));
	if (header.vlenb != state->vlenb)
		return -EINVAL;
	*state = header;
	if (size > sizeof(header))
		memcpy(state->vreg, from->vreg, min(size - sizeof(header), riscv_vector_bytes()));
	return 0;
}

int arch_regset_set(struct thread *thread, unsigned int type, const void *buf, size_t size)
{
	if (size % unit(type))
		return -EINVAL;
	switch (type) {
	case NT_PRSTATUS:
		memcpy(&arch_user_frame(thread)->r, buf, min(size, sizeof(struct user_regs_struct)));
		return 0;
	case NT_PRFPREG:
		memcpy(&thread->arch.fpu, buf, min(size, sizeof(thread->arch.fpu)));
		return 0;
	case NT_RISCV_VECTOR:
		return set_vector(thread->arch.vector, buf, size);
	default:
		return -EINVAL;
	}
}

long arch_ptrace(struct thread *thread, long request, unsigned long addr, unsigned long data)
{
	return -EIO;
}

/* There is no single step in hardware. */
int arch_single_step(struct thread *thread, bool on)
{
	return on ? -EIO : 0;
}
