/* SPDX-License-Identifier: MIT */
/*
 * Looking at what another thread holds: memory, files, root, namespaces, credentials. A thread may give these up or
 * replace them at any time; the pointers are read, and references taken, under process_lock, and whoever replaces
 * one calls access_wait_for_readers() before it drops the old reference.
 */
#pragma once

#include <lib/types.h>

struct cred;
struct fd_table;
struct fs_context;
struct ns_proxy;
struct thread;
struct vm_space;

/* With a reference; NULL: it has none (any more), or is a kernel thread. cred is never NULL. */
struct vm_space *access_vm_get(struct thread *thread);
struct fd_table *access_files_get(struct thread *thread);
struct fs_context *access_fs_get(struct thread *thread);
struct ns_proxy *access_ns_get(struct thread *thread);
struct cred *access_cred_get(struct thread *thread);

/* Reads or writes its memory: bytes done. May sleep. */
size_t access_memory(struct thread *thread, vaddr_t addr, void *buf, size_t size, bool write);

void access_wait_for_readers(void);

/* The current thread's credentials become cred (reference taken over). */
void access_set_cred(struct cred *cred);
