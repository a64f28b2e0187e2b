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

ssize_t arch_regset_get(struct thread *thread, unsigned int type, void *buf, size_t size)
{
	struct user_regs_struct regs;

	switch (type) {
	case NT_PRSTATUS:
		regs = arch_user_frame(thread)->r;
		memcpy(buf, &regs, min(size, sizeof(regs)));
		return sizeof(regs);
	case NT_PRFPREG:
		memcpy(buf, &thread->arch.fpu, min(size, sizeof(thread->arch.fpu)));
		return sizeof(thread->arch.fpu);
	default:
		return -EINVAL;
	}
}

int arch_regset_set(struct thread *thread, unsigned int type, const void *buf, size_t size)
{
	switch (type) {
	case NT_PRSTATUS:
		if (size % sizeof(uint64_t))
			return -EINVAL;
		memcpy(&arch_user_frame(thread)->r, buf, min(size, sizeof(struct user_regs_struct)));
		return 0;
	case NT_PRFPREG:
		memcpy(&thread->arch.fpu, buf, min(size, sizeof(thread->arch.fpu)));
		return 0;
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
