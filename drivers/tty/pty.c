// SPDX-License-Identifier: MIT
/*
 * Pseudo-terminals (man 7 pty): a master (opened through ptmx) and a slave with a line discipline. What one end
 * writes, the other reads; the master's ring is filled by the slave's output and echo.
 *
 * Both records are made at the open of ptmx and hold a reference on each other until the master closes. The slave's
 * peer goes then, under its open_lock and its lock; the number stays taken until the slave is closed as well.
 */
#include <drivers/tty/tty.h>

#include <device/device.h>
#include <fs/device_node.h>
#include <fs/file.h>
#include <kernel/cred.h>
#include <kernel/signal_send.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <mm/user_copy.h>

#include <asm/fcntl.h>
#include <asm/ioctls.h>
#include <asm/poll.h>
#include <asm/signal.h>
#include <linux/major.h>
#include <linux/stat.h>

static const struct tty_driver pty_master_driver, pty_slave_driver;

/* --- the slave's driver side: output goes into the master's ring ------------------------------ */

/* The slave's lock is held; takes the master's inside. */
static size_t slave_write(struct tty *slave, const uint8_t *buf, size_t n)
{
	struct tty *master = slave->peer;
	size_t done = 0;

	if (!master)
		return n;
	spin_lock(&master->lock);
	while (done < n && master->head - master->tail < TTY_INPUT_BYTES)
		master->ring[master->head++ % TTY_INPUT_BYTES] = buf[done++];
	spin_unlock(&master->lock);
	if (done)
		wake_up_poll(&master->read_wait, POLLIN | POLLRDNORM);
	return done;
}

static size_t slave_write_room(struct tty *slave)
{
	struct tty *master = slave->peer;

	return master ? TTY_INPUT_BYTES - (master->head - master->tail) : TTY_INPUT_BYTES;
}

static void slave_flush_output(struct tty *slave)
{
	struct tty *master = slave->peer;

	if (!master)
		return;
	spin_lock(&master->lock);
	master->tail = master->head;
	if (master->packet_mode)
		master->packet_status |= TIOCPKT_FLUSHWRITE;
	spin_unlock(&master->lock);
}

/* Room was made: a blocked writer of the master goes on. */
static void slave_unthrottle(struct tty *slave)
{
	struct tty *master = slave->peer;

	if (master && wait_queue_active(&master->write_wait))
		wake_up_poll(&master->write_wait, POLLOUT | POLLWRNORM);
}

static void free_number(struct tty *slave)
{
	struct pty_host *host = slave->driver_data;

	host->free_index(host, (int)slave->index);
	host->put(host);
}

static int slave_open(struct tty *slave)
{
	struct tty *master = slave->peer;
	unsigned long flags;

	if (!master)
		return -EIO;
	flags = spin_lock_irqsave(&master->lock);
	master->is_hung_up = false;
	spin_unlock_irqrestore(&master->lock, flags);
	return 0;
}

static void slave_close(struct tty *slave)
{
	struct tty *master = slave->peer;
	unsigned long flags;

	if (!master) {
		free_number(slave);
		return;
	}
	flags = spin_lock_irqsave(&master->lock);
	master->is_hung_up = true;
	spin_unlock_irqrestore(&master->lock, flags);
	wake_up_poll(&master->read_wait, POLLIN | POLLHUP);
}

/* Called with the slave's lock held. */
void pty_packet_locked(struct tty *tty, uint8_t status)
{
	struct tty *master = tty->peer;

	if (!master || tty->is_master || !master->packet_mode)
		return;
	spin_lock(&master->lock);
	master->packet_status |= status;
	spin_unlock(&master->lock);
	wake_up_poll(&master->read_wait, POLLIN | POLLPRI);
}

static const struct tty_ops pty_slave_ops = {
	.open = slave_open,
	.close = slave_close,
	.write = slave_write,
	.write_room = slave_write_room,
	.flush_output = slave_flush_output,
	.unthrottle = slave_unthrottle,
};

static const struct tty_driver pty_slave_driver = {
	.name = "pts/",
	.major = UNIX98_PTY_SLAVE_MAJOR,
	.ops = &pty_slave_ops,
};

/* --- the master ------------------------------------------------------------------------------- */

