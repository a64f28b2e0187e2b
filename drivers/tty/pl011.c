// SPDX-License-Identifier: MIT
/*
 * Arm's PL011 serial port (DDI 0183) and ttyAMA. Output goes through a ring that the transmit interrupt
 * empties; with no interrupt line the port is polled by a timer.
 */
#include <arch/cpu.h>
#include <arch/io.h>
#include <arch/layout.h>
#include <device/device.h>
#include <device/fdt/fdt.h>
#include <drivers/tty/tty.h>
#include <kernel/console.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/time.h>
#include <kernel/timer.h>
#include <lib/alloc.h>
#include <lib/dt.h>
#include <lib/string.h>
#include <mm/vmap.h>
#include <port/pl011.h>

#define TX_RING_BYTES 8192
#define TTY_RESERVE 512 /* of it, for the tty: room that write_room() told is still there at the write */
#define MAX_ROUNDS 64	/* a port that never gets quiet must not hold the CPU */
#define MAX_PORTS 8
#define POLL_NS (10 * NSEC_PER_MSEC)
#define POLL_BUSY_NS NSEC_PER_MSEC /* a FIFO is sent in 1.4 ms at 115200 */
#define AMBA_MAJOR 204	/* Linux's devices.txt: ttyAMA0 is 204:64 */
#define AMBA_MINOR 64
#define RX_INTS (PL011_INT_RX | PL011_INT_RX_TIMEOUT)

struct pl011 {
	struct tty tty;
	struct console console;
	volatile char *registers;
	uint32_t clock_hz;	/* 0: not known, the rate stays the loader's */
	bool has_irq, is_open;
	struct timer poll_timer;

	struct spinlock lock; /* irqsave; after tty->lock */
	/* Guarded by lock. */
	uint32_t mask;
	size_t head, tail;
	uint8_t ring[TX_RING_BYTES];
};

static struct pl011 *ports[MAX_PORTS];

static uint32_t get(const struct pl011 *port, unsigned int reg)
{
	return readl(port->registers + reg);
}

static void put(const struct pl011 *port, unsigned int reg, uint32_t value)
{
	writel(value, port->registers + reg);
}

/* --- transmit --------------------------------------------------------------------------------- */

static void set_mask_locked(struct pl011 *port, uint32_t mask)
{
	if (port->mask == mask)
		return;
	port->mask = mask;
	put(port, PL011_IMSC, mask);
}

/* The transmit interrupt comes as the FIFO drains below its mark, so it is filled first. True: room was made. */
static bool transmit_locked(struct pl011 *port)
{
	size_t before = port->tail;

	while (port->head != port->tail && !(get(port, PL011_FR) & PL011_FR_TX_FULL))
		put(port, PL011_DR, port->ring[port->tail++ % TX_RING_BYTES]);
	if (port->has_irq)
		set_mask_locked(port, port->head != port->tail ? port->mask | PL011_INT_TX : port->mask & ~PL011_INT_TX);
	return port->tail != before;
}

static size_t enqueue(struct pl011 *port, const uint8_t *buf, size_t n, size_t limit)
{
	unsigned long flags = spin_lock_irqsave(&port->lock);
	size_t done = 0;

	while (done < n && port->head - port->tail < limit)
		port->ring[port->head++ % TX_RING_BYTES] = buf[done++];
	transmit_locked(port);
	spin_unlock_irqrestore(&port->lock, flags);
	return done;
}

static size_t port_write(struct tty *tty, const uint8_t *buf, size_t n)
{
	return enqueue(tty->driver_data, buf, n, TX_RING_BYTES);
}

static size_t port_pending(struct tty *tty)
{
	struct pl011 *port = tty->driver_data;
	size_t tail = READ_ONCE(port->tail);

	return min(READ_ONCE(port->head) - tail, (size_t)TX_RING_BYTES); /* both may move between the looks */
}

static size_t port_write_room(struct tty *tty)
{
	return TX_RING_BYTES - port_pending(tty);
}

static void port_flush_output(struct tty *tty)
{
	struct pl011 *port = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&port->lock);

	port->tail = port->head;
	spin_unlock_irqrestore(&port->lock, flags);
}

/* --- receive and interrupts ------------------------------------------------------------------- */

static bool receive(struct pl011 *port)
{
	uint8_t buf[64];
	size_t n = 0;
	bool got_break = false;

	while (n < sizeof(buf) && !(get(port, PL011_FR) & PL011_FR_RX_EMPTY)) {
		uint32_t data = get(port, PL011_DR);

		if (data & PL011_DR_BREAK)
			got_break = true;
		else
			buf[n++] = (uint8_t)data;
	}
	if (port->is_open && got_break)
		tty_break(&port->tty);
	if (port->is_open && n)
		tty_receive(&port->tty, buf, n);
	return n || got_break;
}

