// SPDX-License-Identifier: MIT
/*
 * The vDSO: clocks and CPU number without a system call (man 7 vdso). Runs in programs: position
 * independent, no data of its own; the kernel's data page lies just below the image.
 */
#include <asm/unistd.h>
#include <lib/compiler.h>
#include <lib/types.h>

#define VDSO_READ_BARRIER() __asm__ volatile("dbar 0" ::: "memory")

static __always_inline long call_kernel(long nr, long a, long b)
{
	register long a0 __asm__("$a0") = a, a1 __asm__("$a1") = b, a7 __asm__("$a7") = nr;

	__asm__ volatile("syscall 0"
		: "+r"(a0) : "r"(a1), "r"(a7)
		: "memory", "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8");
	return a0;
}

static __always_inline uint64_t read_counter(void)
{
	uint64_t value;

	__asm__ volatile("rdtime.d %0, $zero" : "=r"(value)::"memory");
	return value;
}

#include <kernel/vdso_clock.h>

#define EXPORT __attribute__((visibility("default"), used))

struct getcpu_cache;
EXPORT int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts);
EXPORT int __vdso_clock_getres(int clock, struct __kernel_timespec *res);
EXPORT int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz);
EXPORT int __vdso_getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused);

int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts)
{
	return vdso_clock_gettime(clock, ts);
}

int __vdso_clock_getres(int clock, struct __kernel_timespec *res)
{
	return vdso_clock_getres(clock, res);
}

int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz)
{
	return vdso_gettimeofday(tv, tz);
}

/* No register tells a program which CPU it is on. */
int __vdso_getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused)
{
	return (int)call_kernel(__NR_getcpu, (long)cpu, (long)node);
}

/* Where handlers return to: ra points here. Debuggers know it by these instructions. */
__asm__(".pushsection .text.sigreturn, \"ax\"\n"
	".globl __vdso_rt_sigreturn\n"
	".type __vdso_rt_sigreturn, @function\n"
	"__vdso_rt_sigreturn:\n"
	"li.w $a7, 139\n"
	"syscall 0\n"
	".size __vdso_rt_sigreturn, . - __vdso_rt_sigreturn\n"
	".popsection");
static_assert(__NR_rt_sigreturn == 139);
