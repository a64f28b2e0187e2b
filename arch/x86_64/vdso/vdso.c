// SPDX-License-Identifier: MIT
/*
 * The vDSO: clocks and CPU number without a system call (man 7 vdso). Runs in programs: position
 * independent, no data of its own; the kernel's data page lies just below the image.
 */
#include <asm/unistd.h>
#include <kernel/vdso_data.h>
#include <lib/compiler.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <port/asm_offsets.h>
#include <port/layout.h>

#define NSEC_PER_SEC 1000000000ULL

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

#define EXPORT __attribute__((visibility("default"), used))
#define ALIAS(name) extern __typeof__(__vdso_##name) name __attribute__((alias("__vdso_" #name), weak, visibility("default")))

struct getcpu_cache;
EXPORT int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts);
EXPORT int __vdso_clock_getres(int clock, struct __kernel_timespec *res);
EXPORT int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz);
EXPORT __kernel_old_time_t __vdso_time(__kernel_old_time_t *t);
EXPORT int __vdso_getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused);

static __always_inline long call_kernel(long nr, long a, long b)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b) : "rcx", "r11", "memory");
	return result;
}

static __always_inline uint64_t read_counter(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi)::"memory");
	return (uint64_t)hi << 32 | lo;
}

/* Nanoseconds of monotonic (or real) time; false: ask the kernel. */
static __always_inline bool read_clock(bool realtime, uint64_t *ns)
{
	const struct vdso_data *data = (const struct vdso_data *)(__ehdr_start - PAGE_SIZE);
	uint64_t ticks;
	uint32_t seq;

	do {
		do
			seq = READ_ONCE(data->seq);
		while (unlikely(seq & 1));
		compiler_barrier();
		if (unlikely(!data->has_clock))
			return false;
		ticks = read_counter() - data->counter_base;
		*ns = (uint64_t)(((unsigned __int128)ticks * data->counter_mult) >> 32);
		if (realtime)
			*ns += data->realtime_offset_ns;
		compiler_barrier();
	} while (unlikely(READ_ONCE(data->seq) != seq));
	return true;
}

static __always_inline bool is_realtime(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

/* Clocks that are the counter, as a bit set. */
#define OUR_CLOCKS \
	(1u << CLOCK_REALTIME | 1u << CLOCK_MONOTONIC | 1u << CLOCK_MONOTONIC_RAW | 1u << CLOCK_REALTIME_COARSE | \
		1u << CLOCK_MONOTONIC_COARSE | 1u << CLOCK_BOOTTIME | 1u << CLOCK_TAI)

static __always_inline bool is_ours(int clock)
{
	return (unsigned int)clock < 32 && (OUR_CLOCKS >> clock & 1);
}

int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts)
{
	uint64_t ns;

	if (!is_ours(clock) || !read_clock(is_realtime(clock), &ns))
		return (int)call_kernel(__NR_clock_gettime, clock, (long)ts);
	ts->tv_sec = (long long)(ns / NSEC_PER_SEC);
	ts->tv_nsec = (long long)(ns % NSEC_PER_SEC);
	return 0;
}
ALIAS(clock_gettime);

int __vdso_clock_getres(int clock, struct __kernel_timespec *res)
{
	return (int)call_kernel(__NR_clock_getres, clock, (long)res);
}
ALIAS(clock_getres);

int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz)
{
	uint64_t ns;

	if (tz || !tv || !read_clock(true, &ns))
		return (int)call_kernel(__NR_gettimeofday, (long)tv, (long)tz);
	tv->tv_sec = (long)(ns / NSEC_PER_SEC);
	tv->tv_usec = (long)(ns % NSEC_PER_SEC / 1000);
	return 0;
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
