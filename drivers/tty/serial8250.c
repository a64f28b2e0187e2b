// SPDX-License-Identifier: MIT
/*
 * The 16550 family of serial ports (National PC16550D data sheet) and ttyS. Output goes through a ring that the
 * transmit interrupt empties; with no interrupt line the port is polled by a timer.
 */
#include <drivers/tty/serial8250_internal.h>

#include <arch/io.h>
#include <device/device.h>
#include <drivers/tty/tty.h>
#include <kernel/console.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/time.h>
#include <kernel/timer.h>
#include <lib/alloc.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/iomem.h>

#include <linux/major.h>
#include <linux/serial_reg.h>

#define TX_RING_BYTES 8192
#define TTY_RESERVE 512 /* of it, for the tty: room that write_room() told is still there at the write */
#define MAX_ROUNDS 64	/* a port that never gets quiet must not hold the CPU */
#define FIFO_BYTES 16
#define BASE_BAUD 115200 /* 1.8432 MHz / 16 */
#define MAX_PORTS 8
#define POLL_NS (10 * NSEC_PER_MSEC)
#define POLL_BUSY_NS NSEC_PER_MSEC /* a FIFO is sent in 1.4 ms at 115200 */

struct uart {
	struct tty tty;
	struct console console;
	struct serial8250_port at;
	bool has_irq, is_open;
	struct timer poll_timer;

	struct spinlock lock; /* irqsave; after tty->lock */
	/* Guarded by lock. */
	uint8_t ier, mcr;
	size_t head, tail;
	uint8_t ring[TX_RING_BYTES];
};

static uint8_t port_in(const struct serial8250_port *at, unsigned int reg)
{
	if (!at->registers)
		return inb((uint16_t)(at->io_port + reg));
	return at->is_32bit ? (uint8_t)readl(at->registers + (reg << at->shift)) : readb(at->registers + (reg << at->shift));
}

static void port_out(const struct serial8250_port *at, unsigned int reg, uint8_t value)
{
	if (!at->registers)
		outb(value, (uint16_t)(at->io_port + reg));
	else if (at->is_32bit)
		writel(value, at->registers + (reg << at->shift));
	else
		writeb(value, at->registers + (reg << at->shift));
}

static uint8_t uart_in(struct uart *uart, unsigned int reg)
{
	return port_in(&uart->at, reg);
}

static void uart_out(struct uart *uart, unsigned int reg, uint8_t value)
{
	port_out(&uart->at, reg, value);
}

/* --- transmit --------------------------------------------------------------------------------- */

static void set_ier_locked(struct uart *uart, uint8_t ier)
{
	if (uart->ier == ier)
		return;
	uart->ier = ier;
	uart_out(uart, UART_IER, ier);
}

/* Fills the FIFO if it is empty; true if room was made in the ring. */
static bool transmit_locked(struct uart *uart)
{
	bool sent = false;

	if (uart->head != uart->tail && uart_in(uart, UART_LSR) & UART_LSR_THRE) {
		for (unsigned int i = 0; i < FIFO_BYTES && uart->head != uart->tail; i++)
			uart_out(uart, UART_TX, uart->ring[uart->tail++ % TX_RING_BYTES]);
		sent = true;
	}
	if (uart->has_irq)
		set_ier_locked(uart, uart->head != uart->tail ? uart->ier | UART_IER_THRI : uart->ier & ~UART_IER_THRI);
	return sent;
}

static size_t enqueue_locked(struct uart *uart, const uint8_t *buf, size_t n, size_t limit)
{
	size_t done = 0;

	while (done < n && uart->head - uart->tail < limit)
		uart->ring[uart->head++ % TX_RING_BYTES] = buf[done++];
	transmit_locked(uart);
	return done;
}

static size_t serial_write(struct tty *tty, const uint8_t *buf, size_t n)
{
	struct uart *uart = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&uart->lock);
	size_t done = enqueue_locked(uart, buf, n, TX_RING_BYTES);

	spin_unlock_irqrestore(&uart->lock, flags);
	return done;
}

