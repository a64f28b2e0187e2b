// SPDX-License-Identifier: MIT
/*
 * The vDSO: clocks and CPU number without a system call (man 7 vdso). Runs in programs: position
 * independent, no data of its own; the kernel's data page lies just below the image.
 */
#include <asm/unistd.h>
#include <kernel/vdso_clock.h>
#include <lib/compiler.h>

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
