// SPDX-License-Identifier: MIT
/* The tracer's side of ptrace(2): attaching, reading and changing a stopped thread, letting it go on. */
#include <process/ptrace.h>

#include <arch/cpu.h>
#include <arch/layout.h>
#include <arch/ptrace.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <kernel/cred.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/audit.h>
#include <linux/elf.h>
#include <linux/ptrace.h>
#include <linux/uio.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/process.h>
#include <process/signal.h>

#define REGSET_MAX_BYTES 16384

/* --- attaching ------------------------------------------------------------------------------------------------ */

/* process_lock held. */
static bool may_trace(const struct thread *thread)
{
	const struct cred *own = current->cred, *other = thread->cred;

	if (thread->process == current_process())
		return false;
	if (capable(CAP_SYS_PTRACE))
		return true;
	return thread->process->dumpable == 1 && own->uid == other->uid && own->uid == other->euid &&
	       own->uid == other->suid && own->gid == other->gid && own->gid == other->egid && own->gid == other->sgid;
}

bool ptrace_may_access(const struct thread *thread)
{
	unsigned long flags;
	bool allowed;

	if (thread->process == current_process())
		return true;
	flags = spin_lock_irqsave(&process_lock);
	allowed = may_trace(thread);
	spin_unlock_irqrestore(&process_lock, flags);
	return allowed;
}

static long trace_me(void)
{
	struct process *self = current_process();
	unsigned long flags = spin_lock_irqsave(&process_lock);
	long err = -EPERM;

	if (!ptrace_is_traced(current) && self->parent)
		err = ptrace_attach_locked(current, self->parent) ? 0 : -ENOMEM;
	spin_unlock_irqrestore(&process_lock, flags);
	return err;
}

static long attach(struct thread *thread, bool seize, unsigned long options)
{
	struct ptrace_thread *pt;
	unsigned long flags;
	long err = -EPERM;

	if (seize && options & ~(unsigned long)PTRACE_O_MASK)
		return -EIO;
	flags = spin_lock_irqsave(&process_lock);
	if (may_trace(thread) && !ptrace_is_traced(thread) && !thread->signal->is_exiting) {
		pt = ptrace_attach_locked(thread, current_process());
		err = pt ? 0 : -ENOMEM;
		if (pt) {
			pt->seized = seize;
			pt->options = seize ? (unsigned int)options : 0;
		}
	}
	spin_unlock_irqrestore(&process_lock, flags);
	if (!err && !seize)
		signal_send_thread(thread, SIGSTOP, NULL);
	return err;
}

/* --- going on --------------------------------------------------------------------------------------------------- */

