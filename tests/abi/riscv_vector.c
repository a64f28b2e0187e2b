// SPDX-License-Identifier: MIT
/*
 * Vector registers (ABI: Documentation/arch/riscv/vector.rst): each thread's own over switches, in signal frames and
 * for tracers, clobbered by calls, closed at exec. ABI_CPU max
 */
#include <asm/hwprobe.h>
#define sigcontext kernel_sigcontext /* musl has its own, without the records */
#include <asm/sigcontext.h>
#undef sigcontext
#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "abi.h"

#define HWCAP_V (1ul << ('V' - 'A'))
#ifndef NT_RISCV_VECTOR
#define NT_RISCV_VECTOR 0x901
#endif
#ifndef PR_RISCV_V_SET_CONTROL
#define PR_RISCV_V_SET_CONTROL 69
#define PR_RISCV_V_GET_CONTROL 70
#endif

#define VECTOR(text) ".option push\n\t.option arch, +v\n\t" text "\n\t.option pop"

static volatile int signals, bad_frames;
static unsigned long vlenb;

static void fill(long value)
{
	__asm__ volatile(VECTOR("vsetvli t0, zero, e64, m8, ta, ma\n\tvmv.v.x v0, %0\n\tvmv.v.x v8, %0\n\t"
		"vmv.v.x v16, %0\n\tvmv.v.x v24, %0") : : "r"(value) : "t0", "memory");
}

/* The sum of all lanes of all registers, by vl and vtype as they are. */
static long sum(void)
{
	long a;

	__asm__ volatile(VECTOR("vadd.vv v0, v0, v8\n\tvadd.vv v16, v16, v24\n\tvadd.vv v0, v0, v16\n\t"
		"vmv.s.x v8, zero\n\tvredsum.vs v8, v0, v8\n\tvmv.x.s %0, v8") : "=r"(a) : : "memory");
	return a;
}

static unsigned long vtype(void)
{
	unsigned long value;

	__asm__ volatile("csrr %0, 0xc21" : "=r"(value));
	return value;
}

static unsigned long vl(void)
{
	unsigned long value;

	__asm__ volatile("csrr %0, 0xc20" : "=r"(value));
	return value;
}

static void on_alarm(int signo)
{
	fill(1000);
	signals++;
}

/* No call between fill and sum. */
static int spin(long value)
{
	int bad = 0;

	for (int i = 0; i < 100; i++) {
		fill(value);
		for (volatile int k = 0; k < 20000; k++)
			;
		bad += sum() != value * (long)vlenb * 4;
	}
	return bad;
}

static void switches(void)
{
	struct itimerval every = { { 0, 3000 }, { 0, 3000 } };
	pid_t pids[3];
	int status, bad;

	signal(SIGALRM, on_alarm);
	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(spin(5 + i) != 0);
	}
	setitimer(ITIMER_REAL, &every, NULL);
	bad = spin(3);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	CHECK(bad == 0);
	CHECK(signals > 0);
	for (int i = 0; i < 3; i++) {
		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		CHECK(status == 0);
	}
}

static void calls(void)
{
	long ones;

	fill(7);
	register long a7 __asm__("a7") = SYS_getppid;
	register long a0 __asm__("a0");
	__asm__ volatile("ecall" : "=r"(a0) : "r"(a7) : "memory");
	show("after a call: vtype %lx vl %lx", vtype(), vl());
	__asm__ volatile(VECTOR("vsetivli zero, 2, e64, m1, ta, ma\n\tvand.vv v3, v3, v11\n\tvand.vv v3, v3, v29\n\t"
		"vmv.x.s %0, v3") : "=r"(ones) : : "memory");
	show("registers %lx", ones);
}

/* --- signal frames ---------------------------------------------------------------------------------- */

static volatile long seen[8];

static void on_usr1(int signo, siginfo_t *info, void *context)
{
	struct kernel_sigcontext *sc = (void *)&((ucontext_t *)context)->uc_mcontext;
	struct __riscv_ctx_hdr *head = &sc->sc_extdesc.hdr;
	struct __riscv_v_ext_state *state = (void *)(head + 1);
	struct __riscv_ctx_hdr *end = (void *)((char *)head + head->size);
	uint64_t *lanes = state->datap;

	seen[0] = head->magic;
	if (head->magic != RISCV_V_MAGIC) {
		seen[1] = head->size;
		return;
	}
	seen[1] = head->size - 32 * vlenb;
	seen[2] = end->magic | end->size;
	seen[3] = (char *)state->datap - (char *)state;
	seen[4] = state->vlenb == vlenb;
	seen[5] = state->vtype;
	seen[6] = state->vl / (vlenb / 8);
	seen[7] = lanes[0];
	for (unsigned int i = 0; i < 4 * vlenb; i++)
		bad_frames += lanes[i] != lanes[0];
	/* What the frame says counts at the return. */
	for (unsigned int i = 0; i < 4 * vlenb; i++)
		lanes[i] = 21;
	__asm__ volatile(VECTOR("vsetvli t0, zero, e8, m1, ta, ma\n\tvmv.v.i v0, 3\n\tvmv.v.i v9, 3") : : : "t0", "memory");
}

