// SPDX-License-Identifier: MIT
/* man 2: madvise, mincore, mlock, mlock2, munlock, mlockall, munlockall, membarrier. */
#include <arch/layout.h>
#include <kernel/cpu.h>
#include <kernel/cred.h>
#include <kernel/smp.h>
#include <kernel/thread.h>
#include <lib/atomic.h>
#include <linux/membarrier.h>
#include <linux/mman.h>
#include <linux/resource.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <syscall/define.h>

SYSCALL_DEFINE(madvise, unsigned long, addr, size_t, size, int, advice)
{
	return vm_advise(current->vm, addr, size, advice);
}

SYSCALL_DEFINE(mincore, unsigned long, addr, size_t, size, unsigned char *, user_vec)
{
	uint8_t vec[128];
	size_t nr = DIV_ROUND_UP(size, PAGE_SIZE);

	if (addr & (PAGE_SIZE - 1))
		return -EINVAL;
	if (!user_range_ok((void *)addr, size))
		return -ENOMEM;
	if (!user_range_ok(user_vec, nr))
		return -EFAULT;
	while (nr) {
		size_t n = min(nr, sizeof(vec));
		int err = vm_resident(current->vm, addr, n, vec);

		if (err)
			return err;
		if (copy_to_user(user_vec, vec, n))
			return -EFAULT;
		addr += n * PAGE_SIZE;
		user_vec += n;
		nr -= n;
	}
	return 0;
}

static bool may_lock(void)
{
	return vm_limit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK);
}

SYSCALL_DEFINE(mlock, unsigned long, addr, size_t, size)
{
	return may_lock() ? vm_lock_range(current->vm, addr, size, true, true) : -EPERM;
}

SYSCALL_DEFINE(mlock2, unsigned long, addr, size_t, size, int, flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return may_lock() ? vm_lock_range(current->vm, addr, size, true, !flags) : -EPERM;
}

SYSCALL_DEFINE(munlock, unsigned long, addr, size_t, size)
{
	return vm_lock_range(current->vm, addr, size, false, false);
}

SYSCALL_DEFINE(mlockall, int, flags)
{
	if (!flags || flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!may_lock())
		return -EPERM;
	return vm_lock_all(current->vm, flags & MCL_CURRENT, flags & MCL_FUTURE, !(flags & MCL_ONFAULT));
}

SYSCALL_DEFINE(munlockall)
{
	return vm_lock_all(current->vm, false, false, false);
}

/* --- membarrier ---------------------------------------------------------------------------------- */

#define BARRIER_GLOBAL (MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED)
#define BARRIER_REGISTER                                                                           \
	(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |    \
		MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE)
#define BARRIER_PRIVATE (MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE)

/* An interrupt is a full barrier, and its return synchronises the instruction stream. */
static void barrier_here(void *arg __maybe_unused)
{
	atomic_fence();
}

static long barrier_everywhere(const struct cpumask *mask)
{
	atomic_fence();
	if (cpu_online_count() > 1)
		smp_call(mask, barrier_here, NULL);
	atomic_fence();
	return 0;
}

SYSCALL_DEFINE(membarrier, int, cmd, unsigned int, flags, int, cpu)
{
	struct vm_space *space = current->vm;

	if (flags)
		return -EINVAL;
	switch (cmd) {
	case MEMBARRIER_CMD_QUERY:
		return BARRIER_GLOBAL | BARRIER_REGISTER | BARRIER_PRIVATE;
	case MEMBARRIER_CMD_GLOBAL:
	case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
		return barrier_everywhere(cpu_online_mask());
	case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
		atomic_fetch_or(&space->membarrier, (uint32_t)cmd);
		return 0;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
		/* The command that registers is the next higher bit. */
		if (!(atomic_load(&space->membarrier) & (uint32_t)cmd << 1))
			return -EPERM;
		return barrier_everywhere(&space->cpus);
	default:
		return -EINVAL;
	}
}
