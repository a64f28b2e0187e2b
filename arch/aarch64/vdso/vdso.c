// SPDX-License-Identifier: MIT
/*
 * The vDSO: clocks without a system call (man 7 vdso). Runs in programs: position independent, no data of
 * its own; the kernel's data page lies just below the image.
 */
#include <asm/unistd.h>
#include <kernel/vdso_clock.h>
#include <lib/compiler.h>

#define EXPORT __attribute__((visibility("default"), used))

EXPORT int __kernel_clock_gettime(int clock, struct __kernel_timespec *ts);
EXPORT int __kernel_clock_getres(int clock, struct __kernel_timespec *res);
EXPORT int __kernel_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz);

int __kernel_clock_gettime(int clock, struct __kernel_timespec *ts)
{
	return vdso_clock_gettime(clock, ts);
}

int __kernel_clock_getres(int clock, struct __kernel_timespec *res)
{
	return vdso_clock_getres(clock, res);
}

int __kernel_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz)
{
	return vdso_gettimeofday(tv, tz);
}

/* Where handlers return to: x30 points here. Debuggers know it by these instructions. */
__asm__(".pushsection .text.sigreturn, \"ax\"\n"
	".globl __kernel_rt_sigreturn\n"
	".type __kernel_rt_sigreturn, @function\n"
	"nop\n" /* unwinders look one instruction back */
	"__kernel_rt_sigreturn:\n"
	"mov x8, #139\n"
	"svc #0\n"
	".size __kernel_rt_sigreturn, . - __kernel_rt_sigreturn\n"
	".popsection");
static_assert(__NR_rt_sigreturn == 139);
