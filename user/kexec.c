// SPDX-License-Identifier: MIT
/*
 * kexec [-l|-e|-u] [-c CMDLINE | --reuse-cmdline] [-i INITRD] [KERNEL]
 *
 * Loads a kernel by kexec_file_load(2) and starts it; -l only loads, -e only starts, -u unloads. For
 * architectures where u-root's command has no way to do it, and for initramfs images without one.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CMDLINE_BYTES 4096

static void __attribute__((noreturn)) fail(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	fputs("kexec: ", stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
	exit(1);
}

static void __attribute__((noreturn)) usage(int status)
{
	fputs("usage: kexec [-l|-e|-u] [-c CMDLINE|--reuse-cmdline] [-i INITRD] [KERNEL]\n", status ? stderr : stdout);
	exit(status);
}

static const char *own_cmdline(void)
{
	static char text[CMDLINE_BYTES];
	int fd = open("/proc/cmdline", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		fail("/proc/cmdline");
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void load(const char *kernel, const char *initrd, const char *cmdline)
{
	int kernel_fd = open(kernel, O_RDONLY | O_CLOEXEC), initrd_fd = -1;

	if (kernel_fd < 0)
		fail("%s", kernel);
	if (initrd) {
		initrd_fd = open(initrd, O_RDONLY | O_CLOEXEC);
		if (initrd_fd < 0)
			fail("%s", initrd);
	}
	if (syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, strlen(cmdline) + 1, cmdline,
		    initrd ? 0 : KEXEC_FILE_NO_INITRAMFS))
		fail("loading %s", kernel);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "load", no_argument, NULL, 'l' }, { "exec", no_argument, NULL, 'e' },
		{ "unload", no_argument, NULL, 'u' }, { "initrd", required_argument, NULL, 'i' },
		{ "append", required_argument, NULL, 'c' }, { "command-line", required_argument, NULL, 'c' },
		{ "reuse-cmdline", no_argument, NULL, 'r' }, { "help", no_argument, NULL, 'h' }, { 0 },
	};
	const char *initrd = NULL, *cmdline = "";
	bool do_load = true, do_start = true;

	for (int c; (c = getopt_long(argc, argv, "leui:c:h", options, NULL)) != -1;) {
		switch (c) {
		case 'l':
			do_start = false;
			break;
		case 'e':
			do_load = false;
			break;
		case 'u':
			if (syscall(SYS_kexec_file_load, -1, -1, 0, NULL, KEXEC_FILE_UNLOAD))
				fail("unloading");
			return 0;
		case 'i':
			initrd = optarg;
			break;
		case 'c':
			cmdline = optarg;
			break;
		case 'r':
			cmdline = own_cmdline();
			break;
		default:
			usage(c != 'h');
		}
	}
	errno = 0;
	if (do_load != (optind + 1 == argc) || optind + do_load != argc)
		usage(1);
	if (do_load)
		load(argv[optind], initrd, cmdline);
	if (!do_start)
		return 0;
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
	fail("starting the loaded kernel");
}
