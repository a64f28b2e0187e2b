// SPDX-License-Identifier: MIT
/*
 * x86_64: what a signal handler finds on the stack and in its registers, what comes back from it, and
 * what sigreturn refuses. man 7 signal, asm/sigcontext.h.
 */
#include "abi.h"

#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u

static volatile int count, last_signo, last_code, last_trapno, last_err;
static volatile uintptr_t last_addr, last_cr2, skip_to;

static void note(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *r = uc->uc_mcontext.gregs;

	count++;
	last_signo = signo;
	last_code = info->si_code;
	last_addr = (uintptr_t)info->si_addr;
	last_trapno = (int)r[REG_TRAPNO];
	last_err = (int)r[REG_ERR];
	last_cr2 = (uintptr_t)r[REG_CR2];
	if (skip_to)
		r[REG_RIP] = (greg_t)skip_to;

	skip_to = 0;
}

static void catch(int signo, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigemptyset(&sa.sa_mask);
	CHECK(sigaction(signo, &sa, NULL) == 0);
}

/* Executes an instruction that faults; the handler goes on behind it. */
#define FAULT(what, instruction, ...)                                                              \
	do {                                                                                       \
		last_signo = 0;                                                                    \
		__asm__ volatile("leaq 9f(%%rip), %%rax; movq %%rax, %0; " instruction "; 9:"      \
				 : "=m"(skip_to) : __VA_ARGS__ : "rax", "rcx", "rdx", "memory");   \
		show("%s: signal %d, code %#x, trap %d", what, last_signo, last_code, last_trapno); \
	} while (0)

static void test_exceptions(void)
{
	uintptr_t bad = 0x10, noncanonical = 0x8000000000000000u, kernel = 0xffff888000000000u;

	for (int s = 1; s < 32; s++)
		if (s == SIGSEGV || s == SIGBUS || s == SIGFPE || s == SIGILL || s == SIGTRAP)
			catch(s, note, 0);
	FAULT("read of nothing", "movl (%1), %%ecx", "r"(bad));
	CHECK(last_addr == bad && last_cr2 == bad && last_err == 4);
	FAULT("write of nothing", "movl %%ecx, (%1)", "r"(bad));
	CHECK(last_err == 6);
	FAULT("read of the kernel", "movl (%1), %%ecx", "r"(kernel));
	CHECK(last_addr == kernel);
	FAULT("non-canonical", "movl (%1), %%ecx", "r"(noncanonical));
	CHECK(last_addr == 0);
	FAULT("privileged", "hlt", "r"(bad));
	FAULT("port", "movl $0x80, %%edx; inb %%dx, %%al", "r"(bad));
	FAULT("divide by zero", "xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx", "r"(bad));
	FAULT("invalid opcode", "ud2", "r"(bad));
	FAULT("breakpoint", "int3", "r"(bad));
	FAULT("int 0x90", "int $0x90", "r"(bad));
	FAULT("jump to nothing", "jmp *%1", "r"(bad));
	FAULT("jump to non-canonical", "jmp *%1", "r"(noncanonical));
}

/* Every register before and after a signal that the kernel delivers at a system call. */
static void test_registers(void)
{
	static struct { uint64_t pid, before[8], after[8], red; } c;

	catch(SIGUSR1, note, 0);
	c.pid = (uint64_t)getpid();
	for (int i = 0; i < 8; i++)
		c.before[i] = 0x0101010101010101u * (unsigned)(i + 1);
	__asm__ volatile(
		"pushq %%rbp; pushq %%rbx; movq %%rdi, %%r14; movq $0x5ed, -128(%%rsp)\n" /* the end of the red zone */
		"movq (%%r14), %%rdi; movq 8(%%r14), %%rbx; movq 16(%%r14), %%rbp; movq 24(%%r14), %%r8; movq 32(%%r14), %%r9\n"
		"movq 40(%%r14), %%r10; movq 48(%%r14), %%r12; movq 56(%%r14), %%rdx; movq 64(%%r14), %%r15\n"
		"movl $10, %%esi; movl $62, %%eax; syscall\n"
		"movq %%rbx, 72(%%r14); movq %%rbp, 80(%%r14); movq %%r8, 88(%%r14); movq %%r9, 96(%%r14)\n"
		"movq %%r10, 104(%%r14); movq %%r12, 112(%%r14); movq %%rdx, 120(%%r14); movq %%r15, 128(%%r14)\n"
		"movq -128(%%rsp), %%rcx; movq %%rcx, 136(%%r14); popq %%rbx; popq %%rbp"
		::"D"(&c) : "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r14", "r15", "memory");
	CHECK(!memcmp(c.before, c.after, sizeof(c.before)));
	CHECK(c.red == 0x5ed);
	show("registers kept, last signal %d", last_signo);
}

static uint32_t handler_mxcsr;
static uint16_t handler_cw;
static int frame_is_good;

static void fpu_handler(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	const char *image = (const char *)uc->uc_mcontext.fpregs;
	const uint32_t *sw = (const uint32_t *)(image + 464);
	uint64_t junk = 0xdeaddeaddeaddead;
	uint32_t magic2;

	__asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(handler_mxcsr), "=m"(handler_cw));
	__asm__ volatile("movq %0, %%xmm7; movq %0, %%xmm15; fninit; fldpi" ::"r"(junk) : "xmm7", "xmm15");
	/* Without XSAVE the image ends with the software bytes. */
	frame_is_good = (uintptr_t)image % 64 == 0 && sw[0] == FP_XSTATE_MAGIC1 && sw[1] == sw[4] + 4;
	if (sw[4] > 512) {
		memcpy(&magic2, image + sw[4], sizeof(magic2));
		frame_is_good = frame_is_good && sw[4] >= 576 && (sw[2] & 3) == 3 && magic2 == FP_XSTATE_MAGIC2;
	}
	((uint64_t *)(image + 160))[0] += 1; /* xmm0 */
}

