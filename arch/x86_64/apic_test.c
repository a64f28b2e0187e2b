// SPDX-License-Identifier: MIT
/*
 * Vectors that nobody here asked for, as a kernel before leaves them pending in the local APIC: each is ended, or
 * no timer would come any more, and none stops the CPU.
 */
#include <kernel/selftest.h>

#include <arch/irqflags.h>
#include <kernel/time.h>

#include "apic.h"

SELFTEST(stray_vectors)
{
	static const uint8_t vectors[] = { 0x20, 0x2f, X86_VECTOR_TIMER, 0xed, X86_VECTOR_IPI, X86_VECTOR_IPI + 1,
		X86_VECTOR_IPI + 2, 0xf8, 0xfb, X86_VECTOR_ERROR };

	for (unsigned int i = 0; i < sizeof(vectors); i++) {
		unsigned long flags = arch_irq_save(); /* one CPU: sender and receiver */

		apic_send(apic_id(), APIC_ICR_FIXED | APIC_ICR_ASSERT | vectors[i]);
		arch_irq_restore(flags);
	}
	sleep_ms(2);
	return 0;
}
