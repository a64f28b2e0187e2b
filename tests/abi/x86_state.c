// SPDX-License-Identifier: MIT
/*
 * x86_64: what a thread keeps of the CPU across switches, fork and exec (SSE, x87, segment bases), what
 * arch_prctl says, and the vDSO. man 2 arch_prctl, man 7 vdso.
 */
#include "abi.h"

#include <asm/prctl.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

static long arch_prctl(int code, unsigned long addr)
{
	return syscall(SYS_arch_prctl, code, addr);
}

/* --- registers ------------------------------------------------------------------------------------ */

/* Holds a pattern in SSE and x87 registers over many system calls and a while of computing. */
static int hold_pattern(uint64_t pattern, int rounds)
{
	uint64_t low = 0, high = 0, sum = 0;
	double top = 0, wanted = (double)(pattern & 0xffff);

	for (int i = 0; i < rounds; i++) {
		__asm__ volatile(
			"movq %[pattern], %%xmm3; movq %[pattern], %%xmm14; fldl %[wanted]\n"
			"movl %[yield], %%eax; syscall\n"
			"movl $20000, %%ecx; 1: decl %%ecx; jnz 1b\n"
			"movl %[yield], %%eax; syscall\n"
			"movq %%xmm3, %[low]; movq %%xmm14, %[high]; fstpl %[top]"
			: [low] "=m"(low), [high] "=m"(high), [top] "=m"(top)
			: [pattern] "r"(pattern), [wanted] "m"(wanted), [yield] "i"(SYS_sched_yield)
			: "rax", "rcx", "r11", "xmm3", "xmm14", "memory");
		sum += low != pattern || high != pattern || top != wanted;
	}
	return (int)sum;
}

static void *pattern_thread(void *arg)
{
	return (void *)(intptr_t)hold_pattern((uintptr_t)arg, 200);
}

static void test_switches(void)
{
	pthread_t threads[6];
	int status, wrong = 0;
	void *result;
	pid_t pids[3];

	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(hold_pattern(0x1111111111111111u * (unsigned)(i + 7), 200) != 0);
	}
	for (uintptr_t i = 0; i < 6; i++)
		CHECK(!pthread_create(&threads[i], NULL, pattern_thread, (void *)(0x0101010101010101u * (i + 1))));
	for (int i = 0; i < 6; i++) {
		pthread_join(threads[i], &result);
		wrong += result != NULL;
	}
	for (int i = 0; i < 3; i++) {
		waitpid(pids[i], &status, 0);
		wrong += status != 0;
	}
	show("registers mixed up: %d", wrong);
}

static void test_fork(void)
{
	uint64_t in = 0x123456789abcdef0, out = 0;
	uint32_t mxcsr = 0x1f80 | 0x2000, mxcsr_out = 0, plain = 0x1f80;
	long pid;
	int status;

	__asm__ volatile("ldmxcsr %[mxcsr]; movq %[in], %%xmm9; movl %[fork], %%eax; syscall; movq %%xmm9, %[out]; stmxcsr %[mxcsr_out]"
			 : [out] "=m"(out), [mxcsr_out] "=m"(mxcsr_out), "=&a"(pid)
			 : [in] "m"(in), [mxcsr] "m"(mxcsr), [fork] "i"(SYS_fork)
			 : "rcx", "r11", "xmm9", "memory");
	if (!pid)
		_exit(out == in && mxcsr_out == mxcsr ? 3 : 4);
	waitpid((pid_t)pid, &status, 0);
	__asm__ volatile("ldmxcsr %0" ::"m"(plain));
	show("child of a fork: %d, parent %s", WEXITSTATUS(status), out == in ? "kept it" : "lost it");
}

/* --- segment bases ---------------------------------------------------------------------------------- */

static uint64_t gs_words[2][2] = { { 11, 12 }, { 21, 22 } };

static uint64_t read_gs(void)
{
	uint64_t value;

	__asm__ volatile("movq %%gs:8, %0" : "=r"(value));
	return value;
}

static void *gs_thread(void *arg)
{
	long wrong = 0;

	CHECK(arch_prctl(ARCH_SET_GS, (unsigned long)gs_words[1]) == 0);
	for (int i = 0; i < 1000; i++) {
		sched_yield();
		wrong += read_gs() != 22;
	}
	return (void *)wrong;
}

