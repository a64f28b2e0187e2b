// SPDX-License-Identifier: MIT
/*
 * What a LoongArch program sees of its CPU: capabilities, the vDSO, floating-point and vector registers over switches,
 * signals and fork, the extended contexts of a signal frame, traps and their codes, unaligned accesses.
 */
#include <elf.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "abi.h"

/* Instructions by their words, since the assembler is not told of vectors; $t0 is r12, $t1 r13. */
#define FILL_LASX(n) ".word 0x769f0d80 + " #n "\n" /* xvreplgr2vr.d $xr<n>, $t0 */
#define FILL_LSX(n) ".word 0x729f0d80 + " #n "\n"
#define STORE_LASX(n, at) ".word 0x2cc001a0 + " #n " + (" #at " << 10)\n" /* xvst $xr<n>, $t1, at */
#define STORE_LSX(n, at) ".word 0x2c4001a0 + " #n " + (" #at " << 10)\n"
#define EVERY(op) op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(15) op(16) op(24) op(30) op(31)
#define FP_CLOBBERS "$f0", "$f1", "$f2", "$f3", "$f4", "$f5", "$f6", "$f7", "$f8", "$f9", "$f10", "$f11", "$f12", \
	"$f13", "$f14", "$f15", "$f16", "$f17", "$f18", "$f19", "$f20", "$f21", "$f22", "$f23", "$f24", "$f25", "$f26", \
	"$f27", "$f28", "$f29", "$f30", "$f31"

/* Fills registers of a width in bytes with a pattern; with call, makes it; counts the words that are other ones then. */
static int keeps(int width, uint64_t pattern, long call, long a, long b)
{
	register uint64_t t0 __asm__("$t0") = pattern;
	_Alignas(32) uint64_t out[12] = { 0 };
	register uint64_t *t1 __asm__("$t1") = out;
	register long a0 __asm__("$a0") = a, a1 __asm__("$a1") = b, a7 __asm__("$a7") = call;
	int bad = 0;

#define CALL "move $s7, $t1\n syscall 0\n move $t1, $s7\n"
#define CLOBBERS "memory", "$s7", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8", FP_CLOBBERS
	if (width == 32)
		__asm__ volatile(EVERY(FILL_LASX) CALL STORE_LASX(0, 0) STORE_LASX(8, 32) STORE_LASX(31, 64)
			: "+r"(t0), "+r"(t1), "+r"(a0) : "r"(a1), "r"(a7) : CLOBBERS);
	else if (width == 16)
		__asm__ volatile(EVERY(FILL_LSX) CALL STORE_LSX(0, 0) STORE_LSX(8, 16) STORE_LSX(31, 32)
			: "+r"(t0), "+r"(t1), "+r"(a0) : "r"(a1), "r"(a7) : CLOBBERS);
	else
		__asm__ volatile("movgr2fr.d $f0, $t0\n movgr2fr.d $f8, $t0\n movgr2fr.d $f31, $t0\n" CALL
			"fst.d $f0, $t1, 0\n fst.d $f8, $t1, 8\n fst.d $f31, $t1, 16\n"
			: "+r"(t0), "+r"(t1), "+r"(a0) : "r"(a1), "r"(a7) : CLOBBERS);
	for (int i = 0; i < 3 * width / 8; i++)
		bad += out[i] != pattern;
	return bad;
}

static volatile int bad;

static void *worker(void *arg)
{
	static const int widths[] = { 32, 16, 8 };
	uintptr_t n = (uintptr_t)arg;

	for (uint64_t i = 0; i < 200; i++)
		if (keeps(widths[n % 3], 0x0101010101010101 * (n + 1) + i, SYS_sched_yield, 0, 0))
			__atomic_fetch_add(&bad, 1, __ATOMIC_RELAXED);
	return NULL;
}