static size_t serial_pending(struct tty *tty)
{
	struct uart *uart = tty->driver_data;
	size_t tail = READ_ONCE(uart->tail);

	return min(READ_ONCE(uart->head) - tail, (size_t)TX_RING_BYTES); /* both may move between the looks */
}

static size_t serial_write_room(struct tty *tty)
{
	return TX_RING_BYTES - serial_pending(tty);
}

static void serial_flush_output(struct tty *tty)
{
	struct uart *uart = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&uart->lock);

	uart->tail = uart->head;
	spin_unlock_irqrestore(&uart->lock, flags);
}

/* --- receive and interrupts ------------------------------------------------------------------- */

static bool receive(struct uart *uart)
{
	uint8_t buf[64], status;
	size_t n = 0;
	bool got_break = false;

	while (n < sizeof(buf) && (status = uart_in(uart, UART_LSR)) & UART_LSR_DR) {
		uint8_t c = uart_in(uart, UART_RX);

		if (status == 0xff)
			return false; /* no such port */
		if (status & UART_LSR_BI)
			got_break = true;
		else
			buf[n++] = c;
	}
	if (!uart->is_open)
		return n;
	if (got_break)
		tty_break(&uart->tty);
	if (n)
		tty_receive(&uart->tty, buf, n);
	return n || got_break;
}

static bool service(struct uart *uart)
{
	bool worked = receive(uart);
	unsigned long flags = spin_lock_irqsave(&uart->lock);
	bool sent = transmit_locked(uart);

	spin_unlock_irqrestore(&uart->lock, flags);
	if (sent) {
		console_kick();
		tty_wakeup(&uart->tty);
	}
	return worked || sent;
}

static bool serial_interrupt(void *arg)
{
	struct uart *uart = arg;
	bool ours = false;

	for (unsigned int i = 0; i < MAX_ROUNDS && !(uart_in(uart, UART_IIR) & UART_IIR_NO_INT); i++) {
		ours = true;
		service(uart);
		uart_in(uart, UART_MSR);
	}
	return ours;
}

static void serial_poll(struct timer *timer)
{
	struct uart *uart = container_of(timer, struct uart, poll_timer);

	for (unsigned int i = 0; i < MAX_ROUNDS && service(uart); i++)
		;
	timer_arm(timer, time_monotonic_ns() + (serial_pending(&uart->tty) ? POLL_BUSY_NS : POLL_NS));
}

/* --- line settings ---------------------------------------------------------------------------- */

static void set_line_locked(struct uart *uart, const struct ktermios *termios)
{
	unsigned int divisor = termios->c_ospeed ? (uart->at.base_baud + termios->c_ospeed / 2) / termios->c_ospeed : 0;
	uint8_t lcr = (uint8_t)((termios->c_cflag & CSIZE) >> 4);

	if (termios->c_cflag & CSTOPB)
		lcr |= UART_LCR_STOP;
	if (termios->c_cflag & PARENB)
		lcr |= UART_LCR_PARITY | (termios->c_cflag & PARODD ? 0 : UART_LCR_EPAR);
	if (!divisor)
		divisor = 1;
	uart_out(uart, UART_LCR, lcr | UART_LCR_DLAB);
	uart_out(uart, UART_DLL, (uint8_t)divisor);
	uart_out(uart, UART_DLM, (uint8_t)(divisor >> 8));
	uart_out(uart, UART_LCR, lcr);
	uart_out(uart, UART_FCR, UART_FCR_ENABLE_FIFO | UART_FCR_TRIGGER_8);
}

static void serial_set_termios(struct tty *tty)
{
	struct uart *uart = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&uart->lock);

	set_line_locked(uart, &tty->termios);
	uart->mcr = tty->termios.c_ospeed ? uart->mcr | UART_MCR_DTR | UART_MCR_RTS
					  : uart->mcr & ~(UART_MCR_DTR | UART_MCR_RTS); /* B0 hangs up */
	uart_out(uart, UART_MCR, uart->mcr);
	spin_unlock_irqrestore(&uart->lock, flags);
}

