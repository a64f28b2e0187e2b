// SPDX-License-Identifier: MIT
/* Panic: one CPU says what happened and where, the others stop; then panic= decides. */
#include <kernel/panic.h>

#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <kernel/console.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/ksyms.h>
#include <kernel/param.h>
#include <kernel/pid.h>
#include <kernel/power.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <kernel/unwind.h>
#include <kernel/version.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/printf.h>

static int panic_timeout_s; /* panic=: > 0 restart after, < 0 at once, 0 never */

void dump_trace(const struct trapframe *frame, const struct thread *thread)
{
	struct unwind_state state;
	unsigned int left = 32, back = frame ? 0 : 1; /* a return address may be the next function's first */

	printk(LOG_EMERG, "Call Trace:");
	unwind_start(&state, frame, thread);
	do {
		char name[KSYM_NAME_BYTES];
		size_t offset, size;

		if (ksym_lookup(state.ip - back, name, &offset, &size))
			printk(LOG_EMERG, " %s+%#zx/%#zx", name, offset + back, size);
		else
			printk(LOG_EMERG, " %#lx", (unsigned long)state.ip);
		back = 1;
	} while (unwind_step(&state) && --left);
}

void dump_stack(void)
{
	dump_trace(NULL, NULL);
}

static void restart_after_timeout(void)
{
	if (!panic_timeout_s)
		return;
	if (panic_timeout_s > 0) {
		printk(LOG_EMERG, "Rebooting in %d seconds..", panic_timeout_s);
		console_flush_polled();
		for (int i = 0; i < panic_timeout_s * 10; i++)
			delay_us(100000);
	}
	power_restart();
}

void panic(const char *fmt, ...)
{
	static unsigned int owner; /* atomic: CPU number + 1 of the one that panics */
	static char text[512];
	unsigned int expected = 0, me = arch_this_cpu()->id + 1;
	struct thread *thread = current;
	va_list args;

	arch_irq_disable();
	if (!atomic_try_cmpxchg(&owner, &expected, me)) {
		if (expected == me) /* a panic inside the panic: say no more */
			console_flush_polled();
		arch_cpu_halt();
	}
	console_loglevels[0] = 15;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printk(LOG_EMERG, "Kernel panic - not syncing: %s", text);
	printk(LOG_EMERG, "CPU: %u PID: %d Comm: %s %s %s", me - 1, thread && thread->pid ? thread->pid->nr : 0,
		thread ? thread->name : "?", kernel_release, kernel_version);
	dump_stack();
	smp_stop_others();
	printk(LOG_EMERG, "---[ end Kernel panic - not syncing: %s ]---", text);
	console_flush_polled();
	restart_after_timeout();
	arch_cpu_halt();
}

static int set_panic(const char *value)
{
	return parse_s32(value, 10, &panic_timeout_s);
}

KERNEL_PARAM("panic", set_panic);
