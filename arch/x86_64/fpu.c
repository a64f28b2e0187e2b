// SPDX-License-Identifier: MIT
/*
 * FPU and vector state: all of what XCR0 can hold but AMX (which Linux gives only to who asks by
 * arch_prctl), in XSAVE's standard format; FXSAVE on CPUs without. Saved and restored eagerly.
 *
 * XSAVEOPT leaves out parts in their initial state and only clears their XSTATE_BV bit, so the
 * bytes of such a part mean nothing: x86_fpu_image() puts the initial values in.
 */
#include <arch/context.h>
#include <arch/irqflags.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/string.h>

#include "fpu.h"
#include "x86.h"

#define FXSAVE_BYTES 512
#define XCR0_AMX 0x60000ULL
#define XCR0_X87_SSE 3ULL
#define MXCSR_DEFAULT 0x1f80
#define FCW_DEFAULT 0x37f
#define AREA_ALIGN 64

/* XSTATE_BV is 0, so XRSTOR reads no more of it than this. */
static struct _xstate initial __attribute__((aligned(AREA_ALIGN)));
static uint32_t mxcsr_mask = 0xffbf;
/* Where each component lies in the area (CPUID.D.n): bytes, 0: not there. */
static struct { uint32_t offset, size; } components[64];

static void write_xcr0(uint64_t value)
{
	__asm__ volatile("xsetbv" ::"c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

void x86_fpu_init(void)
{
	struct x86_features *f = &x86_features;
	struct cpuid id;

	initial.fpstate.cwd = FCW_DEFAULT;
	initial.fpstate.mxcsr = MXCSR_DEFAULT;
	f->fpu_bytes = FXSAVE_BYTES;
	x86_fpu_init_this_cpu();
	if (!(f->leaf1_ecx >> 26 & 1) || f->max_leaf < 0xd)
		return;
	id = x86_cpuid(0xd, 0);
	f->xcr0 = (((uint64_t)id.edx << 32) | id.eax) & ~XCR0_AMX;
	f->xsaveopt = x86_cpuid(0xd, 1).eax & 1;
	for (unsigned int i = 2; i < 63; i++) {
		if (!(f->xcr0 >> i & 1))
			continue;
		id = x86_cpuid(0xd, i);
		components[i].offset = id.ebx;
		components[i].size = id.eax;
	}
	x86_fpu_init_this_cpu();
	f->fpu_bytes = x86_cpuid(0xd, 0).ebx; /* for what XCR0 has on now */
}

static void note_mxcsr_mask(void)
{
	static struct _fpstate_64 image __attribute__((aligned(16)));

	__asm__ volatile("fxsaveq %0" : "=m"(image));
	if (image.mxcsr_mask)
		mxcsr_mask = image.mxcsr_mask;
	initial.fpstate.mxcsr_mask = mxcsr_mask;
}

void x86_fpu_init_this_cpu(void)
{
	unsigned long cr4 = x86_read_cr4() | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT;

	x86_write_cr0((x86_read_cr0() & ~(X86_CR0_EM | X86_CR0_TS)) | X86_CR0_MP | X86_CR0_NE);
	x86_write_cr4(x86_features.xcr0 ? cr4 | X86_CR4_OSXSAVE : cr4);
	if (x86_features.xcr0)
		write_xcr0(x86_features.xcr0);
	__asm__ volatile("fninit");
	if (!initial.fpstate.mxcsr_mask)
		note_mxcsr_mask();
}

static void save_to(void *area)
{
	if (x86_features.xsaveopt)
		__asm__ volatile("xsaveopt64 (%0)" ::"r"(area), "a"(-1), "d"(-1) : "memory");
	else if (x86_features.xcr0)
		__asm__ volatile("xsave64 (%0)" ::"r"(area), "a"(-1), "d"(-1) : "memory");
	else
		__asm__ volatile("fxsaveq (%0)" ::"r"(area) : "memory");
}

static void restore_from(const void *area)
{
	if (x86_features.xcr0)
		__asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"(-1), "d"(-1) : "memory");
	else
		__asm__ volatile("fxrstorq (%0)" ::"r"(area) : "memory");
}

/* An all-zero XSTATE_BV means "all initial"; MXCSR is loaded from the image all the same. */
static void make_initial(struct thread *thread)
{
	memset(thread->arch.fpu, 0, x86_features.fpu_bytes);
	memcpy(thread->arch.fpu, &initial, sizeof(initial.fpstate));
}

int arch_fpu_alloc(struct thread *thread)
{
	void *block = kmalloc(x86_features.fpu_bytes + AREA_ALIGN);

	if (!block)
		return -ENOMEM;
	thread->arch.fpu_block = block;
	thread->arch.fpu = (void *)ALIGN_UP((uintptr_t)block, AREA_ALIGN);
	make_initial(thread);
	return 0;
}

void arch_fpu_free(struct thread *thread)
{
	kfree(thread->arch.fpu_block);
	thread->arch.fpu_block = thread->arch.fpu = NULL;
}

void arch_fpu_copy(struct thread *child, struct thread *parent)
{
	unsigned long flags = arch_irq_save();

	save_to(parent->arch.fpu);
	memcpy(child->arch.fpu, parent->arch.fpu, x86_features.fpu_bytes);
	arch_irq_restore(flags);
}

void arch_fpu_save(struct thread *thread)
{
	save_to(thread->arch.fpu);
}

void arch_fpu_restore(struct thread *thread)
{
	restore_from(thread->arch.fpu);
}

/* The area is rewritten by the next save. */
void arch_fpu_reset(struct thread *thread)
{
	restore_from(&initial);
}

static struct _xstate *area_of(struct thread *thread)
{
	return thread->arch.fpu;
}

static void fill_initial_parts(struct _xstate *area)
{
	uint64_t missing = x86_features.xcr0 & ~area->xstate_hdr.xfeatures;
	struct _fpstate_64 *legacy = &area->fpstate;

	if (missing & 1) { /* x87: all before MXCSR, and the registers */
		memcpy(legacy, &initial.fpstate, offsetof(struct _fpstate_64, mxcsr));
		memset(legacy->st_space, 0, sizeof(legacy->st_space));
	}
	if (missing & 2)
		memset(legacy->xmm_space, 0, sizeof(legacy->xmm_space));
	for (unsigned int i = 2; i < 63; i++)
		if (missing >> i & 1)
			memset((char *)area + components[i].offset, 0, components[i].size);
}

void *x86_fpu_image(struct thread *thread)
{
	unsigned long flags = arch_irq_save();

	if (thread == current)
		save_to(thread->arch.fpu);
	if (x86_features.xcr0)
		fill_initial_parts(area_of(thread));
	arch_irq_restore(flags);
	return thread->arch.fpu;
}

static bool xstate_header_ok(const struct _header *header)
{
	static const struct _header zero;

	return !(header->xfeatures & ~x86_features.xcr0) &&
		!memcmp(header->reserved1, zero.reserved1, sizeof(zero.reserved1)) &&
		!memcmp(header->reserved2, zero.reserved2, sizeof(zero.reserved2));
}

int x86_fpu_set(struct thread *thread, const void *image, size_t size)
{
	struct _xstate *area = area_of(thread);
	const struct _xstate *from = image;
	unsigned long flags;

	if (size < FXSAVE_BYTES || size > x86_features.fpu_bytes)
		return -EINVAL;
	if (size > FXSAVE_BYTES && (size < sizeof(struct _fpstate_64) + sizeof(struct _header) ||
			!xstate_header_ok(&from->xstate_hdr)))
		return -EINVAL;
	if (from->fpstate.mxcsr & ~mxcsr_mask)
		return -EINVAL;
	flags = arch_irq_save();
	memcpy(area, image, size);
	if (x86_features.xcr0 && size == FXSAVE_BYTES) /* a running thread's other parts are not in area: initial */
		area->xstate_hdr.xfeatures = XCR0_X87_SSE | (thread == current ? 0 : area->xstate_hdr.xfeatures);
	if (thread == current)
		restore_from(area);
	arch_irq_restore(flags);
	return 0;
}
