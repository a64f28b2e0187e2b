/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: the CPU this code runs on.
 *
 * Inline functions are declared here with their meaning; the bodies are in the port's
 * arch/<a>/include/port/cpu.h, included at the bottom. The same form serves every header of
 * this folder.
 */
#pragma once

#include <lib/types.h>

struct cpu; /* kernel/cpu.h; embeds the port's struct arch_cpu, defined in port/cpu.h */

/* The record of the running CPU. Valid from arch_cpu_init_this() on. Any context; the answer is
 * stable only while the caller cannot move to another CPU (interrupts off or preemption-free
 * kernel code between two yield points: kernel code is never preempted, so that is everywhere
 * between sleeps). */
static inline struct cpu *arch_this_cpu(void);

/* Makes cpu the record of the running CPU and loads the CPU's own tables (x86: GDT, TSS, IDT).
 * Called once on each CPU, interrupts off, before anything that needs arch_this_cpu(). */
void arch_cpu_init_this(struct cpu *cpu);

/* The hardware's name of the running CPU (APIC ID, MPIDR, hart ID, CPUID register). */
uint64_t arch_cpu_hw_id(void);

/* Spin-wait hint. Any context. */
static inline void arch_cpu_relax(void);

/* Enables interrupts and waits for one, atomically: an interrupt pending on entry is taken and the
 * function returns. Called by the idle thread with interrupts off; returns with them off. */
static inline void arch_cpu_idle(void);

/* Stops this CPU for good, interrupts off. Any context. */
[[noreturn]] void arch_cpu_halt(void);

/* Restarts the machine by what the CPU itself can do, when no driver knows a way (x86: triple fault;
 * others halt). Any context. */
[[noreturn]] void arch_cpu_reset(void);

/* A hardware random number: true and 64 bits in *out, or false where there is no source or it is
 * exhausted. Any context. */
bool arch_cpu_random(uint64_t *out);

/* Writes the running CPU's /proc/cpuinfo block into buf (size bytes), returns its length. The
 * values are those cached at the CPU's start, so any CPU may ask for any other. */
size_t arch_cpu_info(const struct cpu *cpu, char *buf, size_t size);

#include <port/cpu.h>