static void serial_send_break(struct tty *tty, bool on)
{
	struct uart *uart = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&uart->lock);
	uint8_t lcr = uart_in(uart, UART_LCR);

	uart_out(uart, UART_LCR, on ? lcr | UART_LCR_SBC : lcr & ~UART_LCR_SBC);
	spin_unlock_irqrestore(&uart->lock, flags);
}

static int serial_modem_get(struct tty *tty)
{
	struct uart *uart = tty->driver_data;
	uint8_t msr = uart_in(uart, UART_MSR), mcr = uart->mcr;

	return (mcr & UART_MCR_RTS ? TIOCM_RTS : 0) | (mcr & UART_MCR_DTR ? TIOCM_DTR : 0) |
	       (msr & UART_MSR_DCD ? TIOCM_CAR : 0) | (msr & UART_MSR_RI ? TIOCM_RNG : 0) |
	       (msr & UART_MSR_DSR ? TIOCM_DSR : 0) | (msr & UART_MSR_CTS ? TIOCM_CTS : 0);
}

static void serial_modem_set(struct tty *tty, unsigned int set, unsigned int clear)
{
	struct uart *uart = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&uart->lock);

	if (clear & TIOCM_RTS)
		uart->mcr &= ~UART_MCR_RTS;
	if (clear & TIOCM_DTR)
		uart->mcr &= ~UART_MCR_DTR;
	if (set & TIOCM_RTS)
		uart->mcr |= UART_MCR_RTS;
	if (set & TIOCM_DTR)
		uart->mcr |= UART_MCR_DTR;
	uart_out(uart, UART_MCR, uart->mcr);
	spin_unlock_irqrestore(&uart->lock, flags);
}

static int serial_open(struct tty *tty)
{
	struct uart *uart = tty->driver_data;
	unsigned long flags;

	if (uart->is_open)
		return 0;
	serial_set_termios(tty);
	flags = spin_lock_irqsave(&uart->lock);
	uart->is_open = true;
	if (uart->has_irq)
		set_ier_locked(uart, uart->ier | UART_IER_RDI | UART_IER_RLSI);
	spin_unlock_irqrestore(&uart->lock, flags);
	return 0;
}

static void serial_close(struct tty *tty)
{
	struct uart *uart = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&uart->lock);

	uart->is_open = false;
	set_ier_locked(uart, uart->ier & ~(UART_IER_RDI | UART_IER_RLSI));
	spin_unlock_irqrestore(&uart->lock, flags);
}

static const struct tty_ops serial_ops = {
	.open = serial_open,
	.close = serial_close,
	.write = serial_write,
	.write_room = serial_write_room,
	.pending = serial_pending,
	.flush_output = serial_flush_output,
	.set_termios = serial_set_termios,
	.send_break = serial_send_break,
	.modem_get = serial_modem_get,
	.modem_set = serial_modem_set,
};

static const struct tty_driver serial_driver = {
	.name = "ttyS",
	.major = TTY_MAJOR,
	.first_minor = 64,
	.ops = &serial_ops,
};

/* --- console ---------------------------------------------------------------------------------- */

static size_t serial_console_write(struct console *console, const char *buf, size_t n)
{
	struct uart *uart = console->data;
	unsigned long flags = spin_lock_irqsave(&uart->lock);
	size_t done = enqueue_locked(uart, (const uint8_t *)buf, n, TX_RING_BYTES - TTY_RESERVE);

	spin_unlock_irqrestore(&uart->lock, flags);
	return done;
}

static bool wait_for(struct uart *uart, uint8_t bits)
{
	for (unsigned int i = 0; i < 100000; i++) {
		if ((uart_in(uart, UART_LSR) & bits) == bits)
			return true;
		arch_cpu_relax();
	}
	return false;
}