/* A poller of the master asks with its lock held; the slave's room is looked up outside. */
static size_t master_write_room(struct tty *master)
{
	return 0;
}

static size_t master_write(struct tty *master, const uint8_t *buf, size_t n)
{
	return 0;
}

static void master_close(struct tty *master)
{
	struct pty_host *host = master->driver_data;
	struct tty *slave = master->peer;
	unsigned long flags;
	bool is_closed;

	host->remove_node(host, master->index);
	mutex_lock(&slave->open_lock);
	flags = spin_lock_irqsave(&slave->lock);
	slave->peer = NULL;
	spin_unlock_irqrestore(&slave->lock, flags);
	is_closed = !slave->opens;
	mutex_unlock(&slave->open_lock);
	tty_hangup(slave);
	if (is_closed)
		free_number(slave);
	master->peer = NULL;
	tty_put(master); /* the slave's */
	tty_put(slave);	 /* the master's */
}

static const struct tty_ops pty_master_ops = {
	.close = master_close,
	.write = master_write,
	.write_room = master_write_room,
};

static const struct tty_driver pty_master_driver = {
	.name = "ptm",
	.major = UNIX98_PTY_MASTER_MAJOR,
	.ops = &pty_master_ops,
};

/* All of a chunk, waiting for room; *done counts what was taken. */
static int feed_slave(struct tty *master, struct file *file, const uint8_t *chunk, size_t n, size_t *done)
{
	struct tty *slave = master->peer;

	for (;;) {
		size_t taken = tty_receive(slave, chunk, n);

		*done += taken;
		chunk += taken;
		n -= taken;
		if (!n)
			return 0;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&master->write_wait, n_tty_room(slave)))
			return -ERESTARTSYS;
	}
}

ssize_t pty_master_write(struct tty *master, struct file *file, struct uio *uio)
{
	size_t done = 0;

	while (uio->left) {
		uint8_t chunk[256];
		size_t n = uio_copy_from(uio, chunk, uio->left < sizeof(chunk) ? uio->left : sizeof(chunk));
		int err = n ? feed_slave(master, file, chunk, n, &done) : -EFAULT;

		if (err)
			return done ? (ssize_t)done : err;
	}
	return (ssize_t)done;
}

static bool master_has_input(struct tty *master)
{
	return master->head != master->tail || master->is_hung_up || (master->packet_mode && master->packet_status);
}

static size_t take_output(struct tty *master, uint8_t *buf, size_t size)
{
	unsigned long flags = spin_lock_irqsave(&master->lock);
	size_t n = 0;

	while (n < size && master->tail != master->head)
		buf[n++] = master->ring[master->tail++ % TTY_INPUT_BYTES];
	spin_unlock_irqrestore(&master->lock, flags);
	return n;
}

static uint8_t take_status(struct tty *master)
{
	unsigned long flags = spin_lock_irqsave(&master->lock);
	uint8_t status = master->packet_status;

	master->packet_status = 0;
	spin_unlock_irqrestore(&master->lock, flags);
	return status;
}

static ssize_t copy_output(struct tty *master, struct uio *uio)
{
	size_t done = 0;

	while (uio->left) {
		uint8_t chunk[256];
		size_t n = take_output(master, chunk, uio->left < sizeof(chunk) ? uio->left : sizeof(chunk));

		if (!n)
			break;
		if (uio_copy_to(uio, chunk, n) < n)
			return done ? (ssize_t)done : -EFAULT;
		done += n;
	}
	tty_wakeup(master->peer);
	return (ssize_t)done;
}

/* In packet mode each read begins with a byte: 0 and data follow, or what happened. */
static ssize_t read_once(struct tty *master, struct uio *uio)
{
	uint8_t status = master->packet_mode ? take_status(master) : 0;
	ssize_t n;

	if (!status && master->head == master->tail)
		return master->is_hung_up ? -EIO : 0; /* the last slave closed */
	if (!master->packet_mode)
		return copy_output(master, uio);
	if (uio_copy_to(uio, &status, 1) != 1)
		return -EFAULT;
	n = status ? 0 : copy_output(master, uio);
	return n < 0 ? n : n + 1;
}

/* What was there may be flushed meanwhile: then it waits again. */
ssize_t pty_master_read(struct tty *master, struct file *file, struct uio *uio)
{
	while (uio->left) {
		ssize_t n = read_once(master, uio);

		if (n)
			return n;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&master->read_wait, master_has_input(master)))
			return -ERESTARTSYS;
	}
	return 0;
}

