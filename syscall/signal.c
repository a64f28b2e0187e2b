// SPDX-License-Identifier: MIT
/* Signals: man 2 sigaction, sigprocmask, sigpending, sigsuspend, sigwaitinfo, sigaltstack, sigreturn, kill, tgkill. */
#include <arch/elf.h>
#include <arch/signal.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <kernel/cred.h>
#include <kernel/time.h>
#include <lib/string.h>
#include <linux/time_types.h>
#include <mm/user_copy.h>
#include <process/family.h>
#include <process/pid_ns.h>
#include <process/pidfd.h>
#include <process/process.h>
#include <process/signal.h>
#include <syscall/define.h>

/* --- actions and masks --------------------------------------------------------------------------------------- */

/* struct sigaction of the UAPI, which not every port's headers define alike (asm-generic has no sa_restorer). */
struct user_sigaction {
	uintptr_t handler;
	unsigned long flags;
#ifdef SA_RESTORER
	uintptr_t restorer;
#endif
	sigmask_t mask;
};

SYSCALL_DEFINE(rt_sigaction, int, signo, const struct user_sigaction *, user_action, struct user_sigaction *, user_old,
	       size_t, sigset_size)
{
	struct signal_action action, old;
	struct user_sigaction user = {};
	int err;

	if (sigset_size != sizeof(sigmask_t))
		return -EINVAL;
	if (user_action) {
		if (get_user(&user, user_action))
			return -EFAULT;
		action = (struct signal_action){ .handler = user.handler, .flags = user.flags, .mask = user.mask };
#ifdef SA_RESTORER
		action.restorer = user.restorer;
#endif
	}
	err = signal_set_action(signo, user_action ? &action : NULL, &old);
	if (err || !user_old)
		return err;
	user = (struct user_sigaction){ .handler = old.handler, .flags = old.flags, .mask = old.mask };
#ifdef SA_RESTORER
	user.restorer = old.restorer;
#endif
	return put_user(user, user_old);
}

SYSCALL_DEFINE(rt_sigprocmask, int, how, const sigmask_t *, user_set, sigmask_t *, user_old, size_t, sigset_size)
{
	sigmask_t old = current->signal->blocked, set;

	if (sigset_size != sizeof(sigmask_t))
		return -EINVAL;
	if (user_set) {
		if (get_user(&set, user_set))
			return -EFAULT;
		switch (how) {
		case SIG_BLOCK:
			set |= old;
			break;
		case SIG_UNBLOCK:
			set = old & ~set;
			break;
		case SIG_SETMASK:
			break;
		default:
			return -EINVAL;
		}
		signal_set_blocked(set);
	}
	return user_old ? put_user(old, user_old) : 0;
}

SYSCALL_DEFINE(rt_sigpending, sigmask_t *, user_set, size_t, sigset_size)
{
	sigmask_t set = signal_pending_mask() & current->signal->blocked;

	if (sigset_size > sizeof(set))
		return -EINVAL;
	return copy_to_user(user_set, &set, sigset_size);
}

static long sleep_for_signal(void)
{
	while (!signal_pending()) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (!signal_pending())
			schedule();
		thread_set_state(THREAD_RUNNING);
	}
	return -ERESTARTNOHAND;
}

SYSCALL_DEFINE(rt_sigsuspend, const sigmask_t *, user_set, size_t, sigset_size)
{
	sigmask_t probe;
	int err;

	if (sigset_size != sizeof(sigmask_t))
		return -EINVAL;
	if (get_user(&probe, user_set))
		return -EFAULT;
	err = signal_set_temporary_mask(user_set, sigset_size);
	return err ? err : sleep_for_signal();
}

SYSCALL_DEFINE(pause)
{
	return sleep_for_signal();
}

