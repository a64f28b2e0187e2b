// SPDX-License-Identifier: MIT
/* The memory devices, major 1 (man 4 null, random, mem, port): null, zero, full, random, urandom, kmsg, mem, port. */
#include <arch/io.h>
#include <device/device.h>
#include <fs/device_node.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/poll.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/kmsg.h>
#include <kernel/random.h>
#include <lib/string.h>
#include <mm/iomem.h>
#include <mm/page.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <mm/vmap.h>

#include <asm/fcntl.h>
#include <asm/ioctls.h>
#include <asm/poll.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <linux/random.h>
#include <linux/stat.h>

/* --- null, zero, full ------------------------------------------------------------------------- */

static ssize_t null_read(struct file *file, struct uio *uio, loff_t *pos)
{
	return 0;
}

static ssize_t null_write(struct file *file, struct uio *uio, loff_t *pos)
{
	size_t n = uio->left;

	uio_skip(uio, n);
	return (ssize_t)n;
}

static loff_t null_llseek(struct file *file, loff_t offset, int whence)
{
	return 0;
}

static ssize_t zero_read(struct file *file, struct uio *uio, loff_t *pos)
{
	size_t n = uio->left;
	size_t done = uio_zero(uio, n);

	return done || !n ? (ssize_t)done : -EFAULT;
}

static ssize_t full_write(struct file *file, struct uio *uio, loff_t *pos)
{
	return -ENOSPC;
}

/* A private mapping of /dev/zero is anonymous memory, a shared one an object of its own. */
static int zero_mmap(struct file *file, struct vma *vma)
{
	return vm_map_anonymous(vma);
}

static const struct file_ops null_ops = { .read = null_read, .write = null_write, .llseek = null_llseek };
static const struct file_ops zero_ops = {
	.read = zero_read, .write = null_write, .llseek = null_llseek, .mmap = zero_mmap };
static const struct file_ops full_ops = { .read = zero_read, .write = full_write, .llseek = null_llseek };

/* --- random ----------------------------------------------------------------------------------- */

static ssize_t random_read(struct file *file, struct uio *uio, loff_t *pos)
{
	size_t done = 0;

	while (uio->left) {
		uint8_t chunk[256];
		size_t want = uio->left < sizeof(chunk) ? uio->left : sizeof(chunk), n;

		random_bytes(chunk, want);
		n = uio_copy_to(uio, chunk, want);
		memset(chunk, 0, sizeof(chunk));
		done += n;
		if (n < want)
			return done ? (ssize_t)done : -EFAULT;
	}
	return (ssize_t)done;
}

static ssize_t random_write(struct file *file, struct uio *uio, loff_t *pos)
{
	size_t done = 0;

	while (uio->left) {
		uint8_t chunk[256];
		size_t n = uio_copy_from(uio, chunk, uio->left < sizeof(chunk) ? uio->left : sizeof(chunk));

		if (!n)
			return done ? (ssize_t)done : -EFAULT;
		random_add_entropy(chunk, n, 0);
		done += n;
	}
	return (ssize_t)done;
}

/* man 4 random: the pool is always full, so counts are constants; adding entropy mixes it in. */
static long random_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct rand_pool_info head;
	uint8_t data[256];

	switch (cmd) {
	case RNDGETENTCNT:
		return put_user(256, (int *)arg);
	case RNDADDTOENTCNT:
	case RNDZAPENTCNT:
	case RNDCLEARPOOL:
	case RNDRESEEDCRNG:
		return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	case RNDADDENTROPY:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		if (copy_from_user(&head, (const void *)arg, sizeof(head)))
			return -EFAULT;
		if (head.entropy_count < 0 || head.buf_size < 0)
			return -EINVAL;
		if ((size_t)head.buf_size > sizeof(data))
			head.buf_size = sizeof(data);
		if (copy_from_user(data, (const char *)arg + sizeof(head), (size_t)head.buf_size))
			return -EFAULT;
		random_add_entropy(data, (size_t)head.buf_size, (unsigned int)head.entropy_count);
		return 0;
	}
	return -ENOTTY;
}

static const struct file_ops random_ops = {
	.read = random_read, .write = random_write, .ioctl = random_ioctl, .llseek = null_llseek };

/* --- mem, port -------------------------------------------------------------------------------- */

static int raw_open(struct inode *inode, struct file *file)
{
	file->mode |= FILE_SEEK | FILE_PREAD;
	return capable(CAP_SYS_RAWIO) ? 0 : -EPERM;
}

/* RAM is read as zeroes and not written, as with Linux's STRICT_DEVMEM, but for the first megabyte where
 * firmware keeps its tables. */
static bool is_private_ram(paddr_t paddr)
{
	return paddr >= 0x100000 && iomem_is_ram(paddr, paddr);
}

static ssize_t mem_transfer(struct uio *uio, loff_t *pos, bool write)
{
	size_t done = 0;

	while (uio->left) {
		paddr_t paddr = (paddr_t)*pos;
		size_t n = min(uio->left, PAGE_SIZE - (paddr & (PAGE_SIZE - 1))), moved;
		void *map;

		if (is_private_ram(paddr)) {
			if (write)
				return done ? (ssize_t)done : -EPERM;
			moved = uio_zero(uio, n);
		} else {
			map = ioremap(paddr & PAGE_MASK, PAGE_SIZE);
			if (!map)
				return done ? (ssize_t)done : -ENOMEM;
			char *at = (char *)map + (paddr & (PAGE_SIZE - 1));

			moved = write ? uio_copy_from(uio, at, n) : uio_copy_to(uio, at, n);
			iounmap(map);
		}
		*pos += (loff_t)moved;
		done += moved;
		if (moved < n)
			return done ? (ssize_t)done : -EFAULT;
	}
	return (ssize_t)done;
}

