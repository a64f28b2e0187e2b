// SPDX-License-Identifier: MIT
/* Backtraces: a chain of records on the stack, each { the caller's frame pointer, the return address }. */
#include <kernel/unwind.h>

#include <arch/layout.h>
#include <arch/trapframe.h>
#include <arch/uaccess.h>
#include <arch/unwind.h>
#include <kernel/thread.h>
#include <lib/compiler.h>

void unwind_start(struct unwind_state *state, const struct trapframe *frame, const struct thread *thread)
{
	if (frame) {
		state->ip = arch_frame_ip(frame);
		state->fp = arch_frame_fp(frame);
	} else {
		uintptr_t at = thread && thread != current ? thread->arch.kernel_sp + UNWIND_SWITCHED :
							     (uintptr_t)__builtin_frame_address(0) + UNWIND_RECORD;
		const uintptr_t *record = (const uintptr_t *)at;

		state->fp = record[0];
		state->ip = record[1];
	}
	/* The stack is the one fp points into, whatever it is: boot, exception or thread. */
	state->stack_lo = state->fp;
	state->stack_hi = ALIGN_DOWN(state->fp, KERNEL_STACK_SIZE) + 2 * KERNEL_STACK_SIZE;
}

bool unwind_step(struct unwind_state *state)
{
	uintptr_t record[2];

	if (state->fp < USER_VA_END || state->fp < state->stack_lo || state->fp > state->stack_hi || state->fp % 8 ||
			arch_read_nofault(record, (const void *)(state->fp + UNWIND_RECORD), sizeof(record)) || !record[1])
		return false;
	state->stack_lo = state->fp + sizeof(record);
	state->fp = record[0];
	state->ip = record[1];
	return true;
}
