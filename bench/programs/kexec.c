// SPDX-License-Identifier: MIT
/*
 * /init that kexecs 30 MB: marks 2 and 3 stand around kexec_load, mark 4 before reboot; the next
 * "kernel" is mark 5 and a halt. The segments are given out of order and unrelated to where the
 * running kernel lies, as a user program does.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mark.h"

#define BYTES (30UL << 20)

static const unsigned char next[] __attribute__((aligned(4096))) = {
	MARK_AND_STOP(5),
};

static unsigned char extra[65536];

/* What Linux of the architecture looks for among the segments; false: nothing. */
static bool extra_segment(void)
{
	int fd;

	strcpy((char *)extra, KEXEC_TEXT);
	if (!KEXEC_FILE)
		return extra[0];
	mkdir("/sys", 0755);
	mount("none", "/sys", "sysfs", 0, NULL);
	fd = open(KEXEC_FILE, O_RDONLY);
	return read(fd, extra, sizeof(extra)) > 0;
}

int main(void)
{
	unsigned long page = sysconf(_SC_PAGESIZE);
	unsigned char *body = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kexec_segment segments[] = {
		{ body, BYTES, (void *)(MEMORY_START + 0x1000000), BYTES },
		{ (void *)next, sizeof(next), (void *)(MEMORY_START + 0x8000000), page },
		{ extra, sizeof(extra), (void *)(MEMORY_START + 0x9000000), sizeof(extra) },
	};
	int n = extra_segment() ? 3 : 2;

	for (unsigned long i = 0; i < BYTES; i += 64)
		memcpy(body + i, &i, sizeof(i));
	MARK(2);
	long r = syscall(SYS_kexec_load, MEMORY_START + 0x8000000UL, n, segments, KEXEC_ARCH_DEFAULT);

	MARK(3);
	if (r) {
		perror("kexec_load");
	} else {
		MARK(4);
		syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
		perror("reboot");
	}
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, NULL);
	for (;;)
		pause();
}