/* Also empties the ring first, so that the order stays. No lock: the others are stopped, or it is a panic. A port that
 * does not send is given up, for one wait and not one for each byte. */
static void serial_console_write_polled(struct console *console, const char *buf, size_t n)
{
	struct uart *uart = console->data;

	for (; uart->head != uart->tail; uart->tail++) {
		if (!wait_for(uart, UART_LSR_THRE)) {
			uart->tail = uart->head;
			return;
		}
		uart_out(uart, UART_TX, uart->ring[uart->tail % TX_RING_BYTES]);
	}
	for (size_t i = 0; i < n && wait_for(uart, UART_LSR_THRE); i++)
		uart_out(uart, UART_TX, (uint8_t)buf[i]);
}

/* console=ttyS0,115200n8: the port starts so, and so does its tty. Without options the loader's rate stays. */
static void apply_options(struct uart *uart, const char *options)
{
	struct ktermios *termios = &uart->tty.termios;
	uint64_t baud = 0;
	const char *rest = options;

	if (!options || !*options)
		return;
	while (*rest >= '0' && *rest <= '9' && baud < 10000000)
		baud = baud * 10 + (uint64_t)(*rest++ - '0');
	if (!baud)
		return;
	termios->c_cflag = (termios->c_cflag & ~(CBAUD | CSIZE | PARENB | PARODD)) | BOTHER | CS8;
	for (unsigned int i = 0; i < 4; i++) {
		static const struct { unsigned int rate, flag; } common[] = {
			{ 9600, B9600 }, { 38400, B38400 }, { 57600, B57600 }, { 115200, B115200 } };

		if (common[i].rate == baud)
			termios->c_cflag = (termios->c_cflag & ~CBAUD) | common[i].flag;
	}
	if (*rest == 'o' || *rest == 'e')
		termios->c_cflag |= PARENB | (*rest == 'o' ? PARODD : 0);
	if (*rest && rest[1] == '7')
		termios->c_cflag = (termios->c_cflag & ~CSIZE) | CS7;
	termios->c_ispeed = termios->c_ospeed = (unsigned int)baud;
	set_line_locked(uart, termios);
}

/* The rate that the loader or firmware left in the divisor. */
static void adopt_rate(struct uart *uart)
{
	uint8_t lcr = uart_in(uart, UART_LCR);
	unsigned int divisor, fast = uart->at.base_baud / 115200;

	uart->tty.termios.c_cflag |= CLOCAL;
	uart_out(uart, UART_LCR, lcr | UART_LCR_DLAB);
	divisor = uart_in(uart, UART_DLL) | (unsigned int)uart_in(uart, UART_DLM) << 8;
	uart_out(uart, UART_LCR, lcr);
	if (divisor == fast)
		uart->tty.termios.c_cflag = (uart->tty.termios.c_cflag & ~CBAUD) | B115200;
	else
		uart->tty.termios.c_cflag = (uart->tty.termios.c_cflag & ~CBAUD) | B9600;
	uart->tty.termios.c_ispeed = uart->tty.termios.c_ospeed = divisor == fast ? 115200 : 9600;
}

/* --- finding the ports ------------------------------------------------------------------------ */

static const struct { uint16_t port; unsigned int isa_line; } legacy_ports[] = {
	{ 0x3f8, 4 }, { 0x2f8, 3 }, { 0x3e8, 4 }, { 0x2e8, 3 },
};
static struct uart *uarts[MAX_PORTS];

/* A 16450 or better keeps what is written to its interrupt enable and scratch registers. */
static bool is_present(const struct serial8250_port *at)
{
	uint8_t old_ier = port_in(at, UART_IER), low, high;

	port_out(at, UART_IER, 0);
	low = port_in(at, UART_IER) & 0x0f;
	port_out(at, UART_IER, 0x0f);
	high = port_in(at, UART_IER) & 0x0f;
	port_out(at, UART_IER, old_ier);
	if (low != 0 || high != 0x0f)
		return false;
	port_out(at, UART_SCR, 0x5a);
	return port_in(at, UART_SCR) == 0x5a;
}

