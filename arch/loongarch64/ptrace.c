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
#include <linux/ptrace.h>
#include <mm/user_copy.h>

#include "loongarch.h"

/* Sizes are multiples of a set's unit, as Linux has it; less than all of it will do. */
static const struct regset {
	uint16_t type, unit, bytes;
} regsets[] = {
	{ NT_PRSTATUS, 8, sizeof(struct user_pt_regs) },
	{ NT_PRFPREG, 8, sizeof(struct user_fp_state) },
	{ NT_LOONGARCH_CPUCFG, 4, 64 * sizeof(uint32_t) },
	{ NT_LOONGARCH_LSX, 16, sizeof(struct user_lsx_state) },
	{ NT_LOONGARCH_LASX, 32, sizeof(struct user_lasx_state) },
	{ NT_LOONGARCH_LBT, 8, sizeof(struct user_lbt_state) }, /* zeroes: not offered */
	{ NT_LOONGARCH_HW_BREAK, 4, sizeof(struct user_watch_state_v2) },
	{ NT_LOONGARCH_HW_WATCH, 4, sizeof(struct user_watch_state_v2) },
};

static const struct regset *find(unsigned int type, size_t size)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(regsets); i++)
		if (regsets[i].type == type)
			return size % regsets[i].unit ? NULL : &regsets[i];
	return NULL;
}

static void get_vectors(const struct thread *thread, unsigned int words, __u64 *to)
{
	for (unsigned int i = 0; i < 32; i++)
		memcpy(to + i * words, thread->arch.fpu.regs[i], words * sizeof(*to));
}

static void set_vectors(struct thread *thread, unsigned int level, unsigned int words, const void *buf, size_t size)
{
	const size_t bytes = words * sizeof(uint64_t);

	for (unsigned int i = 0; i < 32 && size >= (i + 1) * bytes; i++)
		memcpy(thread->arch.fpu.regs[i], (const char *)buf + i * bytes, bytes);
	thread->arch.fpu_level = max(thread->arch.fpu_level, level);
}

static void get_floats(const struct thread *thread, struct user_fp_state *fp)
{
	get_vectors(thread, 1, fp->fpr);
	fp->fcc = thread->arch.fpu.fcc;
	fp->fcsr = thread->arch.fpu.fcsr;
}

ssize_t arch_regset_get(struct thread *thread, unsigned int type, void *buf, size_t size)
{
	const struct regset *set = find(type, size);
	union {
		struct user_pt_regs regs;
		struct user_fp_state fp;
		struct user_lasx_state vectors;
		struct user_watch_state_v2 watch;
		uint32_t words[64];
	} u = { 0 };

	if (!set)
		return -EINVAL;
	switch (type) {
	case NT_PRSTATUS:
		memcpy(&u.regs, arch_user_frame(thread), offsetof(struct user_pt_regs, reserved));
		break;
	case NT_PRFPREG:
		get_floats(thread, &u.fp);
		break;
	case NT_LOONGARCH_CPUCFG:
		for (unsigned int i = 0; i < ARRAY_SIZE(u.words); i++)
			u.words[i] = cpucfg(i);
		break;
	case NT_LOONGARCH_LSX:
	case NT_LOONGARCH_LASX:
		get_vectors(thread, set->unit / 8, u.vectors.vregs);
		break;
	default: /* no debug registers are given to programs */
		break;
	}
	memcpy(buf, &u, min(size, (size_t)set->bytes));
	return set->bytes;
}

int arch_regset_set(struct thread *thread, unsigned int type, const void *buf, size_t size)
{
	const struct regset *set = find(type, size);
	struct trapframe *frame = arch_user_frame(thread);
	struct user_fp_state fp;

	if (!set)
		return -EINVAL;
	switch (type) {
	case NT_PRSTATUS:
		/* Registers, orig_a0, era: what follows there is not the program's. */
		memcpy(frame, buf, min(size, offsetof(struct trapframe, badv)));
		frame->regs[0] = 0;
		return 0;
	case NT_PRFPREG:
		get_floats(thread, &fp);
		memcpy(&fp, buf, min(size, sizeof(fp)));
		set_vectors(thread, FPU_SCALAR, 1, fp.fpr, sizeof(fp.fpr));
		thread->arch.fpu.fcc = fp.fcc;
		thread->arch.fpu.fcsr = fp.fcsr & ~((fp.fcsr & 0x1f) << 24); /* an enabled cause would trap at once */
		return 0;
	case NT_LOONGARCH_LSX:
		set_vectors(thread, FPU_LSX, 2, buf, size);
		return 0;
	case NT_LOONGARCH_LASX:
		set_vectors(thread, FPU_LASX, 4, buf, size);
		return 0;
	case NT_LOONGARCH_HW_BREAK:
	case NT_LOONGARCH_HW_WATCH:
		return size > offsetof(struct user_watch_state_v2, dbg_regs) ? -EOPNOTSUPP : 0;
	default: /* what the CPU is cannot be changed, and Linux does not say so */
		return 0;
	}
}

/* The register that PTRACE_PEEKUSER means by a number; NULL: none. */
static unsigned long *user_register(struct thread *thread, unsigned long nr)
{
	struct trapframe *frame = arch_user_frame(thread);

	switch (nr) {
	case GPR_BASE ... GPR_END:
		return &frame->regs[nr];
	case ARG0:
		return &frame->orig_a0;
	case PC:
		return &frame->era;
	case BADVADDR:
		return &frame->badv;
	default:
		return NULL;
	}
}

long arch_ptrace(struct thread *thread, long request, unsigned long addr, unsigned long data)
{
	unsigned long *reg = user_register(thread, addr);

	if (!reg)
		return -EIO;
	switch (request) {
	case PTRACE_PEEKUSR:
		return put_user(*reg, (unsigned long *)data);
	case PTRACE_POKEUSR:
		if (addr != GPR_BASE)
			*reg = data;
		return 0;
	default:
		return -EIO;
	}
}

/* Linux steps by a debug register; where there are none, as in QEMU, it takes the request and the program runs on. */
int arch_single_step(struct thread *thread, bool on)
{
	return 0;
}
