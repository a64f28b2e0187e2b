// SPDX-License-Identifier: MIT
/* Safe looks at another thread's possessions. */
#include <process/access.h>

#include <fs/fs_context.h>
#include <kernel/cred.h>
#include <mm/vm_space.h>
#include <process/fd_table.h>
#include <process/ns_proxy.h>
#include <process/process.h>

#define ACCESS_GET(member, get)                                                                    \
	unsigned long flags = spin_lock_irqsave(&process_lock);                                    \
	typeof(thread->member) held = thread->member;                                              \
                                                                                                   \
	if (held)                                                                                  \
		get(held);                                                                         \
	spin_unlock_irqrestore(&process_lock, flags);                                              \
	return held

struct vm_space *access_vm_get(struct thread *thread)
{
	ACCESS_GET(vm, vm_space_get);
}

struct fd_table *access_files_get(struct thread *thread)
{
	ACCESS_GET(files, fd_table_get);
}

struct fs_context *access_fs_get(struct thread *thread)
{
	ACCESS_GET(fs, fs_context_get);
}

struct ns_proxy *access_ns_get(struct thread *thread)
{
	ACCESS_GET(ns, ns_proxy_get);
}

struct cred *access_cred_get(struct thread *thread)
{
	ACCESS_GET(cred, cred_get);
}

size_t access_memory(struct thread *thread, vaddr_t addr, void *buf, size_t size, bool write)
{
	struct vm_space *vm = access_vm_get(thread);
	size_t done;

	if (!vm)
		return 0;
	done = vm_access(vm, addr, buf, size, write);
	vm_space_put(vm);
	return done;
}

void access_wait_for_readers(void)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);

	/* Who read the old pointer has taken its reference by now. */
	spin_unlock_irqrestore(&process_lock, flags);
}

void access_set_cred(struct cred *cred)
{
	struct cred *old = current->cred;

	__atomic_store_n(&current->cred, cred, __ATOMIC_RELEASE);
	access_wait_for_readers();
	cred_put(old);
}
