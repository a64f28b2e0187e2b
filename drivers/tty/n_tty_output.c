// SPDX-License-Identifier: MIT
/* N_TTY, the output side: OPOST's mappings on the way to the driver, keeping the column for tabs and erasing. */
#include <drivers/tty/tty.h>

#define O_FLAG(tty, flag) ((tty)->termios.c_oflag & (flag))
#define MAX_EXPANSION 8 /* a tab */

/* What one byte becomes: its length; the column is moved. */
static size_t expand(struct tty *tty, uint8_t c, uint8_t out[MAX_EXPANSION])
{
	size_t n = 1;

	out[0] = c;
	switch (c) {
	case '\n':
		if (O_FLAG(tty, ONLRET))
			tty->column = 0;
		if (O_FLAG(tty, ONLCR)) {
			out[0] = '\r';
			out[1] = '\n';
			n = 2;
			tty->column = 0;
		}
		break;
	case '\r':
		if (O_FLAG(tty, ONOCR) && tty->column == 0)
			return 0;
		tty->column = 0;
		if (O_FLAG(tty, OCRNL))
			out[0] = '\n';
		break;
	case '\t':
		n = O_FLAG(tty, TABDLY) == XTABS ? 8 - (tty->column & 7) : 1;
		for (size_t i = 0; n > 1 && i < n; i++)
			out[i] = ' ';
		tty->column = (tty->column | 7) + 1;
		break;
	case '\b':
		if (tty->column)
			tty->column--;
		break;
	default:
		if (c < 0x20 || c == 0x7f || ((c & 0xc0) == 0x80 && tty->termios.c_iflag & IUTF8))
			break;
		if (O_FLAG(tty, OLCUC) && c >= 'a' && c <= 'z')
			out[0] = c - ('a' - 'A');
		tty->column++;
	}
	return n;
}

/* Takes input bytes while their expansions fit the driver's room; returns how many. */
size_t n_tty_output_locked(struct tty *tty, const uint8_t *buf, size_t n)
{
	const struct tty_ops *ops = tty->driver->ops;
	uint8_t out[256];
	size_t done = 0;

	if (!O_FLAG(tty, OPOST))
		return ops->write(tty, buf, n);

	while (done < n) {
		size_t room = ops->write_room(tty), fill = 0;

		if (room > sizeof(out))
			room = sizeof(out);
		while (done < n && fill + MAX_EXPANSION <= room)
			fill += expand(tty, buf[done++], out + fill);
		if (!fill) {
			if (done < n)
				break;
			continue;
		}
		ops->write(tty, out, fill);
	}
	return done;
}
