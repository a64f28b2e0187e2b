// SPDX-License-Identifier: MIT
/*
 * Controlling terminals and job control (man 3 tcsetpgrp, 7 credentials): which session a tty belongs to, which
 * group is in the foreground, and what happens to the others. A session has at most one terminal: the one whose
 * tty->session names it.
 */
#include <drivers/tty/tty.h>

#include <fs/file.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/signal_send.h>
#include <mm/user_copy.h>

#include <asm/fcntl.h>
#include <asm/ioctls.h>
#include <asm/signal.h>

/* A session has no terminal, a terminal no session: both are looked at and then changed by one thread at a time. */
static struct mutex taking_lock = MUTEX_INIT(taking_lock);

/* The foreground group with a reference, or NULL. */
static struct pid *foreground_get(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct pid *group = tty->group ? pid_get(tty->group) : NULL;

	spin_unlock_irqrestore(&tty->lock, flags);
	return group;
}

void tty_signal_foreground(struct tty *tty, int signo)
{
	struct pid *group = foreground_get(tty);

	if (group) {
		signal_ops()->send_group(group, signo);
		pid_put(group);
	}
}

int tty_check_background(struct tty *tty, int signo)
{
	const struct signal_ops *ops = signal_ops();
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool is_mine = !tty->is_hung_up && tty->session && tty->session == ops->current_session();
	bool is_background = is_mine && tty->group && tty->group != ops->current_group();
	struct pid *group;
	int err = -EIO;

	spin_unlock_irqrestore(&tty->lock, flags);
	if (!is_background)
		return 0;
	if (ops->ignores(signo))
		return signo == SIGTTIN ? -EIO : 0;
	group = ops->current_group_get();
	if (!ops->group_is_orphaned(group)) {
		ops->send_group(group, signo);
		err = -ERESTARTSYS;
	}
	pid_put(group);
	return err;
}

/* Makes tty the terminal of the current session. Its old session loses it. */
static void take_terminal(struct tty *tty)
{
	struct pid *session = signal_ops()->current_session_get();
	struct pid *group = signal_ops()->current_group_get();
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct pid *old_session = tty->session, *old_group = tty->group;

	tty->session = session;
	tty->group = group;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (old_session)
		pid_put(old_session);
	if (old_group)
		pid_put(old_group);
}

static bool current_has_terminal(void)
{
	struct tty *own = tty_of_current();

	if (own)
		tty_put(own);
	return own != NULL;
}

/* open(2) without O_NOCTTY by a session leader that has no terminal. */
void tty_acquire_at_open(struct tty *tty, struct file *file)
{
	if (file->flags & O_NOCTTY || tty->is_master || tty->session || !signal_ops()->is_session_leader())
		return;
	mutex_lock(&taking_lock);
	if (!tty->session && file->mode & FILE_READ && !current_has_terminal())
		take_terminal(tty);
	mutex_unlock(&taking_lock);
}

/* TIOCSCTTY; arg 1 steals from another session, for root. */
static long set_controlling_locked(struct tty *tty, struct file *file, unsigned long arg)
{
	struct pid *session = signal_ops()->current_session();

	if (signal_ops()->is_session_leader() && tty->session == session)
		return 0;
	if (!signal_ops()->is_session_leader() || current_has_terminal())
		return -EPERM;
	if (tty->session && !(arg == 1 && capable(CAP_SYS_ADMIN)))
		return -EPERM;
	if (!(file->mode & FILE_READ) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	take_terminal(tty);
	return 0;
}

static long set_controlling(struct tty *tty, struct file *file, unsigned long arg)
{
	long result;

	mutex_lock(&taking_lock);
	result = set_controlling_locked(tty, file, arg);
	mutex_unlock(&taking_lock);
	return result;
}

static bool is_own_terminal(struct tty *tty)
{
	return tty->session && tty->session == signal_ops()->current_session();
}

static long get_foreground(struct tty *tty, bool through_master, int *user_group)
{
	struct pid *group;
	int nr;

	if (!through_master && !is_own_terminal(tty))
		return -ENOTTY;
	group = foreground_get(tty);
	nr = signal_ops()->pid_to_user(group);
	if (group)
		pid_put(group);
	return put_user(nr, user_group);
}

/* tcsetpgrp: the group must be one of the caller's session. */
static long set_foreground(struct tty *tty, const int *user_group)
{
	struct pid *group, *old;
	int nr, err = tty_check_background(tty, SIGTTOU);

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (!is_own_terminal(tty))
		return -ENOTTY;
	if (get_user(&nr, user_group))
		return -EFAULT;
	if (nr < 0)
		return -EINVAL;
	group = signal_ops()->pid_from_user(nr);
	if (!group)
		return -ESRCH;
	if (!signal_ops()->group_in_session(group, signal_ops()->current_session())) {
		pid_put(group);
		return -EPERM;
	}

	unsigned long flags = spin_lock_irqsave(&tty->lock);

	old = tty->group;
	tty->group = group;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (old)
		pid_put(old);
	return 0;
}

static long get_session(struct tty *tty, bool through_master, int *user_sid)
{
	int nr = 0;
	unsigned long flags;

	if (!through_master && !is_own_terminal(tty))
		return -ENOTTY;
	flags = spin_lock_irqsave(&tty->lock);
	if (tty->session)
		nr = signal_ops()->pid_to_user(tty->session);
	spin_unlock_irqrestore(&tty->lock, flags);
	return nr ? put_user(nr, user_sid) : -ENOTTY;
}

long tty_job_ioctl(struct tty *tty, struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tty *real = tty->is_master && tty->peer ? tty->peer : tty;

	switch (cmd) {
	case TIOCSCTTY:
		return set_controlling(real, file, arg);
	case TIOCNOTTY:
		if (!is_own_terminal(tty))
			return -ENOTTY;
		if (signal_ops()->is_session_leader())
			tty_session_ended(signal_ops()->current_session());
		return 0;
	case TIOCGPGRP:
		return get_foreground(real, tty->is_master, (int *)arg);
	case TIOCSPGRP:
		return set_foreground(real, (const int *)arg);
	case TIOCGSID:
		return get_session(real, tty->is_master, (int *)arg);
	}
	return -ENOTTY;
}
