// SPDX-License-Identifier: MIT
/* Registers of a riscv thread for tracers: sets and their lengths, calls changed at their stops, no single step. */
#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "abi.h"

struct regs {
	unsigned long pc, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10,
		s11, t3, t4, t5, t6;
};
struct fpregs {
	unsigned long f[32];
	unsigned int fcsr;
};

static struct regs regs;
static char big[4096];

static long get(pid_t pid, int type, void *buf, size_t size, size_t *len)
{
	struct iovec v = { buf, size };
	long result = ptrace(PTRACE_GETREGSET, pid, type, &v);

	*len = v.iov_len;
	return result;
}

static long set(pid_t pid, int type, void *buf, size_t size)
{
	struct iovec v = { buf, size };

	return ptrace(PTRACE_SETREGSET, pid, type, &v);
}

static void show_get(const char *what, pid_t pid, int type, size_t size)
{
	size_t len;
	long result;

	errno = 0;
	result = get(pid, type, big, size, &len);
	show("%s of %zu: %ld %s, length %zu", what, size, result, strerror(errno), len);
}

static int stop(pid_t pid)
{
	int status = 0;

	waitpid(pid, &status, 0);
	return status;
}

static void child(void)
{
	register long a0 __asm__("a0") = 41, a7 __asm__("a7") = SYS_close;
	register long s5 __asm__("s5") = 0x5555;
	register double fs3 __asm__("fs3") = 2.5;
	double out;
	long kept;

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	__asm__ volatile(".option push\n\t.option norvc\n\tebreak\n\t.option pop\n\tmv %0, s5\n\tfmv.d %1, fs3"
		: "=r"(kept), "=f"(out), "+r"(s5), "+f"(fs3));
	a0 = 41;
	a7 = SYS_close;
	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
	_exit(kept == 0x6666 && out == 3.5 && a0 == 777 ? 3 : 4);
}

static void sets(pid_t pid)
{
	show_get("registers", pid, NT_PRSTATUS, sizeof(regs));
	show_get("registers", pid, NT_PRSTATUS, 4096);
	show_get("registers", pid, NT_PRSTATUS, 16);
	show_get("registers", pid, NT_PRSTATUS, 12);
	show_get("floating point", pid, NT_PRFPREG, sizeof(struct fpregs));
	show_get("floating point", pid, NT_PRFPREG, 4096);
	show_get("floating point", pid, NT_PRFPREG, 260);
	show_get("what x86 has", pid, NT_X86_XSTATE, 64);
	show_get("nothing", pid, 0x7777, 64);
	CHECK_ERRNO(ptrace(PTRACE_SINGLESTEP, pid, 0, 0), EIO);
	CHECK_ERRNO(ptrace(PTRACE_PEEKUSER, pid, 0, 0), EIO);
	CHECK_ERRNO(ptrace(12 /* x86's GETREGS */, pid, 0, &regs), EIO);
}

/* At the breakpoint: s5, fs3 and pc change. */
static void change(pid_t pid)
{
	struct fpregs fp;
	double value;
	size_t len;

	get(pid, NT_PRSTATUS, &regs, sizeof(regs), &len);
	show("s5 %lx", regs.s5);
	regs.s5 = 0x6666;
	regs.pc += 4;
	SHOW(set(pid, NT_PRSTATUS, &regs, sizeof(regs)));
	get(pid, NT_PRFPREG, &fp, sizeof(fp), &len);
	memcpy(&value, &fp.f[19], sizeof(value));
	show("fs3 %d/10", (int)(value * 10));
	value = 3.5;
	memcpy(&fp.f[19], &value, sizeof(value));
	SHOW(set(pid, NT_PRFPREG, &fp, sizeof(fp)));
	SHOW(set(pid, NT_PRFPREG, &fp, 12));
	SHOW(set(pid, NT_PRSTATUS, &regs, 20));
	SHOW(set(pid, NT_PRSTATUS, &regs, 16));
}

int main(void)
{
	pid_t pid = fork();
	size_t len;
	int status;

	if (!pid)
		child();
	show("stopped %x", stop(pid));
	sets(pid);
	SHOW(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
	SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
	show("stopped %x", stop(pid));
	change(pid);
	/* The call's number as it is entered, its result as it is left. */
	SHOW(ptrace(PTRACE_SYSCALL, pid, 0, 0));
	show("stopped %x", stop(pid));
	get(pid, NT_PRSTATUS, &regs, sizeof(regs), &len);
	show("entry: a7 %ld a0 %ld", regs.a7, regs.a0);
	regs.a7 = SYS_getppid;
	SHOW(set(pid, NT_PRSTATUS, &regs, sizeof(regs)));
	SHOW(ptrace(PTRACE_SYSCALL, pid, 0, 0));
	show("stopped %x", stop(pid));
	get(pid, NT_PRSTATUS, &regs, sizeof(regs), &len);
	show("exit: parent %d", (long)regs.a0 == (long)getpid());
	regs.a0 = 777;
	SHOW(set(pid, NT_PRSTATUS, &regs, sizeof(regs)));
	SHOW(ptrace(PTRACE_CONT, pid, 0, 0));
	status = stop(pid);
	show("ended %x", status);
	return abi_result();
}
