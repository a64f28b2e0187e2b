// SPDX-License-Identifier: MIT
/* mmap, mprotect, mremap, madvise, brk, shared and private file mappings, copy on write. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "abi.h"

/* The error of a place that no program has. */
#ifdef __loongarch__
#define BEYOND EINVAL
#else
#define BEYOND ENOMEM
#endif

static sigjmp_buf jump;
static volatile int code, number;

static void fault(int signo, siginfo_t *info, void *context)
{
	number = signo;
	code = info->si_code;
	siglongjmp(jump, 1);
}

/* A function that only returns. */
#if defined(__x86_64__)
static const unsigned char return_code[] = { 0xc3 };
#elif defined(__riscv)
static const unsigned char return_code[] = { 0x67, 0x80, 0x00, 0x00 };
#elif defined(__aarch64__)
static const unsigned char return_code[] = { 0xc0, 0x03, 0x5f, 0xd6 };
#else
static const unsigned char return_code[] = { 0x20, 0x00, 0x00, 0x4c };
#endif

/* 0: can be touched; else signal * 10 + code. */
static int touch(volatile char *p, int write)
{
	if (sigsetjmp(jump, 1))
		return number * 10 + code;
	if (write)
		*p = 1;
	else
		(void)*p;
	return 0;
}

static void *map(size_t len, int prot, int flags, int fd, off_t off)
{
	return mmap(NULL, len, prot, flags, fd, off);
}

