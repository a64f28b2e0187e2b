// SPDX-License-Identifier: MIT
/* execve: errno, scripts, arguments, environment, auxiliary vector, what survives and what does not. */
#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "abi.h"

static char *none[] = { NULL };

static void put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);

	write(fd, text, strlen(text));
	close(fd);
}

static void run(const char *path, char **argv, char **envp)
{
	int status;

	fflush(NULL);
	if (fork() == 0) {
		execve(path, argv, envp);
		show("execve: %s", strerror(errno));
		_exit(126);
	}
	wait(&status);
	show("%s: %#x", path, status);
}

static void errors(void)
{
	char *argv[] = { "x", NULL }, *big[] = { "x", NULL, NULL };

	CHECK_ERRNO(execve("missing", argv, none), ENOENT);
	CHECK_ERRNO(execve("/tmp", argv, none), EACCES);
	put("noexec", "#!/bin/sh\n", 0644);
	CHECK_ERRNO(execve("noexec", argv, none), EACCES);
	put("garbage", "garbage\n", 0755);
	CHECK_ERRNO(execve("garbage", argv, none), ENOEXEC);
	put("short", "\177ELF", 0755);
	CHECK_ERRNO(execve("short", argv, none), ENOEXEC);
	put("empty", "", 0755);
	CHECK_ERRNO(execve("empty", argv, none), ENOEXEC);
	put("nointerp", "#!/no/such/interpreter\n", 0755);
	CHECK_ERRNO(execve("nointerp", argv, none), ENOENT);
	put("loop", "#!/tmp/loop\n", 0755);
	CHECK_ERRNO(execve("loop", argv, none), ELOOP);
	CHECK_ERRNO(execve("/bin/busybox", (char **)8, none), EFAULT);
	/* MAX_ARG_STRLEN: 32 pages, the NUL among them. */
	big[1] = malloc(32 * PAGE + 1);
	memset(big[1], 'a', 32 * PAGE);
	big[1][32 * PAGE] = 0;
	CHECK_ERRNO(execve("/bin/busybox", big, none), E2BIG);
	int fd = open("busy", O_CREAT | O_RDWR, 0755);

	write(fd, "#!/bin/sh\n", 10);
	CHECK_ERRNO(execve("busy", argv, none), ETXTBSY);
	close(fd);
	CHECK_ERRNO(open("/proc/self/exe", O_WRONLY), ETXTBSY);
}

static void scripts(void)
{
	char *argv[] = { "name", "one", "", "three words here", NULL }, *env[] = { "A=1", "B=two words", NULL };

	put("script", "#! /bin/busybox  sh\necho $0 $# \"$3\" $A \"$B\"\n", 0755);
	run("script", argv, env);
	put("twice", "#!/tmp/script first\n", 0755);
	run("/tmp/twice", argv, env);
	char *argv0[] = { "sh", "-c", "echo $$ >/dev/null; kill -TERM $$", NULL };

	run("/bin/busybox", argv0, env);
	int fd = open("/tmp/script", O_RDONLY | O_PATH);

	if (fork() == 0) {
		syscall(SYS_execveat, fd, "", argv, env, AT_EMPTY_PATH);
		show("execveat %s", strerror(errno));
		_exit(1);
	}
	wait(NULL);
}

static void again(char *self)
{
	char *argv[] = { self, "again", NULL };
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGUSR1);
	sigprocmask(SIG_SETMASK, &s, NULL);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGTERM, (void (*)(int))again);
	raise(SIGUSR1);
	umask(013);
	int keep = open("/dev/null", O_RDONLY), lose = open("/dev/null", O_RDONLY | O_CLOEXEC);

	dup2(keep, 20);
	dup3(lose, 21, O_CLOEXEC);
	run("/proc/self/exe", argv, none);
}

static int second(void)
{
	sigset_t s, p;
	struct sigaction a, b;

	sigprocmask(0, NULL, &s);
	sigpending(&p);
	sigaction(SIGUSR2, NULL, &a);
	sigaction(SIGTERM, NULL, &b);
	show("blocked %d pending %d ignored %d default %d", sigismember(&s, SIGUSR1), sigismember(&p, SIGUSR1), a.sa_handler == SIG_IGN, b.sa_handler == SIG_DFL);
	show("umask %o", umask(0));
	show("kept %d lost %d", fcntl(20, F_GETFD), fcntl(21, F_GETFD));
	show("page %lu clock %lu secure %lu uid %lu", getauxval(AT_PAGESZ), getauxval(AT_CLKTCK), getauxval(AT_SECURE), getauxval(AT_UID));
	show("random %d vdso %d execfn %s", getauxval(AT_RANDOM) != 0, getauxval(AT_SYSINFO_EHDR) != 0, (char *)getauxval(AT_EXECFN));
	show("phnum %d entry %d platform %s", getauxval(AT_PHNUM) > 0, getauxval(AT_ENTRY) != 0, (char *)getauxval(AT_PLATFORM));
	return 5;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return second();
	errors();
	scripts();
	again(argv[0]);
	return abi_result();
}
