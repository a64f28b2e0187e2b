// SPDX-License-Identifier: MIT
/*
 * Pointer authentication and branch target identification (Documentation/arch/arm64/pointer-authentication.rst, elf_hwcaps):
 * keys are each process', new at exec; guarded pages want landing pads. ABI_CPU max
 */
#include <asm/hwcap.h>
#include <elf.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "abi.h"

#ifndef PR_PAC_RESET_KEYS
#define PR_PAC_RESET_KEYS 54
#endif
#ifndef PR_PAC_SET_ENABLED_KEYS
#define PR_PAC_SET_ENABLED_KEYS 60
#define PR_PAC_GET_ENABLED_KEYS 61
#endif
#ifndef NT_ARM_PAC_MASK
#define NT_ARM_PAC_MASK 0x406
#endif
#ifndef NT_ARM_PAC_ENABLED_KEYS
#define NT_ARM_PAC_ENABLED_KEYS 0x40a
#endif
#ifndef PROT_BTI
#define PROT_BTI 0x10
#endif

#define AUTH(text) ".arch_extension pauth\n\t" text
#define NR_KEYS 5
#define TRIES 8

static int word;

/* Without a function of the library: those sign where they return to, by the keys that change here. */
static inline __attribute__((always_inline)) long control(long option, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = SYS_prctl;
	register long x0 __asm__("x0") = option;
	register long x1 __asm__("x1") = a;
	register long x2 __asm__("x2") = b;
	register long x3 __asm__("x3") = c;
	register long x4 __asm__("x4") = d;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
}

/* A pointer signed by each key, and a generic code, over several modifiers: together no accident. */
struct signs {
	unsigned long by[NR_KEYS][TRIES];
};

static void sign(struct signs *s)
{
	for (unsigned long i = 0; i < TRIES; i++) {
		unsigned long p[4] = { (unsigned long)&word, (unsigned long)&word, (unsigned long)&word, (unsigned long)&word };

		__asm__ volatile(AUTH("pacia %0, %1") : "+r"(p[0]) : "r"(i));
		__asm__ volatile(AUTH("pacib %0, %1") : "+r"(p[1]) : "r"(i));
		__asm__ volatile(AUTH("pacda %0, %1") : "+r"(p[2]) : "r"(i));
		__asm__ volatile(AUTH("pacdb %0, %1") : "+r"(p[3]) : "r"(i));
		for (int key = 0; key < 4; key++)
			s->by[key][i] = p[key];
		__asm__ volatile(AUTH("pacga %0, %1, %2") : "=r"(s->by[4][i]) : "r"(&word), "r"(i));
	}
}

/* Which keys make other signatures: one letter for each, '-' for the same. */
static const char *changed(const struct signs *a, const struct signs *b)
{
	static char text[NR_KEYS + 1];

	for (int key = 0; key < NR_KEYS; key++)
		text[key] = memcmp(a->by[key], b->by[key], sizeof(a->by[key])) ? "abcdg"[key] : '-';
	return text;
}

#define SHOW_CONTROL(...) show(#__VA_ARGS__ ": %ld", control(__VA_ARGS__))

static void capabilities(void)
{
	unsigned long cap = getauxval(AT_HWCAP), cap2 = getauxval(AT_HWCAP2), isar1, pfr1, isar2;

	show("paca %d pacg %d ssbs %d bti %d", !!(cap & HWCAP_PACA), !!(cap & HWCAP_PACG), !!(cap & HWCAP_SSBS), !!(cap2 & HWCAP2_BTI));
	__asm__ volatile("mrs %0, id_aa64isar1_el1" : "=r"(isar1));
	__asm__ volatile("mrs %0, s3_0_c0_c4_1" : "=r"(pfr1));
	__asm__ volatile("mrs %0, s3_0_c0_c6_2" : "=r"(isar2));
	show("isar1 %lx pfr1 %lx isar2 %lx", isar1 & 0xff000ff0, pfr1 & 0xff, isar2 & 0xff00);
}

static void round_trip(void)
{
	struct signs plain, s;
	unsigned long bits = 0, back;

	for (int key = 0; key < NR_KEYS; key++)
		for (int i = 0; i < TRIES; i++)
			plain.by[key][i] = (unsigned long)&word;
	sign(&s);
	show("signed: %s", changed(&plain, &s));
	for (int i = 0; i < TRIES; i++)
		bits |= s.by[0][i] ^ (unsigned long)&word;
	show("bits outside the mask %lx", bits & ~0x007f000000000000ul);
	back = s.by[0][3];
	__asm__ volatile(AUTH("autia %0, %1") : "+r"(back) : "r"(3ul));
	show("back %d", back == (unsigned long)&word);
	back = s.by[3][3];
	__asm__ volatile(AUTH("xpacd %0") : "+r"(back));
	show("stripped %d", back == (unsigned long)&word);
}

