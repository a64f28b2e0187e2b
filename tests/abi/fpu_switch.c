// SPDX-License-Identifier: MIT
/* Floating-point and vector registers of many threads and processes stay apart over switches, signals and fork. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

#include "abi.h"

#define ROUNDS 300

typedef uint64_t vector __attribute__((vector_size(16)));

static volatile int bad, caught;

#ifdef __x86_64__
/* All sixteen registers hold the pattern over a yield; nothing of the compiler's is in between. */
static int keeps(uint64_t pattern)
{
	vector in = { pattern, ~pattern }, out[16];

	__asm__ volatile("movdqu %1, %%xmm0; movdqa %%xmm0, %%xmm1; movdqa %%xmm0, %%xmm2; movdqa %%xmm0, %%xmm3\n"
			 "movdqa %%xmm0, %%xmm4; movdqa %%xmm0, %%xmm5; movdqa %%xmm0, %%xmm6; movdqa %%xmm0, %%xmm7\n"
			 "movdqa %%xmm0, %%xmm8; movdqa %%xmm0, %%xmm9; movdqa %%xmm0, %%xmm10; movdqa %%xmm0, %%xmm11\n"
			 "movdqa %%xmm0, %%xmm12; movdqa %%xmm0, %%xmm13; movdqa %%xmm0, %%xmm14; movdqa %%xmm0, %%xmm15\n"
			 "movl $24, %%eax; syscall\n" /* sched_yield */
			 "movdqu %%xmm0, (%0); movdqu %%xmm1, 16(%0); movdqu %%xmm7, 32(%0); movdqu %%xmm8, 48(%0)\n"
			 "movdqu %%xmm14, 64(%0); movdqu %%xmm15, 80(%0)"
			 :
			 : "r"(out), "m"(in)
			 : "memory", "rax", "rcx", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
			 "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	for (int i = 0; i < 6; i++)
		if (out[i][0] != pattern || out[i][1] != ~pattern)
			return 0;
	return 1;
}
#else
#ifdef __aarch64__
#define FP_REGISTER(x) "+w"(x)
#else
#define FP_REGISTER(x) "+f"(x)
#endif
static int keeps(uint64_t pattern)
{
	double a = (double)pattern, b = a * 0.5;

	__asm__ volatile("" : FP_REGISTER(a), FP_REGISTER(b));
	sched_yield();
	__asm__ volatile("" : FP_REGISTER(a), FP_REGISTER(b));
	return b + b == a;
}
#endif

static void *worker(void *arg)
{
	uint64_t pattern = 0x0123456789abcdefULL * ((uintptr_t)arg + 1);

	for (int i = 0; i < ROUNDS; i++)
		if (!keeps(pattern + (uint64_t)i))
			bad++;
	return NULL;
}

static void on_signal(int signo)
{
	caught++;
	if (!keeps(0x5555555555555555ULL))
		bad++;
}

int main(void)
{
	struct itimerspec it = { { 0, 3000000 }, { 0, 3000000 } };
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	volatile double x = 1.0;
	pthread_t t[8];
	timer_t timer;
	int status;

	for (uintptr_t i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, worker, (void *)i);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	show("threads: bad %d", bad);
	sigaction(SIGUSR1, &a, NULL);
	timer_create(CLOCK_MONOTONIC, &e, &timer);
	timer_settime(timer, 0, &it, NULL);
	while (caught < 10)
		worker((void *)9);
	timer_delete(timer);
	show("under signals: bad %d", bad);
	for (int i = 0; i < 20; i++)
		x = x * 1.5;
	for (int i = 0; i < 4; i++) {
		if (fork() == 0) {
			worker((void *)(uintptr_t)(20 + i));
			_exit(bad || x < 3325.2 || x > 3325.3);
		}
	}
	for (int i = 0; i < 4; i++) {
		wait(&status);
		bad += status != 0;
	}
	show("after fork: bad %d", bad);
	return abi_result();
}