static void test_fpu(void)
{
	uint32_t mxcsr = 0x1f80 | 0x6000, mxcsr_after; /* round towards zero */
	uint64_t xmm0 = 41, xmm7 = 77, xmm15 = 1515, out0, out7, out15;
	uint16_t cw = 0xc7f, cw_after;
	long double one = 0;
	long pid = getpid();

	catch(SIGUSR2, fpu_handler, 0);
	__asm__ volatile(
		"fninit; fldcw %[cw]; ldmxcsr %[mxcsr]; fld1\n"
		"movq %[xmm0], %%xmm0; movq %[xmm7], %%xmm7; movq %[xmm15], %%xmm15\n"
		"movl $12, %%esi; movl $62, %%eax; syscall\n"
		"movq %%xmm0, %[out0]; movq %%xmm7, %[out7]; movq %%xmm15, %[out15]\n"
		"fstpt %[one]; fnstcw %[cw_after]; stmxcsr %[mxcsr_after]; fninit"
		: [out0] "=m"(out0), [out7] "=m"(out7), [out15] "=m"(out15), [one] "=m"(one), [cw_after] "=m"(cw_after),
		  [mxcsr_after] "=m"(mxcsr_after)
		: [cw] "m"(cw), [mxcsr] "m"(mxcsr), [xmm0] "m"(xmm0), [xmm7] "m"(xmm7), [xmm15] "m"(xmm15), "D"(pid)
		: "rax", "rcx", "rsi", "r11", "xmm0", "xmm7", "xmm15", "memory");
	mxcsr = 0x1f80;
	__asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
	show("in the handler: mxcsr %#x, control word %#x, frame %s", handler_mxcsr, handler_cw, frame_is_good ? "good" : "bad");
	show("after it: mxcsr %#x, control word %#x, xmm0 %d, xmm7 %d, xmm15 %d, st0 %d", mxcsr_after, cw_after, (int)out0,
	     (int)out7, (int)out15, (int)one);
}

/* --- what sigreturn refuses: each in a child, which dies of it ------------------------------------- */

static void spoil_rip(int signo, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] = (greg_t)0x8000000000000000u;
}

static void spoil_kernel_rip(int signo, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] = (greg_t)0xffffffff81000000u;
}

static void spoil_fpstate(int signo, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.fpregs = (void *)0x40;
}

static void spoil_header(int signo, siginfo_t *info, void *context)
{
	char *image = (char *)((ucontext_t *)context)->uc_mcontext.fpregs;

	if (*(uint32_t *)(image + 480) <= 512)
		kill(getpid(), SIGKILL); /* no XSAVE, no header */
	memset(image + 512, 0xff, 64);
}

static void spoil_flags(int signo, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= 0x3000 | 0x20000 | 0x4000; /* IOPL, VM, NT */
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x200; /* IF */
}

static void no_fpu(int signo, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.fpregs = NULL;
}

static void spoil(const char *what, void (*handler)(int, siginfo_t *, void *))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		uint64_t flags;

		signal(SIGSEGV, SIG_DFL);
		catch(SIGUSR1, handler, 0);
		raise(SIGUSR1);
		__asm__ volatile("pushfq; popq %0" : "=r"(flags));
		_exit(flags & 0x3000 || !(flags & 0x200) ? 2 : 0);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		show("%s: killed by %d", what, WTERMSIG(status));
	else
		show("%s: exit %d", what, WEXITSTATUS(status));
}

/* A stack that has no room for the frame. */
static void tiny_altstack(void)
{
	static char page[8192] __attribute__((aligned(4096)));
	stack_t ss = { .ss_sp = page, .ss_size = 2048 };

	show("altstack of 2048 bytes: %s", sigaltstack(&ss, NULL) ? strerror(errno) : "taken");
	ss.ss_size = sizeof(page);
	CHECK(sigaltstack(&ss, NULL) == 0);
	catch(SIGUSR1, note, SA_ONSTACK);
	raise(SIGUSR1);
	ss.ss_flags = SS_DISABLE;
	CHECK(sigaltstack(&ss, NULL) == 0);
}

static volatile int steps;

static void step(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	last_code = info->si_code;
	if (++steps == 5)
		uc->uc_mcontext.gregs[REG_EFL] &= ~0x100;
}

static void test_trap_flag(void)
{
	catch(SIGTRAP, step, 0);
	__asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; nop; nop; nop; nop; nop; nop; nop" ::: "memory", "cc");
	show("single steps: %d, code %d", steps, last_code);
}

int main(void)
{
	test_exceptions();
	test_registers();
	test_fpu();
	spoil("non-canonical rip", spoil_rip);
	spoil("rip in the kernel", spoil_kernel_rip);
	spoil("bad fpstate pointer", spoil_fpstate);
	spoil("bad xstate header", spoil_header);
	spoil("privileged flags", spoil_flags);
	spoil("no fpstate", no_fpu);
	tiny_altstack();
	test_trap_flag();
	return abi_result();
}
