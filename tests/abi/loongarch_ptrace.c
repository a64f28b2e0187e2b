// SPDX-License-Identifier: MIT
/*
 * ptrace as strace and gdb use it on LoongArch: register sets and their sizes, single registers, breakpoints written into
 * the program, system-call stops, single steps (which QEMU's CPU has no registers for).
 */
#include <elf.h>
#include <linux/ptrace.h>
#define ptrace_peeksiginfo_args musl_peeksiginfo_args
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "abi.h"

#define NT_CPUCFG 0xa00
#define NT_LSX 0xa02
#define NT_LASX 0xa03

struct general { /* struct user_pt_regs */
	unsigned long regs[32], orig_a0, era, badv, reserved[10];
};

struct floating { /* struct user_fp_state */
	uint64_t fpr[32], fcc;
	uint32_t fcsr;
};

static pid_t start(void (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		body();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	return pid;
}

static void finish(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static long get(pid_t pid, long type, void *buf, size_t len)
{
	struct iovec v = { buf, len };
	long ret = ptrace(PTRACE_GETREGSET, pid, type, &v);

	return ret ? -errno : (long)v.iov_len;
}

static long set(pid_t pid, long type, void *buf, size_t len)
{
	struct iovec v = { buf, len };
	long ret = ptrace(PTRACE_SETREGSET, pid, type, &v);

	return ret ? -errno : (long)v.iov_len;
}

static void nothing(void)
{
}

static void sizes(void)
{
	static const long types[] = { NT_PRSTATUS, NT_PRFPREG, NT_PRPSINFO, 0xa00, 0xa01, NT_LSX, NT_LASX, 0xa04, 0xa05, 0xa06, 0x400 };
	_Alignas(64) char buf[4096];
	pid_t pid = start(nothing);

	for (unsigned int i = 0; i < sizeof(types) / sizeof(*types); i++) {
		long whole = get(pid, types[i], buf, sizeof(buf));

		show("set %lx: %ld, back %ld", types[i], whole, whole > 0 ? set(pid, types[i], buf, whole) : 0);
		show("  a word %ld, eight %ld, sixteen %ld, an odd part %ld, nothing %ld", get(pid, types[i], buf, 4),
			get(pid, types[i], buf, 8), get(pid, types[i], buf, 16), get(pid, types[i], buf, 13), get(pid, types[i], buf, 0));
	}
	finish(pid);
}

/* --- floating point and vectors --------------------------------------------------------------------------- */

static volatile uint64_t seen[8];

/* Fills $f8 (and all of $xr8 with vectors), stops, and says what it holds then. */
static void with_vectors(void)
{
	register uint64_t t0 __asm__("$t0") = 0x1111111111111111;
	_Alignas(32) static uint64_t out[4];
	register uint64_t *t1 __asm__("$t1") = out;

	__asm__ volatile(".word 0x769f0d88\n break 0\n .word 0x2cc001a8\n" : "+r"(t0), "+r"(t1) : : "memory", "$f8");
	show("child: %lx %lx %lx %lx", out[0], out[1], out[2], out[3]);
}

static void with_floats(void)
{
	register uint64_t t0 __asm__("$t0") = 0x2222222222222222;
	uint64_t out;

	__asm__ volatile("movgr2fr.d $f8, %1\n break 0\n movfr2gr.d %0, $f8\n" : "=r"(out) : "r"(t0) : "memory", "$f8");
	show("child: %lx", out);
}

static void to_break(pid_t pid)
{
	struct general g;
	int status;

	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show("stopped by %x", status);
	CHECK(get(pid, NT_PRSTATUS, &g, sizeof(g)) > 0);
	g.era += 4;
	CHECK(set(pid, NT_PRSTATUS, &g, sizeof(g)) > 0);
}

static void go_on(pid_t pid)
{
	int status;

	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show("ended by %x", status);
}

static void vectors(void)
{
	uint64_t wide[128], half[64];
	struct floating f;
	pid_t pid = start(with_vectors);

	to_break(pid);
	get(pid, NT_PRFPREG, &f, sizeof(f));
	get(pid, NT_LSX, half, sizeof(half));
	get(pid, NT_LASX, wide, sizeof(wide));
	show("f8 %lx, vr8 %lx %lx, xr8 %lx %lx", f.fpr[8], half[16], half[17], wide[32], wide[35]);
	wide[32] = 0xa0, wide[33] = 0xa1, wide[34] = 0xa2, wide[35] = 0xa3;
	show("set %ld", set(pid, NT_LASX, wide, sizeof(wide)));
	half[17] = 0xb1, half[16] = 0xb0;
	show("set %ld", set(pid, NT_LSX, half, sizeof(half)));
	f.fpr[8] = 0xc0;
	show("set %ld", set(pid, NT_PRFPREG, &f, sizeof(f)));
	show("partly %ld", set(pid, NT_PRFPREG, &f, 16));
	go_on(pid);

	pid = start(with_floats);
	to_break(pid);
	get(pid, NT_PRFPREG, &f, sizeof(f));
	get(pid, NT_LSX, half, sizeof(half));
	get(pid, NT_LASX, wide, sizeof(wide));
	show("f8 %lx, vr8 %lx %lx, xr8 %lx %lx", f.fpr[8], half[16], half[17], wide[32], wide[35]);
	f.fpr[8] = 0xd0;
	f.fcsr = 0;
	show("set %ld", set(pid, NT_PRFPREG, &f, sizeof(f)));
	go_on(pid);
}

/* --- general registers, breakpoints ------------------------------------------------------------------------ */

__attribute__((noinline)) static long target(long a, long b)
{
	__asm__ volatile("" : "+r"(a));
	return a + b;
}

static void caller(void)
{
	show("child: target gives %ld", target(3, 4));
}

static void breakpoint(void)
{
	pid_t pid = start(caller);
	struct general g;
	siginfo_t info;
	long old, peeked;
	int status;

	errno = 0;
	old = ptrace(PTRACE_PEEKTEXT, pid, target, 0);
	CHECK(errno == 0 && old == *(long *)target);
	SHOW(ptrace(PTRACE_POKETEXT, pid, target, (old & ~0xffffffffL) | 0x002a0005));
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	SHOW(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
	show("stopped %x, code %d, at the place %d", status, info.si_code, info.si_addr == (void *)target);
	CHECK(get(pid, NT_PRSTATUS, &g, sizeof(g)) == sizeof(g));
	show("pc there %d, arguments %ld %ld, r0 %lx", g.era == (unsigned long)target, g.regs[4], g.regs[5], g.regs[0]);
	errno = 0;
	peeked = ptrace(PTRACE_PEEKUSER, pid, 5, 0);
	show("PEEKUSER 5: %ld, pc %d", peeked, (unsigned long)ptrace(PTRACE_PEEKUSER, pid, 33, 0) == g.era);
	SHOW(ptrace(PTRACE_POKEUSER, pid, 5, 40));
	CHECK_ERRNO(ptrace(PTRACE_PEEKUSER, pid, 35, 0), EIO);
	CHECK_ERRNO(ptrace(PTRACE_POKEUSER, pid, 35, 0), EIO);
	CHECK_ERRNO(ptrace(PTRACE_GETREGS, pid, 0, &g), EIO);
	SHOW(ptrace(PTRACE_POKETEXT, pid, target, old));
	go_on(pid);
}

static void steps(void)
{
	pid_t pid = start(nothing);
	int status, stops = 0;

	/* Without debug registers a step is a run, until something else stops it. */
	SHOW(ptrace(PTRACE_SINGLESTEP, pid, 0, 0));
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && stops < 20) {
		stops++;
		if (ptrace(PTRACE_SINGLESTEP, pid, 0, 0))
			break;
	}
	show("stops %d, end %x", stops, status);
	if (stops)
		finish(pid);
}

static void three_calls(void)
{
	syscall(SYS_getppid);
	syscall(SYS_close, 99);
	syscall(SYS_lseek, 1, 2, 3);
}

static void calls(void)
{
	pid_t pid = start(three_calls);
	struct general g;
	int status;

	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (int i = 0; i < 14 && !ptrace(PTRACE_SYSCALL, pid, 0, 0); i++) {
		struct __ptrace_syscall_info info = { 0 };

		if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			break;
		get(pid, NT_PRSTATUS, &g, sizeof(g));
		long n = ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
		if (g.regs[11] != SYS_close && g.regs[11] != SYS_lseek)
			continue;
		show("%x call %ld: a0 %ld orig %ld; info %ld op %d nr %ld result %ld", status, g.regs[11], g.regs[4], g.orig_a0, n,
			info.op, info.op == 1 ? (long)info.entry.nr : -1, info.op == 2 ? (long)info.exit.rval : 0);
		if (g.regs[11] == SYS_close && info.op == 1) {
			g.orig_a0 = g.regs[4] = 98;
			set(pid, NT_PRSTATUS, &g, sizeof(g));
		}
		if (g.regs[11] == SYS_lseek && info.op == 2) {
			g.regs[4] = 77;
			set(pid, NT_PRSTATUS, &g, sizeof(g));
		}
	}
	show("end %x", status);
	finish(pid);
}

static void configuration(void)
{
	pid_t pid = start(nothing);
	uint32_t words[64];

	get(pid, NT_CPUCFG, words, sizeof(words));
	for (unsigned long i = 0; i < 24; i++) {
		unsigned long own;

		__asm__ volatile("cpucfg %0, %1" : "=r"(own) : "r"(i));
		CHECK(words[i] == (uint32_t)own);
	}
	finish(pid);
}

int main(void)
{
	sizes();
	vectors();
	breakpoint();
	steps();
	calls();
	configuration();
	return abi_result();
}