static bool service(struct pl011 *port)
{
	bool worked = receive(port);
	unsigned long flags = spin_lock_irqsave(&port->lock);
	bool sent = transmit_locked(port);

	spin_unlock_irqrestore(&port->lock, flags);
	if (sent) {
		console_kick();
		tty_wakeup(&port->tty);
	}
	return worked || sent;
}

static bool port_interrupt(void *arg)
{
	struct pl011 *port = arg;
	bool ours = false;
	uint32_t status;

	for (unsigned int i = 0; i < MAX_ROUNDS && (status = get(port, PL011_MIS)); i++) {
		ours = true;
		put(port, PL011_ICR, status & ~(RX_INTS | PL011_INT_TX)); /* those end with what service() does */
		service(port);
	}
	return ours;
}

static void port_poll(struct timer *timer)
{
	struct pl011 *port = container_of(timer, struct pl011, poll_timer);

	for (unsigned int i = 0; i < MAX_ROUNDS && service(port); i++)
		;
	timer_arm(timer, time_monotonic_ns() + (port_pending(&port->tty) ? POLL_BUSY_NS : POLL_NS));
}

/* --- line settings ---------------------------------------------------------------------------- */

/* The divisor is 16.6 fixed point of clock / (16 * baud). LCRH takes the new one over. */
static void set_line_locked(struct pl011 *port, const struct ktermios *termios)
{
	uint32_t lcrh = PL011_LCRH_FIFO | (termios->c_cflag & CSIZE) >> 4 << PL011_LCRH_BITS_SHIFT;
	uint32_t cr = get(port, PL011_CR);

	if (termios->c_cflag & CSTOPB)
		lcrh |= PL011_LCRH_TWO_STOP;
	if (termios->c_cflag & PARENB)
		lcrh |= PL011_LCRH_PARITY | (termios->c_cflag & PARODD ? 0 : PL011_LCRH_EVEN);
	put(port, PL011_CR, 0);
	if (port->clock_hz && termios->c_ospeed && port->clock_hz / 16 >= termios->c_ospeed) {
		uint64_t divisor = ((uint64_t)port->clock_hz * 4 + termios->c_ospeed / 2) / termios->c_ospeed;

		put(port, PL011_IBRD, (uint32_t)(divisor >> 6));
		put(port, PL011_FBRD, divisor & 63);
	}
	put(port, PL011_LCRH, lcrh);
	put(port, PL011_CR, cr);
}

static void port_set_termios(struct tty *tty)
{
	struct pl011 *port = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&port->lock);
	uint32_t lines = PL011_CR_DTR | PL011_CR_RTS, cr;

	set_line_locked(port, &tty->termios);
	cr = get(port, PL011_CR);
	put(port, PL011_CR, tty->termios.c_ospeed ? cr | lines : cr & ~lines); /* B0 hangs up */
	spin_unlock_irqrestore(&port->lock, flags);
}

static void port_send_break(struct tty *tty, bool on)
{
	struct pl011 *port = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&port->lock);
	uint32_t lcrh = get(port, PL011_LCRH);

	put(port, PL011_LCRH, on ? lcrh | PL011_LCRH_BREAK : lcrh & ~PL011_LCRH_BREAK);
	spin_unlock_irqrestore(&port->lock, flags);
}

static int port_open(struct tty *tty)
{
	struct pl011 *port = tty->driver_data;
	unsigned long flags;

	if (port->is_open)
		return 0;
	port_set_termios(tty);
	flags = spin_lock_irqsave(&port->lock);
	port->is_open = true;
	if (port->has_irq)
		set_mask_locked(port, port->mask | RX_INTS);
	spin_unlock_irqrestore(&port->lock, flags);
	return 0;
}

static void port_close(struct tty *tty)
{
	struct pl011 *port = tty->driver_data;
	unsigned long flags = spin_lock_irqsave(&port->lock);

	port->is_open = false;
	set_mask_locked(port, port->mask & ~RX_INTS);
	spin_unlock_irqrestore(&port->lock, flags);
}

static const struct tty_ops port_ops = {
	.open = port_open,
	.close = port_close,
	.write = port_write,
	.write_room = port_write_room,
	.pending = port_pending,
	.flush_output = port_flush_output,
	.set_termios = port_set_termios,
	.send_break = port_send_break,
};

static const struct tty_driver port_driver = {
	.name = "ttyAMA",
	.major = AMBA_MAJOR,
	.first_minor = AMBA_MINOR,
	.ops = &port_ops,
};

/* --- console ---------------------------------------------------------------------------------- */

static size_t port_console_write(struct console *console, const char *buf, size_t n)
{
	return enqueue(console->data, (const uint8_t *)buf, n, TX_RING_BYTES - TTY_RESERVE);
}

static void wait_clear(struct pl011 *port, uint32_t bits)
{
	for (unsigned int i = 0; i < 100000 && get(port, PL011_FR) & bits; i++)
		arch_cpu_relax();
}

