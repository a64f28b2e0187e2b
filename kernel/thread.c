// SPDX-License-Identifier: MIT
/* Making, ending and freeing threads. A dead thread's stack is freed by whoever schedules next. */
#include <kernel/thread.h>

#include <arch/irqflags.h>
#include <kernel/cred.h>
#include <kernel/cpu.h>
#include <kernel/panic.h>
#include <kernel/pid.h>
#include <kernel/sched.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <mm/vmap.h>

void (*thread_release_user)(struct thread *thread);

static struct thread *dead_threads; /* atomic; by dead_next */

static void thread_main(void *arg)
{
	struct thread *thread = arg;

	arch_irq_enable();
	thread->entry(thread->entry_arg);
	thread_exit();
}

int thread_create(const char *name, void (*entry)(void *arg), void *arg, struct thread **out)
{
	struct thread *thread = kzalloc(sizeof(*thread));

	if (!thread)
		return -ENOMEM;
	if (current->sched.affinity) {
		thread->sched.affinity = kmalloc(sizeof(struct cpumask));
		if (!thread->sched.affinity)
			goto err_free;
		sched_get_affinity(current, thread->sched.affinity); /* another thread may be replacing it */
	}
	thread->stack = kernel_stack_alloc();
	if (!thread->stack)
		goto err_free_affinity;

	strscpy(thread->name, name, sizeof(thread->name));
	thread->refs = 1;
	thread->state = THREAD_NEW;
	thread->entry = entry;
	thread->entry_arg = arg;
	thread->cred = cred_get(&init_cred);
	thread->start_ns = time_monotonic_ns();
	sched_fork(thread);
	arch_context_init(thread, thread_main, thread);
	*out = thread;
	return 0;

err_free_affinity:
	kfree(thread->sched.affinity);
err_free:
	kfree(thread);
	return -ENOMEM;
}

void thread_start(struct thread *thread)
{
	thread_get(thread);
	atomic_store(&thread->state, THREAD_RUNNING);
	sched_start(thread);
}

int kthread_run(const char *name, void (*entry)(void *arg), void *arg)
{
	struct thread *thread;
	int err = thread_create(name, entry, arg, &thread);

	if (err)
		return err;
	thread_start(thread);
	thread_put(thread);
	return 0;
}

void thread_exit(void)
{
	thread_set_state(THREAD_DEAD);
	schedule();
	panic("a dead thread was run");
}

struct thread *thread_get(struct thread *thread)
{
	atomic_fetch_add_relaxed(&thread->refs, 1);
	return thread;
}

static void thread_free(struct thread *thread)
{
	if (thread->process && thread_release_user)
		thread_release_user(thread);
	if (thread->cred)
		cred_put(thread->cred);
	if (thread->pid)
		pid_put(thread->pid);
	arch_fpu_free(thread);
	kernel_stack_free(thread->stack);
	kfree(thread->sched.affinity);
	kfree(thread);
}

void thread_put(struct thread *thread)
{
	if (atomic_sub_return(&thread->refs, 1) == 0)
		thread_free(thread);
}

void thread_put_deferred(struct thread *thread)
{
	if (atomic_sub_return(&thread->refs, 1))
		return;
	thread->dead_next = atomic_load_relaxed(&dead_threads);
	while (!atomic_try_cmpxchg(&dead_threads, &thread->dead_next, thread))
		;
}

void thread_reap_dead(void)
{
	struct thread *thread, *next;

	if (likely(!atomic_load_relaxed(&dead_threads)) || !arch_irqs_enabled())
		return;
	for (thread = atomic_exchange(&dead_threads, NULL); thread; thread = next) {
		next = thread->dead_next;
		thread_free(thread);
	}
}

bool thread_wait_interrupted(enum thread_state state)
{
	if (state == THREAD_INTERRUPTIBLE)
		return signal_pending();
	return state == THREAD_KILLABLE && atomic_load_relaxed(&current->work) & WORK_KILL;
}