/* --- faults --------------------------------------------------------------------------------------------- */

static sigjmp_buf after;
static unsigned long base;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	unsigned long pc = uc->uc_mcontext.pc;

	show("signal %d code %d, address is pc %d, offset %ld btype %ld", signo, info->si_code, (unsigned long)info->si_addr == pc,
		pc - base < 4096 ? (long)(pc - base) : -1, (long)(uc->uc_mcontext.pstate >> 10 & 3));
	siglongjmp(after, 1);
}

static void faults(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	unsigned long p;
	struct signs s;
	int i = 0;

	sigaction(SIGILL, &sa, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sign(&s);
	while (s.by[0][i] == (unsigned long)&word)
		i++;
	p = s.by[0][i];
	if (!sigsetjmp(after, 1)) {
		/* By another key. */
		__asm__ volatile(AUTH("autda %0, %1\n\tldr wzr, [%0]") : "+r"(p) : "r"((long)i));
		show("not noticed");
	}
	p = s.by[0][i];
	if (!sigsetjmp(after, 1)) {
		show("without authentication: %d", *(volatile int *)p);
	}
}

/* --- keys ----------------------------------------------------------------------------------------------- */

static void *in_thread(void *first)
{
	struct signs s;

	sign(&s);
	show("thread: %s", changed(first, &s));
	control(PR_PAC_RESET_KEYS, 1, 0, 0, 0);
	sign(&s);
	show("after its reset: %s", changed(first, &s));
	return NULL;
}

static void keys(const char *self)
{
	static const long which[] = { 1, 2, 4, 8, 16, 3, 24, 0 };
	struct signs first, s;
	char codes[40];
	pthread_t thread;
	int status;
	pid_t pid;

	sign(&first);
	if (!(pid = fork())) {
		sign(&s);
		show("child: %s", changed(&first, &s));
		control(PR_PAC_RESET_KEYS, 0, 0, 0, 0);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	pthread_create(&thread, NULL, in_thread, &first);
	pthread_join(thread, NULL);
	sign(&s);
	show("both over: %s", changed(&first, &s));
	if (!(pid = fork())) {
		unsigned long code;

		__asm__ volatile(AUTH("pacga %0, %1, %1") : "=r"(code) : "r"(5ul));
		snprintf(codes, sizeof(codes), "%lx", code);
		execl(self, self, codes, (char *)NULL);
		_exit(9);
	}
	waitpid(pid, &status, 0);
	for (unsigned int i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		sign(&first);
		SHOW_CONTROL(PR_PAC_RESET_KEYS, which[i], 0, 0, 0);
		sign(&s);
		show("%ld: %s", which[i], changed(&first, &s));
	}
	SHOW_CONTROL(PR_PAC_RESET_KEYS, 32, 0, 0, 0);
	SHOW_CONTROL(PR_PAC_RESET_KEYS, 1, 1, 0, 0);
	SHOW_CONTROL(PR_PAC_RESET_KEYS, 1, 0, 0, 1);
}

/* Keys that are off sign nothing. */
static void enabled(void)
{
	struct signs plain, s;
	int status;
	pid_t pid;

	for (int key = 0; key < NR_KEYS; key++)
		for (int i = 0; i < TRIES; i++)
			plain.by[key][i] = (unsigned long)&word;
	SHOW_CONTROL(PR_PAC_GET_ENABLED_KEYS, 0, 0, 0, 0);
	SHOW_CONTROL(PR_PAC_GET_ENABLED_KEYS, 1, 0, 0, 0);
	SHOW_CONTROL(PR_PAC_SET_ENABLED_KEYS, 16, 0, 0, 0);
	SHOW_CONTROL(PR_PAC_SET_ENABLED_KEYS, 1, 2, 0, 0);
	SHOW_CONTROL(PR_PAC_SET_ENABLED_KEYS, 1, 0, 1, 0);
	SHOW_CONTROL(PR_PAC_SET_ENABLED_KEYS, 2 | 8, 0, 0, 0);
	SHOW_CONTROL(PR_PAC_GET_ENABLED_KEYS, 0, 0, 0, 0);
	sign(&s);
	show("two of them off: %s", changed(&plain, &s));
	if (!(pid = fork())) {
		usleep(1000);
		sign(&s);
		show("in a child: %s", changed(&plain, &s));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	SHOW_CONTROL(PR_PAC_SET_ENABLED_KEYS, 15, 4 | 8, 0, 0);
	sign(&s);
	show("data's alone: %s", changed(&plain, &s));
	SHOW_CONTROL(PR_PAC_SET_ENABLED_KEYS, 15, 15, 0, 0);
}

/* --- guarded pages -------------------------------------------------------------------------------------- */

static const unsigned int code[] = {
	0xd65f03c0, 0xd503201f, 0xd503201f, 0xd503201f,	/* 0: ret */
	0xd503245f, 0xd65f03c0, 0xd503201f, 0xd503201f,	/* 16: bti c; ret */
	0xd503249f, 0xd65f03c0, 0xd503201f, 0xd503201f,	/* 32: bti j; ret */
	0xd503233f, 0xd50323bf, 0xd65f03c0, 0xd503201f,	/* 48: paciasp; autiasp; ret */
};

static void call(const char *what, unsigned long offset, int by_jump)
{
	if (sigsetjmp(after, 1))
		return;
	if (by_jump)
		__asm__ volatile("adr x30, 1f\n\tbr %0\n1:" : : "r"(base + offset) : "x30", "memory");
	else
		__asm__ volatile("blr %0" : : "r"(base + offset) : "x30", "memory");
	show("%s: %s at %lu passed", what, by_jump ? "br" : "blr", offset);
}

static void calls(const char *what)
{
	for (unsigned long offset = 0; offset < 64; offset += 16) {
		call(what, offset, 0);
		call(what, offset, 1);
	}
}

static void guards(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sigaction sa = { .sa_flags = 0 };
	int status;
	pid_t pid;

	base = (unsigned long)page;
	memcpy(page, code, sizeof(code));
	__builtin___clear_cache(page, (char *)page + sizeof(code));
	SHOW(mprotect(page, 4096, PROT_READ | PROT_EXEC));
	calls("plain");
	SHOW(mprotect(page, 4096, PROT_READ | PROT_EXEC | PROT_BTI));
	calls("guarded");
	sa.sa_handler = (void (*)(int))(base + 16);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	show("handler with a landing pad");
	sa.sa_handler = (void (*)(int))base;
	sigaction(SIGUSR1, &sa, NULL);
	if (!sigsetjmp(after, 1))
		raise(SIGUSR1);
	if (!(pid = fork())) {
		call("child", 0, 0);
		call("child", 16, 0);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	SHOW(mprotect(page, 4096, PROT_READ | PROT_EXEC));
	call("not any more", 0, 0);
	SHOW(mprotect(page, 4096, PROT_READ | 0x40));
	munmap(page, 4096);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC | PROT_BTI, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	base = (unsigned long)page;
	memcpy(page, code, sizeof(code));
	__builtin___clear_cache(page, (char *)page + sizeof(code));
	call("mapped so", 0, 0);
	call("mapped so", 48, 0);
}

/* --- tracers -------------------------------------------------------------------------------------------- */

static void traced(void)
{
	unsigned long mask[2] = { 1, 1 }, on = 77;
	struct iovec v = { mask, sizeof(mask) }, e = { &on, sizeof(on) };
	int status;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(control(PR_PAC_GET_ENABLED_KEYS, 0, 0, 0, 0));
	}
	waitpid(pid, &status, 0);
	SHOW(ptrace(PTRACE_GETREGSET, pid, NT_ARM_PAC_MASK, &v));
	show("masks up to bit 54: %d, the same: %d, %ld bytes", mask[0] >> 52 == 7, mask[0] == mask[1], (long)v.iov_len);
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_ARM_PAC_MASK, &v));
	SHOW(ptrace(PTRACE_GETREGSET, pid, NT_ARM_PAC_ENABLED_KEYS, &e));
	show("on %lx, %ld bytes", on, (long)e.iov_len);
	on = 5;
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_ARM_PAC_ENABLED_KEYS, &e));
	on = 16;
	SHOW(ptrace(PTRACE_SETREGSET, pid, NT_ARM_PAC_ENABLED_KEYS, &e));
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show("end %x", status);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		unsigned long mine;

		__asm__ volatile(AUTH("pacga %0, %1, %1") : "=r"(mine) : "r"(5ul));
		show("after exec: same %d", mine == strtoul(argv[1], NULL, 16));
		return 0;
	}
	capabilities();
	if (!(getauxval(AT_HWCAP) & HWCAP_PACA)) {
		SHOW_CONTROL(PR_PAC_RESET_KEYS, 1, 0, 0, 0);
		return abi_result();
	}
	round_trip();
	faults();
	keys((const char *)getauxval(AT_EXECFN));
	enabled();
	guards();
	traced();
	return abi_result();
}
