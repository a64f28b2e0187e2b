// SPDX-License-Identifier: MIT
/* Process descriptors: a file around a struct pid. */
#include <process/pidfd.h>

#include <fs/file.h>
#include <fs/poll.h>
#include <kernel/errno.h>
#include <kernel/pid.h>
#include <lib/printf.h>
#include <linux/fcntl.h>
#include <process/fd_table.h>
#include <process/pid_ns.h>
#include <process/process.h>

static void pidfd_release(struct file *file)
{
	pid_put(file->private_data);
}

static unsigned int pidfd_poll(struct file *file, struct poll_table *table)
{
	struct pid *pid = file->private_data;
	unsigned long flags;
	unsigned int events = 0;

	poll_wait(file, &pid->exited, table);
	flags = spin_lock_irqsave(&process_lock);
	if (!pid->process)
		events = pid->thread ? 0 : EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	else if (pid->process->is_zombie)
		events = EPOLLIN | EPOLLRDNORM;
	spin_unlock_irqrestore(&process_lock, flags);
	return events;
}

static void pidfd_show(struct file *file, char *buf, size_t size)
{
	struct pid *pid = file->private_data;
	int nr = pid->process || pid->thread ? pid_vnr(pid) : -1;

	snprintf(buf, size, "Pid:\t%d\nNSpid:\t%d\n", nr, nr);
}

static const struct file_ops pidfd_ops = {
	.release = pidfd_release,
	.poll = pidfd_poll,
	.show_fdinfo = pidfd_show,
};

int pidfd_create(struct pid *pid, unsigned int flags, struct file **out)
{
	int err = file_open_anon("anon_inode:[pidfd]", &pidfd_ops, pid_get(pid), O_RDWR | (int)(flags & (O_NONBLOCK | O_EXCL)),
		out);

	if (err)
		pid_put(pid);
	return err;
}

struct pid *pidfd_get_pid(int fd)
{
	struct file *file = fd_get(fd);
	struct pid *pid = NULL;

	if (!file)
		return NULL;
	if (file->ops == &pidfd_ops)
		pid = pid_get(file->private_data);
	file_put(file);
	return pid;
}