static void threads(void)
{
	pthread_t t[9];
	int status;

	for (uintptr_t i = 0; i < 9; i++)
		pthread_create(&t[i], NULL, worker, (void *)i);
	for (int i = 0; i < 9; i++)
		pthread_join(t[i], NULL);
	show("switches: bad %d", bad);
	for (int i = 0; i < 3; i++)
		if (!fork()) {
			worker((void *)(uintptr_t)i);
			_exit(bad != 0);
		}
	for (int i = 0; i < 3; i++) {
		wait(&status);
		CHECK(status == 0);
	}
}

/* --- signal frames --------------------------------------------------------------------------------------- */

static uint64_t change_to;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	struct {
		unsigned long flags;
		void *link;
		stack_t stack;
		sigset_t mask; /* musl's, 128 bytes, as the kernel's with what it keeps free */
		_Alignas(16) struct {
			uint64_t pc, regs[32];
			uint32_t flags;
			_Alignas(16) char extended[];
		} mc;
	} *uc = context;
	char *at = uc->mc.extended;

	show("flags %lx, scontext flags %x, aligned %d", uc->flags, uc->mc.flags, (uintptr_t)context % 16 == 0);
	for (int i = 0; i < 4; i++) {
		struct sctx_info *block = (void *)at;
		uint64_t *regs = (uint64_t *)(block + 1);

		show("block %x, %u bytes, context aligned %d", block->magic, block->size, (uintptr_t)regs % (block->magic == LASX_CTX_MAGIC ? LASX_CTX_ALIGN : LSX_CTX_ALIGN) == 0);
		if (!block->magic)
			break;
		if (change_to && block->magic == LASX_CTX_MAGIC)
			for (int k = 0; k < 128; k++)
				regs[k] = change_to;
		at += block->size;
	}
	keeps(32, 0x5555, SYS_getppid, 0, 0);
}

static int frame(int width, uint64_t pattern, uint64_t change)
{
	change_to = change;
	return keeps(width, pattern, SYS_kill, getpid(), SIGUSR1);
}

static void fresh(int width, uint64_t change)
{
	int status;

	/* A child that used nothing before. */
	if (!fork()) {
		int n = width ? frame(width, 0x1111222233334444, change) : raise(SIGUSR1);

		show("width %d: other words %d", width, n);
		_exit(0);
	}
	wait(&status);
	show("end %x", status);
}

/* --- traps ----------------------------------------------------------------------------------------------- */

static sigjmp_buf jump;

static void on_trap(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	unsigned long pc = uc->uc_mcontext.__pc;

	show("signal %d code %d, address %s", signo, info->si_code,
		!info->si_addr ? "none" : (unsigned long)info->si_addr == pc ? "of the instruction" : "of data");
	siglongjmp(jump, 1);
}

#define TRAP(what, instructions)                                                \
	do {                                                                        \
		show("%s", what);                                                       \
		if (!sigsetjmp(jump, 1)) {                                              \
			__asm__ volatile(instructions ::: "memory", "$t0", "$t1", "$f0", "$f1"); \
			show("no trap");                                                    \
		}                                                                       \
	} while (0)

