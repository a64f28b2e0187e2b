/* SPDX-License-Identifier: MIT */
/* Arch contract: the interrupt enable bit of the running CPU. */
#pragma once

#include <lib/types.h>

static inline void arch_irq_enable(void);
static inline void arch_irq_disable(void);

/* Disables interrupts, returns the former state for arch_irq_restore(). */
static inline unsigned long arch_irq_save(void);
static inline void arch_irq_restore(unsigned long flags);
static inline bool arch_irqs_enabled(void);

#include <port/irqflags.h>