/* Also empties the ring first, so that the order stays. No lock: the others are stopped, or it is a panic. */
static void port_console_write_polled(struct console *console, const char *buf, size_t n)
{
	struct pl011 *port = console->data;

	for (; port->head != port->tail; port->tail++) {
		wait_clear(port, PL011_FR_TX_FULL);
		put(port, PL011_DR, port->ring[port->tail % TX_RING_BYTES]);
	}
	for (size_t i = 0; i < n; i++) {
		wait_clear(port, PL011_FR_TX_FULL);
		put(port, PL011_DR, (uint8_t)buf[i]);
	}
}

/* --- finding the ports ------------------------------------------------------------------------ */

static uint32_t clock_of(int node)
{
	uint32_t phandle, hz = 0;
	int clock;

	if (dt_u32(fdt_tree(), node, "clocks", 0, &phandle))
		return 0;
	clock = dt_find_phandle(fdt_tree(), phandle);
	if (clock >= 0)
		dt_u32(fdt_tree(), clock, "clock-frequency", 0, &hz);
	return hz;
}

static unsigned int free_index(int wanted)
{
	unsigned int index = 0;

	if (wanted >= 0 && wanted < MAX_PORTS && !ports[wanted])
		return (unsigned int)wanted;
	while (index < MAX_PORTS && ports[index])
		index++;
	return index;
}

static void connect_irq(struct pl011 *port, int node)
{
	enum irq_trigger trigger;
	unsigned int irq;
	int err = fdt_irq(node, 0, &irq, &trigger);

	if (!err)
		err = irq_request(irq, trigger, port_interrupt, port->tty.name, port);
	port->has_irq = !err;
	if (err) {
		pr_warn("%s: no interrupt (error %d), polling\n", port->tty.name, -err);
		timer_init(&port->poll_timer, port_poll);
		timer_arm(&port->poll_timer, time_monotonic_ns() + POLL_NS);
	}
}

static int add(struct pl011 *port, int node, unsigned int index)
{
	int err;

	spin_lock_init(&port->lock);
	tty_init_record(&port->tty, &port_driver, index);
	port->tty.driver_data = port;
	port->tty.termios.c_cflag = (port->tty.termios.c_cflag & ~CBAUD) | CLOCAL | B115200;
	port->tty.termios.c_ispeed = port->tty.termios.c_ospeed = 115200;
	port->clock_hz = clock_of(node);
	fdt_suggest_console(node, port_driver.name, (int)index);
	put(port, PL011_IMSC, 0);
	put(port, PL011_ICR, 0x7ff);
	put(port, PL011_LCRH, get(port, PL011_LCRH) | PL011_LCRH_FIFO | 3u << PL011_LCRH_BITS_SHIFT);
	put(port, PL011_IFLS, PL011_IFLS_EARLY);
	put(port, PL011_CR, PL011_CR_ON | PL011_CR_DTR | PL011_CR_RTS);
	connect_irq(port, node);
	err = tty_register(&port->tty, NULL);
	if (err)
		return err;
	ports[index] = port;
	port->console = (struct console){ .name = "ttyAMA", .index = (int)index, .dev = port->tty.dev, .data = port,
		.write = port_console_write, .write_polled = port_console_write_polled };
	console_register(&port->console);
	return 0;
}

static int probe(int node)
{
	unsigned int index = free_index(fdt_alias_index(node, "serial"));
	struct pl011 *port;
	paddr_t paddr;
	uint64_t size;
	int err;

	if (index == MAX_PORTS || dt_reg(fdt_tree(), node, 0, &paddr, &size))
		return -ENODEV;
	port = kzalloc(sizeof(*port));
	if (!port)
		return -ENOMEM;
	port->registers = ioremap(paddr, PAGE_SIZE);
	if (!port->registers) {
		kfree(port);
		return -ENOMEM;
	}
	err = add(port, node, index);
	if (!err)
		pr_info("%s: PL011 at MMIO 0x%lx\n", port->tty.name, (unsigned long)paddr);
	return err;
}

static const struct fdt_driver pl011_fdt = { "arm,pl011", probe };
FDT_DRIVER(pl011_fdt);

/* The last byte is out before the next kernel resets the port; no interrupt stays enabled. */
static void pl011_shutdown(void)
{
	for (unsigned int i = 0; i < MAX_PORTS; i++) {
		if (!ports[i])
			continue;
		port_console_write_polled(&ports[i]->console, NULL, 0);
		wait_clear(ports[i], PL011_FR_BUSY);
		put(ports[i], PL011_IMSC, 0);
		put(ports[i], PL011_ICR, 0x7ff);
	}
}

static int pl011_init(void)
{
	return 0; /* the tree's nodes are probed */
}

static const struct machine_driver pl011_driver = {
	.name = "pl011",
	.init = pl011_init,
	.shutdown = pl011_shutdown,
};
MACHINE_DRIVER(pl011_driver);
