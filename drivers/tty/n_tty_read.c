// SPDX-License-Identifier: MIT
/* N_TTY, the reading side: lines in canonical mode; MIN and TIME without (man 3 termios). */
#include <drivers/tty/tty.h>

#include <fs/file.h>
#include <kernel/time.h>

#include <asm/fcntl.h>
#include <asm/poll.h>
#include <asm/signal.h>

static bool is_line_end(const struct tty *tty, size_t pos)
{
	return tty->line_end[pos % TTY_INPUT_BYTES / 64] >> (pos % 64) & 1;
}

size_t n_tty_readable_locked(struct tty *tty)
{
	return (tty->termios.c_lflag & ICANON ? tty->canon : tty->head) - tty->tail;
}

static bool has_input(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool ready = n_tty_readable_locked(tty) || tty->is_hung_up;

	spin_unlock_irqrestore(&tty->lock, flags);
	return ready;
}

/* Takes up to size bytes: in canonical mode not beyond the end of a line, whose EOF mark is swallowed. *ended: a line
 * ended. */
static size_t take_locked(struct tty *tty, uint8_t *buf, size_t size, bool *ended)
{
	bool canonical = tty->termios.c_lflag & ICANON;
	size_t limit = canonical ? tty->canon : tty->head, n = 0;

	*ended = false;
	while (tty->tail != limit && !*ended) {
		uint8_t c = tty->ring[tty->tail % TTY_INPUT_BYTES];

		*ended = canonical && is_line_end(tty, tty->tail);
		if (*ended && c == 0) {
			tty->tail++;
			break;
		}
		if (n == size) {
			*ended = false;
			break;
		}
		buf[n++] = c;
		tty->tail++;
	}
	/* A full buffer that stops just before an EOF mark has read the whole line. */
	if (canonical && n == size && n && !*ended && tty->tail != limit && is_line_end(tty, tty->tail) &&
		tty->ring[tty->tail % TTY_INPUT_BYTES] == 0) {
		tty->tail++;
		*ended = true;
	}
	return n;
}

static size_t take(struct tty *tty, uint8_t *buf, size_t size, bool *ended)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	size_t n = take_locked(tty, buf, size, ended);

	if (tty->driver->ops->unthrottle)
		tty->driver->ops->unthrottle(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	return n;
}

/* The read's limits as the modes are now. */
struct read_rule {
	bool canonical;
	size_t min;
	uint64_t time_ns;
};

static struct read_rule read_rule(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct read_rule rule = { .canonical = tty->termios.c_lflag & ICANON, .min = 1 };

	if (!rule.canonical) {
		rule.min = tty->termios.c_cc[VMIN];
		rule.time_ns = tty->termios.c_cc[VTIME] * (NSEC_PER_SEC / 10);
	}
	spin_unlock_irqrestore(&tty->lock, flags);
	return rule;
}

static int wait_for_input(struct tty *tty, struct file *file, const struct read_rule *rule, size_t done)
{
	uint64_t deadline = UINT64_MAX;

	if (has_input(tty))
		return 0;
	if (!rule->canonical && !rule->min && !rule->time_ns)
		return -ETIMEDOUT;
	if (file->flags & O_NONBLOCK)
		return -EAGAIN;
	/* TIME runs between bytes once one came; from the call on with MIN 0. */
	if (!rule->canonical && rule->time_ns && (done || !rule->min))
		deadline = time_monotonic_ns() + rule->time_ns;
	return wait_event_interruptible_until(&tty->read_wait, has_input(tty), deadline);
}

ssize_t n_tty_read(struct tty *tty, struct file *file, struct uio *uio)
{
	size_t done = 0;

	while (uio->left) {
		struct read_rule rule = read_rule(tty);
		uint8_t chunk[128];
		bool ended;
		size_t n;
		int err = tty_check_background(tty, SIGTTIN);

		if (!err)
			err = wait_for_input(tty, file, &rule, done);
		if (err == -ETIMEDOUT)
			break;
		if (err)
			return done ? (ssize_t)done : err;
		n = take(tty, chunk, uio->left < sizeof(chunk) ? uio->left : sizeof(chunk), &ended);
		if (n && uio_copy_to(uio, chunk, n) < n)
			return done ? (ssize_t)done : -EFAULT;
		done += n;
		if (ended || (!n && tty->is_hung_up))
			break;
		if (!rule.canonical && done >= rule.min && !(has_input(tty) && uio->left))
			break;
	}
	return (ssize_t)done;
}
