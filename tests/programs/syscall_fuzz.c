// SPDX-License-Identifier: MIT
/*
 * /init that makes system calls at random, in children that it kills when they hang: the kernel has to live. Every
 * seed is one child with its own files; odd ones are no root. "seeds=N from=M" on the kernel's command line choose.
 * Prints "SEEN N seeds" when the kernel still forks, waits and knows its memory.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define PAGES 16
#define CALLS 3000

static unsigned long state;
static char *memory;

static unsigned long number(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Small numbers, borders, kernel addresses, and pointers into memory that is good, ends, or is not there. */
static long argument(void)
{
	switch (number() % 14) {
	case 0:
		return 0;
	case 1:
		return -1;
	case 2:
		return number() % 8;
	case 3:
		return number() % 64;
	case 4:
		return number() % PAGE;
	case 5:
		return (long)memory + number() % PAGES * PAGE;
	case 6:
		return (long)memory + PAGES * PAGE - number() % 64;
	case 7:
		return number();
	case 8:
		return 1L << number() % 64;
	case 9:
		return 0xffff800000000000 + number() % PAGE;
	case 10:
		return 0x7ffffffff000 - number() % 16;
	case 11:
		return (int)number() % 300;
	}
	return (long)memory + 8 * (number() % (PAGE / 8));
}

/* Numbers that some architectures do not have. */
#ifdef SYS_fork
enum { FORK = SYS_fork, VFORK = SYS_vfork, PAUSE = SYS_pause, DUP2 = SYS_dup2 };
#else
enum { FORK = -1, VFORK = -1, PAUSE = -1, DUP2 = -1 };
#endif

/* What would end the test itself, or the machine. */
static int is_forbidden(long nr)
{
	static const int calls[] = {
		SYS_reboot, SYS_kexec_load, SYS_kexec_file_load, SYS_exit, SYS_exit_group, SYS_rt_sigreturn, VFORK,
		SYS_clone3, PAUSE, SYS_rt_sigsuspend, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_syslog,
		SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_kill, SYS_tkill, SYS_tgkill,
		SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal,
	};

	for (unsigned i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (nr == calls[i])
			return 1;
	return 0;
}

static void one_call(void)
{
	long nr = number() % 470, a[6];

	for (int i = 0; i < 6; i++)
		a[i] = argument();
	if (is_forbidden(nr))
		return;
	if (nr == SYS_clone)
		a[0] = (a[0] & 0x7e02ff00) | SIGCHLD, a[1] = 0;
	if ((nr == FORK || nr == SYS_clone) && number() % 8)
		return;
	/* The console stays. */
	if (a[0] >= 0 && a[0] < 3 && nr != SYS_clone)
		a[0] += 3;
	if ((nr == DUP2 || nr == SYS_dup3) && (unsigned long)a[1] < 3)
		a[1] += 3;
	if (nr == SYS_close_range)
		a[0] = 3 + (unsigned)a[0] % 50;
	long result = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);

	if ((nr == FORK || nr == SYS_clone) && result == 0)
		_exit(0);
}

static void prepare(long seed)
{
	struct rlimit files = { 64, 64 }, size = { 64 << 20, 64 << 20 };
	char folder[32];
	int fds[2];

	state = seed * 0x9e3779b97f4a7c15 + 1;
	setsid();
	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_FSIZE, &size);
	snprintf(folder, sizeof(folder), "/tmp/%ld", seed);
	mkdir(folder, 0777);
	chdir(folder);
	memory = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(memory + PAGES * PAGE, PAGE, PROT_NONE);
	for (int i = 0; i < PAGES * PAGE / 8; i++)
		((long *)memory)[i] = argument();
	strcpy(memory, "file");
	strcpy(memory + PAGE, "/proc/self/fd");
	strcpy(memory + 2 * PAGE, "link");
	strcpy(memory + 3 * PAGE, "..");
	open("file", O_RDWR | O_CREAT, 0666);
	open("/proc/self/maps", O_RDONLY);
	open(".", O_RDONLY);
	if (pipe(fds) == 0)
		syscall(SYS_socketpair, 1, 1, 0, fds);
	if (seed & 1 && setuid(1000))
		_exit(1);
	for (int signo = 1; signo < 32; signo++)
		signal(signo, signo == SIGSEGV || signo == SIGALRM ? SIG_DFL : SIG_IGN);
	alarm(1);
}

static void wait_or_kill(pid_t pid)
{
	for (int i = 0; i < 150; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return;
		usleep(10000);
	}
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	const char *seeds = getenv("seeds"), *from = getenv("from");
	long first = from ? atol(from) : 1, count = seeds ? atol(seeds) : 30;
	int status;

	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, "size=64m");
	chmod("/tmp", 0777);
	for (long seed = first; seed < first + count; seed++) {
		pid_t pid = fork();

		if (pid == 0) {
			prepare(seed);
			for (int i = 0; i < CALLS; i++)
				one_call();
			_exit(0);
		}
		wait_or_kill(pid);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	if (fork() == 0)
		_exit(5);
	while (wait(&status) < 0)
		;
	char *big = malloc(32 << 20);

	memset(big, 1, 32 << 20);
	printf("\nSEEN %ld seeds\n", count);
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 1;
}
