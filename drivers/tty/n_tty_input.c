// SPDX-License-Identifier: MIT
/*
 * N_TTY, the input side: bytes from the driver become editable lines, echo and signals (man 3 termios).
 *
 * Each byte is handled as it arrives, in the driver's context. A signal it makes is sent after the lock is
 * dropped.
 */
#include <drivers/tty/tty.h>

#include <kernel/signal_send.h>
#include <lib/string.h>

#include <asm/poll.h>
#include <asm/signal.h>

#define DISABLED_CHAR 0 /* _POSIX_VDISABLE */

#define I_FLAG(tty, flag) ((tty)->termios.c_iflag & (flag))
#define L_FLAG(tty, flag) ((tty)->termios.c_lflag & (flag))
#define CC(tty, which) ((tty)->termios.c_cc[which])

const struct ktermios tty_default_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {
		[VINTR] = 'C' & 0x1f, [VQUIT] = '\\' & 0x1f, [VERASE] = 0x7f, [VKILL] = 'U' & 0x1f,
		[VEOF] = 'D' & 0x1f, [VTIME] = 0, [VMIN] = 1, [VSTART] = 'Q' & 0x1f, [VSTOP] = 'S' & 0x1f,
		[VSUSP] = 'Z' & 0x1f, [VREPRINT] = 'R' & 0x1f, [VDISCARD] = 'O' & 0x1f,
		[VWERASE] = 'W' & 0x1f, [VLNEXT] = 'V' & 0x1f,
	},
	.c_ispeed = 38400,
	.c_ospeed = 38400,
};

static bool is_cc(const struct tty *tty, int which, uint8_t c)
{
	return CC(tty, which) != DISABLED_CHAR && CC(tty, which) == c;
}

static uint8_t *ring_at(struct tty *tty, size_t pos)
{
	return &tty->ring[pos % TTY_INPUT_BYTES];
}

static void mark_line_end(struct tty *tty, size_t pos, bool ends)
{
	uint64_t *word = &tty->line_end[pos % TTY_INPUT_BYTES / 64];
	uint64_t bit = 1ULL << (pos % 64);

	*word = ends ? *word | bit : *word & ~bit;
}

/* --- echo ------------------------------------------------------------------------------------- */

static void echo_raw(struct tty *tty, const char *text, size_t n)
{
	n_tty_output_locked(tty, (const uint8_t *)text, n);
}

