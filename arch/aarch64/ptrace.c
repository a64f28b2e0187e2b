// SPDX-License-Identifier: MIT
/* Registers of a stopped thread, as ptrace(2) shows them on arm64: its trap frame, FPU and SVE, thread pointer. */
#include <arch/ptrace.h>

#include <arch/trapframe.h>
#include <asm/ptrace.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <linux/elf.h>

#include "arm64.h"

#define DEBUG_ARCH 6u /* Armv8.0's, as ID_AA64DFR0_EL1 counts */
#define PAC_MASK (0x7ful << 48) /* between the addresses' 48 bits and the byte for tags */

/* --- SVE -------------------------------------------------------------------------------------- */

/* Our area holds Z, P and FFR one after another, as the set does; V registers are the low parts of Z's. */
static void fill_sve(const struct thread *thread, struct user_sve_header *header)
{
	const struct user_fpsimd_state *fpu = &thread->arch.fpu;
	unsigned int vl = arm64_features.sve_vl, vq = vl / 16;
	char *at = (char *)header;

	if (!thread->arch.sve) {
		memcpy(at + SVE_PT_FPSIMD_OFFSET, fpu, sizeof(*fpu));
		return;
	}
	memcpy(at + SVE_PT_SVE_OFFSET, thread->arch.sve, arm64_sve_bytes());
	for (unsigned int i = 0; i < ARRAY_SIZE(fpu->vregs); i++)
		memcpy(at + SVE_PT_SVE_ZREG_OFFSET(vq, i), &fpu->vregs[i], sizeof(fpu->vregs[i]));
	memcpy(at + SVE_PT_SVE_FPSR_OFFSET(vq), &fpu->fpsr, sizeof(fpu->fpsr));
	memcpy(at + SVE_PT_SVE_FPCR_OFFSET(vq), &fpu->fpcr, sizeof(fpu->fpcr));
}

static ssize_t get_sve(const struct thread *thread, void *buf, size_t size)
{
	unsigned int vl = arm64_features.sve_vl, flags = thread->arch.sve ? SVE_PT_REGS_SVE : SVE_PT_REGS_FPSIMD;
	struct user_sve_header *header;
	uint32_t bytes;

	if (!vl)
		return -EINVAL;
	header = kzalloc(SVE_PT_SIZE(vl / 16, SVE_PT_REGS_SVE));
	if (!header)
		return -ENOMEM;
	bytes = (uint32_t)SVE_PT_SIZE(vl / 16, flags);
	*header = (struct user_sve_header){ .size = bytes, .max_size = (uint32_t)SVE_PT_SIZE(vl / 16, SVE_PT_REGS_SVE),
		.vl = (uint16_t)vl, .max_vl = (uint16_t)vl, .flags = (uint16_t)flags };
	fill_sve(thread, header);
	memcpy(buf, header, min(size, bytes));
	kfree(header);
	return bytes;
}

/* Without vectors the thread goes back to plain FP. The vectors' length is one for all. */
static int set_sve(struct thread *thread, const void *buf, size_t size)
{
	struct user_fpsimd_state *fpu = &thread->arch.fpu;
	const struct user_sve_header *header = buf;
	unsigned int vl = arm64_features.sve_vl, vq = vl / 16;
	const char *at = buf;

	if (!vl || size < sizeof(*header) || header->vl != vl)
		return -EINVAL;
	if ((header->flags & SVE_PT_REGS_MASK) == SVE_PT_REGS_FPSIMD) {
		size -= SVE_PT_FPSIMD_OFFSET;
		memcpy(fpu, at + SVE_PT_FPSIMD_OFFSET, min(size, sizeof(*fpu)));
		kfree(thread->arch.sve);
		thread->arch.sve = NULL;
		return 0;
	}
	if (size < SVE_PT_SIZE(vq, SVE_PT_REGS_SVE))
		return -EINVAL;
	if (!thread->arch.sve)
		thread->arch.sve = kmalloc(arm64_sve_bytes());
	if (!thread->arch.sve)
		return -ENOMEM;
	memcpy(thread->arch.sve, at + SVE_PT_SVE_OFFSET, arm64_sve_bytes());
	for (unsigned int i = 0; i < ARRAY_SIZE(fpu->vregs); i++)
		memcpy(&fpu->vregs[i], at + SVE_PT_SVE_ZREG_OFFSET(vq, i), sizeof(fpu->vregs[i]));
	memcpy(&fpu->fpsr, at + SVE_PT_SVE_FPSR_OFFSET(vq), sizeof(fpu->fpsr));
	memcpy(&fpu->fpcr, at + SVE_PT_SVE_FPCR_OFFSET(vq), sizeof(fpu->fpcr));
	return 0;
}

/* --- all -------------------------------------------------------------------------------------- */

ssize_t arch_regset_get(struct thread *thread, unsigned int type, void *buf, size_t size)
{
	struct trapframe *frame = arch_user_frame(thread);
	int nr = (int)frame->r.regs[8];
	const struct user_pac_mask masks = { PAC_MASK, PAC_MASK };
	long keys = arm64_auth_enabled(thread);
	uint64_t debug = DEBUG_ARCH << 8; /* struct user_hwdebug_state without a slot */

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
	case NT_ARM_SVE:
		return get_sve(thread, buf, size);
	case NT_ARM_PAC_MASK:
		memcpy(buf, &masks, min(size, sizeof(masks)));
		return keys < 0 ? keys : (ssize_t)sizeof(masks);
	case NT_ARM_PAC_ENABLED_KEYS:
		memcpy(buf, &keys, min(size, sizeof(keys)));
		return keys < 0 ? keys : (ssize_t)sizeof(keys);
	case NT_ARM_HW_BREAK:
	case NT_ARM_HW_WATCH:
		memcpy(buf, &debug, min(size, sizeof(debug)));
		return sizeof(debug);
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
	regs.pstate = (regs.pstate & PSTATE_USER) | (frame->r.pstate & ~PSTATE_USER);
	frame->r = regs;
	return 0;
}

int arch_regset_set(struct thread *thread, unsigned int type, const void *buf, size_t size)
{
	struct trapframe *frame = arch_user_frame(thread);
	unsigned long keys = (unsigned long)arm64_auth_enabled(thread);
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
	case NT_ARM_SVE:
		return set_sve(thread, buf, size);
	case NT_ARM_PAC_MASK:
		return -EOPNOTSUPP;
	case NT_ARM_PAC_ENABLED_KEYS:
		memcpy(&keys, buf, min(size, sizeof(keys)));
		return arm64_auth_enable(thread, 0xf, keys);
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
