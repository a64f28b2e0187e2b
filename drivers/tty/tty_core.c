// SPDX-License-Identifier: MIT
/* Terminals as files: registration, open and close, read, write, poll. */
#include <drivers/tty/tty.h>

#include <device/device.h>
#include <fs/device_node.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/poll.h>
#include <kernel/console.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/signal_send.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <lib/string.h>

#include <asm/fcntl.h>
#include <asm/poll.h>
#include <asm/signal.h>
#include <linux/major.h>
#include <linux/stat.h>

static struct spinlock tty_list_lock = SPINLOCK_INIT;
static struct list_head tty_list = LIST_HEAD_INIT(tty_list); /* Guarded by tty_list_lock. */

/* --- records ---------------------------------------------------------------------------------- */

void tty_init_record(struct tty *tty, const struct tty_driver *driver, unsigned int index)
{
	tty->driver = driver;
	tty->index = index;
	tty->dev = DEV_MAKE(driver->major, driver->first_minor + index);
	tty->refs = 1;
	tty->termios = tty_default_termios;
	scnprintf(tty->name, sizeof(tty->name), "%s%u", driver->name, index);
	mutex_init(&tty->open_lock);
	mutex_init(&tty->read_lock);
	mutex_init(&tty->write_lock);
	wait_queue_init(&tty->read_wait);
	wait_queue_init(&tty->write_wait);
	spin_lock_init(&tty->lock);

	unsigned long flags = spin_lock_irqsave(&tty_list_lock);

	list_add_tail(&tty->node, &tty_list);
	spin_unlock_irqrestore(&tty_list_lock, flags);
}

struct tty *tty_get(struct tty *tty)
{
	__atomic_fetch_add(&tty->refs, 1, __ATOMIC_RELAXED);
	return tty;
}

/* The list holds no reference: the last put and a lookup meet under its lock. */
void tty_put(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty_list_lock);
	bool is_last = __atomic_sub_fetch(&tty->refs, 1, __ATOMIC_ACQ_REL) == 0;

	if (is_last)
		list_del(&tty->node);
	spin_unlock_irqrestore(&tty_list_lock, flags);
	if (!is_last)
		return;
	if (tty->session)
		pid_put(tty->session);
	if (tty->group)
		pid_put(tty->group);
	kfree(tty);
}

static struct tty *find_locked(bool (*match)(struct tty *tty, uintptr_t key), uintptr_t key)
{
	unsigned long flags = spin_lock_irqsave(&tty_list_lock);
	struct tty *tty, *found = NULL;

	list_for_each_entry(tty, &tty_list, node) {
		if (match(tty, key)) {
			found = tty_get(tty);
			break;
		}
	}
	spin_unlock_irqrestore(&tty_list_lock, flags);
	return found;
}

static bool has_number(struct tty *tty, uintptr_t key)
{
	return tty->dev == (dev_t)key && !tty->is_master;
}

/* Every devpts counts from 0: a slave is known by the instance that its node is in, and by no node elsewhere. */
static bool is_slave_of_node(struct tty *tty, uintptr_t key)
{
	const struct inode *inode = (const struct inode *)key;

	return has_number(tty, inode->rdev) && tty->driver_data == inode->private_data;
}

static bool has_session(struct tty *tty, uintptr_t key)
{
	return __atomic_load_n((uintptr_t *)&tty->session, __ATOMIC_RELAXED) == key && !tty->is_master;
}

/* One that was hung up is nobody's terminal; it keeps its session only to signal the group when the leader ends. */
static bool is_terminal_of(struct tty *tty, uintptr_t key)
{
	return has_session(tty, key) && !tty->is_hung_up;
}

struct tty *tty_find(dev_t dev)
{
	return find_locked(has_number, dev);
}

static struct tty *find_by_session(struct pid *session)
{
	return session ? find_locked(is_terminal_of, (uintptr_t)session) : NULL;
}

struct tty *tty_of_current(void)
{
	return find_by_session(signal_ops()->current_session());
}

int tty_register(struct tty *tty, struct device *parent)
{
	int err = device_numbers_register(S_IFCHR, tty->driver->major, DEV_MINOR(tty->dev), 1, tty->driver->name,
		&tty_file_ops);

	if (err)
		return err;
	if (!device_class_add("tty", tty->name, parent, S_IFCHR | 0600, tty->dev))
		return -ENOMEM;
	return 0;
}

/* --- sessions --------------------------------------------------------------------------------- */

static void leave_session(struct tty *tty, struct pid *session)
{
	tty_signal_foreground(tty, SIGHUP);
	tty_signal_foreground(tty, SIGCONT);

	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct pid *old_session = tty->session == session ? session : NULL;
	struct pid *old_group = old_session ? tty->group : NULL;

	if (old_session)
		tty->session = tty->group = NULL;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (old_session)
		pid_put(old_session);
	if (old_group)
		pid_put(old_group);
}