static void traps(void)
{
	struct sigaction a = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER };
	static const int signals[] = { SIGILL, SIGFPE, SIGTRAP, SIGBUS, SIGSEGV, SIGSYS };

	for (unsigned int i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &a, NULL);
	TRAP("break 0", "break 0");
	TRAP("break 5", "break 5");
	TRAP("break overflow", "break 6");
	TRAP("break division", "break 7");
	TRAP("illegal", ".word 0");
	TRAP("privileged", "csrrd $t0, 0");
	TRAP("iocsr", "iocsrrd.w $t0, $zero");
	TRAP("idle", "idle 0");
	TRAP("null", "ld.d $t0, $zero, 0");
	TRAP("beyond user space", "li.d $t0, 0x0000800000000000\n ld.d $t0, $t0, 0");
	TRAP("no address", "li.d $t0, 0x4000000000000000\n ld.d $t0, $t0, 0");
	TRAP("kernel's window", "li.d $t0, 0x9000000000200000\n ld.d $t0, $t0, 0");
	TRAP("kernel's high half", "li.d $t0, -16384\n ld.d $t0, $t0, 0");
	TRAP("jump to nothing", "li.d $t0, 0x1000\n jirl $zero, $t0, 0");
	TRAP("odd jump", "la.local $t0, 1f + 2\n jirl $zero, $t0, 0\n1: nop\n nop");
	TRAP("asrtle", "li.d $t0, 5\n li.d $t1, 3\n asrtle.d $t0, $t1");
	TRAP("float division by zero",
		"li.w $t0, 8\n movgr2fcsr $fcsr0, $t0\n movgr2fr.d $f0, $zero\n li.d $t0, 0x3ff0000000000000\n"
		"movgr2fr.d $f1, $t0\n fdiv.d $f1, $f1, $f0");
	TRAP("float invalid", "li.w $t0, 16\n movgr2fcsr $fcsr0, $t0\n movgr2fr.d $f0, $zero\n fdiv.d $f1, $f0, $f0");
	__asm__ volatile("movgr2fcsr $fcsr0, $zero");
}

static void unaligned(void)
{
	_Alignas(64) char bytes[128];
	uint64_t value;

	for (int i = 0; i < 128; i++)
		bytes[i] = (char)i;
	__asm__ volatile("ld.d %0, %1, 3" : "=r"(value) : "r"(bytes) : "memory");
	show("unaligned load %lx", value);
	__asm__ volatile("st.d %0, %1, 61" : : "r"(0x1122334455667788UL), "r"(bytes) : "memory");
	show("unaligned store %x %x", bytes[61], bytes[68]);
	/* Over the border of two pages. */
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	__asm__ volatile("st.d %1, %0, -3" : : "r"(p + PAGE), "r"(0x0807060504030201UL) : "memory");
	show("over two pages %d %d", p[PAGE - 3], p[PAGE + 4]);
}

static void vdso(void)
{
	unsigned long base = getauxval(AT_SYSINFO_EHDR);
	Elf64_Ehdr *e = (void *)base;
	Elf64_Phdr *ph = (void *)(base + e->e_phoff);

	show("vdso machine %d type %d phdrs %d", e->e_machine, e->e_type, ph->p_type == PT_LOAD || e->e_phnum > 1);
	show("hwcap %lx hwcap2 %lx platform %s", getauxval(AT_HWCAP), getauxval(AT_HWCAP2), (char *)getauxval(AT_PLATFORM));
	show("smallest signal stack %lu", getauxval(AT_MINSIGSTKSZ));
}

/* What a register holds that nobody wrote: in a program that used none yet. */
static void first_sight(void)
{
	_Alignas(32) uint64_t out[4] = { 0 };
	register uint64_t *t1 __asm__("$t1") = out;
	uint32_t fcsr;

	__asm__ volatile("fst.d $f20, $t1, 0" : : "r"(t1) : "memory");
	__asm__ volatile("movfcsr2gr %0, $fcsr0" : "=r"(fcsr));
	show("fresh f20 %lx, fcsr %x", out[0], fcsr);
	__asm__ volatile(STORE_LASX(20, 0) : : "r"(t1) : "memory");
	show("fresh xr20 %lx %lx %lx %lx", out[0], out[1], out[2], out[3]);
}

int main(int argc, char **argv)
{
	struct sigaction a = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	if (argc > 1) {
		first_sight();
		return 0;
	}
	if (!fork())
		_exit(execl("/proc/self/exe", "again", "x", NULL));
	wait(NULL);
	vdso();
	sigaction(SIGUSR1, &a, NULL);
	fresh(0, 0);
	fresh(8, 0);
	fresh(16, 0);
	fresh(32, 0);
	fresh(32, 0x7777);
	threads();
	traps();
	unaligned();
	return abi_result();
}