static void test_bases(void)
{
	unsigned long fs = 0, gs = 1;
	pthread_t thread;
	void *result;
	long wrong = 0;
	int status;
	pid_t pid;

	CHECK(arch_prctl(ARCH_GET_FS, (unsigned long)&fs) == 0 && fs == (unsigned long)pthread_self());
	SHOW(arch_prctl(ARCH_GET_GS, (unsigned long)&gs));
	show("gs base at the start: %lu", gs);
	CHECK(arch_prctl(ARCH_SET_GS, (unsigned long)gs_words[0]) == 0);
	CHECK(!pthread_create(&thread, NULL, gs_thread, NULL));
	for (int i = 0; i < 1000; i++) {
		sched_yield();
		wrong += read_gs() != 12;
	}
	pthread_join(thread, &result);
	show("gs mixed up: %ld", wrong + (long)result);
	pid = fork();
	if (!pid)
		_exit((int)read_gs());
	waitpid(pid, &status, 0);
	show("gs in a child: %d", WEXITSTATUS(status));
	CHECK_ERRNO(arch_prctl(ARCH_SET_GS, 0x8000000000000000u), EPERM);
	CHECK_ERRNO(arch_prctl(ARCH_SET_FS, 0xffffffff80000000u), EPERM);
	CHECK_ERRNO(arch_prctl(ARCH_GET_GS, 8), EFAULT);
	CHECK_ERRNO(arch_prctl(0x7777, 0), EINVAL);
}

/* --- vDSO ----------------------------------------------------------------------------------------- */

static void *vdso_symbol(const char *name)
{
	const char *base = (const char *)getauxval(AT_SYSINFO_EHDR), *strings = NULL;
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)base;
	const Elf64_Sym *symbols = NULL;
	const uint32_t *hash = NULL;

	if (!base)
		return NULL;
	for (int i = 0; i < header->e_phnum; i++) {
		const Elf64_Phdr *ph = (const Elf64_Phdr *)(base + header->e_phoff) + i;

		if (ph->p_type != PT_DYNAMIC)
			continue;
		for (const Elf64_Dyn *d = (const Elf64_Dyn *)(base + ph->p_offset); d->d_tag; d++) {
			if (d->d_tag == DT_STRTAB)
				strings = base + d->d_un.d_ptr;
			if (d->d_tag == DT_SYMTAB)
				symbols = (const Elf64_Sym *)(base + d->d_un.d_ptr);
			if (d->d_tag == DT_HASH)
				hash = (const uint32_t *)(base + d->d_un.d_ptr);
		}
	}
	for (uint32_t i = 0; strings && symbols && hash && i < hash[1]; i++)
		if (!strcmp(strings + symbols[i].st_name, name))
			return (void *)(base + symbols[i].st_value);
	return NULL;
}

static int64_t ns(const struct timespec *ts)
{
	return ts->tv_sec * 1000000000 + ts->tv_nsec;
}

static void test_vdso(void)
{
	static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_TAI,
		CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID };
	int (*gettime)(int, struct timespec *) = vdso_symbol("__vdso_clock_gettime");
	int (*getres)(int, struct timespec *) = vdso_symbol("__vdso_clock_getres");
	int (*gettimeofday_)(struct timeval *, void *) = vdso_symbol("__vdso_gettimeofday");
	time_t (*time_)(time_t *) = vdso_symbol("__vdso_time");
	int (*getcpu_)(unsigned *, unsigned *, void *) = vdso_symbol("__vdso_getcpu");
	struct timespec before, inside, after;
	unsigned int cpu = 99, node = 99;
	struct timeval tv;
	time_t now;

	CHECK(gettime && getres && gettimeofday_ && time_ && getcpu_);
	for (unsigned int i = 0; gettime && i < sizeof(clocks) / sizeof(*clocks); i++) {
		syscall(SYS_clock_gettime, clocks[i], &before);
		CHECK(gettime(clocks[i], &inside) == 0);
		syscall(SYS_clock_gettime, clocks[i], &after);
		show("clock %d: %s", clocks[i], ns(&before) <= ns(&inside) && ns(&inside) <= ns(&after) ? "between" : "outside");
	}
	if (!gettime || !getcpu_)
		return;
	show("clock 99: %d", gettime(99, &inside));
	CHECK(getres(CLOCK_MONOTONIC, &inside) == 0);
	show("resolution %ld ns", inside.tv_nsec);
	CHECK(gettimeofday_(&tv, NULL) == 0 && time_(&now) == now);
	syscall(SYS_clock_gettime, CLOCK_REALTIME, &after);
	CHECK(after.tv_sec - tv.tv_sec <= 1 && after.tv_sec - now <= 1);
	CHECK(getcpu_(&cpu, &node, NULL) == 0 && cpu < 64);
	show("node %u", node);
}

static void test_auxv(void)
{
	uint32_t a = 1, b, c, d;

	__asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
	CHECK(getauxval(AT_HWCAP) == d);
	CHECK(!strcmp((const char *)getauxval(AT_PLATFORM), "x86_64"));
	CHECK(getauxval(AT_MINSIGSTKSZ) >= 1024 && getauxval(AT_MINSIGSTKSZ) < 16384);
	show("page size %lu, clock ticks %lu", getauxval(AT_PAGESZ), getauxval(AT_CLKTCK));
}

int main(void)
{
	test_switches();
	test_fork();
	test_bases();
	test_vdso();
	test_auxv();
	return abi_result();
}