static void show_seen(const char *what)
{
	show("%s: %lx %lx %lx %lx %lx %lx %lx %lx bad %d", what, seen[0], seen[1], seen[2], seen[3], seen[4], seen[5], seen[6],
		seen[7], bad_frames);
	memset((void *)seen, 0, sizeof(seen));
}

static void by_call(void)
{
	struct sigaction act = { .sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &act, NULL);
	fill(55);
	raise(SIGUSR1);
	show_seen("by a call");
}

static void on_trap(int signo, siginfo_t *info, void *context)
{
	struct kernel_sigcontext *sc = (void *)&((ucontext_t *)context)->uc_mcontext;

	on_usr1(signo, info, context);
	sc->sc_regs.pc += 4;
}

static void on_break(void)
{
	struct sigaction act = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
	long after;
	unsigned long type, length;

	sigaction(SIGTRAP, &act, NULL);
	fill(77);
	__asm__ volatile(".option push\n\t.option norvc\n\tebreak\n\t.option pop" : : : "memory");
	type = vtype();
	length = vl();
	after = sum();
	show_seen("by a fault");
	show("after: vtype %lx, all registers %d, sum %d", type, length == vlenb, after == 21 * 4 * (long)vlenb);
}

static void on_segv(int signo)
{
	_exit(40 + signo);
}

/* A frame whose record is damaged ends in SIGSEGV. */
static int how;

static void damage(int signo, siginfo_t *info, void *context)
{
	struct kernel_sigcontext *sc = (void *)&((ucontext_t *)context)->uc_mcontext;
	struct __riscv_ctx_hdr *head = &sc->sc_extdesc.hdr;
	struct __riscv_v_ext_state *state = (void *)(head + 1);
	struct __riscv_ctx_hdr *end = (void *)((char *)head + head->size);

	switch (how) {
	case 0: head->magic ^= 1; break;
	case 1: head->size += 16; break;
	case 2: end->magic = 5; break;
	case 3: end->size = 8; break;
	case 4: state->datap = (void *)16; break;
	case 5: sc->sc_extdesc.reserved = 1; break;
	case 6: state->vl = -1; state->vtype = -1; state->vcsr = -1; break;
	case 7: state->vlenb = 3; break;
	case 8: head->magic = 0; head->size = 0; break;
	}
}

static void damages(void)
{
	for (how = 0; how < 9; how++) {
		pid_t pid = fork();
		int status;

		if (!pid) {
			struct sigaction act = { .sa_sigaction = damage, .sa_flags = SA_SIGINFO };

			signal(SIGSEGV, on_segv);
			sigaction(SIGUSR1, &act, NULL);
			fill(4);
			raise(SIGUSR1);
			_exit(1);
		}
		waitpid(pid, &status, 0);
		show("damage %d: %x", how, status);
	}
}

/* --- prctl, fork, exec ------------------------------------------------------------------------------ */

static void controls(const char *self)
{
	static const long values[] = { 0, 1, 2, 3, 4, 8, 12, 16, 32, 2 | 1 << 2, 2 | 2 << 2 | 16, 0 };
	int status;
	pid_t pid;

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		errno = 0;
		int result = prctl(PR_RISCV_V_SET_CONTROL, values[i], 0, 0, 0), error = errno;

		show("control %lx: %d %s, then %x", values[i], result, strerror(error), prctl(PR_RISCV_V_GET_CONTROL, 0, 0, 0, 0));
	}
	/* Off for what comes next, inherited or not. */
	for (long inherit = 0; inherit <= 16; inherit += 16) {
		pid = fork();
		if (!pid) {
			prctl(PR_RISCV_V_SET_CONTROL, 1 << 2 | inherit, 0, 0, 0);
			execl(self, self, "off", (char *)NULL);
			_exit(9);
		}
		waitpid(pid, &status, 0);
		show("child %x", status);
	}
}

static void on_illegal(int signo)
{
	show("SIGILL");
	_exit(4);
}

/* Started where vectors are off. */
static int started_off(const char *self, const char *again)
{
	show("%s: hwcap %d control %x", again, !!(getauxval(AT_HWCAP) & HWCAP_V), prctl(PR_RISCV_V_GET_CONTROL, 0, 0, 0, 0));
	if (!strcmp(again, "off"))
		execl(self, self, "again", (char *)NULL);
	signal(SIGILL, on_illegal);
	fill(1);
	show("works");
	return 0;
}

