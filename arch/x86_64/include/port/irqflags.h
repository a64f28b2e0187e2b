/* SPDX-License-Identifier: MIT */
/* The interrupt flag of EFLAGS. */
#pragma once

#include <asm/processor-flags.h>

static inline void arch_irq_enable(void)
{
	__asm__ volatile("sti" ::: "memory");
}

static inline void arch_irq_disable(void)
{
	__asm__ volatile("cli" ::: "memory");
}

static inline unsigned long x86_read_flags(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags)::"memory");
	return flags;
}

static inline unsigned long arch_irq_save(void)
{
	unsigned long flags = x86_read_flags();

	arch_irq_disable();
	return flags;
}

static inline void arch_irq_restore(unsigned long flags)
{
	if (flags & X86_EFLAGS_IF)
		arch_irq_enable();
}

static inline bool arch_irqs_enabled(void)
{
	return x86_read_flags() & X86_EFLAGS_IF;
}