SYSCALL_DEFINE(rt_sigtimedwait, const sigmask_t *, user_set, siginfo_t *, user_info,
	       const struct __kernel_timespec *, user_timeout, size_t, sigset_size)
{
	struct __kernel_timespec timeout;
	uint64_t deadline_ns = UINT64_MAX;
	siginfo_t info;
	sigmask_t set;
	int signo;

	if (sigset_size != sizeof(set))
		return -EINVAL;
	if (get_user(&set, user_set))
		return -EFAULT;
	if (user_timeout) {
		if (get_user(&timeout, user_timeout))
			return -EFAULT;
		if (timeout.tv_sec < 0 || (unsigned long long)timeout.tv_nsec >= NSEC_PER_SEC)
			return -EINVAL;
		deadline_ns = 0;
		if (timeout.tv_sec || timeout.tv_nsec)
			deadline_ns = time_monotonic_ns() +
				      min((uint64_t)timeout.tv_sec, UINT64_MAX / NSEC_PER_SEC / 4) * NSEC_PER_SEC +
				      (uint64_t)timeout.tv_nsec;
	}
	signo = signal_wait(set, deadline_ns, &info);
	if (signo > 0 && user_info && copy_to_user(user_info, &info, sizeof(info)))
		return -EFAULT;
	return signo;
}

SYSCALL_DEFINE(sigaltstack, const stack_t *, user_stack, stack_t *, user_old)
{
	stack_t stack, old;
	int err;

	if (user_stack && get_user(&stack, user_stack))
		return -EFAULT;
	err = signal_set_altstack(user_stack ? &stack : NULL, &old, arch_frame_sp(arch_user_frame(current)),
		MINSIGSTKSZ);
	if (err || !user_old)
		return err;
	return put_user(old, user_old);
}

SYSCALL_DEFINE(rt_sigreturn)
{
	struct trapframe *frame = arch_user_frame(current);
	stack_t altstack;
	sigset_t set;
	sigmask_t mask;

	if (arch_signal_pop_frame(frame, &set, &altstack)) {
		signal_force(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	memcpy(&mask, &set, sizeof(mask));
	signal_restore(mask, &altstack);
	/* Whatever the interrupted code had there is not this call's result. */
	arch_frame_clear_syscall(frame);
	return arch_syscall_result(frame);
}

SYSCALL_DEFINE(restart_syscall)
{
	long (*fn)(struct thread *thread) = current->restart_fn;

	return fn ? fn(current) : -EINTR;
}

/* --- sending --------------------------------------------------------------------------------------------------- */

/* process_lock held. man 2 kill: real or effective user ID matches the target's real or saved one; SIGCONT within a session. */
static bool may_signal(const struct process *target, const struct thread *thread, int signo)
{
	const struct cred *own = current->cred, *other;

	if (target == current_process() || !thread)
		return true;
	other = thread->cred;
	if (own->euid == other->suid || own->euid == other->uid || own->uid == other->suid || own->uid == other->uid)
		return true;
	if (capable(CAP_KILL))
		return true;
	return signo == SIGCONT && target->session == current_process()->session;
}

static int kill_one_locked(struct process *process, int signo, const siginfo_t *info)
{
	struct thread *thread = list_first_entry_or_null(&process->threads, struct thread, process_node);

	if (!may_signal(process, thread, signo))
		return -EPERM;
	return signo ? signal_send_process_locked(process, signo, info) : 0;
}

static int kill_pid(struct pid *pid, int signo, const siginfo_t *info)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	int err = pid->process ? kill_one_locked(pid->process, signo, info) : -ESRCH;

	spin_unlock_irqrestore(&process_lock, flags);
	return err;
}

static int kill_number(int nr, int signo, const siginfo_t *info)
{
	struct pid *pid = pid_find_vnr_get(nr);
	int err;

	if (!pid)
		return -ESRCH;
	err = kill_pid(pid, signo, info);
	pid_put(pid);
	return err;
}

static int kill_group(struct pid *group, int signo, const siginfo_t *info)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct process *process;
	int result = -ESRCH;

	list_for_each_entry(process, &group->group, group_node) {
		int err = kill_one_locked(process, signo, info);

		/* One that worked is enough. */
		if (result)
			result = err;
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return result;
}

/* kill(-1): everybody but init and the caller. */
static int kill_everybody(int signo, const siginfo_t *info)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	int result = -ESRCH;
	struct pid *pid;

	for (int nr = 2; (pid = pid_next_vnr_get(&nr)); pid_put(pid), nr++) {
		if (!pid->process || pid->process == current_process())
			continue;
		int err = kill_one_locked(pid->process, signo, info);

		if (result && err != -EPERM)
			result = err;
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return result;
}

SYSCALL_DEFINE(kill, int, nr, int, signo)
{
	struct pid *group;
	siginfo_t info;
	int err;

	if (signo < 0 || signo > KERNEL_NSIG)
		return -EINVAL;
	signal_info_user(&info, signo, SI_USER);
	if (nr > 0)
		return kill_number(nr, signo, &info);
	if (nr == -1)
		return kill_everybody(signo, &info);
	if (nr == INT_MIN)
		return -ESRCH;
	group = nr ? pid_find_vnr_get(-nr) : family_own_group_get();
	if (!group)
		return -ESRCH;
	err = kill_group(group, signo, &info);
	pid_put(group);
	return err;
}

/* group_nr 0: any process (tkill). */
static long kill_thread(int group_nr, int nr, int signo, const siginfo_t *info)
{
	struct thread *thread;
	unsigned long flags;
	long err = -ESRCH;

	if (nr <= 0 || signo < 0 || signo > KERNEL_NSIG)
		return -EINVAL;
	thread = thread_find_get(nr);
	if (!thread)
		return -ESRCH;
	if (!group_nr || pid_vnr(thread->process->pid) == group_nr) {
		flags = spin_lock_irqsave(&process_lock);
		err = may_signal(thread->process, thread, signo) ? 0 : -EPERM;
		spin_unlock_irqrestore(&process_lock, flags);
		if (!err && signo)
			err = signal_send_thread(thread, signo, info);
	}
	thread_put(thread);
	return err;
}

SYSCALL_DEFINE(tkill, int, nr, int, signo)
{
	siginfo_t info;

	signal_info_user(&info, signo, SI_TKILL);
	return kill_thread(0, nr, signo, &info);
}

SYSCALL_DEFINE(tgkill, int, group_nr, int, nr, int, signo)
{
	siginfo_t info;

	if (group_nr <= 0)
		return -EINVAL;
	signal_info_user(&info, signo, SI_TKILL);
	return kill_thread(group_nr, nr, signo, &info);
}

/* A program may pretend any origin but the kernel's, kill's and tkill's, unless it signals itself. */
static int info_from_user(siginfo_t *info, int signo, const siginfo_t *user_info, bool to_self)
{
	if (copy_from_user(info, user_info, sizeof(*info)))
		return -EFAULT;
	info->si_signo = signo;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && !to_self)
		return -EPERM;
	return 0;
}

