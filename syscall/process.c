// SPDX-License-Identifier: MIT
/* Processes and threads: man 2 clone, clone3, exit, getpid, setpgid, setsid, unshare, pidfd_open. */
#include <arch/syscall.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <kernel/cred.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/sched.h>
#include <mm/user_copy.h>
#include <process/access.h>
#include <process/family.h>
#include <process/fd_table.h>
#include <process/ns_proxy.h>
#include <process/pid_ns.h>
#include <process/pidfd.h>
#include <process/process.h>
#include <process/signal.h>
#include <syscall/define.h>

/* --- making ------------------------------------------------------------------------------------------------ */

SYSCALL_DEFINE(clone, unsigned long, clone_flags, unsigned long, stack, int *, parent_tid, unsigned long, arg4,
	       unsigned long, arg5)
{
	const struct clone_request request = {
		.flags = (clone_flags & 0xffffffff) & ~(unsigned long)CSIGNAL,
		.exit_signal = (int)(clone_flags & CSIGNAL),
		.stack = stack,
		.parent_tid = (uintptr_t)parent_tid,
		.pidfd = (uintptr_t)parent_tid,
		.child_tid = ARCH_CLONE_TLS_FIRST ? arg5 : arg4,
		.tls = ARCH_CLONE_TLS_FIRST ? arg4 : arg5,
	};

	if (request.flags & CLONE_PIDFD && request.flags & CLONE_PARENT_SETTID)
		return -EINVAL;
	return process_clone(&request);
}

