// SPDX-License-Identifier: MIT
/*
 * signalfd: reads take pending signals of whoever reads. The wait queue belongs to the reading process, so the
 * file keeps a reference on each process that ever polled it.
 */
#include <process/signalfd.h>

#include <fs/file.h>
#include <fs/poll.h>
#include <kernel/errno.h>
#include <kernel/spinlock.h>
#include <kernel/thread.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/signalfd.h>
#include <mm/uio.h>
#include <process/process.h>

struct signalfd {
	sigmask_t mask; /* atomic */
	struct spinlock lock;
	struct poller *pollers; /* Guarded by lock: only grows. */
};

struct poller {
	struct process *process; /* reference */
	struct poller *next;
};

static struct wait_queue *own_queue(void)
{
	return &current_process()->signals.signalfd_wait;
}

static void fill(struct signalfd_siginfo *out, const siginfo_t *info)
{
	memset(out, 0, sizeof(*out));
	out->ssi_signo = (uint32_t)info->si_signo;
	out->ssi_errno = info->si_errno;
	out->ssi_code = info->si_code;
	if (info->si_code == SI_TIMER) {
		out->ssi_tid = (uint32_t)info->si_tid;
		out->ssi_overrun = (uint32_t)info->si_overrun;
		out->ssi_ptr = (uint64_t)info->si_ptr;
		out->ssi_int = info->si_int;
		return;
	}
	if (info->si_code > 0 && (SIGMASK(info->si_signo) & SIGMASK_SYNCHRONOUS)) {
		out->ssi_addr = (uint64_t)info->si_addr;
		return;
	}
	out->ssi_pid = (uint32_t)info->si_pid;
	out->ssi_uid = info->si_uid;
	if (info->si_signo == SIGCHLD && info->si_code > 0) {
		out->ssi_status = info->si_status;
		out->ssi_utime = (uint64_t)info->si_utime;
		out->ssi_stime = (uint64_t)info->si_stime;
	} else if (info->si_code < 0) {
		out->ssi_ptr = (uint64_t)info->si_ptr;
		out->ssi_int = info->si_int;
	}
}

static ssize_t signalfd_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct signalfd *sfd = file->private_data;
	ssize_t total = 0;

	if (uio->left < sizeof(struct signalfd_siginfo))
		return -EINVAL;
	while (uio->left >= sizeof(struct signalfd_siginfo)) {
		struct signalfd_siginfo record;
		siginfo_t info;

		if (!signal_dequeue(atomic_load(&sfd->mask), &info)) {
			int err;

			if (total)
				break;
			if (file->flags & O_NONBLOCK)
				return -EAGAIN;
			err = wait_event_interruptible(own_queue(),
				signal_pending_mask() & atomic_load(&sfd->mask));
			if (err)
				return err;
			continue;
		}
		fill(&record, &info);
		if (uio_copy_to(uio, &record, sizeof(record)) != sizeof(record))
			return total ? total : -EFAULT;
		total += (ssize_t)sizeof(record);
	}
	return total;
}

/* The own process is kept until the file goes. False: no memory, then nothing may be queued. */
static bool keep_process(struct signalfd *sfd)
{
	struct process *process = current_process();
	struct poller *poller = kmalloc(sizeof(*poller)), *old;
	unsigned long flags = spin_lock_irqsave(&sfd->lock);

	for (old = sfd->pollers; old && old->process != process; old = old->next)
		;
	if (!old && poller) {
		poller->process = process_get(process);
		poller->next = sfd->pollers;
		sfd->pollers = poller;
	}
	spin_unlock_irqrestore(&sfd->lock, flags);
	if (old)
		kfree(poller);
	return old || poller;
}

static unsigned int signalfd_poll(struct file *file, struct poll_table *table)
{
	struct signalfd *sfd = file->private_data;

	if (table && table->queue && keep_process(sfd))
		poll_wait(file, own_queue(), table);
	return signal_pending_mask() & atomic_load(&sfd->mask) ? EPOLLIN : 0;
}

static void signalfd_release(struct file *file)
{
	struct signalfd *sfd = file->private_data;
	struct poller *poller, *next;

	for (poller = sfd->pollers; poller; poller = next) {
		next = poller->next;
		process_put(poller->process);
		kfree(poller);
	}
	kfree(sfd);
}

static void signalfd_show(struct file *file, char *buf, size_t size)
{
	struct signalfd *sfd = file->private_data;

	snprintf(buf, size, "sigmask:\t%016lx\n", (unsigned long)sfd->mask);
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read,
	.poll = signalfd_poll,
	.release = signalfd_release,
	.show_fdinfo = signalfd_show,
};

int signalfd_create(sigmask_t mask, int flags, struct file **out)
{
	struct signalfd *sfd = kzalloc(sizeof(*sfd));
	int err;

	if (!sfd)
		return -ENOMEM;
	sfd->mask = mask;
	err = file_open_anon("anon_inode:[signalfd]", &signalfd_ops, sfd, O_RDWR | (flags & O_NONBLOCK), out);
	if (err)
		kfree(sfd);
	return err;
}

int signalfd_set_mask(struct file *file, sigmask_t mask)
{
	struct signalfd *sfd = file->private_data;

	if (file->ops != &signalfd_ops)
		return -EINVAL;
	atomic_store(&sfd->mask, mask);
	wake_up_all(own_queue());
	return 0;
}
