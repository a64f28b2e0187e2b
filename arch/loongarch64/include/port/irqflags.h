/* SPDX-License-Identifier: MIT */
/* CRMD.IE. */
#pragma once

#include <port/csr.h>

static inline void arch_irq_enable(void)
{
	csr_exchange(CSR_CRMD, CRMD_IE, CRMD_IE);
}

static inline void arch_irq_disable(void)
{
	csr_exchange(CSR_CRMD, 0, CRMD_IE);
}

static inline unsigned long arch_irq_save(void)
{
	return csr_exchange(CSR_CRMD, 0, CRMD_IE);
}

static inline void arch_irq_restore(unsigned long flags)
{
	csr_exchange(CSR_CRMD, flags, CRMD_IE);
}

static inline bool arch_irqs_enabled(void)
{
	return csr_read(CSR_CRMD) & CRMD_IE;
}
