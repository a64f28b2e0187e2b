// SPDX-License-Identifier: MIT
/*
 * timerfd. The kernel timer runs once; a periodic one is moved on when it is read, which is when the expirations
 * between are counted.
 */
#include <fs/timerfd.h>

#include <fs/file.h>
#include <fs/poll.h>
#include <kernel/errno.h>
#include <kernel/mutex.h>
#include <kernel/time.h>
#include <kernel/timer.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <linux/fcntl.h>
#include <linux/timerfd.h>
#include <mm/uio.h>

struct timerfd {
	struct timer timer;
	struct wait_queue wait;
	struct wait_entry clock_set; /* on time_clock_set_wait() if is_real */
	bool is_real;
	struct mutex set_lock; /* who sets; then lock */

	struct spinlock lock;
	/* Guarded by lock. */
	bool is_armed, is_expired; /* expired: fired since the last read */
	bool cancels, is_cancelled;
	uint64_t expires_ns, interval_ns;
	uint64_t ticks;
};

static uint64_t now_of(const struct timerfd *tfd)
{
	return tfd->is_real ? time_realtime_ns() : time_monotonic_ns();
}

static void arm_locked(struct timerfd *tfd)
{
	uint64_t now_ns = now_of(tfd);

	timer_arm(&tfd->timer, time_monotonic_ns() + (tfd->expires_ns > now_ns ? tfd->expires_ns - now_ns : 0));
}

static void timerfd_fired(struct timer *timer)
{
	struct timerfd *tfd = container_of(timer, struct timerfd, timer);
	unsigned long flags = spin_lock_irqsave(&tfd->lock);
	bool wakes = false;

	if (tfd->is_armed && !tfd->is_expired) {
		if (now_of(tfd) >= tfd->expires_ns) {
			tfd->is_expired = wakes = true;
			tfd->ticks++;
			tfd->is_armed = tfd->interval_ns != 0;
		} else {
			arm_locked(tfd); /* the clock was set back */
		}
	}
	spin_unlock_irqrestore(&tfd->lock, flags);
	if (wakes)
		wake_up_poll(&tfd->wait, EPOLLIN);
}

static bool timerfd_clock_set(struct wait_entry *entry, unsigned int events)
{
	struct timerfd *tfd = container_of(entry, struct timerfd, clock_set);
	unsigned long flags = spin_lock_irqsave(&tfd->lock);
	bool wakes = tfd->cancels;

	tfd->is_cancelled |= wakes;
	if (tfd->is_armed && !tfd->is_expired)
		arm_locked(tfd);
	spin_unlock_irqrestore(&tfd->lock, flags);
	if (wakes)
		wake_up_poll(&tfd->wait, EPOLLIN);
	return false;
}

/* A periodic timer that expired: counts what passed and goes on. */
static void go_on_locked(struct timerfd *tfd)
{
	uint64_t now_ns = now_of(tfd), passed;

	if (!tfd->is_expired)
		return;
	tfd->is_expired = false;
	if (!tfd->is_armed)
		return;
	passed = now_ns > tfd->expires_ns ? (now_ns - tfd->expires_ns) / tfd->interval_ns : 0;
	tfd->ticks += passed;
	tfd->expires_ns += (passed + 1) * tfd->interval_ns;
	arm_locked(tfd);
}

/* What a read gives: 0 while there is nothing, -ECANCELED. */
static int take(struct timerfd *tfd, uint64_t *ticks)
{
	unsigned long flags = spin_lock_irqsave(&tfd->lock);
	int err = 0;

	*ticks = 0;
	if (tfd->is_cancelled) {
		tfd->is_cancelled = false;
		tfd->ticks = 0;
		err = -ECANCELED;
	}
	if (!err && tfd->ticks) {
		go_on_locked(tfd);
		*ticks = tfd->ticks;
		tfd->ticks = 0;
	}
	spin_unlock_irqrestore(&tfd->lock, flags);
	return err;
}

static ssize_t timerfd_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct timerfd *tfd = file->private_data;
	uint64_t ticks;
	int err, signal;

	if (uio->left < sizeof(ticks))
		return -EINVAL;
	err = take(tfd, &ticks);
	if (!err && !ticks) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		signal = wait_event_interruptible(&tfd->wait, (err = take(tfd, &ticks)) || ticks);
		if (signal)
			return signal;
	}
	if (err)
		return err;
	return uio_copy_to(uio, &ticks, sizeof(ticks)) == sizeof(ticks) ? (ssize_t)sizeof(ticks) : -EFAULT;
}