static bool is_valid_paddr(loff_t pos, size_t size)
{
	uint64_t end;

	return pos >= 0 && !add_overflows((uint64_t)pos, size, &end) && end <= 1ULL << 46;
}

static ssize_t mem_read(struct file *file, struct uio *uio, loff_t *pos)
{
	return is_valid_paddr(*pos, uio->left) ? mem_transfer(uio, pos, false) : -EFAULT;
}

static ssize_t mem_write(struct file *file, struct uio *uio, loff_t *pos)
{
	return is_valid_paddr(*pos, uio->left) ? mem_transfer(uio, pos, true) : -EFAULT;
}

static int mem_mmap(struct file *file, struct vma *vma)
{
	uint64_t start = vma->pgoff << PAGE_SHIFT, size = vma->end - vma->start;

	if (!is_valid_paddr((loff_t)start, size))
		return -EINVAL;
	for (paddr_t paddr = start; paddr < start + size; paddr += PAGE_SIZE) {
		if (is_private_ram(paddr))
			return -EPERM;
	}
	return vm_map_device(vma, start, MMU_UNCACHED);
}

static loff_t raw_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EOVERFLOW;
	file->pos = offset;
	return offset;
}

static const struct file_ops mem_ops = {
	.open = raw_open, .read = mem_read, .write = mem_write, .mmap = mem_mmap, .llseek = raw_llseek };

static ssize_t port_read(struct file *file, struct uio *uio, loff_t *pos)
{
	size_t done = 0;

	while (uio->left && *pos < 0x10000) {
		uint8_t value = inb((uint16_t)*pos);

		if (uio_copy_to(uio, &value, 1) != 1)
			return done ? (ssize_t)done : -EFAULT;
		++*pos;
		done++;
	}
	return (ssize_t)done;
}

static ssize_t port_write(struct file *file, struct uio *uio, loff_t *pos)
{
	size_t done = 0;

	while (uio->left && *pos < 0x10000) {
		uint8_t value;

		if (uio_copy_from(uio, &value, 1) != 1)
			return done ? (ssize_t)done : -EFAULT;
		outb(value, (uint16_t)*pos);
		++*pos;
		done++;
	}
	return (ssize_t)done;
}

static const struct file_ops port_ops = {
	.open = raw_open, .read = port_read, .write = port_write, .llseek = raw_llseek };

/* --- kmsg: man 4 kmsg is dev-kmsg in Linux's ABI documents ------------------------------------- */

static int kmsg_dev_open(struct inode *inode, struct file *file)
{
	return kmsg_open(&file->private_data, file->mode & FILE_READ);
}

static void kmsg_dev_release(struct file *file)
{
	kmsg_close(file->private_data);
}

static ssize_t kmsg_dev_read(struct file *file, struct uio *uio, loff_t *pos)
{
	return kmsg_read(file->private_data, uio, file->flags & O_NONBLOCK);
}

static ssize_t kmsg_dev_write(struct file *file, struct uio *uio, loff_t *pos)
{
	return kmsg_write(uio);
}

static loff_t kmsg_dev_llseek(struct file *file, loff_t offset, int whence)
{
	return offset ? -ESPIPE : kmsg_seek(file->private_data, whence);
}

static unsigned int kmsg_dev_poll(struct file *file, struct poll_table *table)
{
	poll_wait(file, kmsg_wait_queue(), table);
	return kmsg_poll(file->private_data);
}

static const struct file_ops kmsg_ops = {
	.open = kmsg_dev_open, .release = kmsg_dev_release, .read = kmsg_dev_read, .write = kmsg_dev_write,
	.llseek = kmsg_dev_llseek, .poll = kmsg_dev_poll };

/* --- the class -------------------------------------------------------------------------------- */

static const struct {
	unsigned int minor;
	const char *name;
	mode_t perm;
	const struct file_ops *ops;
} mem_devices[] = {
	{ 1, "mem", 0640, &mem_ops },	   { 3, "null", 0666, &null_ops },
	{ 4, "port", 0640, &port_ops },	   { 5, "zero", 0666, &zero_ops },
	{ 7, "full", 0666, &full_ops },	   { 8, "random", 0666, &random_ops },
	{ 9, "urandom", 0666, &random_ops }, { 11, "kmsg", 0644, &kmsg_ops },
};

static int mem_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mem_devices); i++) {
		int err = device_numbers_register(S_IFCHR, MEM_MAJOR, mem_devices[i].minor, 1, "mem", mem_devices[i].ops);

		if (err)
			return err;
		if (!device_class_add("mem", mem_devices[i].name, NULL, S_IFCHR | mem_devices[i].perm,
			DEV_MAKE(MEM_MAJOR, mem_devices[i].minor)))
			return -ENOMEM;
	}
	return 0;
}

static const struct machine_driver mem_driver = {
	.name = "mem",
	.init = mem_init,
};
MACHINE_DRIVER(mem_driver);
