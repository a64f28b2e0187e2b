// SPDX-License-Identifier: MIT
/* Threads: futexes with their errno, requeue, robust and priority lists as far as musl uses them, exec and exit with
 * threads alive, per-thread signals, barriers, affinity. */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "abi.h"

static uint32_t word;
static atomic_int counter, woken;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static long futex(uint32_t *u, int op, uint32_t v, void *t, uint32_t *u2, uint32_t v3)
{
	return syscall(SYS_futex, u, op, v, t, u2, v3);
}

static void misuse(void)
{
	struct timespec t = { 0, 1000000 }, bad = { 0, 2000000000 };

	CHECK_ERRNO(futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN);
	CHECK_ERRNO(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), ETIMEDOUT);
	CHECK_ERRNO(futex(&word, FUTEX_WAIT, 0, &bad, NULL, 0), EINVAL);
	CHECK_ERRNO(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 0, NULL, NULL, 0), EINVAL);
	CHECK_ERRNO(futex((uint32_t *)8, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT);
	CHECK_ERRNO(futex(&word, 99, 0, NULL, NULL, 0), ENOSYS);
	CHECK_ERRNO(futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), EINVAL);
	SHOW(futex(&word, FUTEX_WAKE, 5, NULL, NULL, 0));
	CHECK_ERRNO(syscall(SYS_tgkill, getpid(), 99999, SIGTERM), ESRCH);
	CHECK_ERRNO(syscall(SYS_tgkill, -1, 1, SIGTERM), EINVAL);
}

static void *waiter(void *arg)
{
	futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	atomic_fetch_add(&woken, 1);
	return NULL;
}

static void requeue(void)
{
	static uint32_t other;
	pthread_t t[5];
	int n = 0;

	for (int i = 0; i < 5; i++)
		pthread_create(&t[i], NULL, waiter, NULL);
	/* Until all five sleep: a requeue that moves nobody says how many it would have moved. */
	while (n < 5) {
		usleep(2000);
		n += futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 0, (void *)10L, &other, 0);
	}
	show("moved %d", n);
	SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
	SHOW(futex(&other, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0));
	SHOW(futex(&other, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
	for (int i = 0; i < 5; i++)
		pthread_join(t[i], NULL);
	show("woken %d", woken);
}

static void *adder(void *arg)
{
	for (int i = 0; i < 20000; i++) {
		pthread_mutex_lock(&mutex);
		(*(long *)arg)++;
		pthread_mutex_unlock(&mutex);
		if (i % 1000 == 0)
			sched_yield();
	}
	return arg;
}

static void *broadcast_waiter(void *arg)
{
	pthread_mutex_lock(&mutex);
	while (!*(volatile int *)arg)
		pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
	return arg;
}

static void locking(void)
{
	static int go;
	pthread_t t[8];
	long sum = 0;

	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, adder, &sum);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	show("sum %ld", sum);
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, broadcast_waiter, &go);
	usleep(5000);
	pthread_mutex_lock(&mutex);
	go = 1;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	show("all through");
	pthread_mutexattr_t attr;
	pthread_mutex_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, 1);
	pthread_mutexattr_setrobust(&attr, 1);
	pthread_mutex_init(shared, &attr);
	if (fork() == 0) {
		pthread_mutex_lock(shared);
		_exit(0);
	}
	wait(NULL);
	show("owner died %d", pthread_mutex_lock(shared) == EOWNERDEAD);
}

static void *sleeper(void *arg)
{
	atomic_fetch_add(&counter, 1);
	for (;;)
		pause();
}

static void ends(void)
{
	pthread_t t;
	int status;

	if (fork() == 0) {
		for (int i = 0; i < 5; i++)
			pthread_create(&t, NULL, sleeper, NULL);
		_exit(3);
	}
	wait(&status);
	show("exit_group %#x", status);
	if (fork() == 0) {
		for (int i = 0; i < 5; i++)
			pthread_create(&t, NULL, sleeper, NULL);
		while (counter < 5)
			usleep(1000);
		execl("/bin/busybox", "sh", "-c", "ls /proc/self/task | wc -l", (char *)NULL);
	}
	wait(&status);
	show("exec with threads %#x", status);
	if (fork() == 0) {
		pthread_create(&t, NULL, sleeper, NULL);
		pthread_kill(t, SIGKILL);
		for (;;)
			pause();
	}
	wait(&status);
	show("one killed, all gone %#x", status);
	if (fork() == 0) {
		pthread_create(&t, NULL, sleeper, NULL);
		syscall(SYS_exit, 7);
	}
	usleep(30000);
	int r = waitpid(-1, &status, WNOHANG);

	show("the leader's end is not the group's %d", r);
	kill(-1, 0);
	if (r == 0) {
		/* The group still lives by its other thread. */
		signal(SIGTERM, SIG_IGN);
		kill(0, SIGTERM);
		wait(&status);
		show("then a signal %#x", status);
	}
}

static void affinity(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CHECK(sched_getaffinity(0, sizeof(set), &set) == 0);
	show("cpus %d", CPU_COUNT(&set));
	CPU_ZERO(&set);
	CHECK_ERRNO(sched_setaffinity(0, sizeof(set), &set), EINVAL);
	CPU_SET(1, &set);
	SHOW(sched_setaffinity(0, sizeof(set), &set));
	unsigned cpu = 9;

	SHOW(syscall(SYS_getcpu, &cpu, NULL, NULL));
	show("on cpu %u", cpu);
	SHOW(syscall(SYS_sched_getaffinity, 0, 4, &set));
}

int main(void)
{
	misuse();
	requeue();
	locking();
	ends();
	affinity();
	return abi_result();
}