static long resume(struct thread *thread, long request, unsigned long signo)
{
	struct ptrace_thread *pt = thread->ptrace;
	unsigned long flags;

	if (signo > KERNEL_NSIG)
		return -EIO;
	if (arch_single_step(thread, request == PTRACE_SINGLESTEP) && request == PTRACE_SINGLESTEP)
		return -EIO;
	flags = spin_lock_irqsave(&process_lock);
	if (request == PTRACE_SYSCALL)
		__atomic_fetch_or(&thread->syscall_work, SYSCALL_WORK_TRACE, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(&thread->syscall_work, ~(unsigned int)SYSCALL_WORK_TRACE, __ATOMIC_SEQ_CST);
	pt->resume_signal = (int)signo;
	if (request == PTRACE_DETACH) {
		ptrace_detach_locked(pt);
	} else {
		pt->stop_code = 0;
		thread_wake_states(thread, 1u << THREAD_TRACED);
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return 0;
}

static long interrupt(struct thread *thread)
{
	unsigned long flags;

	if (!thread->ptrace->seized)
		return -EIO;
	flags = spin_lock_irqsave(&thread->process->signal_lock);
	if (!thread->ptrace->stop_code) {
		thread->ptrace->interrupt_pending = true;
		signal_wake_thread(thread, false);
	}
	spin_unlock_irqrestore(&thread->process->signal_lock, flags);
	return 0;
}

/* --- memory and registers ------------------------------------------------------------------------------------------ */

static long peek(struct thread *thread, unsigned long addr, unsigned long user_data)
{
	unsigned long value;

	if (access_memory(thread, addr, &value, sizeof(value), false) != sizeof(value))
		return -EIO;
	return put_user(value, (unsigned long *)user_data);
}

static long poke(struct thread *thread, unsigned long addr, unsigned long value)
{
	return access_memory(thread, addr, &value, sizeof(value), true) == sizeof(value) ? 0 : -EIO;
}

static long regset(struct thread *thread, unsigned int type, struct iovec *user_iov, bool set)
{
	struct iovec iov;
	ssize_t size;
	void *buf;
	long err;

	if (get_user(&iov, user_iov))
		return -EFAULT;
	size = (ssize_t)min(iov.iov_len, (size_t)REGSET_MAX_BYTES);
	buf = kzalloc((size_t)size);
	if (!buf)
		return -ENOMEM;
	if (set) {
		err = copy_from_user(buf, iov.iov_base, (size_t)size);
		if (!err)
			err = arch_regset_set(thread, type, buf, (size_t)size);
	} else {
		ssize_t got = arch_regset_get(thread, type, buf, (size_t)size);

		err = got < 0 ? got : 0;
		size = min(size, got);
		if (!err)
			err = copy_to_user(iov.iov_base, buf, (size_t)size);
	}
	kfree(buf);
	iov.iov_len = (size_t)max(size, (ssize_t)0);
	return err ? err : put_user(iov.iov_len, &user_iov->iov_len);
}

static long syscall_info(struct thread *thread, unsigned long user_size, void *user_info)
{
	const struct trapframe *frame = arch_user_frame(thread);
	struct ptrace_syscall_info info = { .op = thread->ptrace->syscall_op, .arch = ARCH_AUDIT };
	size_t size = offsetof(struct ptrace_syscall_info, entry);
	unsigned long args[6];
	long result;

	info.instruction_pointer = arch_frame_ip(frame);
	info.stack_pointer = arch_frame_sp(frame);
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		arch_syscall_args(frame, args);
		info.entry.nr = arch_syscall_nr(frame);
		for (unsigned int i = 0; i < 6; i++)
			info.entry.args[i] = args[i];
		size = offsetofend(struct ptrace_syscall_info, entry);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		result = arch_syscall_result(frame);
		info.exit.rval = result;
		info.exit.is_error = result < 0 && result >= -4095;
		size = offsetofend(struct ptrace_syscall_info, exit.is_error);
	}
	if (copy_to_user(user_info, &info, min(size, (size_t)user_size)))
		return -EFAULT;
	return (long)size;
}

/* --- requests on a stopped thread ------------------------------------------------------------------------------------ */

static long signal_info(struct ptrace_thread *pt, siginfo_t *user_info, bool set)
{
	if (set)
		return copy_from_user(&pt->info, user_info, sizeof(pt->info));
	return copy_to_user(user_info, &pt->info, sizeof(pt->info));
}

static long signal_mask(struct thread *thread, unsigned long size, sigmask_t *user_mask, bool set)
{
	sigmask_t mask;

	if (size != sizeof(mask))
		return -EINVAL;
	if (!set)
		return put_user(thread->signal->blocked, user_mask);
	if (get_user(&mask, user_mask))
		return -EFAULT;
	thread->signal->blocked = mask & ~SIGMASK_UNBLOCKABLE;
	thread_set_work(thread, WORK_SIGNAL);
	return 0;
}

static long on_stopped(struct thread *thread, long request, unsigned long addr, unsigned long data)
{
	struct ptrace_thread *pt = thread->ptrace;

	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek(thread, addr, data);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return poke(thread, addr, data);
	case PTRACE_CONT:
	case PTRACE_SYSCALL:
	case PTRACE_SINGLESTEP:
	case PTRACE_DETACH:
		return resume(thread, request, data);
	case PTRACE_SETOPTIONS:
		if (data & ~(unsigned long)PTRACE_O_MASK)
			return -EINVAL;
		pt->options = (unsigned int)data;
		return 0;
	case PTRACE_GETEVENTMSG:
		return put_user(pt->message, (unsigned long *)data);
	case PTRACE_GETSIGINFO:
	case PTRACE_SETSIGINFO:
		return signal_info(pt, (siginfo_t *)data, request == PTRACE_SETSIGINFO);
	case PTRACE_GETSIGMASK:
	case PTRACE_SETSIGMASK:
		return signal_mask(thread, addr, (sigmask_t *)data, request == PTRACE_SETSIGMASK);
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		return regset(thread, (unsigned int)addr, (struct iovec *)data, request == PTRACE_SETREGSET);
	case PTRACE_GET_SYSCALL_INFO:
		return syscall_info(thread, addr, (void *)data);
	case PTRACE_LISTEN:
		if (!pt->seized || pt->stop_code >> 8 != PTRACE_EVENT_STOP)
			return -EIO;
		pt->listening = true;
		return 0;
	}
	return arch_ptrace(thread, request, addr, data);
}

/* Whether it is ours and stopped; its registers are in memory when this returns true. */
static bool is_stopped_tracee(struct thread *thread)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct ptrace_thread *pt = thread->ptrace;
	bool stopped = pt && pt->tracer == current_process() && pt->stop_code &&
		       __atomic_load_n(&thread->state, __ATOMIC_ACQUIRE) == THREAD_TRACED;

	spin_unlock_irqrestore(&process_lock, flags);
	while (stopped && __atomic_load_n(&thread->sched.on_cpu, __ATOMIC_ACQUIRE))
		arch_cpu_relax();
	return stopped;
}

static long on_thread(struct thread *thread, long request, unsigned long addr, unsigned long data)
{
	bool ours = ptrace_is_traced(thread) && thread->ptrace->tracer == current_process();

	switch (request) {
	case PTRACE_ATTACH:
		return attach(thread, false, 0);
	case PTRACE_SEIZE:
		return addr ? -EIO : attach(thread, true, data);
	case PTRACE_KILL:
		return ours ? signal_send_thread(thread, SIGKILL, NULL) : -ESRCH;
	case PTRACE_INTERRUPT:
		return ours ? interrupt(thread) : -ESRCH;
	}
	return is_stopped_tracee(thread) ? on_stopped(thread, request, addr, data) : -ESRCH;
}

long ptrace_call(long request, int tid, unsigned long addr, unsigned long data)
{
	struct thread *thread;
	long result;

	if (request == PTRACE_TRACEME)
		return trace_me();
	thread = thread_find_get(tid);
	if (!thread)
		return -ESRCH;
	result = on_thread(thread, request, addr, data);
	thread_put(thread);
	return result;
}
