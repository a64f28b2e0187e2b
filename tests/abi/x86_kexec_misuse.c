// SPDX-License-Identifier: MIT
/* Every way of asking for a kexec wrongly, and what Linux answers; a load, an unload. */
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "abi.h"

static char page[8192] __attribute__((aligned(4096)));

static long load(unsigned long entry, unsigned long n, struct kexec_segment *s, unsigned long flags)
{
	return syscall(SYS_kexec_load, entry, n, s, flags);
}

static long file_load(int kernel, int initrd, unsigned long len, const char *cmdline, unsigned long flags)
{
	return syscall(SYS_kexec_file_load, kernel, initrd, len, cmdline, flags);
}

static int loaded(void)
{
	char c = '?';
	int fd = open("/sys/kernel/kexec_loaded", O_RDONLY);

	if (fd < 0 || read(fd, &c, 1) != 1)
		return -1;
	close(fd);
	return c - '0';
}

static int file_of(const char *name, const void *data, size_t len)
{
	int fd = open(name, O_CREAT | O_RDWR | O_TRUNC, 0644);

	if (write(fd, data, len) != (ssize_t)len)
		show("short write");
	close(fd);
	return open(name, O_RDONLY);
}

static void segments(void)
{
	struct kexec_segment one = { page, 100, (void *)0x8000000, 4096 };
	struct kexec_segment bad;
	struct kexec_segment two[2] = { one, one };
	struct kexec_segment many[KEXEC_SEGMENT_MAX + 1];

	SHOW(loaded());
	CHECK_ERRNO(load(0x8000000, 1, &one, 0x100), EINVAL);
	CHECK_ERRNO(load(0x8000000, 1, &one, 40UL << 16), EINVAL);
	CHECK_ERRNO(load(0x8000000, KEXEC_SEGMENT_MAX + 1, many, 0), EINVAL);
	CHECK_ERRNO(load(0x8000000, 1, (void *)8, 0), EFAULT);
	bad = one, bad.mem = (void *)0x8000010;
	CHECK_ERRNO(load(0x8000000, 1, &bad, 0), EADDRNOTAVAIL);
	bad = one, bad.memsz = 4000;
	CHECK_ERRNO(load(0x8000000, 1, &bad, 0), EADDRNOTAVAIL);
	bad = one, bad.bufsz = 5000;
	CHECK_ERRNO(load(0x8000000, 1, &bad, 0), EINVAL);
	bad = one, bad.buf = (void *)8;
	CHECK_ERRNO(load(0x8000000, 1, &bad, 0), EFAULT);
	bad = one, bad.mem = (void *)-4096L;
	CHECK_ERRNO(load(0x8000000, 1, &bad, 0), EADDRNOTAVAIL);
	bad = one, bad.mem = (void *)(1UL << 50);
	CHECK_ERRNO(load(0x8000000, 1, &bad, 0), EADDRNOTAVAIL);
	bad = one, bad.memsz = 1UL << 40;
	SHOW(load(0x8000000, 1, &bad, 0));
	CHECK_ERRNO(load(0x8000000, 2, two, 0), EINVAL);
	two[1].mem = (void *)0x8001000;
	SHOW(load(0x8000000, 2, two, 0));
	SHOW(loaded());
	SHOW(load(0, 0, NULL, 0));
	SHOW(loaded());
	/* No memory was reserved for a crash kernel. */
	SHOW(load(0x8000000, 1, &one, KEXEC_ON_CRASH));
	SHOW(load(0, 0, NULL, KEXEC_ON_CRASH));
	SHOW(load(0x8000000, 1, &one, KEXEC_PRESERVE_CONTEXT));
	SHOW(load(0, 0, NULL, 0));
	CHECK_ERRNO(load(0x8000000, 1, &one, KEXEC_ARCH_AARCH64), EINVAL);
	SHOW(load(0x8000000, 1, &one, KEXEC_ARCH_X86_64));
	SHOW(load(0, 0, NULL, KEXEC_ARCH_X86_64));
	CHECK(loaded() == 0);
}

static void files(void)
{
	int garbage, empty, text;

	memset(page, 'x', sizeof(page));
	garbage = file_of("garbage", page, sizeof(page));
	empty = file_of("empty", page, 0);
	text = file_of("text", "#!/bin/sh\n", 10);
	CHECK_ERRNO(file_load(77, 0, 1, "", KEXEC_FILE_NO_INITRAMFS), EBADF);
	CHECK_ERRNO(file_load(garbage, 0, 1, "", 0x1000), EINVAL);
	CHECK_ERRNO(file_load(garbage, 0, 1, "", KEXEC_FILE_NO_INITRAMFS), ENOEXEC);
	CHECK_ERRNO(file_load(text, 0, 1, "", KEXEC_FILE_NO_INITRAMFS), ENOEXEC);
	SHOW(file_load(empty, 0, 1, "", KEXEC_FILE_NO_INITRAMFS));
	SHOW(file_load(-1, -1, 0, NULL, KEXEC_FILE_UNLOAD));
	SHOW(file_load(open("/tmp", O_RDONLY), 0, 1, "", KEXEC_FILE_NO_INITRAMFS));
	int writable = open("garbage", O_WRONLY);

	SHOW(file_load(writable, 0, 1, "", KEXEC_FILE_NO_INITRAMFS));
	SHOW(file_load(garbage, 0, 1, "", KEXEC_FILE_NO_INITRAMFS));
	close(writable);
	SHOW(file_load(garbage, 0, 0, NULL, KEXEC_FILE_ON_CRASH | KEXEC_FILE_NO_INITRAMFS));
	CHECK(loaded() == 0);
}

static void unprivileged(void)
{
	struct kexec_segment one = { page, 100, (void *)0x8000000, 4096 };
	pid_t pid = fork();

	if (pid == 0) {
		if (setuid(1000))
			show("setuid failed");
		CHECK_ERRNO(load(0x8000000, 1, &one, 0), EPERM);
		CHECK_ERRNO(load(0, 0, NULL, 0), EPERM);
		CHECK_ERRNO(file_load(0, 0, 0, NULL, 0), EPERM);
		CHECK_ERRNO(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL), EPERM);
		_exit(abi_result());
	}
	int status = -1;

	waitpid(pid, &status, 0);
	CHECK(status == 0);
}

int main(void)
{
	segments();
	files();
	unprivileged();
	/* Nothing is loaded. */
	CHECK_ERRNO(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL), EINVAL);
	CHECK_ERRNO(syscall(SYS_reboot, 1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART, NULL), EINVAL);
	CHECK_ERRNO(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, 0x12345, NULL), EINVAL);
	return abi_result();
}
