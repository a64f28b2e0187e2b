// SPDX-License-Identifier: MIT
/* What aarch64 alone has: ID registers, the thread pointer, ptrace's registers and single step, the signal frame. */
#include <asm/hwcap.h>
#include <elf.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "abi.h"

static void id_registers(void)
{
	unsigned long midr, isar0, zero;

	show("cpuid %d", !!(getauxval(AT_HWCAP) & HWCAP_CPUID));
	__asm__ volatile("mrs %0, midr_el1" : "=r"(midr));
	__asm__ volatile("mrs %0, id_aa64isar0_el1" : "=r"(isar0));
	__asm__ volatile("mrs %0, s3_0_c0_c7_7" : "=r"(zero));
	show("midr %lx isar0 %lx, %lx", midr, isar0, zero);
	show("hwcap %lx platform %s", getauxval(AT_HWCAP) & ~(unsigned long)HWCAP_EVTSTRM, (char *)getauxval(AT_PLATFORM));
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	struct { unsigned int magic, size; } *head = (void *)uc->uc_mcontext.__reserved;

	show("signal %d code %d at %d, fpsimd %x %u", signo, info->si_code, (void *)uc->uc_mcontext.pc == info->si_addr,
	     head->magic, head->size);
	uc->uc_mcontext.pc += 4;
	uc->uc_mcontext.regs[0] = 77;
	/* v8's low half, which calls keep. */
	*(double *)((char *)head + 16 + 8 * 16) = 2.5;
}

static void traps(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	register unsigned long x0 __asm__("x0") = 1;
	double d;

	sigaction(SIGILL, &sa, NULL);
	sigaction(SIGTRAP, &sa, NULL);
	__asm__ volatile("fmov d8, #1.0\n\tudf #0\n\tfmov %d1, d8" : "+r"(x0), "=w"(d) : : "v8");
	show("x0 %lu d8 %d", x0, d == 2.5);
	__asm__ volatile("brk #0" : "+r"(x0));
	__asm__ volatile("mrs x1, sctlr_el1" : "+r"(x0) : : "x1");
}

static void tags(void)
{
	static int word = 5;
	int *tagged = (int *)((unsigned long)&word | 0x5aUL << 56);

	show("tagged %d", *(volatile int *)tagged);
}

static void trace(void)
{
	struct user_regs_struct regs;
	struct iovec v = { &regs, sizeof(regs) };
	unsigned long tls = 0, before;
	struct iovec t = { &tls, sizeof(tls) };
	int status, steps = 0;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		syscall(SYS_close, 99);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	SHOW(ptrace(PTRACE_GETREGSET, pid, NT_ARM_TLS, &t));
	show("tls %d", tls == (unsigned long)__builtin_thread_pointer());
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status))
			break;
		SHOW(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v));
		if (regs.regs[8] == SYS_close) {
			show("close: x0 %ld", (long)regs.regs[0]);
			if ((long)regs.regs[0] == -EBADF)
				break;
		}
	}
	before = regs.pc;
	for (int i = 0; i < 3; i++) {
		ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
		waitpid(pid, &status, 0);
		ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v);
		steps += WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP && regs.pc != before;
		before = regs.pc;
	}
	show("steps %d", steps);
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show("end %x", status);
}

int main(void)
{
	id_registers();
	traps();
	tags();
	trace();
	return abi_result();
}
