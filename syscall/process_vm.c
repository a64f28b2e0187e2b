// SPDX-License-Identifier: MIT
/* man 2: process_vm_readv, process_vm_writev. */
#include <arch/layout.h>
#include <kernel/pid.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/pid_ns.h>
#include <process/ptrace.h>
#include <syscall/define.h>
#include <syscall/iovec.h>

/* The memory of the process, if the caller might trace it. */
static int space_of(pid_t nr, struct vm_space **out)
{
	struct thread *thread = NULL;
	struct pid *pid = pid_find_vnr_get(nr);
	unsigned long irq;
	int err = 0;

	if (!pid)
		return -ESRCH;
	irq = spin_lock_irqsave(&pid_lock);
	if (pid->thread)
		thread = thread_get(pid->thread);
	spin_unlock_irqrestore(&pid_lock, irq);
	pid_put(pid);
	if (!thread)
		return -ESRCH;
	*out = NULL;
	if (!ptrace_may_access(thread))
		err = -EPERM;
	else
		*out = access_vm_get(thread);
	thread_put(thread);
	return err ?: *out ? 0 : -ESRCH;
}

/* One range of the other process; fewer bytes than asked when either side ends. */
static size_t move_range(struct vm_space *space, const struct iovec *remote, struct uio *local, char *buf, bool write)
{
	size_t done = 0, size = min(remote->iov_len, local->left);

	while (done < size) {
		vaddr_t addr = (vaddr_t)remote->iov_base + done;
		size_t n = min(size - done, PAGE_SIZE - addr % PAGE_SIZE), moved;

		if (write) {
			n = uio_copy_from(local, buf, n);
			moved = vm_access_as_owner(space, addr, buf, n, true);
		} else {
			moved = vm_access_as_owner(space, addr, buf, n, false);
			moved = uio_copy_to(local, buf, moved);
		}
		done += moved;
		if (!moved || moved < n)
			break;
	}
	return done;
}

static ssize_t move_all(struct vm_space *space, const struct iovec *remote, size_t nr, struct uio *local, bool write)
{
	char *buf = kmalloc(PAGE_SIZE);
	ssize_t total = 0;

	if (!buf)
		return -ENOMEM;
	for (size_t i = 0; i < nr && local->left; i++) {
		size_t wanted = min(remote[i].iov_len, local->left);
		size_t done = move_range(space, &remote[i], local, buf, write);

		total += done;
		if (done < wanted) {
			total = total ?: -EFAULT;
			break;
		}
	}
	kfree(buf);
	return total;
}

static ssize_t process_vm(pid_t pid, const struct iovec *user_local, unsigned long nr_local, const struct iovec *user_remote,
	unsigned long nr_remote, unsigned long flags, bool write)
{
	struct iovec_copy local_copy, remote_copy;
	struct uio local, remote;
	struct vm_space *space;
	ssize_t ret;

	if (flags)
		return -EINVAL;
	ret = iovec_get(&local_copy, &local, user_local, nr_local);
	if (ret)
		return ret;
	ret = iovec_get(&remote_copy, &remote, user_remote, nr_remote);
	if (ret)
		goto put_local;
	if (!local.left || !nr_remote)
		goto put_remote;
	ret = space_of(pid, &space);
	if (ret)
		goto put_remote;
	ret = move_all(space, remote_copy.vec, nr_remote, &local, write);
	vm_space_put(space);
put_remote:
	iovec_put(&remote_copy);
put_local:
	iovec_put(&local_copy);
	return ret;
}

SYSCALL_DEFINE(process_vm_readv, pid_t, pid, const struct iovec *, user_local, unsigned long, nr_local, const struct iovec *,
	user_remote, unsigned long, nr_remote, unsigned long, flags)
{
	return process_vm(pid, user_local, nr_local, user_remote, nr_remote, flags, false);
}

SYSCALL_DEFINE(process_vm_writev, pid_t, pid, const struct iovec *, user_local, unsigned long, nr_local, const struct iovec *,
	user_remote, unsigned long, nr_remote, unsigned long, flags)
{
	return process_vm(pid, user_local, nr_local, user_remote, nr_remote, flags, true);
}
