// SPDX-License-Identifier: MIT
/*
 * Process 1 of the ABI guest: runs every program of /abi one after another, passes their lines on
 * with the program's name before each, and says how each ended and how much memory it cost.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Programs may leave so much behind once; a leak is what every run loses. */
#define TOLERATED_KB 64

static char pending[4096];
static size_t pending_len;

static void pass_on(const char *name, const char *data, ssize_t len)
{
	for (ssize_t i = 0; i < len; i++) {
		if (data[i] != '\n' && pending_len < sizeof(pending) - 1) {
			pending[pending_len++] = data[i];
			continue;
		}
		pending[pending_len] = 0;
		dprintf(1, "|%s| %s\n", name, pending);
		pending_len = 0;
	}
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void start(const char *path, const char *name, int out)
{
	int null = open("/dev/null", O_RDONLY);

	setsid();
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	for (int fd = 3; fd < 32; fd++)
		close(fd);
	if (mount("none", "/tmp", "tmpfs", 0, NULL) || chdir("/tmp"))
		dprintf(1, "no /tmp: %s\n", strerror(errno));
	execl(path, name, (char *)NULL);
	dprintf(1, "exec: %s\n", strerror(errno));
	_exit(127);
}

/* Runs one program to its end or its time; returns its wait status, -1 when the time was up. */
static int run(const char *path, const char *name, int seconds, int silent)
{
	long end = now_ms() + seconds * 1000L;
	int fds[2], status = -1, ended = 0;
	char data[1024];

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	pid_t pid = fork();

	if (pid == 0)
		start(path, name, fds[1]);
	close(fds[1]);
	while (!ended && now_ms() < end) {
		struct pollfd p = { .fd = fds[0], .events = POLLIN };

		if (poll(&p, 1, 50) > 0) {
			ssize_t n = read(fds[0], data, sizeof(data));

			if (n > 0 && !silent)
				pass_on(name, data, n);
			if (n <= 0)
				usleep(1000);
		}
		ended = waitpid(pid, &status, WNOHANG) == pid;
	}
	kill(-1, SIGKILL);
	if (!ended)
		status = -1;
	while (waitpid(-1, NULL, 0) > 0)
		;
	/* What is still in the pipe. */
	for (ssize_t n; fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0 && (n = read(fds[0], data, sizeof(data))) > 0;)
		if (!silent)
			pass_on(name, data, n);
	if (pending_len)
		pass_on(name, "\n", 1);
	close(fds[0]);
	while (umount("/tmp") == 0)
		;
	return status;
}

static long free_kb(void)
{
	struct sysinfo s;

	sysinfo(&s);
	return (long)(s.freeram * s.mem_unit / 1024);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* Files are called NAME.SECONDS; the memory check is left out with the argument noleak. */
static void run_file(const char *file, int check_memory)
{
	char path[300], name[256];
	const char *dot = strrchr(file, '.');
	int seconds = dot ? atoi(dot + 1) : 20;
	long before = free_kb(), lost;

	snprintf(path, sizeof(path), "/abi/%s", file);
	snprintf(name, sizeof(name), "%.*s", (int)(dot ? dot - file : (long)strlen(file)), file);
	dprintf(1, "=begin %s=\n", name);
	int status = run(path, name, seconds, 0);

	lost = before - free_kb();
	for (int i = 0; check_memory && i < 3 && lost > TOLERATED_KB; i++) {
		before = free_kb();
		run(path, name, seconds, 1);
		lost = before - free_kb();
	}
	if (status == -1)
		dprintf(1, "=end %s= timeout lost=%ld\n", name, lost);
	else if (WIFSIGNALED(status))
		dprintf(1, "=end %s= signal=%d lost=%ld\n", name, WTERMSIG(status), lost);
	else
		dprintf(1, "=end %s= exit=%d lost=%ld\n", name, WEXITSTATUS(status), lost);
}

int main(int argc, char **argv)
{
	struct dirent **files;
	int n, check_memory = argc < 2 || strcmp(argv[1], "noleak") != 0;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/tmp", 01777);
	mount("none", "/dev", "devtmpfs", 0, NULL);
	mount("none", "/proc", "proc", 0, NULL);
	mount("none", "/sys", "sysfs", 0, NULL);
	mkdir("/dev/pts", 0755);
	mkdir("/dev/shm", 01777);
	mount("none", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=666");
	mount("none", "/dev/shm", "tmpfs", 0, NULL);
	n = scandir("/abi", &files, not_hidden, by_name);
	for (int i = 0; i < n; i++)
		run_file(files[i]->d_name, check_memory);
	dprintf(1, "=all done=\n");
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
