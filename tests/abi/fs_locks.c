// SPDX-License-Identifier: MIT
/* Advisory locks: flock(2), fcntl(2) record locks, open file description locks. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "abi.h"

static int record(int fd, int cmd, short type, off_t start, off_t len)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &lock);
}

static void whole_files(void)
{
	int a = open("f", O_CREAT | O_RDWR, 0644), b = open("f", O_RDWR), c = dup(a), status;

	SHOW(flock(a, LOCK_SH));
	SHOW(flock(b, LOCK_SH));
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	SHOW(flock(b, LOCK_UN));
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	SHOW(flock(c, LOCK_UN));
	SHOW(flock(b, LOCK_EX | LOCK_NB));
	SHOW(flock(a, LOCK_SH | LOCK_NB));
	SHOW(flock(a, 0));
	SHOW(flock(a, LOCK_SH | LOCK_EX));
	SHOW(flock(99, LOCK_SH));
	SHOW(close(b));
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	/* Waiting ends when the holder ends. */
	if (!fork()) {
		int d = open("f", O_RDWR);

		close(a);
		close(c);
		_exit(flock(d, LOCK_EX) ? 1 : 7);
	}
	usleep(20000);
	close(a);
	close(c);
	wait(&status);
	SHOW(WEXITSTATUS(status));
}

/* What another process finds in the way. */
static void ask(int fd, short type, off_t start, off_t len)
{
	int status;

	if (!fork()) {
		struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

		if (fcntl(fd, F_GETLK, &lock))
			show("getlk: %s", strerror(errno));
		else if (lock.l_type == F_UNLCK)
			show("%d at %d+%d: free", type, (int)start, (int)len);
		else
			show("%d at %d+%d: %d at %d+%d, holder is parent %d", type, (int)start, (int)len, lock.l_type,
				(int)lock.l_start, (int)lock.l_len, lock.l_pid == getppid());
		_exit(0);
	}
	wait(&status);
}

static void records(void)
{
	int a = open("f", O_RDWR), b = open("f", O_RDWR), status;

	SHOW(record(a, F_SETLK, F_WRLCK, 10, 10));
	ask(a, F_RDLCK, 0, 10);
	ask(a, F_RDLCK, 0, 11);
	ask(a, F_RDLCK, 19, 0);
	ask(a, F_RDLCK, 20, 0);
	SHOW(record(a, F_SETLK, F_RDLCK, 12, 3));
	ask(a, F_WRLCK, 0, 0);
	ask(a, F_WRLCK, 12, 1);
	ask(a, F_RDLCK, 12, 3);
	SHOW(record(a, F_SETLK, F_UNLCK, 13, 1));
	ask(a, F_WRLCK, 13, 1);
	ask(a, F_WRLCK, 14, 1);
	SHOW(record(a, F_SETLK, F_WRLCK, 0, 0));
	ask(a, F_RDLCK, 1000000, 1);
	SHOW(record(a, F_SETLK, F_RDLCK, -1, 1));
	SHOW(record(a, F_SETLK, 77, 0, 1));
	SHOW(record(99, F_SETLK, F_RDLCK, 0, 1));
	if (!fork())
		_exit(record(b, F_SETLK, F_RDLCK, 5, 1) ? errno == EAGAIN : 2);
	wait(&status);
	SHOW(WEXITSTATUS(status));
	/* Closing any descriptor of the file gives the locks up. */
	close(b);
	ask(a, F_RDLCK, 0, 0);
	b = open("f", O_RDONLY);
	SHOW(record(b, F_SETLK, F_WRLCK, 0, 1));
	close(a);
	close(b);
}

static void deadlock(void)
{
	int a = open("f", O_RDWR), status;

	SHOW(record(a, F_SETLK, F_WRLCK, 0, 1));
	if (!fork()) {
		if (record(a, F_SETLK, F_WRLCK, 1, 1))
			_exit(1);
		_exit(record(a, F_SETLKW, F_WRLCK, 0, 1) ? 2 : 7);
	}
	usleep(30000);
	SHOW(record(a, F_SETLKW, F_WRLCK, 1, 1));
	SHOW(record(a, F_SETLK, F_UNLCK, 0, 0));
	wait(&status);
	SHOW(WEXITSTATUS(status));
	close(a);
}

static void handler(int signo)
{
}

static void interrupted(void)
{
	struct sigaction action = { .sa_handler = handler };
	int a = open("f", O_RDWR), b = open("f", O_RDWR);

	sigaction(SIGALRM, &action, NULL);
	SHOW(flock(a, LOCK_EX));
	alarm(1);
	SHOW(flock(b, LOCK_EX));
	close(a);
	close(b);
}

static void descriptions(void)
{
	int a = open("f", O_RDWR), b = open("f", O_RDWR);
	struct flock lock = { .l_type = F_WRLCK };

	SHOW(record(a, F_OFD_SETLK, F_WRLCK, 0, 10));
	SHOW(record(b, F_OFD_SETLK, F_WRLCK, 5, 10));
	SHOW(record(a, F_SETLK, F_RDLCK, 5, 10));
	SHOW(fcntl(b, F_OFD_GETLK, &lock));
	SHOW(lock.l_pid);
	lock.l_pid = 5;
	SHOW(fcntl(b, F_OFD_GETLK, &lock));
	SHOW(record(dup(a), F_OFD_SETLK, F_UNLCK, 0, 0));
	SHOW(record(b, F_OFD_SETLK, F_WRLCK, 5, 10));
	close(b);
	SHOW(record(a, F_OFD_SETLK, F_WRLCK, 5, 10));
	close(a);
}

static int shared_fd;

static void *wait_for_lock(void *arg)
{
	int result = record(shared_fd, F_SETLKW, F_WRLCK, 0, 0);

	show("lock of a closed descriptor: %d, EBADF %d", result, errno == EBADF);
	return NULL;
}

/* The descriptor goes while a lock is waited for: nobody holds it afterwards. */
static void closed_meanwhile(void)
{
	int go[2], holder, status;
	pthread_t thread;
	char c;

	CHECK(!pipe(go));
	shared_fd = open("g", O_CREAT | O_RDWR, 0644);
	holder = fork();
	if (!holder) {
		CHECK(!record(shared_fd, F_SETLK, F_WRLCK, 0, 0));
		CHECK(write(go[1], "x", 1) == 1);
		usleep(200000);
		_exit(0);
	}
	CHECK(read(go[0], &c, 1) == 1);
	pthread_create(&thread, NULL, wait_for_lock, NULL);
	usleep(100000);
	close(shared_fd);
	pthread_join(thread, NULL);
	waitpid(holder, &status, 0);
	if (!fork()) {
		SHOW(record(open("g", O_RDWR), F_SETLK, F_WRLCK, 0, 0));
		_exit(0);
	}
	wait(&status);
}

int main(void)
{
	whole_files();
	records();
	deadlock();
	interrupted();
	descriptions();
	closed_meanwhile();
	return abi_result();
}
