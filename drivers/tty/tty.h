/* SPDX-License-Identifier: MIT */
/*
 * Terminals (man 3 termios, 2 ioctl_tty): a tty joins a driver that moves bytes (serial port, pseudo-terminal)
 * to the N_TTY line discipline that edits lines, echoes and makes signals of control characters.
 *
 * Life cycle: a driver's fixed ports are made once by tty_register(); a pty pair is made by opening ptmx and goes with
 * the last close of both ends. refs counts open files and the driver's own hold; a session's terminal is found in the
 * list and holds none.
 *
 * Locks: tty->lock (irqsave: input arrives in interrupts) guards the line discipline's state and termios.
 * Order: slave's lock before its master's; the driver's own lock last. Waking and signalling happen outside.
 */
#pragma once

#include <asm/termbits.h>
#include <asm/termios.h>
#include <fs/vfs_types.h>
#include <kernel/mutex.h>
#include <kernel/spinlock.h>
#include <kernel/wait.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct device;
struct pid;
struct tty;

#define TTY_INPUT_BYTES 4096 /* MAX_CANON rounds to this in Linux */

/* The byte-moving side. write, write_room and unthrottle are called with tty->lock held, interrupts off. */
struct tty_ops {
	int (*open)(struct tty *tty);	/* first and every open; may sleep */
	void (*close)(struct tty *tty); /* last close; may sleep */
	size_t (*write)(struct tty *tty, const uint8_t *buf, size_t n); /* takes what fits */
	size_t (*write_room)(struct tty *tty);
	size_t (*pending)(struct tty *tty); /* bytes not yet sent; NULL: none ever */
	void (*flush_output)(struct tty *tty);
	void (*set_termios)(struct tty *tty); /* tty->termios changed; NULL: no hardware */
	void (*unthrottle)(struct tty *tty);  /* the reader made room; NULL: nothing waits */
	void (*send_break)(struct tty *tty, bool on);
	int (*modem_get)(struct tty *tty); /* TIOCM_*; NULL: -ENOTTY */
	void (*modem_set)(struct tty *tty, unsigned int set, unsigned int clear);
	long (*ioctl)(struct tty *tty, unsigned int cmd, unsigned long arg); /* -ENOIOCTLCMD analogue: -ENOTTY */
};

struct tty_driver {
	const char *name; /* "ttyS" */
	unsigned int major, first_minor;
	const struct tty_ops *ops;
};

struct tty {
	const struct tty_driver *driver;
	unsigned int index;
	dev_t dev;
	char name[12]; /* "ttyS0", "pts/3" */
	void *driver_data;
	bool is_master; /* the ptmx end: no line discipline */
	struct tty *peer; /* pty: the other end, while it is open */
	struct list_head node; /* all ttys, guarded by tty_list_lock */

	unsigned int refs; /* refcount */
	struct mutex open_lock;
	unsigned int opens; /* Guarded by open_lock. */

	struct mutex read_lock, write_lock; /* one reader, one writer at a time */
	struct wait_queue read_wait, write_wait;

	struct spinlock lock;

	/* Guarded by lock. */
	struct ktermios termios;
	struct winsize winsize;
	bool is_stopped; /* ^S, TCOOFF */
	bool is_hung_up; /* carrier or master gone */
	bool is_exclusive;
	bool is_locked; /* TIOCSPTLCK */
	bool packet_mode;
	uint8_t packet_status; /* TIOCPKT_* not yet read by the master */

	/* Input: total counts; the ring holds [tail, head). canon: end of the last complete line. */
	size_t head, canon, tail;
	bool literal_next;
	uint8_t ring[TTY_INPUT_BYTES];
	uint64_t line_end[TTY_INPUT_BYTES / 64]; /* bit: this byte ends a line */
	unsigned int column, canon_column; /* output column; where the line's input began */

	struct pid *session, *group; /* references; NULL: nobody's terminal */
};

/* tty_core.c */
void tty_init_record(struct tty *tty, const struct tty_driver *driver, unsigned int index);
/* A fixed port: device node, /sys/class/tty entry. 0 or -errno. */
__must_check int tty_register(struct tty *tty, struct device *parent);
struct tty *tty_find(dev_t dev); /* with a reference, or NULL */
struct tty *tty_get(struct tty *tty);
void tty_put(struct tty *tty);
int tty_open_common(struct tty *tty, struct file *file);
extern const struct file_ops tty_file_ops;

/* Upcalls of drivers. Any context; receive returns how many bytes were taken (fewer: throttled). */
size_t tty_receive(struct tty *tty, const uint8_t *buf, size_t n);
void tty_wakeup(struct tty *tty); /* room to write */
void tty_hangup(struct tty *tty); /* may sleep */
void tty_break(struct tty *tty);

/* n_tty_*.c, lock held where named so */
size_t n_tty_receive(struct tty *tty, const uint8_t *buf, size_t n);
size_t n_tty_room(struct tty *tty);
ssize_t n_tty_read(struct tty *tty, struct file *file, struct uio *uio); /* read_lock held */
size_t n_tty_output_locked(struct tty *tty, const uint8_t *buf, size_t n);
void n_tty_flush_input_locked(struct tty *tty);
void n_tty_termios_changed_locked(struct tty *tty, const struct ktermios *old);
size_t n_tty_readable_locked(struct tty *tty);
extern const struct ktermios tty_default_termios;

/* tty_ioctl.c, tty_job.c, pty.c */
long tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
/* -ERESTARTSYS after SIGTTIN/SIGTTOU was sent to the caller's background group; -EIO for an orphaned one. */
__must_check int tty_check_background(struct tty *tty, int signo);
long tty_job_ioctl(struct tty *tty, struct file *file, unsigned int cmd, unsigned long arg);
void tty_acquire_at_open(struct tty *tty, struct file *file);
void tty_signal_foreground(struct tty *tty, int signo);
struct tty *tty_of_current(void); /* controlling terminal, with a reference, or NULL */
/* write_lock, read_lock held */
ssize_t pty_master_write(struct tty *tty, struct file *file, struct uio *uio);
ssize_t pty_master_read(struct tty *tty, struct file *file, struct uio *uio);
long pty_ioctl(struct tty *tty, struct file *file, unsigned int cmd, unsigned long arg);
void pty_packet_locked(struct tty *tty, uint8_t status);

/*
 * For process/: a session leader ends or calls setsid-like changes (SIGHUP, SIGCONT to the foreground group;
 * nobody's terminal from then on). And what /proc/PID/stat prints: tty_nr in Linux's form and tpgid (-1: none).
 */
void tty_session_ended(struct pid *session);
void tty_session_stat(struct pid *session, uint32_t *tty_nr, int *foreground_group);

/* pty.c for fs/devpts: what an instance does when ptmx is opened, and when the slave goes. */
struct pty_host {
	int (*alloc_index)(struct pty_host *host);
	void (*free_index)(struct pty_host *host, int index);
	/* The node's inode->private_data is host: that is how an open finds the slave. */
	int (*add_node)(struct pty_host *host, unsigned int index, dev_t dev);
	void (*remove_node)(struct pty_host *host, unsigned int index);
	void (*get)(struct pty_host *host);
	void (*put)(struct pty_host *host);
};
int pty_open_master(struct pty_host *host, struct file *file);
/* The devpts instance that a /dev/ptmx node outside devpts means, with a reference, or NULL. */
void pty_set_default_host(struct pty_host *(*find)(struct file *file));