void tty_session_ended(struct pid *session)
{
	struct tty *tty;

	while (session && (tty = find_locked(has_session, (uintptr_t)session)) != NULL) {
		leave_session(tty, session);
		tty_put(tty);
	}
}

void tty_session_stat(struct pid *session, uint32_t *tty_nr, int *foreground_group)
{
	struct tty *tty = find_by_session(session);

	*tty_nr = 0;
	*foreground_group = -1;
	if (!tty)
		return;

	unsigned long flags = spin_lock_irqsave(&tty->lock);

	*tty_nr = (uint32_t)dev_to_user(tty->dev);
	if (tty->group)
		*foreground_group = signal_ops()->pid_to_user(tty->group);
	spin_unlock_irqrestore(&tty->lock, flags);
	tty_put(tty);
}

/* --- upcalls of drivers ----------------------------------------------------------------------- */

size_t tty_receive(struct tty *tty, const uint8_t *buf, size_t n)
{
	return n_tty_receive(tty, buf, n);
}

void tty_wakeup(struct tty *tty)
{
	wake_up_poll(&tty->write_wait, POLLOUT | POLLWRNORM);
}

void tty_break(struct tty *tty)
{
	if (!(tty->termios.c_iflag & IGNBRK) && tty->termios.c_iflag & BRKINT)
		tty_signal_foreground(tty, SIGINT);
}

void tty_hangup(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct pid *session = tty->session ? pid_get(tty->session) : NULL;

	tty->is_hung_up = true;
	spin_unlock_irqrestore(&tty->lock, flags);
	/* The leader alone: the foreground group hears of it when the leader ends. */
	if (session) {
		signal_ops()->send_process(session, SIGHUP);
		signal_ops()->send_process(session, SIGCONT);
		pid_put(session);
	}
	wake_up_poll(&tty->read_wait, POLLIN | POLLHUP | POLLERR);
	wake_up_poll(&tty->write_wait, POLLOUT | POLLHUP | POLLERR);
}

/* --- open and close --------------------------------------------------------------------------- */

/* Takes the caller's reference over on success. */
int tty_open_common(struct tty *tty, struct file *file)
{
	int err = 0;

	mutex_lock(&tty->open_lock);
	if (tty->is_exclusive && tty->opens && !capable(CAP_SYS_ADMIN))
		err = -EBUSY;
	else if (tty->is_locked)
		err = -EIO;
	if (!err && tty->driver->ops->open)
		err = tty->driver->ops->open(tty);
	if (!err)
		tty->opens++;
	mutex_unlock(&tty->open_lock);
	if (err)
		return err;

	file->private_data = tty;
	file->ops = &tty_file_ops;
	file->mode &= ~(FILE_SEEK | FILE_PREAD | FILE_ATOMIC_POS);
	tty_acquire_at_open(tty, file);
	return 0;
}

/* /dev/tty: the caller's own; /dev/console: the console's; else by number. */
static struct tty *resolve_device(struct inode *inode, int *err)
{
	dev_t dev = inode->rdev;
	struct tty *tty;

	*err = -ENXIO;
	if (dev == DEV_MAKE(TTYAUX_MAJOR, 0))
		return tty_of_current();
	*err = -EIO;
	if (DEV_MAJOR(dev) == UNIX98_PTY_SLAVE_MAJOR)
		return find_locked(is_slave_of_node, (uintptr_t)inode);
	*err = -ENODEV;
	if (dev == DEV_MAKE(TTYAUX_MAJOR, 1)) {
		struct console *console = console_preferred();

		if (!console)
			return NULL;
		dev = console->dev;
	}
	tty = tty_find(dev);
	*err = -ENXIO;
	return tty;
}

static int tty_open(struct inode *inode, struct file *file)
{
	int err;
	bool is_console = inode->rdev == DEV_MAKE(TTYAUX_MAJOR, 1);
	struct tty *tty = resolve_device(inode, &err);

	if (!tty)
		return err;
	if (is_console || inode->rdev == DEV_MAKE(TTYAUX_MAJOR, 0))
		file->flags |= O_NOCTTY;
	err = tty_open_common(tty, file);
	if (err)
		tty_put(tty);
	return err;
}

static void tty_release(struct file *file)
{
	struct tty *tty = file->private_data;

	mutex_lock(&tty->open_lock);
	if (--tty->opens == 0) {
		tty->is_exclusive = false;
		if (tty->driver->ops->close)
			tty->driver->ops->close(tty);
	}
	mutex_unlock(&tty->open_lock);
	tty_put(tty);
}

/* --- read, write, poll ------------------------------------------------------------------------ */

static int lock_for(const struct file *file, struct mutex *lock)
{
	if (file->flags & O_NONBLOCK)
		return mutex_trylock(lock) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(lock);
}

