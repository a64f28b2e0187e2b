// SPDX-License-Identifier: MIT
/* Backtraces along the frame pointers: [fp - 16] = the caller's fp, [fp - 8] = the return address. */
#include <arch/unwind.h>

#include <arch/layout.h>
#include <arch/trapframe.h>
#include <arch/uaccess.h>
#include <kernel/thread.h>
#include <lib/compiler.h>

/* What the stack of a switched-away thread begins with: context.c's switch_frame. */
#define SWITCH_FRAME_FP 10
#define SWITCH_FRAME_RA 11

void arch_unwind_start(struct unwind_state *state, const struct trapframe *frame, const struct thread *thread)
{
	if (frame) {
		state->ip = frame->era;
		state->fp = frame->regs[22];
	} else if (thread && thread != current) {
		const uintptr_t *saved = (const uintptr_t *)thread->arch.kernel_sp;

		state->ip = saved[SWITCH_FRAME_RA];
		state->fp = saved[SWITCH_FRAME_FP];
	} else {
		const uintptr_t *fp = __builtin_frame_address(0);

		state->ip = fp[-1];
		state->fp = fp[-2];
	}
	/* The stack is the one fp points into, whatever it is. */
	state->stack_lo = state->fp;
	state->stack_hi = ALIGN_DOWN(state->fp, KERNEL_STACK_SIZE) + 2 * KERNEL_STACK_SIZE;
}

bool arch_unwind_step(struct unwind_state *state)
{
	uintptr_t pair[2];

	if (state->fp < USER_VA_END || state->fp < state->stack_lo || state->fp > state->stack_hi || state->fp % 8 ||
			arch_read_nofault(pair, (const void *)(state->fp - sizeof(pair)), sizeof(pair)) || !pair[1])
		return false;
	state->stack_lo = state->fp + sizeof(pair);
	state->fp = pair[0];
	state->ip = pair[1];
	return true;
}
