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
#include <port/layout.h>

#define NSEC_PER_SEC 1000000000ULL

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

#define EXPORT __attribute__((visibility("default"), used))

struct getcpu_cache;
EXPORT int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts);
EXPORT int __vdso_clock_getres(int clock, struct __kernel_timespec *res);
EXPORT int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz);
EXPORT int __vdso_getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused);

static __always_inline long call_kernel(long nr, long a, long b)
{
	register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a7 __asm__("a7") = nr;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
	return a0;
}

static __always_inline uint64_t read_counter(void)
{
	uint64_t value;

	__asm__ volatile("rdtime %0" : "=r"(value)::"memory");
	return value;
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
		__asm__ volatile("fence r, r" ::: "memory");
		if (unlikely(!data->has_clock))
			return false;
		ticks = read_counter() - data->counter_base;
		*ns = (uint64_t)(((unsigned __int128)ticks * data->counter_mult) >> 32);
		if (realtime)
			*ns += data->realtime_offset_ns;
		__asm__ volatile("fence r, r" ::: "memory");
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

int __vdso_clock_getres(int clock, struct __kernel_timespec *res)
{
	return (int)call_kernel(__NR_clock_getres, clock, (long)res);
}

int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz)
{
	uint64_t ns;

	if (tz || !tv || !read_clock(true, &ns))
		return (int)call_kernel(__NR_gettimeofday, (long)tv, (long)tz);
	tv->tv_sec = (long)(ns / NSEC_PER_SEC);
	tv->tv_usec = (long)(ns % NSEC_PER_SEC / 1000);
	return 0;
}

/* No register tells a program which hart it is on. */
int __vdso_getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused)
{
	return (int)call_kernel(__NR_getcpu, (long)cpu, (long)node);
}

/* Where handlers return to: ra points here. Debuggers know it by these instructions. */
__asm__(".pushsection .text.sigreturn, \"ax\"\n"
	".globl __vdso_rt_sigreturn\n"
	".type __vdso_rt_sigreturn, @function\n"
	"__vdso_rt_sigreturn:\n"
	"li a7, 139\n"
	"ecall\n"
	".size __vdso_rt_sigreturn, . - __vdso_rt_sigreturn\n"
	".popsection");
static_assert(__NR_rt_sigreturn == 139);
