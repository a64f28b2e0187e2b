// SPDX-License-Identifier: MIT
/*
 * The signal frame, as Linux lays it out: siginfo, ucontext, then blocks with a magic number and a size
 * (here: one with the FPU, at the width that the program uses), ended by an empty one.
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

#include "loongarch.h"

struct rt_sigframe {
	siginfo_t info;
	struct ucontext uc;
};
static_assert(sizeof(struct rt_sigframe) % 16 == 0);

/* The one block, and the end behind it: the largest. */
struct fpu_block {
	struct sctx_info info;
	union {
		struct fpu_context fpu;
		struct lsx_context lsx;
		struct lasx_context lasx;
	};
};

/* By level: magic number, bytes of a register, bytes of the context. */
static const struct {
	uint32_t magic, register_words, bytes;
} contexts[] = {
	[FPU_SCALAR] = { FPU_CTX_MAGIC, 1, sizeof(struct fpu_context) },
	[FPU_LSX] = { LSX_CTX_MAGIC, 2, sizeof(struct lsx_context) },
	[FPU_LASX] = { LASX_CTX_MAGIC, 4, sizeof(struct lasx_context) },
};

unsigned long arch_elf_minsigstksz(void)
{
	return 0;
}

/* The instructions of __vdso_rt_sigreturn: ori a7, zero, 139; syscall 0. */
uintptr_t arch_vdso_sigreturn(void)
{
	static const uint32_t code[] = { 0x03822c0b, 0x002b0000 };
	static uintptr_t offset; /* the same for whoever finds it */

	for (uintptr_t at = 0; !offset && at + sizeof(code) <= arch_vdso_image_size; at += 4)
		if (!memcmp(arch_vdso_image + at, code, sizeof(code)))
			offset = at;
	return offset;
}

/* --- registers <-> context: `words` of each register, then fcc, then fcsr ------------------------- */

static size_t block_bytes(unsigned int level)
{
	return level == FPU_NONE ? 0 : sizeof(struct sctx_info) + ALIGN_UP(contexts[level].bytes, 16u);
}

static void fill_block(struct fpu_block *block, unsigned int level)
{
	const struct loongarch_fpu *fpu = &current->arch.fpu;
	unsigned int words = contexts[level].register_words;
	uint64_t *to = (uint64_t *)block->fpu.regs;

	block->info = (struct sctx_info){ .magic = contexts[level].magic, .size = (uint32_t)block_bytes(level) };
	for (unsigned int i = 0; i < 32; i++)
		memcpy(to + i * words, fpu->regs[i], words * sizeof(*to));
	to[32 * words] = fpu->fcc;
	memcpy(to + 32 * words + 1, &fpu->fcsr, sizeof(fpu->fcsr));
}

static void take_block(const struct fpu_block *block, unsigned int level)
{
	struct loongarch_fpu *fpu = &current->arch.fpu;
	unsigned int words = contexts[level].register_words;
	const uint64_t *from = (const uint64_t *)block->fpu.regs;
	unsigned long flags = arch_irq_save();

	if (loongarch_fpu_raise(level)) {
		arch_fpu_save(current); /* what the block is too narrow for */
		for (unsigned int i = 0; i < 32; i++)
			memcpy(fpu->regs[i], from + i * words, words * sizeof(*from));
		fpu->fcc = from[32 * words];
		memcpy(&fpu->fcsr, from + 32 * words + 1, sizeof(fpu->fcsr));
		fpu->fcsr &= ~((fpu->fcsr & 0x1f) << 24); /* an enabled cause would trap in the kernel */
		arch_fpu_restore(current);
	}
	arch_irq_restore(flags);
}

/* --- push and pop ------------------------------------------------------------------------------- */

static int push_blocks(uintptr_t at, unsigned int level)
{
	static const struct sctx_info end = { 0 };
	struct fpu_block block = { 0 };
	unsigned long flags;

	if (level != FPU_NONE) {
		flags = arch_irq_save();
		arch_fpu_save(current);
		arch_irq_restore(flags);
		fill_block(&block, level);
		if (copy_to_user((void *)at, &block, block_bytes(level)))
			return -EFAULT;
	}
	return copy_to_user((void *)(at + block_bytes(level)), &end, sizeof(end)) ? -EFAULT : 0;
}

int arch_signal_push_frame(struct trapframe *frame, const struct signal_delivery *delivery)
{
	struct rt_sigframe sigframe = { .info = delivery->info };
	unsigned int level = current->arch.fpu_level;
	/* The context behind its header is aligned to 32 bytes, as LASX wants it. */
	uintptr_t context = ALIGN_DOWN(delivery->stack_top - block_bytes(level) - sizeof(struct sctx_info), 32);
	uintptr_t blocks = context - sizeof(struct sctx_info);
	struct rt_sigframe *user = (void *)(blocks - sizeof(sigframe));

	sigframe.uc.uc_stack = delivery->altstack;
	sigframe.uc.uc_sigmask = delivery->saved_mask;
	sigframe.uc.uc_mcontext.sc_pc = frame->era;
	memcpy(sigframe.uc.uc_mcontext.sc_regs, frame->regs, sizeof(frame->regs));
	sigframe.uc.uc_mcontext.sc_flags = level != FPU_NONE ? SC_USED_FP : 0;
	if (copy_to_user(user, &sigframe, sizeof(sigframe)) || push_blocks(blocks, level))
		return -EFAULT;

	frame->regs[1] = current->vm->vdso + arch_vdso_sigreturn();
	frame->regs[4] = (unsigned long)delivery->signo;
	frame->regs[5] = (uintptr_t)&user->info;
	frame->regs[6] = (uintptr_t)&user->uc;
	frame->regs[3] = (uintptr_t)user;
	frame->era = delivery->handler;
	return 0;
}

/* Handlers may put blocks there themselves: each is of a kind and size that we know, or refused. */
static int pop_blocks(uintptr_t at)
{
	struct fpu_block block;

	for (unsigned int nr = 0; nr < 4; nr++) {
		unsigned int level = FPU_SCALAR;

		if (copy_from_user(&block.info, (const void *)at, sizeof(block.info)))
			return -EFAULT;
		if (!block.info.magic)
			return block.info.size ? -EFAULT : 0;
		while (level <= FPU_LASX && contexts[level].magic != block.info.magic)
			level++;
		if (level > FPU_LASX || block.info.size < sizeof(block.info) + contexts[level].bytes ||
			block.info.size % 16 || block.info.size > 2 * sizeof(block) ||
			copy_from_user(&block, (const void *)at, sizeof(block.info) + contexts[level].bytes))
			return -EFAULT;
		take_block(&block, level);
		at += block.info.size;
	}
	return -EFAULT;
}

int arch_signal_pop_frame(struct trapframe *frame, sigset_t *mask, stack_t *altstack)
{
	const struct rt_sigframe *user = (const void *)frame->regs[3];
	struct ucontext uc;
	int err;

	if (copy_from_user(&uc, &user->uc, sizeof(uc)))
		return -EFAULT;
	err = pop_blocks((uintptr_t)(user + 1));
	if (err)
		return err;
	memcpy(frame->regs + 1, uc.uc_mcontext.sc_regs + 1, sizeof(frame->regs) - sizeof(frame->regs[0]));
	frame->era = uc.uc_mcontext.sc_pc;
	arch_frame_clear_syscall(frame);
	*mask = uc.uc_sigmask;
	*altstack = uc.uc_stack;
	return 0;
}
