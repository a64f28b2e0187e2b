// SPDX-License-Identifier: MIT
/* The ioctls of man 2 ioctl_tty: modes, window size, queues, flow control. */
#include <drivers/tty/tty.h>

#include <fs/device_node.h>
#include <fs/file.h>
#include <kernel/cred.h>
#include <kernel/time.h>
#include <lib/string.h>
#include <mm/user_copy.h>

#include <asm/ioctls.h>
#include <asm/signal.h>
#include <linux/tty.h>

/* --- termios ---------------------------------------------------------------------------------- */

static const unsigned int baud_table[] = {
	0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400,
	57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000,
	2500000, 3000000, 3500000, 4000000,
};

static unsigned int baud_of_flags(unsigned int cflag, unsigned int explicit_speed)
{
	unsigned int index = cflag & CBAUD;

	if (index == BOTHER)
		return explicit_speed;
	if (index & CBAUDEX)
		index = (index & ~CBAUDEX) + 15;
	return index < sizeof(baud_table) / sizeof(baud_table[0]) ? baud_table[index] : 0;
}

/* Input speed 0 means: as output. */
static void settle_speeds(struct ktermios *termios)
{
	unsigned int input = (termios->c_cflag >> IBSHIFT) & CBAUD;

	termios->c_ospeed = baud_of_flags(termios->c_cflag, termios->c_ospeed);
	termios->c_ispeed = input ? baud_of_flags(input, termios->c_ispeed) : termios->c_ospeed;
}

static struct ktermios get_termios(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct ktermios copy = tty->termios;

	spin_unlock_irqrestore(&tty->lock, flags);
	return copy;
}

