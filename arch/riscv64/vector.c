// SPDX-License-Identifier: MIT
/*
 * Vector state, as Linux keeps it: closed to a program until it uses it first, and only then saved and loaded at
 * its switches. A system call clobbers it (entry.S), so a child of fork begins without.
 */
#include <arch/context.h>

#include <arch/irqflags.h>
#include <arch/trapframe.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <kernel/arch_upcalls.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/prctl.h>
#include <mm/user_copy.h>

#include "riscv.h"

void riscv_vector_save_regs(struct __riscv_v_regset_state *state);

static unsigned long vlenb; /* bytes of one register */

size_t riscv_vector_bytes(void)
{
	return VECTOR_NR_REGS * vlenb;
}

static unsigned long read_vlenb(void)
{
	unsigned long value;

	csr_set(sstatus, SSTATUS_VS);
	value = csr_read(0xc22);
	csr_clear(sstatus, SSTATUS_VS);
	return value;
}

/* A hart that differs would need states of its own: then nobody gets vectors who has none yet. */
void riscv_vector_init_this_cpu(void)
{
	unsigned long mine = riscv_features.has_vector ? read_vlenb() : 0;

	if (!vlenb) {
		vlenb = mine;
	} else if (vlenb != mine) {
		pr_err("vector registers of %lu and of %lu bytes: not used\n", vlenb, mine);
		riscv_features.has_vector = false;
	}
}

static void set_vs(struct trapframe *frame, unsigned long vs)
{
	frame->status = (frame->status & ~(unsigned long)SSTATUS_VS) | vs;
}

void riscv_vector_save(struct thread *thread)
{
	struct trapframe *frame = arch_user_frame(thread);

	if ((frame->status & SSTATUS_VS) != SSTATUS_VS_DIRTY)
		return;
	riscv_vector_save_regs(thread->arch.vector);
	set_vs(frame, SSTATUS_VS_CLEAN);
}

/* --- first use ----------------------------------------------------------------------------------- */

static unsigned int control_now(const struct thread *thread)
{
	return thread->arch.vector_control & PR_RISCV_V_VSTATE_CTRL_CUR_MASK;
}

bool riscv_vector_is_allowed(void)
{
	return control_now(current) == PR_RISCV_V_VSTATE_CTRL_ON;
}

/* Of the vector extension (its specification, 5 and 3): arithmetic, loads and stores by width, its registers. */
static bool is_vector_instruction(uint32_t instruction)
{
	unsigned int width = instruction >> 12 & 7, csr = instruction >> 20;

	switch (instruction & 0x7f) {
	case 0x57:
		return true;
	case 0x07:
	case 0x27:
		return width == 0 || width >= 5;
	case 0x73:
		return (csr >= 0x008 && csr <= 0x00f) || (csr >= 0xc20 && csr <= 0xc22);
	}
	return false;
}

bool riscv_vector_first_use(struct trapframe *frame)
{
	uint32_t instruction = (uint32_t)frame->badaddr; /* 0 from harts that do not say */
	struct thread *thread = current;
	struct __riscv_v_regset_state *state;
	unsigned long flags;

	if (!riscv_features.has_vector || thread->arch.vector || !riscv_vector_is_allowed())
		return false;
	if (!instruction && copy_from_user(&instruction, (const void *)frame->r.pc, sizeof(instruction)))
		return false;
	if (!is_vector_instruction(instruction))
		return false;
	state = kzalloc(sizeof(*state) + riscv_vector_bytes());
	if (!state) {
		user_exception(frame, SIGBUS, SI_KERNEL, 0);
		return true;
	}
	state->vlenb = vlenb;
	flags = arch_irq_save();
	thread->arch.vector = state;
	set_vs(frame, SSTATUS_VS_INITIAL);
	riscv_vector_load_regs(state);
	arch_irq_restore(flags);
	return true;
}

void riscv_vector_fork(struct thread *child, struct thread *parent)
{
	set_vs(arch_user_frame(child), 0);
	child->arch.vector_control = parent->arch.vector_control;
}

