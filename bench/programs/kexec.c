// SPDX-License-Identifier: MIT
/*
 * /init that kexecs 30 MB: marks 2 and 3 stand around kexec_load, mark 4 before reboot; the next
 * "kernel" is mark 5 and a halt. The segments are given out of order and unrelated to where the
 * running kernel lies, as a user program does.
 */
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mark.h"

#define BYTES (30UL << 20)

static const unsigned char next[] __attribute__((aligned(4096))) = {
	0x0f, 0x1f, 0x80, 'K', 'N', 'D', 5, 0xfa, 0xf4, 0xeb, 0xfd,
};

int main(void)
{
	unsigned char *body = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kexec_segment segments[] = {
		{ body, BYTES, (void *)0x1000000, BYTES },
		{ (void *)next, sizeof(next), (void *)0x8000000, 4096 },
	};

	for (unsigned long i = 0; i < BYTES; i += 64)
		memcpy(body + i, &i, sizeof(i));
	MARK(2);
	long r = syscall(SYS_kexec_load, 0x8000000UL, 2, segments, KEXEC_ARCH_DEFAULT);

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
