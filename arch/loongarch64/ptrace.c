// SPDX-License-Identifier: MIT
/* Registers of a stopped thread, as ptrace(2) shows them on loongarch64: its trap frame and FPU. */
#include <arch/ptrace.h>

#include <arch/trapframe.h>
#include <asm/ptrace.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <linux/elf.h>

#include "loongarch.h"

static ssize_t get_vectors(const struct thread *thread, unsigned int words, void *buf, size_t size)
{
	uint64_t regs[32 * 4];

	for (unsigned int i = 0; i < 32; i++)
		memcpy(regs + i * words, thread->arch.fpu.regs[i], words * sizeof(*regs));
	memcpy(buf, regs, min(size, 32 * words * sizeof(*regs)));
	return 32 * words * sizeof(*regs);
}

static int set_vectors(struct thread *thread, unsigned int level, unsigned int words, const void *buf, size_t size)
{
	const size_t bytes = words * sizeof(uint64_t);

	for (unsigned int i = 0; i < 32 && size >= (i + 1) * bytes; i++)
		memcpy(thread->arch.fpu.regs[i], (const char *)buf + i * bytes, bytes);
	thread->arch.fpu_level = max(thread->arch.fpu_level, level);
	return 0;
}

ssize_t arch_regset_get(struct thread *thread, unsigned int type, void *buf, size_t size)
{
	struct user_pt_regs regs = { 0 };
	struct user_fp_state fp = { 0 };

	switch (type) {
	case NT_PRSTATUS:
		memcpy(&regs, arch_user_frame(thread), offsetof(struct user_pt_regs, reserved));
		memcpy(buf, &regs, min(size, sizeof(regs)));
		return sizeof(regs);
	case NT_PRFPREG:
		for (unsigned int i = 0; i < 32; i++)
			fp.fpr[i] = thread->arch.fpu.regs[i][0];
		fp.fcc = thread->arch.fpu.fcc;
		fp.fcsr = thread->arch.fpu.fcsr;
		memcpy(buf, &fp, min(size, sizeof(fp)));
		return sizeof(fp);
	case NT_LOONGARCH_LSX:
		return get_vectors(thread, 2, buf, size);
	case NT_LOONGARCH_LASX:
		return get_vectors(thread, 4, buf, size);
	default:
		return -EINVAL;
	}
}

int arch_regset_set(struct thread *thread, unsigned int type, const void *buf, size_t size)
{
	struct trapframe *frame = arch_user_frame(thread);
	struct user_fp_state fp;

	switch (type) {
	case NT_PRSTATUS:
		if (size % sizeof(uint64_t))
			return -EINVAL;
		/* Registers, orig_a0, era: what follows there is not the program's. */
		memcpy(frame, buf, min(size, offsetof(struct trapframe, badv)));
		frame->regs[0] = 0;
		return 0;
	case NT_PRFPREG:
		if (size < sizeof(fp))
			return -EINVAL;
		memcpy(&fp, buf, sizeof(fp));
		for (unsigned int i = 0; i < 32; i++)
			thread->arch.fpu.regs[i][0] = fp.fpr[i];
		thread->arch.fpu.fcc = fp.fcc;
		thread->arch.fpu.fcsr = fp.fcsr & ~((fp.fcsr & 0x1f) << 24);
		thread->arch.fpu_level = max(thread->arch.fpu_level, (unsigned int)FPU_SCALAR);
		return 0;
	case NT_LOONGARCH_LSX:
		return set_vectors(thread, FPU_LSX, 2, buf, size);
	case NT_LOONGARCH_LASX:
		return set_vectors(thread, FPU_LASX, 4, buf, size);
	default:
		return -EINVAL;
	}
}

long arch_ptrace(struct thread *thread, long request, unsigned long addr, unsigned long data)
{
	return -EIO;
}

/* Not offered: Linux has none by hardware either, but by a watchpoint. */
int arch_single_step(struct thread *thread, bool on)
{
	return on ? -EIO : 0;
}