static void connect_irq(struct uart *uart)
{
	int err = uart->at.irq_error;

	if (!err)
		err = irq_request(uart->at.irq, uart->at.trigger, serial_interrupt, uart->tty.name, uart);
	uart->has_irq = !err;
	if (!uart->has_irq) {
		pr_warn("%s: no interrupt (error %d), polling", uart->tty.name, -err);
		timer_init(&uart->poll_timer, serial_poll);
		timer_arm(&uart->poll_timer, time_monotonic_ns() + POLL_NS);
	}
}

static int add_resource(const struct serial8250_port *at)
{
	if (at->registers)
		return 0;
	return ioport_add(at->io_port, at->io_port + 7, "serial");
}

static unsigned int free_index(int wanted)
{
	unsigned int index = 0;

	if (wanted >= 0 && wanted < MAX_PORTS && !uarts[wanted])
		return (unsigned int)wanted;
	while (index < MAX_PORTS && uarts[index])
		index++;
	return index;
}

int serial8250_add(const struct serial8250_port *at, int wanted_index)
{
	unsigned int index = free_index(wanted_index);
	struct uart *uart;
	int err;

	if (!is_present(at))
		return -ENODEV;
	uart = index < MAX_PORTS ? kzalloc(sizeof(*uart)) : NULL;
	if (!uart)
		return -ENOMEM;
	uart->at = *at;
	if (!uart->at.base_baud)
		uart->at.base_baud = BASE_BAUD;
	spin_lock_init(&uart->lock);
	tty_init_record(&uart->tty, &serial_driver, index);
	uart->tty.driver_data = uart;
	adopt_rate(uart);
	apply_options(uart, console_options("ttyS", (int)index));
	uart->mcr = UART_MCR_OUT2 | UART_MCR_DTR | UART_MCR_RTS;
	uart_out(uart, UART_IER, 0);
	uart_out(uart, UART_FCR, UART_FCR_ENABLE_FIFO | UART_FCR_TRIGGER_8);
	uart_out(uart, UART_MCR, uart->mcr);
	connect_irq(uart);
	err = tty_register(&uart->tty, NULL);
	if (err)
		return err;
	if (add_resource(at))
		pr_debug("%s: ports are listed twice", uart->tty.name);
	pr_info("%s: 16550A at %s 0x%lx, irq %u", uart->tty.name, at->registers ? "MMIO" : "I/O",
		at->registers ? (unsigned long)at->paddr : at->io_port, at->irq);
	uarts[index] = uart;

	uart->console = (struct console){ .name = "ttyS", .index = (int)index, .dev = uart->tty.dev, .data = uart,
		.write = serial_console_write, .write_polled = serial_console_write_polled };
	console_register(&uart->console);
	return 0;
}

static int serial_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(legacy_ports); i++) {
		struct serial8250_port at = { .io_port = legacy_ports[i].port };
		int err;

		at.irq_error = irq_from_isa(legacy_ports[i].isa_line, &at.irq, &at.trigger);
		err = serial8250_add(&at, (int)i);
		if (err && err != -ENODEV)
			return err;
	}
	return 0;
}

/* The last byte is out before the next kernel resets the port; no interrupt stays enabled. */
static void serial_shutdown(void)
{
	for (unsigned int i = 0; i < MAX_PORTS; i++) {
		if (!uarts[i])
			continue;
		serial_console_write_polled(&uarts[i]->console, NULL, 0);
		wait_for(uarts[i], UART_LSR_TEMT);
		uart_out(uarts[i], UART_IER, 0);
		uart_out(uarts[i], UART_MCR, UART_MCR_DTR | UART_MCR_RTS);
	}
}

static const struct machine_driver serial8250_driver = {
	.name = "serial8250",
	.init = serial_init,
	.shutdown = serial_shutdown,
};
MACHINE_DRIVER(serial8250_driver);