static unsigned int timerfd_poll(struct file *file, struct poll_table *table)
{
	struct timerfd *tfd = file->private_data;
	unsigned long flags;
	unsigned int events;

	poll_wait(file, &tfd->wait, table);
	flags = spin_lock_irqsave(&tfd->lock);
	events = tfd->ticks || tfd->is_cancelled ? EPOLLIN : 0;
	spin_unlock_irqrestore(&tfd->lock, flags);
	return events;
}

static void timerfd_release(struct file *file)
{
	struct timerfd *tfd = file->private_data;
	unsigned long flags;

	if (tfd->is_real)
		wait_remove(time_clock_set_wait(), &tfd->clock_set);
	flags = spin_lock_irqsave(&tfd->lock);
	tfd->is_armed = false;
	spin_unlock_irqrestore(&tfd->lock, flags);
	timer_cancel(&tfd->timer);
	kfree(tfd);
}

static const struct file_ops timerfd_ops = {
	.read = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
};

int timerfd_create_file(bool is_real, int flags, struct file **out)
{
	struct timerfd *tfd = kzalloc(sizeof(*tfd));
	int err;

	if (!tfd)
		return -ENOMEM;
	wait_queue_init(&tfd->wait);
	mutex_init(&tfd->set_lock);
	timer_init(&tfd->timer, timerfd_fired);
	tfd->is_real = is_real;
	err = file_open_anon("anon_inode:[timerfd]", &timerfd_ops, tfd, O_RDWR | (flags & O_NONBLOCK), out);
	if (err) {
		kfree(tfd);
		return err;
	}
	if (is_real) {
		wait_entry_init_fn(&tfd->clock_set, timerfd_clock_set);
		wait_add(time_clock_set_wait(), &tfd->clock_set);
	}
	return 0;
}

static void read_locked(struct timerfd *tfd, struct timerfd_setting *setting)
{
	uint64_t now_ns;

	go_on_locked(tfd);
	now_ns = now_of(tfd);
	setting->interval_ns = tfd->interval_ns;
	setting->value_ns = 0;
	if (tfd->is_armed)
		setting->value_ns = tfd->expires_ns > now_ns ? tfd->expires_ns - now_ns : 1;
}

int timerfd_get(struct file *file, struct timerfd_setting *setting)
{
	struct timerfd *tfd = file->private_data;
	unsigned long flags;

	if (file->ops != &timerfd_ops)
		return -EINVAL;
	flags = spin_lock_irqsave(&tfd->lock);
	read_locked(tfd, setting);
	spin_unlock_irqrestore(&tfd->lock, flags);
	return 0;
}

int timerfd_set(struct file *file, int flags, const struct timerfd_setting *setting, struct timerfd_setting *old)
{
	struct timerfd *tfd = file->private_data;
	unsigned long irq_flags;

	if (file->ops != &timerfd_ops)
		return -EINVAL;
	mutex_lock(&tfd->set_lock);
	irq_flags = spin_lock_irqsave(&tfd->lock);
	if (old)
		read_locked(tfd, old);
	tfd->is_armed = false;
	spin_unlock_irqrestore(&tfd->lock, irq_flags);
	timer_cancel(&tfd->timer);

	irq_flags = spin_lock_irqsave(&tfd->lock);
	tfd->is_expired = tfd->is_cancelled = false;
	tfd->cancels = tfd->is_real && flags & TFD_TIMER_ABSTIME && flags & TFD_TIMER_CANCEL_ON_SET;
	tfd->ticks = 0;
	tfd->interval_ns = setting->interval_ns;
	tfd->is_armed = setting->value_ns != 0;
	if (tfd->is_armed) {
		tfd->expires_ns = setting->value_ns + (flags & TFD_TIMER_ABSTIME ? 0 : now_of(tfd));
		arm_locked(tfd);
	}
	spin_unlock_irqrestore(&tfd->lock, irq_flags);
	mutex_unlock(&tfd->set_lock);
	return 0;
}
