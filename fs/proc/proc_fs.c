// SPDX-License-Identifier: MIT
/* Files of /proc about files and devices: devices, misc, partitions, kmsg, /proc/sys/fs (man 5 proc, proc_sys_fs). */
#include <arch/layout.h>
#include <fs/device_node.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/inotify.h>
#include <fs/pipe.h>
#include <fs/poll.h>
#include <fs/proc/proc_internal.h>
#include <fs/pseudo.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/log.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <linux/fcntl.h>

/* --- devices ------------------------------------------------------------------------------------- */

static int print_major(void *ctx, unsigned int major, const char *name)
{
	seq_printf(ctx, "%3u %s\n", major, name);
	return 0;
}

static int devices_show(struct seq *seq, void *ctx)
{
	seq_puts(seq, "Character devices:\n");
	(void)device_numbers_walk(S_IFCHR, print_major, seq);
	seq_puts(seq, "\nBlock devices:\n");
	(void)device_numbers_walk(S_IFBLK, print_major, seq);
	return 0;
}
PROC_FILE("devices", 0444, { .show = devices_show });

PROC_TEXT("misc", "");
PROC_TEXT("partitions", ""); /* no block devices */

/* --- kmsg ---------------------------------------------------------------------------------------- */

/* What one reader of /proc/kmsg has still to give: the rest of one record's line. All readers share the place in the
 * log, as with syslog(2); here each open file has its own, from the first record on. */
struct kmsg_reader {
	struct mutex lock;
	struct log_cursor cursor;
	struct log_record record;
	char line[LOG_TEXT_MAX + 64];
	size_t len, given;
};

static int kmsg_open(struct inode *inode, struct file *file)
{
	struct kmsg_reader *reader;

	if (!capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	reader = kzalloc(sizeof(*reader));
	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	reader->cursor = log_first();
	file->private_data = reader;
	return 0;
}

static void kmsg_release(struct file *file)
{
	kfree(file->private_data);
}

static bool next_line(struct kmsg_reader *reader)
{
	uint64_t lost;

	if (reader->given < reader->len)
		return true;
	if (!log_read(&reader->cursor, &reader->record, &lost))
		return false;
	reader->len = log_format(&reader->record, true, reader->line, sizeof(reader->line));
	reader->given = 0;
	return true;
}

static ssize_t kmsg_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct kmsg_reader *reader = file->private_data;
	ssize_t done = 0;
	int err = 0;

	mutex_lock(&reader->lock);
	while (!next_line(reader) && !err) {
		mutex_unlock(&reader->lock);
		err = file->flags & O_NONBLOCK ? -EAGAIN :
						 wait_event_interruptible(&log_wait, log_end().seq > reader->cursor.seq);
		mutex_lock(&reader->lock);
	}
	while (!err && uio->left && next_line(reader)) {
		size_t n = uio_copy_to(uio, reader->line + reader->given, min(reader->len - reader->given, uio->left));

		if (!n)
			err = -EFAULT;
		reader->given += n;
		done += n;
	}
	mutex_unlock(&reader->lock);
	return done ?: err;
}

static unsigned int kmsg_poll(struct file *file, struct poll_table *table)
{
	struct kmsg_reader *reader = file->private_data;

	poll_wait(file, &log_wait, table);
	return reader->given < reader->len || log_end().seq > reader->cursor.seq ? EPOLLIN | EPOLLRDNORM : 0;
}

static const struct file_ops kmsg_ops = {
	.open = kmsg_open,
	.release = kmsg_release,
	.read = kmsg_read,
	.poll = kmsg_poll,
};
PROC_FILE("kmsg", 0400, { .file_ops = &kmsg_ops });

/* --- sys/fs -------------------------------------------------------------------------------------- */

static int file_nr_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%u\t0\t9223372036854775807\n", atomic_load_relaxed(&nr_files));
	return 0;
}
PROC_FILE("sys/fs/file-nr", 0444, { .show = file_nr_show });
static char file_max[24] = "9223372036854775807";

static int file_max_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%s\n", file_max);
	return 0;
}