static size_t pending_output(struct tty *tty)
{
	unsigned long flags;
	size_t n;

	if (!tty->driver->ops->pending)
		return 0;
	flags = spin_lock_irqsave(&tty->lock);
	n = tty->driver->ops->pending(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	return n;
}

static int drain_output(struct tty *tty)
{
	return wait_event_interruptible(&tty->write_wait, pending_output(tty) == 0 || tty->is_hung_up);
}

enum set_when { SET_NOW, SET_DRAIN, SET_FLUSH };

static long set_termios(struct tty *tty, struct ktermios *wanted, enum set_when when)
{
	struct ktermios old;
	unsigned long flags;
	int err = 0;

	settle_speeds(wanted);
	if (when != SET_NOW)
		err = drain_output(tty);
	if (err)
		return err;

	flags = spin_lock_irqsave(&tty->lock);
	if (when == SET_FLUSH)
		n_tty_flush_input_locked(tty);
	old = tty->termios;
	tty->termios = *wanted;
	n_tty_termios_changed_locked(tty, &old);
	spin_unlock_irqrestore(&tty->lock, flags);

	if (tty->driver->ops->set_termios)
		tty->driver->ops->set_termios(tty);
	wake_up_all(&tty->read_wait);
	wake_up_all(&tty->write_wait);
	return 0;
}

/* struct termios is a prefix of struct termios2, which is struct ktermios. */
static long termios_set_user(struct tty *tty, const void *user, size_t size, enum set_when when)
{
	struct ktermios termios = get_termios(tty);

	if (copy_from_user(&termios, user, size))
		return -EFAULT;
	return set_termios(tty, &termios, when);
}

static long termio_get_user(struct tty *tty, void *user)
{
	struct ktermios termios = get_termios(tty);
	struct termio old = {
		.c_iflag = (unsigned short)termios.c_iflag,
		.c_oflag = (unsigned short)termios.c_oflag,
		.c_cflag = (unsigned short)termios.c_cflag,
		.c_lflag = (unsigned short)termios.c_lflag,
		.c_line = termios.c_line,
	};

	memcpy(old.c_cc, termios.c_cc, NCC);
	return copy_to_user(user, &old, sizeof(old));
}

static long termio_set_user(struct tty *tty, const void *user, enum set_when when)
{
	struct ktermios termios = get_termios(tty);
	struct termio old;

	if (copy_from_user(&old, user, sizeof(old)))
		return -EFAULT;
	termios.c_iflag = (termios.c_iflag & 0xffff0000) | old.c_iflag;
	termios.c_oflag = (termios.c_oflag & 0xffff0000) | old.c_oflag;
	termios.c_cflag = (termios.c_cflag & 0xffff0000) | old.c_cflag;
	termios.c_lflag = (termios.c_lflag & 0xffff0000) | old.c_lflag;
	termios.c_line = old.c_line;
	memcpy(termios.c_cc, old.c_cc, NCC);
	return set_termios(tty, &termios, when);
}

/* What the modes are of: a pty's line discipline is at the slave. */
static struct tty *modes_of(struct tty *tty)
{
	return tty->is_master && tty->peer ? tty->peer : tty;
}

static long termios_ioctl(struct tty *tty, unsigned int cmd, void *user)
{
	struct ktermios termios;

	switch (cmd) {
	case TCGETS:
		termios = get_termios(modes_of(tty));
		return copy_to_user(user, &termios, sizeof(struct termios));
	case TCGETS2:
		termios = get_termios(modes_of(tty));
		return copy_to_user(user, &termios, sizeof(struct termios2));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return termios_set_user(modes_of(tty), user, sizeof(struct termios), (enum set_when)(cmd - TCSETS));
	case TCSETS2:
		return termios_set_user(modes_of(tty), user, sizeof(struct termios2), SET_NOW);
	case TCSETSW2:
		return termios_set_user(modes_of(tty), user, sizeof(struct termios2), SET_DRAIN);
	case TCSETSF2:
		return termios_set_user(modes_of(tty), user, sizeof(struct termios2), SET_FLUSH);
	case TCGETA:
		return termio_get_user(modes_of(tty), user);
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
		return termio_set_user(modes_of(tty), user, (enum set_when)(cmd - TCSETA));
	}
	return -ENOTTY;
}

/* --- window, queues, flow --------------------------------------------------------------------- */

static long set_window(struct tty *tty, const void *user)
{
	struct tty *slave = modes_of(tty), *master;
	struct winsize size;
	unsigned long flags;
	bool changed;

	if (copy_from_user(&size, user, sizeof(size)))
		return -EFAULT;
	flags = spin_lock_irqsave(&slave->lock);
	changed = memcmp(&slave->winsize, &size, sizeof(size));
	slave->winsize = size;
	master = slave->peer; /* stays while the lock is held */
	if (master) {
		spin_lock(&master->lock);
		master->winsize = size;
		spin_unlock(&master->lock);
	}
	spin_unlock_irqrestore(&slave->lock, flags);
	if (changed)
		tty_signal_foreground(slave, SIGWINCH);
	return 0;
}

static long get_window(struct tty *tty, void *user)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct winsize size = tty->winsize;

	spin_unlock_irqrestore(&tty->lock, flags);
	return copy_to_user(user, &size, sizeof(size));
}

static long flush_queues(struct tty *tty, unsigned long which)
{
	unsigned long flags;

	if (which > TCIOFLUSH)
		return -EINVAL;
	flags = spin_lock_irqsave(&tty->lock);
	if (which != TCOFLUSH)
		n_tty_flush_input_locked(tty);
	if (which != TCIFLUSH && tty->driver->ops->flush_output)
		tty->driver->ops->flush_output(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_up_all(&tty->write_wait);
	return 0;
}

static void set_stopped(struct tty *tty, bool stopped)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);

	tty->is_stopped = stopped;
	pty_packet_locked(tty, stopped ? TIOCPKT_STOP : TIOCPKT_START);
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_up_all(&tty->write_wait);
}

static long flow_control(struct tty *tty, unsigned long what)
{
	uint8_t c;

	switch (what) {
	case TCOOFF:
	case TCOON:
		set_stopped(tty, what == TCOOFF);
		return 0;
	case TCIOFF:
	case TCION:
		c = tty->termios.c_cc[what == TCIOFF ? VSTOP : VSTART];
		if (c) {
			unsigned long flags = spin_lock_irqsave(&tty->lock);

			tty->driver->ops->write(tty, &c, 1);
			spin_unlock_irqrestore(&tty->lock, flags);
		}
		return 0;
	}
	return -EINVAL;
}

static long send_break(struct tty *tty, uint64_t ms)
{
	if (!tty->driver->ops->send_break)
		return 0;
	tty->driver->ops->send_break(tty, true);
	(void)wait_event_interruptible_until(&tty->write_wait, tty->is_hung_up,
		time_monotonic_ns() + ms * NSEC_PER_MSEC);
	tty->driver->ops->send_break(tty, false);
	return 0;
}