static void on_ill(int signo, siginfo_t *info, void *context)
{
	struct kernel_sigcontext *sc = (void *)&((ucontext_t *)context)->uc_mcontext;

	show("illegal: code %d, here %d", info->si_code, (unsigned long)info->si_addr == sc->sc_regs.pc);
	sc->sc_regs.pc += 4;
}

static void in_fork(void)
{
	struct sigaction act = { .sa_sigaction = on_ill, .sa_flags = SA_SIGINFO };
	pid_t pid;
	int status;

	sigaction(SIGILL, &act, NULL);
	__asm__ volatile(".word 0xffffffff");
	fill(9);
	pid = fork();
	if (!pid) {
		unsigned long type = vtype(), length = vl();
		long value;

		__asm__ volatile(VECTOR("vsetivli zero, 1, e64, m1, ta, ma\n\tvmv.x.s %0, v24") : "=r"(value) : : "memory");
		show("child begins with vtype %lx vl %lx v24 %lx", type, length, value);
		_exit(0);
	}
	waitpid(pid, &status, 0);
}

/* --- tracers ---------------------------------------------------------------------------------------- */

static long buffer[2048];

static void traced(void)
{
	struct iovec v = { buffer, sizeof(buffer) };
	int status;
	pid_t pid = fork();

	if (!pid) {
		long after;

		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP); /* not used yet */
		fill(33);
		__asm__ volatile(".option push\n\t.option norvc\n\tebreak\n\t.option pop" : : : "memory");
		after = sum();
		_exit(after == 44 * 4 * (long)vlenb ? 5 : 6);
	}
	waitpid(pid, &status, 0);
	SHOW(ptrace(PTRACE_GETREGSET, pid, NT_RISCV_VECTOR, &v));
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show("stopped %x", status);
	v.iov_len = sizeof(buffer);
	SHOW(ptrace(PTRACE_GETREGSET, pid, NT_RISCV_VECTOR, &v));
	show("length %ld vstart %lx vtype %lx vcsr %lx", v.iov_len - 32 * vlenb, buffer[0], buffer[2], buffer[3]);
	show("vl %d vlenb %d v0 %ld v31 %ld", buffer[1] == (long)vlenb, buffer[4] == (long)vlenb, buffer[5],
		buffer[5 + 4 * vlenb - 1]);
	for (unsigned int i = 0; i < 4 * vlenb; i++)
		buffer[5 + i] = 44;
	v.iov_len = 40 + 32 * vlenb;
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_RISCV_VECTOR, &v));
	buffer[4]++;
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_RISCV_VECTOR, &v));
	v.iov_len = 42;
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_RISCV_VECTOR, &v));
	v.iov_len = 16;
	SHOW(ptrace(PTRACE_GETREGSET, pid, NT_RISCV_VECTOR, &v));
	show("length %ld", (long)v.iov_len);
	v.iov_len = 4096 * 3;
	SHOW(ptrace(PTRACE_GETREGSET, pid, NT_RISCV_VECTOR, &v));
	v.iov_base = buffer;
	buffer[4] = (long)vlenb;
	struct user_regs_struct regs;
	struct iovec r = { &regs, sizeof(regs) };
	ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &r);
	regs.pc += 4;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &r);
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show("ended %x", status);
}

int main(int argc, char **argv)
{
	const char *self = (const char *)getauxval(AT_EXECFN);
	struct riscv_hwprobe probe = { RISCV_HWPROBE_KEY_IMA_EXT_0, 0 };

	if (argc > 1)
		return started_off(self, argv[1]);
	if (!(getauxval(AT_HWCAP) & HWCAP_V)) {
		show("no vectors");
		SHOW(prctl(PR_RISCV_V_GET_CONTROL, 0, 0, 0, 0));
		SHOW(prctl(PR_RISCV_V_SET_CONTROL, 2, 0, 0, 0));
		return abi_result();
	}
	show("control %x", prctl(PR_RISCV_V_GET_CONTROL, 0, 0, 0, 0));
	SHOW(syscall(258 /* riscv_hwprobe */, &probe, 1, 0, NULL, 0));
	show("probe says V: %d", !!(probe.value & RISCV_HWPROBE_IMA_V));
	show("signal frame's least size %ld", (long)getauxval(AT_MINSIGSTKSZ));
	in_fork();
	__asm__ volatile("csrr %0, 0xc22" : "=r"(vlenb));
	show("vlenb %lu", vlenb);
	calls();
	switches();
	by_call();
	on_break();
	damages();
	controls(self);
	traced();
	return abi_result();
}