/* How a byte shows: itself, or ^X with ECHOCTL. Tab and newline are always themselves. */
static unsigned int shown(const struct tty *tty, uint8_t c, char out[2])
{
	bool is_control = c < 0x20 || c == 0x7f;

	if (!is_control || !L_FLAG(tty, ECHOCTL) || c == '\t' || c == '\n') {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '^';
	out[1] = (char)(c ^ 0x40);
	return 2;
}

static void echo_char(struct tty *tty, uint8_t c)
{
	char text[2];

	if (L_FLAG(tty, ECHO) || (L_FLAG(tty, ECHONL) && L_FLAG(tty, ICANON) && c == '\n'))
		echo_raw(tty, text, shown(tty, c, text));
}

/* Columns that a byte of the line takes, if it is no tab. */
static unsigned int width(const struct tty *tty, uint8_t c)
{
	char text[2];

	if ((c & 0xc0) == 0x80 && I_FLAG(tty, IUTF8))
		return 0;
	return c >= 0x20 || L_FLAG(tty, ECHOCTL) ? shown(tty, c, text) : 0;
}

/* Columns that the tab at pos took: what is before it counts back to another tab or the line's start. */
static unsigned int tab_width(struct tty *tty, size_t pos)
{
	unsigned int column = 0;

	while (pos != tty->canon) {
		uint8_t c = *ring_at(tty, --pos);

		if (c == '\t')
			return 8 - (column & 7);
		column += width(tty, c);
	}
	return 8 - ((tty->canon_column + column) & 7);
}

/* Takes the last byte (with its UTF-8 tail) off the unfinished line. */
static void erase_char(struct tty *tty)
{
	unsigned int columns;
	uint8_t c;

	do {
		c = *ring_at(tty, --tty->head);
	} while (I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80 && tty->head != tty->canon);

	if (!L_FLAG(tty, ECHO))
		return;
	if (!L_FLAG(tty, ECHOE)) {
		echo_char(tty, CC(tty, VERASE));
		return;
	}
	columns = c == '\t' ? tab_width(tty, tty->head) : width(tty, c);
	while (columns--)
		echo_raw(tty, c == '\t' ? "\b" : "\b \b", c == '\t' ? 1 : 3);
}

static bool is_word_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static void erase_word(struct tty *tty)
{
	bool seen_word = false;

	while (tty->head != tty->canon) {
		bool is_word = is_word_char(*ring_at(tty, tty->head - 1));

		if (seen_word && !is_word)
			break;
		seen_word |= is_word;
		erase_char(tty);
	}
}

static void erase_line(struct tty *tty)
{
	if (L_FLAG(tty, ECHOK) && L_FLAG(tty, ECHOKE) && L_FLAG(tty, ECHOE)) {
		while (tty->head != tty->canon)
			erase_char(tty);
		return;
	}
	tty->head = tty->canon;
	echo_char(tty, CC(tty, VKILL));
	if (L_FLAG(tty, ECHOK) && L_FLAG(tty, ECHO))
		echo_raw(tty, "\n", 1);
}

static void reprint_line(struct tty *tty)
{
	echo_char(tty, CC(tty, VREPRINT));
	echo_raw(tty, "\n", 1);
	for (size_t pos = tty->canon; pos != tty->head; pos++)
		echo_char(tty, *ring_at(tty, pos));
}

/* --- one byte --------------------------------------------------------------------------------- */

static void put_char(struct tty *tty, uint8_t c)
{
	if (tty->head - tty->tail >= TTY_INPUT_BYTES - 1) {
		if (I_FLAG(tty, IMAXBEL))
			echo_raw(tty, "\a", 1);
		return;
	}
	mark_line_end(tty, tty->head, false);
	*ring_at(tty, tty->head++) = c;
}

/* The byte that ends a line goes in even when the ring is full to the last byte but one. */
static void end_line(struct tty *tty, uint8_t c)
{
	if (tty->head - tty->tail >= TTY_INPUT_BYTES)
		return;
	mark_line_end(tty, tty->head, true);
	*ring_at(tty, tty->head++) = c;
	tty->canon = tty->head;
}

static int signal_of_char(const struct tty *tty, uint8_t c)
{
	if (!L_FLAG(tty, ISIG))
		return 0;
	if (is_cc(tty, VINTR, c))
		return SIGINT;
	if (is_cc(tty, VQUIT, c))
		return SIGQUIT;
	return is_cc(tty, VSUSP, c) ? SIGTSTP : 0;
}

static void signal_char(struct tty *tty, uint8_t c)
{
	if (!L_FLAG(tty, NOFLSH)) {
		n_tty_flush_input_locked(tty);
		if (tty->driver->ops->flush_output)
			tty->driver->ops->flush_output(tty);
	}
	tty->is_stopped = false;
	echo_char(tty, c);
}

/* Line editing. True: the byte was a command, not input. */
static bool edit_char(struct tty *tty, uint8_t c)
{
	bool has_input = tty->head != tty->canon;

	if (is_cc(tty, VERASE, c) || (is_cc(tty, VWERASE, c) && L_FLAG(tty, IEXTEN)) || is_cc(tty, VKILL, c)) {
		if (!has_input)
			return true;
		if (is_cc(tty, VERASE, c))
			erase_char(tty);
		else if (is_cc(tty, VKILL, c))
			erase_line(tty);
		else
			erase_word(tty);
		return true;
	}
	if (is_cc(tty, VLNEXT, c) && L_FLAG(tty, IEXTEN)) {
		tty->literal_next = true;
		if (L_FLAG(tty, ECHO) && L_FLAG(tty, ECHOCTL))
			echo_raw(tty, "^\b", 2);
		return true;
	}
	if (is_cc(tty, VREPRINT, c) && L_FLAG(tty, ECHO) && L_FLAG(tty, IEXTEN)) {
		reprint_line(tty);
		return true;
	}
	if (c == '\n' || is_cc(tty, VEOL, c) || (is_cc(tty, VEOL2, c) && L_FLAG(tty, IEXTEN))) {
		echo_char(tty, c);
		end_line(tty, c);
		return true;
	}
	if (is_cc(tty, VEOF, c)) {
		end_line(tty, DISABLED_CHAR);
		return true;
	}
	return false;
}

/* Input flags: false if the byte is dropped. */
static bool map_char(struct tty *tty, uint8_t *c)
{
	if (I_FLAG(tty, ISTRIP))
		*c &= 0x7f;
	if (I_FLAG(tty, IUCLC) && L_FLAG(tty, IEXTEN) && *c >= 'A' && *c <= 'Z')
		*c += 'a' - 'A';
	if (*c == '\r') {
		if (I_FLAG(tty, IGNCR))
			return false;
		if (I_FLAG(tty, ICRNL))
			*c = '\n';
	} else if (*c == '\n' && I_FLAG(tty, INLCR)) {
		*c = '\r';
	}
	return true;
}

/* Returns the signal that the byte makes, or 0. */
static int receive_char(struct tty *tty, uint8_t c)
{
	int signo;

	if (tty->literal_next) {
		tty->literal_next = false;
		echo_char(tty, c);
		put_char(tty, c);
		return 0;
	}
	if (!map_char(tty, &c))
		return 0;
	if (I_FLAG(tty, IXON)) {
		if (is_cc(tty, VSTART, c) || is_cc(tty, VSTOP, c)) {
			/* One character may be both: then it toggles. */
			if (is_cc(tty, VSTART, c) && !(is_cc(tty, VSTOP, c) && !tty->is_stopped))
				tty->is_stopped = false;
			else
				tty->is_stopped = true;
			pty_packet_locked(tty, tty->is_stopped ? TIOCPKT_STOP : TIOCPKT_START);
			return 0;
		}
		if (tty->is_stopped && I_FLAG(tty, IXANY))
			tty->is_stopped = false;
	}
	signo = signal_of_char(tty, c);
	if (signo) {
		signal_char(tty, c);
		return signo;
	}
	if (L_FLAG(tty, ICANON) && edit_char(tty, c))
		return 0;
	if (tty->head == tty->canon)
		tty->canon_column = tty->column;
	if (c == '\n' && L_FLAG(tty, ECHO))
		echo_raw(tty, "\n", 1);
	else
		echo_char(tty, c);
	put_char(tty, c);
	return 0;
}

/* --- in from the driver ----------------------------------------------------------------------- */

static size_t room_locked(const struct tty *tty)
{
	size_t used = tty->head - tty->tail;

	/* An unfinished line that fills the ring must stay editable: excess bytes are dropped, not held back. */
	if (L_FLAG(tty, ICANON) && tty->canon == tty->tail)
		return TTY_INPUT_BYTES;
	return used < TTY_INPUT_BYTES - 1 ? TTY_INPUT_BYTES - 1 - used : 0;
}

size_t n_tty_room(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	size_t room = room_locked(tty);

	spin_unlock_irqrestore(&tty->lock, flags);
	return room;
}

size_t n_tty_receive(struct tty *tty, const uint8_t *buf, size_t n)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool was_stopped = tty->is_stopped;
	size_t done = 0;

	while (done < n && (room_locked(tty) || signal_of_char(tty, buf[done]))) {
		int signo = receive_char(tty, buf[done++]);

		if (signo) {
			spin_unlock_irqrestore(&tty->lock, flags);
			tty_signal_foreground(tty, signo);
			flags = spin_lock_irqsave(&tty->lock);
			was_stopped = true; /* output was flushed as well: writers have room */
		}
	}
	bool is_readable = n_tty_readable_locked(tty);
	bool restarted = was_stopped && !tty->is_stopped;

	spin_unlock_irqrestore(&tty->lock, flags);
	if (is_readable)
		wake_up_poll(&tty->read_wait, POLLIN | POLLRDNORM);
	if (restarted)
		wake_up_poll(&tty->write_wait, POLLOUT | POLLWRNORM);
	return done;
}

void n_tty_flush_input_locked(struct tty *tty)
{
	tty->head = tty->canon = tty->tail = 0;
	tty->literal_next = false;
	pty_packet_locked(tty, TIOCPKT_FLUSHREAD);
	if (tty->driver->ops->unthrottle)
		tty->driver->ops->unthrottle(tty);
}

/* Bytes typed in one mode stay readable in the other. */
void n_tty_termios_changed_locked(struct tty *tty, const struct ktermios *old)
{
	if ((old->c_lflag ^ tty->termios.c_lflag) & ICANON) {
		if (tty->head != tty->tail && L_FLAG(tty, ICANON))
			mark_line_end(tty, tty->head - 1, true);
		tty->canon = tty->head;
		tty->literal_next = false;
	}
	if (!I_FLAG(tty, IXON))
		tty->is_stopped = false;
}
