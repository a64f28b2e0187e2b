// SPDX-License-Identifier: MIT
/*
 * clone(2): a new thread in this process, or a new process with one thread. What can fail comes first, in the
 * order in which it is undone; then the child is linked into the family in one step and started.
 */
#include <process/process.h>

#include <arch/context.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <fs/cgroup/cgroup.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <kernel/cred.h>
#include <kernel/sched.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <process/exec.h>
#include <process/family.h>
#include <process/fd_table.h>
#include <process/ns_proxy.h>
#include <process/pid_ns.h>
#include <process/pidfd.h>
#include <process/ptrace.h>
#include <process/signal.h>

/* --- vfork ------------------------------------------------------------------------------------------------ */

struct vfork_wait {
	unsigned int refs; /* parent and child */
	bool done;
	struct wait_queue wq;
};

static void vfork_put(struct vfork_wait *vfork)
{
	if (__atomic_sub_fetch(&vfork->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(vfork);
}

void vfork_complete(struct vfork_wait *vfork)
{
	__atomic_store_n(&vfork->done, true, __ATOMIC_RELEASE);
	wake_up_all(&vfork->wq);
	vfork_put(vfork);
}

static int vfork_prepare(struct thread *child)
{
	struct vfork_wait *vfork = kzalloc(sizeof(*vfork));

	if (!vfork)
		return -ENOMEM;
	vfork->refs = 2;
	wait_queue_init(&vfork->wq);
	child->vfork = vfork;
	return 0;
}

/* --- the parts of a child ----------------------------------------------------------------------------------- */

static void release_parts(struct thread *child)
{
	if (child->vfork)
		kfree(child->vfork);
	child->vfork = NULL;
	if (child->ns)
		ns_proxy_put(child->ns);
	child->ns = NULL;
	if (child->files)
		fd_table_put(child->files);
	child->files = NULL;
	if (child->fs)
		fs_context_put(child->fs);
	child->fs = NULL;
	if (child->vm)
		vm_space_put(child->vm);
	child->vm = NULL;
}

static int copy_memory(struct thread *child, uint64_t flags)
{
	if (!(flags & CLONE_VM)) {
		int err = vm_space_fork(current->vm, &child->vm);

		if (!err)
			exec_share_exe(child->vm, current->vm);
		return err;
	}
	child->vm = vm_space_get(current->vm);
	return 0;
}

static int copy_parts(struct thread *child, const struct clone_request *request)
{
	uint64_t flags = request->flags;
	int err;

	child->signal = signal_thread_create(current->signal, !(flags & CLONE_VM) || flags & CLONE_VFORK);
	if (!child->signal)
		return -ENOMEM;
	if (child->cred != current->cred) {
		if (child->cred)
			cred_put(child->cred);
		child->cred = cred_get(current->cred);
	}
	child->fs = flags & CLONE_FS ? fs_context_get(current->fs) : fs_context_copy(current->fs);
	if (!child->fs)
		return -ENOMEM;
	child->files = flags & CLONE_FILES ? fd_table_get(current->files) : fd_table_copy(current->files);
	if (!child->files)
		return -ENOMEM;
	err = ns_proxy_clone(flags, false, child->fs, &child->ns);
	if (err)
		return err;
	if (flags & CLONE_VFORK) {
		err = vfork_prepare(child);
		if (err)
			return err;
	}
	return copy_memory(child, flags);
}

static int copy_process(struct pid *pid, const struct clone_request *request, struct process **out)
{
	struct process *parent = current_process(), *process;
	struct signal_handlers *handlers = parent->signals.handlers;
	int err = process_create(pid, &process);

	if (err)
		return err;
	process->signals.handlers = request->flags & CLONE_SIGHAND ?
		signal_handlers_get(handlers) :
		signal_handlers_copy(handlers, request->flags & CLONE_CLEAR_SIGHAND);
	if (!process->signals.handlers) {
		process_put(process);
		return -ENOMEM;
	}
	memcpy(process->limits, parent->limits, sizeof(process->limits));
	process->exit_signal = request->exit_signal;
	process->personality = parent->personality;
	process->dumpable = parent->dumpable;
	process->oom_score_adj = parent->oom_score_adj;
	*out = process;
	return 0;
}

/* The child's registers: the parent's, with result 0. */
static int copy_registers(struct thread *child, const struct clone_request *request)
{
	struct trapframe *frame = arch_user_frame(child);
	int err = arch_fpu_alloc(child);

	if (err)
		return err;
	*frame = *arch_user_frame(current);
	arch_syscall_set_result(frame, 0);
	arch_frame_clear_syscall(frame);
	if (request->stack)
		arch_frame_set_sp(frame, request->stack);
	arch_thread_fork(child, current);
	arch_fpu_copy(child, current);
	return request->flags & CLONE_SETTLS ? arch_set_user_tls(child, request->tls) : 0;
}

/* --- the child's first code ------------------------------------------------------------------------------------ */

static void child_entry(void *arg)
{
	uintptr_t child_tid = (uintptr_t)arg;

	if (child_tid && put_user((int)pid_vnr(current->pid), (int *)child_tid))
		/* Linux ignores it too: the program gets what it asked for. */;
	arch_enter_user();
}

/* --- putting it together ------------------------------------------------------------------------------------------ */

/* Makes the child visible: fails only when the parent is being killed itself. */
static int link_child(struct thread *child, struct process *process, const struct clone_request *request, int event)
{
	struct process *self = current_process();
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct process *parent = request->flags & CLONE_PARENT ? self->parent : self;

	if (self->group_exiting || self->exec_thread || current->signal->pending.set & SIGMASK(SIGKILL)) {
		spin_unlock_irqrestore(&process_lock, flags);
		return -ERESTARTNOINTR;
	}
	if (process != self) {
		family_link_locked(process, parent, self->group, self->session);
		if (request->flags & CLONE_PARENT)
			process->exit_signal = self->exit_signal;
		pid_ns_adopt_locked(process);
	}
	child->process = process_get(process);
	family_add_thread_locked(process, child);
	ptrace_fork_locked(child, event);
	spin_unlock_irqrestore(&process_lock, flags);
	return 0;
}

static int check_flags(const struct clone_request *request)
{
	uint64_t flags = request->flags;

	if ((flags & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS))
		return -EINVAL;
	if ((flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) || (flags & CLONE_SIGHAND && !(flags & CLONE_VM)))
		return -EINVAL;
	if (flags & CLONE_SIGHAND && flags & CLONE_CLEAR_SIGHAND)
		return -EINVAL;
	if (flags & CLONE_PARENT && current_process()->signals.is_unkillable)
		return -EINVAL;
	if (flags & CLONE_THREAD && flags & (CLONE_NEWUSER | CLONE_NEWPID))
		return -EINVAL;
	if (flags & CLONE_PIDFD && flags & CLONE_DETACHED)
		return -EINVAL;
	if (flags & CLONE_PIDFD && flags & CLONE_PARENT_SETTID && request->pidfd == request->parent_tid)
		return -EINVAL;
	return 0;
}

static long wait_for_vfork(struct vfork_wait *vfork, int tid, int event)
{
	/* Killable: a fatal signal ends the wait; the child goes on with the memory it shares. */
	int err = wait_event_killable(&vfork->wq, __atomic_load_n(&vfork->done, __ATOMIC_ACQUIRE));

	vfork_put(vfork);
	if (!err && event)
		ptrace_event(PTRACE_EVENT_VFORK_DONE, (unsigned long)tid);
	return tid;
}

static int make_child(const struct clone_request *request, struct pid *pid, struct thread **out)
{
	struct process *process = current_process();
	struct thread *child;
	int event = ptrace_fork_event(request->flags, request->exit_signal);
	int err = thread_create(current->name, child_entry,
		(void *)(request->flags & CLONE_CHILD_SETTID ? request->child_tid : 0), &child);

	if (err)
		return err;
	child->pid = pid_get(pid);
	err = copy_parts(child, request);
	if (err)
		goto err_parts;
	err = copy_registers(child, request);
	if (err)
		goto err_parts;
	child->syscall_work = 0;
	child->clear_child_tid = request->flags & CLONE_CHILD_CLEARTID ? request->child_tid : 0;
	if (!(request->flags & CLONE_THREAD)) {
		err = copy_process(pid, request, &process);
		if (err)
			goto err_parts;
	}
	err = link_child(child, process, request, event);
	if (err)
		goto err_process;
	*out = child;
	return 0;

err_process:
	if (process != current_process())
		process_put(process);
err_parts:
	release_parts(child);
	signal_thread_destroy(child->signal);
	child->signal = NULL;
	thread_put(child);
	return err;
}

/* RLIMIT_NPROC: threads of the real user, counted only for those whom the limit binds. */
static bool user_has_too_many(void)
{
	uint64_t limit = process_limit(RLIMIT_NPROC), count = 0;
	uint32_t uid = current->cred->uid;
	struct thread *thread;
	unsigned long flags;
	struct pid *pid;

	if (!uid || limit == RLIM_INFINITY || capable(CAP_SYS_RESOURCE) || capable(CAP_SYS_ADMIN))
		return false;
	flags = spin_lock_irqsave(&process_lock);
	for (int nr = 1; (pid = pid_next_get(nr)); pid_put(pid)) {
		nr = pid->nr + 1;
		if (!pid->process)
			continue;
		list_for_each_entry(thread, &pid->process->threads, process_node)
			count += thread->cred->uid == uid;
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return count >= limit;
}

long process_clone(const struct clone_request *request)
{
	struct vfork_wait *vfork;
	struct file *pidfd_file = NULL;
	struct thread *child;
	struct pid *pid;
	int fd = -1, tid, event, err = check_flags(request);

	if (err)
		return err;
	if (user_has_too_many())
		return -EAGAIN;
	err = pid_alloc_for_child(request, &pid);
	if (err)
		return err;
	tid = pid_vnr(pid);
	if (request->flags & CLONE_PIDFD) {
		err = pidfd_create(pid, request->flags & CLONE_THREAD ? PIDFD_THREAD_FLAG : 0, &pidfd_file);
		if (err)
			goto err_pid;
		fd = err = fd_reserve(0, true);
		if (err < 0)
			goto err_file;
		err = put_user(fd, (int *)request->pidfd);
		if (err)
			goto err_fd;
	}
	if (request->flags & CLONE_PARENT_SETTID)
		err = put_user(tid, (int *)request->parent_tid);
	err = make_child(request, pid, &child);
	if (err)
		goto err_fd;

	if (!(request->flags & CLONE_THREAD))
		cgroup_fork(current_process()->pid, pid);
	event = ptrace_fork_event(request->flags, request->exit_signal);
	vfork = child->vfork;
	if (fd >= 0)
		fd_install(fd, pidfd_file);
	thread_start(child);
	pid_put(pid);
	if (event)
		ptrace_event(event, (unsigned long)tid);
	return vfork ? wait_for_vfork(vfork, tid, event) : tid;

err_fd:
	if (fd >= 0)
		fd_cancel(fd);
err_file:
	if (pidfd_file)
		file_put(pidfd_file);
err_pid:
	pid_put(pid);
	return err;
}