static void misuse(void)
{
	CHECK(map(0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(map(PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(map(PAGE, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED && errno == EBADF);
	CHECK(map(PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 5) == MAP_FAILED && errno == EINVAL);
	CHECK(map(1UL << 60, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
	CHECK(mmap((void *)5, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap((void *)-PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED && errno == BEYOND);
	CHECK_ERRNO(munmap((void *)5, PAGE), EINVAL);
	CHECK_ERRNO(munmap((void *)PAGE, 0), EINVAL);
	SHOW(munmap((void *)(PAGE * 1000), PAGE));
	CHECK_ERRNO(mprotect((void *)(PAGE * 1000), PAGE, PROT_READ), ENOMEM);
	CHECK_ERRNO(syscall(SYS_mprotect, 5, PAGE, PROT_READ), EINVAL);
	CHECK_ERRNO(madvise((void *)5, PAGE, MADV_DONTNEED), EINVAL);
	CHECK_ERRNO(madvise((void *)PAGE, PAGE, 9999), EINVAL);
	int fd = open("ro", O_CREAT | O_RDONLY, 0600);

	CHECK(map(PAGE, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EACCES);
	CHECK(map(PAGE, PROT_READ, MAP_SHARED, open("/tmp", O_RDONLY), 0) == MAP_FAILED && errno == ENODEV);
}

static void protection(void)
{
	char *p = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	SHOW(touch(p, 1));
	SHOW(mprotect(p + PAGE, PAGE, PROT_READ));
	SHOW(touch(p + PAGE, 0));
	SHOW(touch(p + PAGE, 1));
	SHOW(mprotect(p + 2 * PAGE, PAGE, PROT_NONE));
	SHOW(touch(p + 2 * PAGE, 0));
	SHOW(munmap(p + 3 * PAGE, PAGE));
	SHOW(touch(p + 3 * PAGE, 0));
	SHOW(touch(p, 1));
	SHOW(mmap(p + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
	SHOW(mmap(p + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + PAGE);
	SHOW(touch(p + 2 * PAGE, 1));
	p[0] = 9;
	SHOW(madvise(p, PAGE, MADV_DONTNEED));
	show("zero again %d", p[0]);
	unsigned char *code_page = map(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(code_page, return_code, sizeof(return_code));
	__builtin___clear_cache((char *)code_page, (char *)code_page + sizeof(return_code));
	SHOW(mprotect(code_page, PAGE, PROT_READ | PROT_EXEC));
	((void (*)(void))code_page)();
	show("executed");
	unsigned char in_core[4] = { 9, 9, 9, 9 };

	p = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p[PAGE] = 1;
	SHOW(mincore(p, 4 * PAGE, in_core));
	show("%d%d%d%d", in_core[0], in_core[1], in_core[2], in_core[3]);
}

static void files(void)
{
	int fd = open("file", O_CREAT | O_RDWR, 0600), status;
	char buf[8] = "";

	ftruncate(fd, PAGE + 100);
	pwrite(fd, "hello", 5, 0);
	char *shared = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *private = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	show("%s %s", shared, private);
	memcpy(shared, "HE", 2);
	pread(fd, buf, 5, 0);
	show("%s %s", buf, private);
	private[4] = '!';
	memcpy(shared + 1, "xyz", 3);
	show("%s %s", shared, private);
	pwrite(fd, "Q", 1, PAGE + 1);
	show("%c %c %d", shared[PAGE + 1], private[PAGE + 1], shared[PAGE + 200]);
	SHOW(msync(shared, 2 * PAGE, MS_SYNC));
	CHECK_ERRNO(msync(shared, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	ftruncate(fd, 10);
	SHOW(touch(shared + PAGE, 0));
	SHOW(touch(private + PAGE, 0));
	ftruncate(fd, 3 * PAGE);
	SHOW(touch(shared + PAGE, 0));
	show("%d %d", shared[PAGE + 1], shared[9]);
	char *common = map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (fork() == 0) {
		common[0] = 77;
		shared[0] = 'c';
		private[0] = 'c';
		_exit(0);
	}
	wait(&status);
	show("%d %c %c", common[0], shared[0], private[0] == 'c' ? 'c' : '-');
	close(fd);
	unlink("file");
	shared[1] = 'd';
	show("%.2s", shared);
	int m = memfd_create("name", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	SHOW(ftruncate(m, PAGE));
	SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE));
	CHECK_ERRNO(ftruncate(m, 10), EPERM);
	CHECK_ERRNO(write(m, "x", 1), EPERM);
	CHECK(map(PAGE, PROT_WRITE, MAP_SHARED, m, 0) == MAP_FAILED && errno == EPERM);
	SHOW(fcntl(m, F_GET_SEALS));
}

/* What was sealed does not change any more, however many wrote at that moment. */
static void *write_all_the_time(void *arg)
{
	static char block[60000];
	int fd = *(int *)arg;

	while (pwrite(fd, block, sizeof(block), 0) > 0)
		block[0]++;
	return NULL;
}

static void seal_beside_writers(void)
{
	int changed = 0;

	for (int i = 0; i < 60; i++) {
		char before, after;
		pthread_t threads[3];
		int fd = memfd_create("sealed", MFD_ALLOW_SEALING);

		CHECK(write(fd, "", 1) == 1);
		for (int t = 0; t < 3; t++)
			pthread_create(&threads[t], NULL, write_all_the_time, &fd);
		usleep(3000 + i * 37);
		CHECK(!fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
		CHECK(pread(fd, &before, 1, 0) == 1);
		for (int t = 0; t < 3; t++)
			pthread_join(threads[t], NULL);
		CHECK(pread(fd, &after, 1, 0) == 1);
		changed += before != after;
		close(fd);
	}
	show("changed after the seal: %d", changed);
}

static void moving(void)
{
	char *p = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;

	for (int i = 0; i < 4; i++)
		p[i * PAGE] = 'a' + i;
	SHOW(mremap(p, 4 * PAGE, 2 * PAGE, 0) == p);
	SHOW(touch(p + 2 * PAGE, 0));
	q = mremap(p, 2 * PAGE, 100 * PAGE, MREMAP_MAYMOVE);
	show("%c%c%d", q[0], q[PAGE], q[50 * PAGE]);
	char *there = map(200 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	SHOW(mremap(q, 100 * PAGE, 100 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, there + 10 * PAGE) == there + 10 * PAGE);
	show("%c", there[11 * PAGE]);
	SHOW(touch(q, 0));
	CHECK(mremap((void *)(PAGE * 1000), PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
	char *brk0 = sbrk(0);

	show("brk moves %d", (char *)syscall(SYS_brk, brk0 + 10 * PAGE) == brk0 + 10 * PAGE);
	brk0[9 * PAGE] = 1;
	show("brk back %d", (char *)syscall(SYS_brk, brk0) == brk0);
	show("brk far %d", (char *)syscall(SYS_brk, (char *)0x7fffffffffff) == brk0);
}

static void copy_on_write(void)
{
	enum { N = 300 };
	char *p = map(N * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int bad = 0, status;

	for (int i = 0; i < N; i++)
		p[i * PAGE] = i;
	for (int k = 0; k < 8; k++) {
		if (fork() == 0) {
			for (int i = k; i < N; i += 8)
				p[i * PAGE] = 100;
			for (int i = 0; i < N; i++)
				bad += p[i * PAGE] != (i % 8 == k ? 100 : (char)i);
			_exit(bad != 0);
		}
	}
	while (wait(&status) > 0)
		CHECK(status == 0);
	for (int i = 0; i < N; i++)
		bad += p[i * PAGE] != (char)i;
	show("bad %d", bad);
}

static void limits(void)
{
	struct rlimit r = { 64 << 20, 64 << 20 };
	int status;

	if (fork() == 0) {
		setrlimit(RLIMIT_AS, &r);
		SHOW(map(65 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
		CHECK(errno == ENOMEM);
		_exit(0);
	}
	wait(&status);
	volatile char *stack = __builtin_alloca(4 << 20);

	for (int i = (4 << 20) - 1; i >= 0; i -= PAGE)
		stack[i] = 1;
	show("the stack grows");
}

int main(void)
{
	static char alt[65536];
	struct sigaction a = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&(stack_t){ .ss_sp = alt, .ss_size = sizeof(alt) }, NULL);
	sigaction(SIGSEGV, &a, NULL);
	sigaction(SIGBUS, &a, NULL);
	misuse();
	protection();
	files();
	seal_beside_writers();
	moving();
	copy_on_write();
	limits();
	return abi_result();
}
