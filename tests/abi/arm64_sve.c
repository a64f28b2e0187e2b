// SPDX-License-Identifier: MIT
/* SVE registers are each thread's own: over switches, signals, fork. Says little on a CPU without. */
#include <asm/hwcap.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"

static volatile int signals;

#define FILL(value) \
	__asm__ volatile(".arch_extension sve\n\tdup z5.d, %0\n\tdup z31.d, %0\n\tptrue p3.d\n\tptrue p7.d" \
		: : "r"((long)(value)) : "v5", "v31")

/* The sum over all lanes, by the predicates. */
static long sum(void)
{
	long a, b;

	__asm__ volatile(".arch_extension sve\n\tuaddv d0, p3, z5.d\n\tfmov %0, d0\n\tuaddv d0, p7, z31.d\n\tfmov %1, d0"
		: "=r"(a), "=r"(b) : : "v0");
	return a == b ? a : -1;
}

static void on_alarm(int signo)
{
	FILL(1000);
	signals++;
}

/* Nothing but registers between FILL and sum: no call. */
static int spin(long value, long lanes)
{
	int bad = 0;

	for (int i = 0; i < 200; i++) {
		FILL(value);
		for (volatile int k = 0; k < 20000; k++)
			;
		bad += sum() != value * lanes;
	}
	return bad;
}

int main(void)
{
	struct itimerval every = { { 0, 3000 }, { 0, 3000 } };
	long vl = 0, lanes;
	int status;

	if (!(getauxval(AT_HWCAP) & HWCAP_SVE)) {
		show("no SVE");
		return abi_result();
	}
	__asm__ volatile(".arch_extension sve\n\trdvl %0, #1" : "=r"(vl));
	lanes = vl / 8;
	show("vl %ld", vl);
	signal(SIGALRM, on_alarm);
	pid_t pid = fork();

	setitimer(ITIMER_REAL, &every, NULL);
	status = spin(pid ? 3 : 5, lanes);
	if (!pid)
		_exit(status != 0);
	CHECK(status == 0);
	CHECK(signals > 0);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	SHOW(waitpid(pid, &status, 0) == pid);
	show("child %x", status);
	return abi_result();
}
