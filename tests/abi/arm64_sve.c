// SPDX-License-Identifier: MIT
/* SVE registers are each thread's own: over switches, signals, fork, in a tracer's hands. Says little on a CPU without. */
#include <asm/hwcap.h>
#include <asm/ptrace.h>
#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/uio.h>
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

/* Stops by a trap, which keeps the vectors (a system call need not). */
static void traced(void)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	FILL(7);
	__asm__ volatile("brk #0");
	_exit(sum() == 9 * 8 ? 33 : 34);
}

static void trace(long vl)
{
	unsigned int vq = (unsigned int)vl / 16;
	struct user_sve_header *sve = calloc(1, 16384);
	struct iovec v = { sve, 16384 };
	long *z5 = (long *)((char *)sve + SVE_PT_SVE_ZREG_OFFSET(vq, 5)), *z31 = (long *)((char *)sve + SVE_PT_SVE_ZREG_OFFSET(vq, 31));
	int status;
	pid_t pid = fork();

	if (!pid)
		traced();
	waitpid(pid, &status, 0);
	show("stop %x", status);
	SHOW(ptrace(PTRACE_GETREGSET, pid, NT_ARM_SVE, &v));
	show("size %u vl %u flags %u", sve->size, sve->vl, sve->flags);
	show("z5 %ld %ld z31 %ld", z5[0], z5[vl / 8 - 1], z31[vl / 8 - 1]);
	for (int i = 0; i < vl / 8; i++)
		z5[i] = z31[i] = i < 8 ? 9 : 0;
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_ARM_SVE, &v));
	sve->vl = 24;
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_ARM_SVE, &v));
	sve->vl = (unsigned short)vl;
	v.iov_len = 8; /* less than a header */
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_ARM_SVE, &v));
	struct { unsigned long regs[34]; } regs;
	struct iovec r = { &regs, sizeof(regs) };

	ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &r);
	regs.regs[32] += 4;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &r);
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show("end %x", status);
	free(sve);
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
	trace(vl);
	return abi_result();
}
