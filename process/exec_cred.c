// SPDX-License-Identifier: MIT
/* Credentials across execve. */
#include <process/exec_cred.h>

#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/path.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <linux/mount.h>
#include <linux/securebits.h>
#include <linux/stat.h>
#include <process/access.h>
#include <process/ptrace.h>

#define CAPS_ALL ((1ULL << (CAP_LAST_CAP + 1)) - 1)

static void apply_mode_bits(const struct path *path, struct cred *cred)
{
	const struct inode *inode = path->dentry->inode;

	if (path->mount->flags & MS_NOSUID || cred->no_new_privs || ptrace_is_traced(current))
		return;
	if (inode->mode & S_ISUID)
		cred->euid = inode->uid;
	if ((inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		cred->egid = inode->gid;
}

int exec_cred_prepare(const struct path *path, struct cred **out, bool *is_secure)
{
	const struct cred *old = current->cred;
	struct cred *cred;
	bool is_setid, root_caps;

	/* The usual case: a root shell starts a plain program, nothing changes. */
	if (!(path->dentry->inode->mode & (S_ISUID | S_ISGID)) && !old->uid && !old->euid && !old->suid && !old->fsuid &&
		old->cap_effective == CAPS_ALL && old->cap_permitted == CAPS_ALL && old->cap_bounding == CAPS_ALL &&
		!old->cap_inheritable && !old->cap_ambient && old->egid == old->gid && old->sgid == old->gid &&
		old->fsgid == old->gid && !(old->securebits & SECBIT_NOROOT)) {
		*out = cred_get(current->cred);
		*is_secure = false;
		return 0;
	}
	cred = cred_dup(old);
	if (!cred)
		return -ENOMEM;
	apply_mode_bits(path, cred);
	is_setid = cred->euid != old->uid || cred->egid != old->gid;
	cred->suid = cred->fsuid = cred->euid;
	cred->sgid = cred->fsgid = cred->egid;
	root_caps = !(cred->securebits & SECBIT_NOROOT) && (!cred->euid || !cred->uid);
	if (is_setid && (cred->euid != old->euid || cred->egid != old->egid))
		cred->cap_ambient = 0;
	cred->cap_permitted = cred->cap_ambient;
	cred->cap_effective = cred->cap_ambient;
	if (root_caps) {
		cred->cap_permitted = cred->cap_bounding | cred->cap_inheritable;
		if (!cred->euid)
			cred->cap_effective = cred->cap_permitted;
	}
	cred->securebits &= ~(uint32_t)SECBIT_KEEP_CAPS;
	*is_secure = is_setid || (cred->uid && cred->cap_permitted & ~cred->cap_ambient);
	*out = cred;
	return 0;
}

void exec_cred_commit(struct cred *cred)
{
	access_set_cred(cred);
}
