// SPDX-License-Identifier: MIT
/* man 2 prctl, personality, seccomp, arch_prctl, rseq. */
#include <arch/context.h>
#include <kernel/cred.h>
#include <kernel/sched.h>
#include <lib/string.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>
#include <linux/seccomp.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/process.h>
#include <process/signal.h>
#include <syscall/define.h>

static long set_name(const char *user_name)
{
	char name[THREAD_NAME_LEN] = {};
	long len = strncpy_from_user(name, user_name, sizeof(name) - 1);

	if (len < 0 && len != -ENAMETOOLONG)
		return -EFAULT;
	name[sizeof(name) - 1] = '\0';
	memcpy(current->name, name, sizeof(name));
	return 0;
}

static long change_cred(void (*change)(struct cred *cred, unsigned long arg), unsigned long arg)
{
	struct cred *cred = cred_dup(current->cred);

	if (!cred)
		return -ENOMEM;
	change(cred, arg);
	access_set_cred(cred);
	return 0;
}

static void drop_bounding(struct cred *cred, unsigned long cap)
{
	cred->cap_bounding &= ~BIT_ULL(cap);
}

static void set_securebits(struct cred *cred, unsigned long bits)
{
	cred->securebits = (uint32_t)bits;
}

static void set_no_new_privs(struct cred *cred, unsigned long arg)
{
	cred->no_new_privs = true;
}

static void set_ambient(struct cred *cred, unsigned long caps)
{
	cred->cap_ambient = caps;
}

static long ambient(unsigned long what, unsigned long cap)
{
	const struct cred *cred = current->cred;

	if (what == PR_CAP_AMBIENT_CLEAR_ALL)
		return cap ? -EINVAL : change_cred(set_ambient, 0);
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	switch (what) {
	case PR_CAP_AMBIENT_IS_SET:
		return cred->cap_ambient >> cap & 1;
	case PR_CAP_AMBIENT_RAISE:
		if (!(cred->cap_permitted & cred->cap_inheritable & BIT_ULL(cap)) ||
			cred->securebits & SECBIT_NO_CAP_AMBIENT_RAISE)
			return -EPERM;
		return change_cred(set_ambient, cred->cap_ambient | BIT_ULL(cap));
	case PR_CAP_AMBIENT_LOWER:
		return change_cred(set_ambient, cred->cap_ambient & ~BIT_ULL(cap));
	}
	return -EINVAL;
}

SYSCALL_DEFINE(prctl, int, option, unsigned long, arg2, unsigned long, arg3, unsigned long, arg4, unsigned long, arg5)
{
	struct process *process = current_process();
	const struct cred *cred = current->cred;

	switch (option) {
	case PR_SET_PDEATHSIG:
		if (arg2 > KERNEL_NSIG)
			return -EINVAL;
		process->pdeath_signal = (int)arg2;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user(process->pdeath_signal, (int *)arg2);
	case PR_GET_DUMPABLE:
		return process->dumpable;
	case PR_SET_DUMPABLE:
		if (arg2 > 1)
			return -EINVAL;
		process->dumpable = (unsigned int)arg2;
		return 0;
	case PR_SET_NAME:
		return set_name((const char *)arg2);
	case PR_GET_NAME:
		return copy_to_user((void *)arg2, current->name, THREAD_NAME_LEN);
	case PR_SET_KEEPCAPS:
		if (arg2 > 1)
			return -EINVAL;
		if (cred->securebits & SECBIT_KEEP_CAPS_LOCKED)
			return -EPERM;
		return change_cred(set_securebits,
			arg2 ? cred->securebits | SECBIT_KEEP_CAPS : cred->securebits & ~(uint32_t)SECBIT_KEEP_CAPS);
	case PR_GET_KEEPCAPS:
		return !!(cred->securebits & SECBIT_KEEP_CAPS);
	case PR_CAPBSET_READ:
		return arg2 > CAP_LAST_CAP ? -EINVAL : (long)(cred->cap_bounding >> arg2 & 1);
	case PR_CAPBSET_DROP:
		if (!capable(CAP_SETPCAP))
			return -EPERM;
		return arg2 > CAP_LAST_CAP ? -EINVAL : change_cred(drop_bounding, arg2);
	case PR_GET_SECUREBITS:
		return cred->securebits;
	case PR_SET_SECUREBITS:
		if (!capable(CAP_SETPCAP))
			return -EPERM;
		return change_cred(set_securebits, arg2);
	case PR_CAP_AMBIENT:
		return arg4 || arg5 ? -EINVAL : ambient(arg2, arg3);
	case PR_SET_NO_NEW_PRIVS:
		if (arg2 != 1 || arg3 || arg4 || arg5)
			return -EINVAL;
		return change_cred(set_no_new_privs, 0);
	case PR_GET_NO_NEW_PRIVS:
		return arg2 || arg3 || arg4 || arg5 ? -EINVAL : cred->no_new_privs;
	case PR_SET_CHILD_SUBREAPER:
		process->is_subreaper = arg2;
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_user((int)process->is_subreaper, (int *)arg2);
	case PR_GET_TID_ADDRESS:
		return put_user(current->clear_child_tid, (uintptr_t *)arg2);
	case PR_SET_TIMERSLACK:
		return 0;
	case PR_GET_TIMERSLACK:
		return 50000;
	case PR_GET_TIMING:
		return PR_TIMING_STATISTICAL;
	case PR_SET_TIMING:
		return arg2 == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_GET_SECCOMP:
		return 0;
	case PR_GET_THP_DISABLE:
		return arg2 || arg3 || arg4 || arg5 ? -EINVAL : 0;
	}
	return arch_prctl_option(option, (const unsigned long[]){ arg2, arg3, arg4, arg5 });
}

SYSCALL_DEFINE(personality, unsigned int, persona)
{
	unsigned int old = current_process()->personality;

	if (persona != 0xffffffff)
		current_process()->personality = persona;
	return old;
}

SYSCALL_DEFINE(arch_prctl, int, code, unsigned long, addr)
{
	return arch_prctl(current, code, addr);
}