SYSCALL_DEFINE(rt_sigqueueinfo, int, nr, int, signo, const siginfo_t *, user_info)
{
	siginfo_t info;
	int err = info_from_user(&info, signo, user_info, nr == pid_vnr(current_process()->pid));

	if (err)
		return err;
	if (signo < 0 || signo > KERNEL_NSIG)
		return -EINVAL;
	return nr > 0 ? kill_number(nr, signo, &info) : -ESRCH;
}

SYSCALL_DEFINE(rt_tgsigqueueinfo, int, group_nr, int, nr, int, signo, const siginfo_t *, user_info)
{
	siginfo_t info;
	int err;

	if (group_nr <= 0 || nr <= 0)
		return -EINVAL;
	err = info_from_user(&info, signo, user_info, nr == pid_vnr(current->pid));
	return err ? err : kill_thread(group_nr, nr, signo, &info);
}

SYSCALL_DEFINE(pidfd_send_signal, int, pidfd, int, signo, const siginfo_t *, user_info, unsigned int, flags)
{
	siginfo_t info;
	struct pid *pid;
	int err = 0;

	if (flags || signo < 0 || signo > KERNEL_NSIG)
		return -EINVAL;
	pid = pidfd_get_pid(pidfd);
	if (!pid)
		return -EBADF;
	if (user_info) {
		err = copy_from_user(&info, user_info, sizeof(info));
		if (!err && info.si_signo != signo)
			err = -EINVAL;
		else if (!err && pid != current_process()->pid && (info.si_code >= 0 || info.si_code == SI_TKILL))
			err = -EPERM;
	} else {
		signal_info_user(&info, signo, SI_USER);
	}
	if (!err)
		err = kill_pid(pid, signo, &info);
	pid_put(pid);
	return err;
}