/* --- opening ---------------------------------------------------------------------------------- */

static int make_pair(struct pty_host *host, unsigned int index, struct tty **out)
{
	struct tty *master = kzalloc(sizeof(*master)), *slave = kzalloc(sizeof(*slave));

	if (!master || !slave) {
		kfree(master);
		kfree(slave);
		return -ENOMEM;
	}
	tty_init_record(master, &pty_master_driver, index);
	tty_init_record(slave, &pty_slave_driver, index);
	master->is_master = true;
	master->termios.c_iflag = master->termios.c_oflag = master->termios.c_lflag = 0;
	master->driver_data = slave->driver_data = host;
	master->termios.c_cflag = slave->termios.c_cflag = B38400 | CS8 | CREAD;
	slave->is_locked = true;
	master->peer = slave;
	slave->peer = tty_get(master);
	*out = master;
	return 0;
}

int pty_open_master(struct pty_host *host, struct file *file)
{
	int index = host->alloc_index(host), err;
	struct tty *master;

	if (index < 0)
		return index;
	err = make_pair(host, (unsigned int)index, &master);
	if (err)
		goto err_free_index;
	err = host->add_node(host, (unsigned int)index, master->peer->dev);
	if (err)
		goto err_free_pair;
	file->flags |= O_NOCTTY;
	host->get(host);
	err = tty_open_common(master, file);
	if (!err)
		return 0;
	host->put(host);
	host->remove_node(host, (unsigned int)index);
err_free_pair:
	tty_put(master->peer);
	tty_put(master);
	tty_put(master);
err_free_index:
	host->free_index(host, index);
	return err;
}

static struct pty_host *(*find_default_host)(struct file *file);

void pty_set_default_host(struct pty_host *(*find)(struct file *file))
{
	find_default_host = find;
}

static int ptmx_open(struct inode *inode, struct file *file)
{
	struct pty_host *host = find_default_host ? find_default_host(file) : NULL;
	int err;

	if (!host)
		return -ENODEV;
	err = pty_open_master(host, file);
	host->put(host);
	return err;
}

static const struct file_ops ptmx_file_ops = {
	.open = ptmx_open,
};

/* --- ioctls of the master --------------------------------------------------------------------- */

/* TIOCGPTPEER is not here: C libraries open the slave by its name then. */
long pty_ioctl(struct tty *tty, struct file *file, unsigned int cmd, unsigned long arg)
{
	int value;

	if (!tty->is_master)
		return -ENOTTY;
	switch (cmd) {
	case TIOCGPTN:
		return put_user(tty->index, (unsigned int *)arg);
	case TIOCSPTLCK:
		if (get_user(&value, (int *)arg))
			return -EFAULT;
		tty->peer->is_locked = value != 0;
		return 0;
	case TIOCGPTLCK:
		return put_user((int)tty->peer->is_locked, (int *)arg);
	case TIOCPKT:
		if (get_user(&value, (int *)arg))
			return -EFAULT;
		tty->packet_mode = value != 0;
		tty->packet_status = 0;
		return 0;
	case TIOCGPKT:
		return put_user((int)tty->packet_mode, (int *)arg);
	case TIOCSIG:
		if (arg != SIGINT && arg != SIGQUIT && arg != SIGTSTP)
			return -EINVAL;
		tty_signal_foreground(tty->peer, (int)arg);
		return 0;
	}
	return -ENOTTY;
}

static int pty_init(void)
{
	int err = device_numbers_register(S_IFCHR, TTYAUX_MAJOR, 2, 1, "/dev/ptmx", &ptmx_file_ops);

	if (!err)
		err = device_numbers_register(S_IFCHR, UNIX98_PTY_SLAVE_MAJOR, 0, 1u << 20, "pts", &tty_file_ops);
	if (!err && !device_class_add("tty", "ptmx", NULL, S_IFCHR | 0666, DEV_MAKE(TTYAUX_MAJOR, 2)))
		err = -ENOMEM;
	return err;
}

static const struct machine_driver pty_driver = {
	.name = "pty",
	.init = pty_init,
};
MACHINE_DRIVER(pty_driver);
