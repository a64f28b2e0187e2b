/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: a run queue per CPU, stealing when idle, classes real-time (FIFO, RR) over fair
 * (virtual run time, nice weights) over idle. Tickless: a CPU with one runnable thread takes no
 * timer interrupt. Kernel code is preempted only at sched_yield_point() and when it sleeps.
 *
 * run_queue.lock is taken with interrupts off; two of them in rising CPU number.
 */
#pragma once

#include <kernel/cpumask.h>
#include <kernel/spinlock.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>

struct cpu;
struct thread;

/* A thread's part. Guarded by the lock of the run queue it is on (thread->sched.cpu). */
struct sched_thread {
	struct rb_node fair_node; /* run_queue.fair, by vruntime_ns */
	struct list_head rt_node; /* run_queue.rt[priority] */
	uint64_t vruntime_ns;
	uint64_t exec_start_ns;	 /* vruntime_ns counts up to here */
	uint64_t slice_start_ns; /* SCHED_RR: since when it has had the CPU */
	struct cpu *cpu;      /* where it runs or last ran */
	struct cpumask *affinity; /* NULL: every CPU */
	int policy;	      /* SCHED_OTHER ... */
	int nice;	      /* -20 .. 19 */
	int rt_priority;      /* 1 .. 99 */
	bool on_queue;	      /* runs or waits to run */
	bool is_migrating;    /* was switched away from, has to be put on another CPU's queue */
	bool on_cpu; /* atomic: its registers are (still) in a CPU */
};

struct run_queue {
	struct spinlock lock;

	/* Guarded by lock. */
	struct rb_root fair;
	struct rb_node *fair_first;
	struct thread *fair_lone; /* the only one waiting, kept out of the tree: the usual case */
	struct list_head rt[100];
	uint64_t rt_bitmap[2];
	unsigned int nr_running; /* including the one that runs, without idle */
	uint64_t min_vruntime_ns;
	struct thread *running;
};

/* Gives the CPU away; the current thread has set its state. Interrupts may be on or off, are as they
 * were on return. Not under a spinlock. */
void schedule(void);

/* sched_yield(2). */
void sched_yield_current(void);

/* Long kernel loops call this: lets a waiting thread run. Not under a spinlock. */
void sched_yield_point(void);

/* Makes a thread that runs on another CPU look at its work, which the caller has set. Any context. */
void sched_interrupt(struct thread *thread);

/* Called by exit_to_user_work() for WORK_RESCHED. */
void sched_preempt(void);

/* Boot CPU once; then each CPU for its own queue. The caller's stack becomes the idle thread. */
void sched_init(void);
void sched_init_this_cpu(struct cpu *cpu);

/* A new thread's first place: the calling thread's policy and affinity, its fair share from now on. */
void sched_fork(struct thread *thread);
/* Puts it on the best CPU's queue; the thread is runnable and on none. Any context. */
void sched_start(struct thread *thread);

/* The slice timer of this CPU fired (kernel/timer.c). Interrupts off. */
void sched_tick(uint64_t now_ns);

/* The idle loop of this CPU. */
[[noreturn]] void sched_idle(void);

/* man 7 sched: change policy/priority/nice/affinity of a thread. 0 or -EINVAL. May sleep. */
int sched_set_policy(struct thread *thread, int policy, int rt_priority, int nice);
int sched_set_affinity(struct thread *thread, const struct cpumask *mask);
void sched_get_affinity(struct thread *thread, struct cpumask *mask);

/* Moves the current thread to cpu and keeps it there (kexec). */
void sched_pin_current(struct cpu *cpu);

/* What the CPU's and the thread's times are at now; see kernel/account.h. */
struct cpu_times {
	uint64_t user_ns, system_ns, idle_ns;
};
void sched_cpu_times(struct cpu *cpu, struct cpu_times *times);
void sched_thread_times(struct thread *thread, struct cpu_times *times);
/* User plus system time of a thread, up to now if it runs. */
uint64_t sched_thread_ns(struct thread *thread);

/* Load averages for /proc/loadavg, fixed point 1 << 11 as in sysinfo(2) >> 5; runnable and total. */
void sched_loadavg(unsigned long avg[3]);
unsigned int sched_nr_running(void);