void riscv_vector_exec(struct thread *thread)
{
	unsigned int control = thread->arch.vector_control, next = (control & PR_RISCV_V_VSTATE_CTRL_NEXT_MASK) >> 2;
	struct __riscv_v_regset_state *state = thread->arch.vector;
	unsigned long flags = arch_irq_save();

	thread->arch.vector = NULL;
	set_vs(arch_user_frame(thread), 0);
	arch_irq_restore(flags);
	kfree(state);

	control &= ~(unsigned int)PR_RISCV_V_VSTATE_CTRL_CUR_MASK;
	control |= next ? next : PR_RISCV_V_VSTATE_CTRL_ON;
	if (!(control & PR_RISCV_V_VSTATE_CTRL_INHERIT))
		control &= ~(unsigned int)PR_RISCV_V_VSTATE_CTRL_NEXT_MASK;
	thread->arch.vector_control = (uint8_t)control;
}

/* --- prctl (Linux: Documentation/arch/riscv/vector.rst) ------------------------------------------ */

static long set_control(unsigned long arg)
{
	unsigned int now = control_now(current);
	unsigned int wanted = arg & PR_RISCV_V_VSTATE_CTRL_CUR_MASK;

	if (arg & ~(unsigned long)PR_RISCV_V_VSTATE_CTRL_MASK || wanted > PR_RISCV_V_VSTATE_CTRL_ON)
		return -EINVAL;
	if (wanted == PR_RISCV_V_VSTATE_CTRL_OFF && now != PR_RISCV_V_VSTATE_CTRL_OFF)
		return -EPERM;
	if ((arg & PR_RISCV_V_VSTATE_CTRL_NEXT_MASK) >> 2 > PR_RISCV_V_VSTATE_CTRL_ON)
		return -EINVAL;
	current->arch.vector_control = (uint8_t)(arg | (wanted ? 0 : now));
	return 0;
}

long riscv_prctl(int option, unsigned long arg)
{
	if (!riscv_features.has_vector)
		return -EINVAL;
	switch (option) {
	case PR_RISCV_V_GET_CONTROL:
		return current->arch.vector_control;
	case PR_RISCV_V_SET_CONTROL:
		return set_control(arg);
	}
	return -EINVAL;
}

/* --- in a signal frame ------------------------------------------------------------------------------- */

struct record {
	struct __riscv_ctx_hdr header;
	struct __sc_riscv_v_state state; /* the registers follow */
} __attribute__((packed));

static_assert(sizeof(struct record) == 56);

size_t riscv_vector_record_bytes(void)
{
	return sizeof(struct record) + riscv_vector_bytes();
}

void *riscv_vector_push(void *to)
{
	const struct __riscv_v_regset_state *state = current->arch.vector;
	struct record *user = to, record;

	record.header = (struct __riscv_ctx_hdr){ RISCV_V_MAGIC, (uint32_t)riscv_vector_record_bytes() };
	memcpy(&record.state, state, sizeof(*state));
	record.state.v_state.datap = user + 1;
	if (copy_to_user(user, &record, sizeof(record)) || copy_to_user(user + 1, state->vreg, riscv_vector_bytes()))
		return NULL;
	return (char *)(user + 1) + riscv_vector_bytes();
}

int riscv_vector_pop(const void *from)
{
	struct __riscv_v_regset_state *state = current->arch.vector;
	const struct record *user = from;
	struct record record;
	unsigned long flags;
	int err;

	if (!state || copy_from_user(&record, user, sizeof(record)) || record.header.size != riscv_vector_record_bytes())
		return -EFAULT;
	/* A switch while this sleeps does not write what the registers hold over what is read here. */
	set_vs(arch_user_frame(current), SSTATUS_VS_CLEAN);
	memcpy(state, &record.state, offsetof(struct __riscv_v_regset_state, vlenb));
	err = copy_from_user(state->vreg, record.state.v_state.datap, riscv_vector_bytes());
	flags = arch_irq_save();
	riscv_vector_load_regs(state);
	arch_irq_restore(flags);
	return err;
}
