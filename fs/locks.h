/* SPDX-License-Identifier: MIT */
/* Advisory locks: flock(2), fcntl(2) record locks of processes and of open file descriptions. May sleep. */
#pragma once

#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/types.h>

/* operation: LOCK_SH, LOCK_EX, LOCK_UN, with LOCK_NB. 0, -EWOULDBLOCK, -ERESTARTSYS, -ENOMEM. */
__must_check int locks_flock(struct file *file, int operation);

/* A range [start, end] in bytes, both included. owner: the descriptor table (process locks) or the file (OFD). */
struct range_lock {
	uint64_t start, end;
	short type; /* F_RDLCK, F_WRLCK, F_UNLCK */
	int pid;    /* for F_GETLK; -1: OFD */
	void *owner;
};
/* F_SETLK, F_SETLKW. -EAGAIN, -EDEADLK, -ERESTARTSYS, -ENOMEM. */
__must_check int locks_set_range(struct file *file, const struct range_lock *lock, bool wait);
/* F_GETLK: what would conflict, or type F_UNLCK. */
void locks_get_range(struct file *file, struct range_lock *lock);

/* close(2) of any descriptor of the file in table owner; last reference of the file. Called if inode->locks is set. */
void locks_release_owner(struct file *file, void *owner);
void locks_release_file(struct file *file);