static long queue_ioctl(struct tty *tty, unsigned int cmd, unsigned long arg)
{
	unsigned long flags;
	int n;

	switch (cmd) {
	case FIONREAD:
		flags = spin_lock_irqsave(&tty->lock);
		n = (int)n_tty_readable_locked(tty);
		spin_unlock_irqrestore(&tty->lock, flags);
		return put_user(n, (int *)arg);
	case TIOCOUTQ:
		return put_user((int)pending_output(tty), (int *)arg);
	case TCFLSH:
		return flush_queues(tty, arg);
	case TCXONC:
		return flow_control(tty, arg);
	case TCSBRK:
		n = drain_output(tty);
		return n || arg ? n : send_break(tty, 250);
	case TCSBRKP:
		n = drain_output(tty);
		return n ? n : send_break(tty, arg ? (uint64_t)(uint32_t)arg * 100 : 250);
	}
	return -ENOTTY;
}

/* --- the rest --------------------------------------------------------------------------------- */

/* TIOCSTI: as if typed. */
static long simulate_input(struct tty *tty, const void *user)
{
	uint8_t c;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(&c, user, 1))
		return -EFAULT;
	tty_receive(tty, &c, 1);
	return 0;
}

static long modem_ioctl(struct tty *tty, unsigned int cmd, int *user)
{
	const struct tty_ops *ops = tty->driver->ops;
	int bits;

	if (!ops->modem_get)
		return -ENOTTY;
	if (cmd == TIOCMGET)
		return put_user(ops->modem_get(tty), user);
	if (get_user(&bits, user))
		return -EFAULT;
	ops->modem_set(tty, cmd == TIOCMBIC ? 0 : (unsigned int)bits,
		cmd == TIOCMBIC ? (unsigned int)bits : cmd == TIOCMSET ? ~(unsigned int)bits : 0);
	return 0;
}

static long misc_ioctl(struct tty *tty, struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCGWINSZ:
		return get_window(tty, (void *)arg);
	case TIOCSWINSZ:
		return set_window(tty, (const void *)arg);
	case TIOCSTI:
		return simulate_input(tty, (const void *)arg);
	case TIOCEXCL:
	case TIOCNXCL:
		tty->is_exclusive = cmd == TIOCEXCL;
		return 0;
	case TIOCGEXCL:
		return put_user((int)tty->is_exclusive, (int *)arg);
	case TIOCGETD:
		return put_user((int)N_TTY, (int *)arg);
	case TIOCGDEV:
		return put_user((unsigned int)dev_to_user(tty->dev), (unsigned int *)arg);
	case TIOCMGET:
	case TIOCMSET:
	case TIOCMBIS:
	case TIOCMBIC:
		return modem_ioctl(tty, cmd, (int *)arg);
	}
	return -ENOTTY;
}

/* Those that change the terminal stop a background caller with SIGTTOU. */
static bool changes_terminal(unsigned int cmd)
{
	switch (cmd) {
	case TCSETS: case TCSETSW: case TCSETSF:
	case TCSETS2: case TCSETSW2: case TCSETSF2:
	case TCSETA: case TCSETAW: case TCSETAF:
	case TCFLSH: case TCXONC: case TCSBRK: case TCSBRKP: case TIOCSETD:
		return true;
	}
	return false;
}

long tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tty *tty = file->private_data;
	long result;

	if (tty->is_hung_up && !tty->is_master)
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	if (changes_terminal(cmd) && !tty->is_master) {
		result = tty_check_background(tty, SIGTTOU);
		if (result)
			return result;
	}
	result = termios_ioctl(tty, cmd, (void *)arg);
	if (result == -ENOTTY)
		result = queue_ioctl(tty, cmd, arg);
	if (result == -ENOTTY)
		result = misc_ioctl(tty, file, cmd, arg);
	if (result == -ENOTTY)
		result = pty_ioctl(tty, file, cmd, arg);
	if (result == -ENOTTY)
		result = tty_job_ioctl(tty, file, cmd, arg);
	if (result == -ENOTTY && tty->driver->ops->ioctl)
		result = tty->driver->ops->ioctl(tty, cmd, arg);
	return result;
}
