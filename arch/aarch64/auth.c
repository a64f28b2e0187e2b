// SPDX-License-Identifier: MIT
/*
 * Pointer authentication and branch target identification of programs (Arm ARM, D8.10, D8.4.6). A thread's keys are
 * random at exec, inherited otherwise, and in the CPU's registers while it runs. The kernel uses neither.
 */
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <asm/hwcap.h>
#include <kernel/errno.h>
#include <kernel/random.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <linux/prctl.h>

#include "arm64.h"

#define ADDRESS_KEYS (PR_PAC_APIAKEY | PR_PAC_APIBKEY | PR_PAC_APDAKEY | PR_PAC_APDBKEY)

/* SCTLR_EL1's enables, in the order of the keys and of PR_PAC_*. */
static const uint8_t enable_bits[] = { SCTLR_EnIA_BIT, SCTLR_EnIB_BIT, SCTLR_EnDA_BIT, SCTLR_EnDB_BIT };

static bool has_address_keys(void)
{
	return arm64_features.hwcap & HWCAP_PACA;
}

static bool has_generic_key(void)
{
	return arm64_features.hwcap & HWCAP_PACG;
}

static void load_keys(const struct thread *thread)
{
	const uint64_t (*keys)[2] = thread->arch.keys;

	if (has_address_keys()) {
		sysreg_write(s3_0_c2_c1_0, keys[0][0]);
		sysreg_write(s3_0_c2_c1_1, keys[0][1]);
		sysreg_write(s3_0_c2_c1_2, keys[1][0]);
		sysreg_write(s3_0_c2_c1_3, keys[1][1]);
		sysreg_write(s3_0_c2_c2_0, keys[2][0]);
		sysreg_write(s3_0_c2_c2_1, keys[2][1]);
		sysreg_write(s3_0_c2_c2_2, keys[3][0]);
		sysreg_write(s3_0_c2_c2_3, keys[3][1]);
	}
	if (has_generic_key()) {
		sysreg_write(s3_0_c2_c3_0, keys[4][0]);
		sysreg_write(s3_0_c2_c3_1, keys[4][1]);
	}
}

/* SCTLR_EL1 is always as the running thread's keys_off says. */
static void load_enables(unsigned int off)
{
	unsigned long sctlr = sysreg_read(sctlr_el1);

	for (unsigned int i = 0; i < ARRAY_SIZE(enable_bits); i++)
		sctlr = (sctlr & ~(1ul << enable_bits[i])) | (unsigned long)!(off >> i & 1) << enable_bits[i];
	sysreg_write(sctlr_el1, sctlr);
	isb();
}

void arm64_auth_init_this_cpu(void)
{
	if (has_address_keys())
		load_enables(0);
	/* paciasp is a landing pad for calls, and for no jump but by x16 and x17. */
	if (arch_prot_guarded())
		sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) | SCTLR_BT0);
	isb();
}

void arm64_auth_switch(const struct thread *prev, const struct thread *next)
{
	load_keys(next);
	if (unlikely(prev->arch.keys_off != next->arch.keys_off))
		load_enables(next->arch.keys_off);
}

static void draw_keys(struct thread *thread, unsigned long which)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(thread->arch.keys); i++)
		if (which >> i & 1)
			random_bytes(thread->arch.keys[i], sizeof(thread->arch.keys[i]));
	load_keys(thread);
}

int arm64_auth_enable(struct thread *thread, unsigned long keys, unsigned long on)
{
	unsigned long flags;

	if (!has_address_keys() || keys & ~(unsigned long)ADDRESS_KEYS || on & ~keys)
		return -EINVAL;
	flags = arch_irq_save();
	thread->arch.keys_off = (uint8_t)((thread->arch.keys_off & ~keys) | (keys & ~on));
	if (thread == current)
		load_enables(thread->arch.keys_off);
	arch_irq_restore(flags);
	return 0;
}

long arm64_auth_enabled(const struct thread *thread)
{
	return has_address_keys() ? (long)(ADDRESS_KEYS & ~(unsigned long)thread->arch.keys_off) : -EINVAL;
}

void arm64_auth_exec(struct thread *thread)
{
	if (arm64_has_auth()) {
		draw_keys(thread, -1ul);
		arm64_auth_enable(thread, ADDRESS_KEYS, ADDRESS_KEYS);
	}
}

static long reset_keys(unsigned long which)
{
	unsigned long known = (has_address_keys() ? ADDRESS_KEYS : 0) | (has_generic_key() ? PR_PAC_APGAKEY : 0);

	if (!known || which & ~known)
		return -EINVAL;
	draw_keys(current, which ?: known);
	return 0;
}

long arm64_prctl(int option, const unsigned long args[4])
{
	switch (option) {
	case PR_PAC_RESET_KEYS:
		return args[1] || args[2] || args[3] ? -EINVAL : reset_keys(args[0]);
	case PR_PAC_SET_ENABLED_KEYS:
		return args[2] || args[3] ? -EINVAL : arm64_auth_enable(current, args[0], args[1]);
	case PR_PAC_GET_ENABLED_KEYS:
		return args[0] || args[1] || args[2] || args[3] ? -EINVAL : arm64_auth_enabled(current);
	default:
		return -EINVAL;
	}
}
