// SPDX-License-Identifier: MIT
/*
 * The vDSO: clocks and CPU number without a system call (man 7 vdso). Runs in programs: position
 * independent, no data of its own; the kernel's data page lies just below the image.
 */
#include <asm/unistd.h>
#include <kernel/vdso_clock.h>
#include <lib/compiler.h>
#include <port/asm_offsets.h>

#define EXPORT __attribute__((visibility("default"), used))
#define ALIAS(name) extern __typeof__(__vdso_##name) name __attribute__((alias("__vdso_" #name), weak, visibility("default")))

struct getcpu_cache;
EXPORT int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts);
EXPORT int __vdso_clock_getres(int clock, struct __kernel_timespec *res);
EXPORT int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz);
EXPORT __kernel_old_time_t __vdso_time(__kernel_old_time_t *t);
EXPORT int __vdso_getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused);

int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts)
{
	return vdso_clock_gettime(clock, ts);
}
ALIAS(clock_gettime);

int __vdso_clock_getres(int clock, struct __kernel_timespec *res)
{
	return vdso_clock_getres(clock, res);
}
ALIAS(clock_getres);

int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz)
{
	return vdso_gettimeofday(tv, tz);
}
ALIAS(gettimeofday);

__kernel_old_time_t __vdso_time(__kernel_old_time_t *t)
{
	__kernel_old_time_t now;
	uint64_t ns;

	if (!read_clock(true, &ns))
		return call_kernel(__NR_time, (long)t, 0);
	now = (__kernel_old_time_t)(ns / NSEC_PER_SEC);
	if (t)
		*t = now;
	return now;
}
ALIAS(time);

/* The limit of a segment that is different on every CPU: readable from user mode. */
int __vdso_getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused)
{
	unsigned int limit;

	__asm__ volatile("lsl %1, %0" : "=r"(limit) : "r"(CPU_NUMBER_SELECTOR));
	if (cpu)
		*cpu = limit & 0xfff;
	if (node)
		*node = 0;
	return 0;
}
ALIAS(getcpu);