static ssize_t file_max_store(void *ctx, const char *buf, size_t size)
{
	uint64_t value;

	if (parse_u64(buf, 10, &value) || value > INT64_MAX)
		return -EINVAL;
	snprintf(file_max, sizeof(file_max), "%llu", (unsigned long long)value);
	return size;
}
PROC_FILE("sys/fs/file-max", 0644, { .show = file_max_show, .store = file_max_store });
PROC_TEXT("sys/fs/inode-nr", "0\t0\n");
PROC_TEXT("sys/fs/inode-state", "0\t0\t0\t0\t0\t0\t0\n");
PROC_TEXT("sys/fs/dentry-state", "0\t0\t45\t0\t0\t0\n");

static int nr_open = 1048576, mount_max = 100000, suid_dumpable, leases_enable = 1, aio_max_nr = 65536;
static int protected_symlinks, protected_hardlinks, protected_fifos, protected_regular;
static struct sysctl_int nr_open_ctl = { &nr_open, 64, 1048576 }, mount_max_ctl = { &mount_max, 1, INT32_MAX };
static struct sysctl_int suid_dumpable_ctl = { &suid_dumpable, 0, 2 }, leases_enable_ctl = { &leases_enable, 0, 1 };
static struct sysctl_int aio_max_nr_ctl = { &aio_max_nr, 0, INT32_MAX };
static struct sysctl_int symlinks_ctl = { &protected_symlinks, 0, 1 }, hardlinks_ctl = { &protected_hardlinks, 0, 1 };
static struct sysctl_int fifos_ctl = { &protected_fifos, 0, 2 }, regular_ctl = { &protected_regular, 0, 2 };
SYSCTL_INT("fs/nr_open", 0644, nr_open_ctl);
SYSCTL_INT("fs/mount-max", 0644, mount_max_ctl);
SYSCTL_INT("fs/suid_dumpable", 0644, suid_dumpable_ctl);
SYSCTL_INT("fs/leases-enable", 0644, leases_enable_ctl);
SYSCTL_INT("fs/aio-max-nr", 0644, aio_max_nr_ctl);
SYSCTL_INT("fs/protected_symlinks", 0600, symlinks_ctl);
SYSCTL_INT("fs/protected_hardlinks", 0600, hardlinks_ctl);
SYSCTL_INT("fs/protected_fifos", 0600, fifos_ctl);
SYSCTL_INT("fs/protected_regular", 0600, regular_ctl);

/* Limits that other files of fs/ keep. */
static struct sysctl_int pipe_max_ctl = { (int *)&pipe_max_bytes, PAGE_SIZE, 1 << 30 };
static struct sysctl_int inotify_watches_ctl = { (int *)&inotify_max_user_watches, 0, INT32_MAX };
static struct sysctl_int inotify_instances_ctl = { (int *)&inotify_max_user_instances, 0, INT32_MAX };
static struct sysctl_int inotify_events_ctl = { (int *)&inotify_max_queued_events, 0, INT32_MAX };
static int pipe_pages_soft = 16384, pipe_pages_hard, epoll_watches = 1 << 20;
static struct sysctl_int pipe_soft_ctl = { &pipe_pages_soft, 0, INT32_MAX }, pipe_hard_ctl = { &pipe_pages_hard, 0, INT32_MAX };
static struct sysctl_int epoll_watches_ctl = { &epoll_watches, 0, INT32_MAX };
SYSCTL_INT("fs/pipe-max-size", 0644, pipe_max_ctl);
SYSCTL_INT("fs/pipe-user-pages-soft", 0644, pipe_soft_ctl);
SYSCTL_INT("fs/pipe-user-pages-hard", 0644, pipe_hard_ctl);
SYSCTL_INT("fs/inotify/max_user_watches", 0644, inotify_watches_ctl);
SYSCTL_INT("fs/inotify/max_user_instances", 0644, inotify_instances_ctl);
SYSCTL_INT("fs/inotify/max_queued_events", 0644, inotify_events_ctl);
SYSCTL_INT("fs/epoll/max_user_watches", 0644, epoll_watches_ctl);