static ssize_t tty_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct tty *tty = file->private_data;
	ssize_t result = lock_for(file, &tty->read_lock);

	if (result)
		return result;
	result = tty->is_master ? pty_master_read(tty, file, uio) : n_tty_read(tty, file, uio);
	mutex_unlock(&tty->read_lock);
	return result;
}

static bool can_write(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool can = tty->is_hung_up || (!tty->is_stopped && tty->driver->ops->write_room(tty) >= 8);

	spin_unlock_irqrestore(&tty->lock, flags);
	return can;
}

/* One chunk through the line discipline; waits for room. Bytes taken or -errno. */
static ssize_t write_chunk(struct tty *tty, struct file *file, const uint8_t *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		unsigned long flags = spin_lock_irqsave(&tty->lock);
		bool hung_up = tty->is_hung_up;

		if (!hung_up && !tty->is_stopped)
			done += n_tty_output_locked(tty, buf + done, n - done);
		spin_unlock_irqrestore(&tty->lock, flags);
		if (hung_up)
			return done ? (ssize_t)done : -EIO;
		if (done == n)
			break;
		if (file->flags & O_NONBLOCK)
			return done ? (ssize_t)done : -EAGAIN;
		if (wait_event_interruptible(&tty->write_wait, can_write(tty)))
			return done ? (ssize_t)done : -ERESTARTSYS;
	}
	return (ssize_t)done;
}

static ssize_t slave_write(struct tty *tty, struct file *file, struct uio *uio)
{
	size_t done = 0;

	while (uio->left) {
		uint8_t chunk[256];
		size_t want = uio->left < sizeof(chunk) ? uio->left : sizeof(chunk);
		size_t n = uio_copy_from(uio, chunk, want);
		ssize_t taken;

		if (!n)
			return done ? (ssize_t)done : -EFAULT;
		taken = write_chunk(tty, file, chunk, n);
		if (taken < 0)
			return done ? (ssize_t)done : taken;
		done += (size_t)taken;
		if ((size_t)taken < n)
			break;
	}
	return (ssize_t)done;
}

static ssize_t tty_write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct tty *tty = file->private_data;
	ssize_t result;

	if (!tty->is_master && tty->termios.c_lflag & TOSTOP) {
		int err = tty_check_background(tty, SIGTTOU);

		if (err)
			return err;
	}
	result = lock_for(file, &tty->write_lock);
	if (result)
		return result;
	result = tty->is_master ? pty_master_write(tty, file, uio) : slave_write(tty, file, uio);
	mutex_unlock(&tty->write_lock);
	return result;
}

static unsigned int tty_poll(struct file *file, struct poll_table *table)
{
	struct tty *tty = file->private_data;
	unsigned int events = 0;

	poll_wait(file, &tty->read_wait, table);
	poll_wait(file, &tty->write_wait, table);

	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool raw_min = !(tty->termios.c_lflag & ICANON) && !tty->termios.c_cc[VTIME];
	size_t wanted = raw_min && tty->termios.c_cc[VMIN] ? tty->termios.c_cc[VMIN] : 1;

	if (n_tty_readable_locked(tty) >= (tty->is_master ? 1 : wanted))
		events |= POLLIN | POLLRDNORM;
	if (tty->packet_mode && tty->packet_status)
		events |= POLLPRI | POLLIN | POLLRDNORM;
	if (tty->is_hung_up)
		events |= POLLHUP | (tty->is_master ? 0 : POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR);
	else if (!tty->is_master && !tty->is_stopped && tty->driver->ops->write_room(tty) >= 8)
		events |= POLLOUT | POLLWRNORM;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (tty->is_master && tty->peer && n_tty_room(tty->peer))
		events |= POLLOUT | POLLWRNORM;
	return events;
}

const struct file_ops tty_file_ops = {
	.open = tty_open,
	.release = tty_release,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
};

/* What /dev/console is: /sys/class/tty/console/active. */
static int active_show(struct seq *seq, void *ctx)
{
	const struct console *console = console_preferred();

	if (console)
		seq_printf(seq, "%s%d\n", console->name, console->index);
	return 0;
}
static const struct pseudo_ops active_ops = { .show = active_show };

static int tty_core_init(void)
{
	int err = device_numbers_register(S_IFCHR, TTYAUX_MAJOR, 0, 2, "/dev/tty", &tty_file_ops);
	struct pseudo_node *console;

	if (err)
		return err;
	pseudo_put(device_class_add("tty", "tty", NULL, S_IFCHR | 0666, DEV_MAKE(TTYAUX_MAJOR, 0)));
	console = device_class_add("tty", "console", NULL, S_IFCHR | 0600, DEV_MAKE(TTYAUX_MAJOR, 1));
	if (!console)
		return -ENOMEM;
	pseudo_put(pseudo_add_file(console, "active", 0444, &active_ops, NULL));
	pseudo_put(console);
	return 0;
}

static const struct machine_driver tty_core_driver = {
	.name = "tty",
	.init = tty_core_init,
};
MACHINE_DRIVER(tty_core_driver);