static int check_clone3(const struct clone_args *args)
{
	if (args->flags & ~(uint64_t)(0xffffffffULL | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP) ||
		args->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
		return -EINVAL;
	if (args->exit_signal & ~(uint64_t)CSIGNAL || args->exit_signal > KERNEL_NSIG)
		return -EINVAL;
	if (args->flags & (CLONE_THREAD | CLONE_PARENT) && args->exit_signal)
		return -EINVAL;
	if (!args->stack != !args->stack_size || (args->stack && !user_range_ok((void *)args->stack, args->stack_size)))
		return -EINVAL;
	if (args->set_tid_size > 32 || !args->set_tid != !args->set_tid_size)
		return -EINVAL;
	return args->flags & CLONE_INTO_CGROUP ? -EOPNOTSUPP : 0;
}

SYSCALL_DEFINE(clone3, struct clone_args *, user_args, size_t, size)
{
	struct clone_args args = {};
	pid_t set_tid[32];
	int err;

	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	if (size > 4096)
		return -E2BIG;
	err = copy_struct_from_user(&args, sizeof(args), user_args, size);
	if (!err)
		err = check_clone3(&args);
	if (!err && args.set_tid_size)
		err = copy_from_user(set_tid, (void *)args.set_tid, args.set_tid_size * sizeof(pid_t));
	if (err)
		return err;

	const struct clone_request request = {
		.flags = args.flags,
		.exit_signal = (int)args.exit_signal,
		.stack = args.stack ? args.stack + args.stack_size : 0,
		.tls = args.tls,
		.parent_tid = args.parent_tid,
		.child_tid = args.child_tid,
		.pidfd = args.pidfd,
		.set_tid = args.set_tid_size ? set_tid : NULL,
		.nr_set_tid = args.set_tid_size,
	};

	return process_clone(&request);
}

SYSCALL_DEFINE(fork)
{
	return process_clone(&(struct clone_request){ .exit_signal = SIGCHLD });
}

SYSCALL_DEFINE(vfork)
{
	return process_clone(&(struct clone_request){ .flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD });
}

/* --- ending ------------------------------------------------------------------------------------------------ */

SYSCALL_DEFINE(exit, int, code)
{
	process_exit_thread((code & 0xff) << 8);
}

SYSCALL_DEFINE(exit_group, int, code)
{
	process_exit_group((code & 0xff) << 8);
}

/* --- identity ---------------------------------------------------------------------------------------------- */

SYSCALL_DEFINE(getpid)
{
	return pid_vnr(current_process()->pid);
}

SYSCALL_DEFINE(gettid)
{
	return pid_vnr(current->pid);
}

SYSCALL_DEFINE(getppid)
{
	return __atomic_load_n(&current_process()->parent_nr, __ATOMIC_RELAXED);
}

SYSCALL_DEFINE(set_tid_address, int *, user_tid)
{
	current->clear_child_tid = (uintptr_t)user_tid;
	return pid_vnr(current->pid);
}

/* The process that a number names, 0 being the caller; a reference or NULL. */
static struct process *process_or_self_get(int nr)
{
	return nr ? process_find_get(nr) : process_get(current_process());
}

static long group_or_session(int nr, bool session)
{
	struct process *process = process_or_self_get(nr);
	unsigned long flags;
	long result;

	if (!process)
		return -ESRCH;
	flags = spin_lock_irqsave(&process_lock);
	result = pid_vnr(session ? process->session : process->group);
	spin_unlock_irqrestore(&process_lock, flags);
	process_put(process);
	return result;
}

SYSCALL_DEFINE(getpgid, int, nr)
{
	return group_or_session(nr, false);
}

SYSCALL_DEFINE(getpgrp)
{
	return group_or_session(0, false);
}

SYSCALL_DEFINE(getsid, int, nr)
{
	return group_or_session(nr, true);
}

static int set_group_locked(struct process *process, struct pid *group)
{
	struct process *self = current_process(), *member;

	if (process != self) {
		if (process->parent != self)
			return -ESRCH;
		if (process->session != self->session)
			return -EPERM;
		if (process->did_exec)
			return -EACCES;
	}
	if (process->session == process->pid)
		return -EPERM;
	if (group != process->pid) {
		member = list_first_entry_or_null(&group->group, struct process, group_node);
		if (!member || member->session != self->session)
			return -EPERM;
	}
	family_set_group_locked(process, group);
	return 0;
}

SYSCALL_DEFINE(setpgid, int, nr, int, group_nr)
{
	struct process *process;
	struct pid *group;
	unsigned long flags;
	long result = -EPERM;

	if (group_nr < 0)
		return -EINVAL;
	process = process_or_self_get(nr);
	if (!process)
		return -ESRCH;
	group = group_nr ? pid_find_vnr_get(group_nr) : pid_get(process->pid);
	if (group) {
		flags = spin_lock_irqsave(&process_lock);
		result = set_group_locked(process, group);
		spin_unlock_irqrestore(&process_lock, flags);
		pid_put(group);
	}
	process_put(process);
	return result;
}

SYSCALL_DEFINE(setsid)
{
	struct process *self = current_process();
	unsigned long flags = spin_lock_irqsave(&process_lock);
	long result = -EPERM;

	if (self->session != self->pid && list_empty(&self->pid->group)) {
		family_set_session_locked(self, self->pid);
		family_set_group_locked(self, self->pid);
		result = pid_vnr(self->pid);
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return result;
}

/* --- namespaces and sharing -------------------------------------------------------------------------------- */

static int unshare_fs(void)
{
	struct fs_context *old = current->fs, *own;

	if (__atomic_load_n(&old->refs, __ATOMIC_ACQUIRE) == 1)
		return 0;
	own = fs_context_copy(old);
	if (!own)
		return -ENOMEM;
	current->fs = own;
	access_wait_for_readers();
	fs_context_put(old);
	return 0;
}

static int unshare_files(void)
{
	struct fd_table *old = current->files, *own;

	if (__atomic_load_n(&old->refs, __ATOMIC_ACQUIRE) == 1)
		return 0;
	own = fd_table_copy(old);
	if (!own)
		return -ENOMEM;
	current->files = own;
	access_wait_for_readers();
	fd_table_put(old);
	return 0;
}

SYSCALL_DEFINE(unshare, unsigned long, unshare_flags)
{
	const unsigned long namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID |
					 CLONE_NEWCGROUP | CLONE_NEWUSER | CLONE_NEWTIME;
	struct ns_proxy *ns, *old = current->ns;
	int err;

	if (unshare_flags & ~(namespaces | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM))
		return -EINVAL;
	if (unshare_flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) && current_process()->nr_live > 1)
		return -EINVAL;
	if (unshare_flags & (CLONE_FS | CLONE_NEWNS)) {
		err = unshare_fs();
		if (err)
			return err;
	}
	if (unshare_flags & CLONE_FILES) {
		err = unshare_files();
		if (err)
			return err;
	}
	if (!(unshare_flags & namespaces))
		return 0;
	err = ns_proxy_clone(unshare_flags, true, current->fs, &ns);
	if (err)
		return err;
	current->ns = ns;
	access_wait_for_readers();
	ns_proxy_put(old);
	return 0;
}

/* --- process descriptors ------------------------------------------------------------------------------------ */

SYSCALL_DEFINE(pidfd_open, int, nr, unsigned int, flags)
{
	struct file *file;
	struct pid *pid;
	int err;

	if (nr <= 0 || flags & ~(unsigned int)(O_NONBLOCK | PIDFD_THREAD_FLAG))
		return -EINVAL;
	pid = pid_find_vnr_get(nr);
	if (!pid)
		return -ESRCH;
	err = flags & PIDFD_THREAD_FLAG ? (pid->thread ? 0 : -ESRCH) : (pid->process ? 0 : pid->thread ? -EINVAL : -ESRCH);
	if (!err)
		err = pidfd_create(pid, flags, &file);
	pid_put(pid);
	return err ? err : fd_install_new(file, true);
}

static struct file *file_of_process(struct pid *pid, int fd)
{
	struct process *process = NULL;
	struct thread *thread = NULL;
	struct fd_table *files;
	struct file *file = NULL;
	unsigned int at = (unsigned int)fd;
	unsigned long flags = spin_lock_irqsave(&pid_lock);

	if (pid->process)
		process = process_get(pid->process);
	spin_unlock_irqrestore(&pid_lock, flags);
	if (process)
		thread = process_any_thread_get(process);
	files = thread ? access_files_get(thread) : NULL;
	if (files) {
		file = fd_next(files, &at);
		if (file && at != (unsigned int)fd) {
			file_put(file);
			file = NULL;
		}
		fd_table_put(files);
	}
	if (thread)
		thread_put(thread);
	if (process)
		process_put(process);
	return file;
}

SYSCALL_DEFINE(pidfd_getfd, int, pidfd, int, fd, unsigned int, flags)
{
	struct pid *pid;
	struct file *file;

	if (flags)
		return -EINVAL;
	pid = pidfd_get_pid(pidfd);
	if (!pid)
		return -EBADF;
	file = capable(CAP_SYS_PTRACE) ? file_of_process(pid, fd) : NULL;
	pid_put(pid);
	if (!capable(CAP_SYS_PTRACE))
		return -EPERM;
	return file ? fd_install_new(file, true) : -EBADF;
}
