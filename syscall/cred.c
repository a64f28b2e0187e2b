// SPDX-License-Identifier: MIT
/* man 2 setuid, setreuid, setresuid, setfsuid, getgroups, capget and the same for groups. */
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/sort.h>
#include <lib/string.h>
#include <linux/capability.h>
#include <linux/limits.h>
#include <linux/securebits.h>
#include <mm/user_copy.h>
#include <process/access.h>
#include <process/pid_ns.h>
#include <process/process.h>
#include <syscall/define.h>

#define UNCHANGED ((uint32_t)-1)
#define FS_CAPS                                                                                    \
	(BIT_ULL(CAP_CHOWN) | BIT_ULL(CAP_MKNOD) | BIT_ULL(CAP_DAC_OVERRIDE) | BIT_ULL(CAP_DAC_READ_SEARCH) | \
		BIT_ULL(CAP_FOWNER) | BIT_ULL(CAP_FSETID) | BIT_ULL(CAP_LINUX_IMMUTABLE) | BIT_ULL(CAP_MAC_OVERRIDE))

static long commit(struct cred *cred)
{
	struct cred *old = current->cred;

	if (cred->euid != old->euid || cred->egid != old->egid || cred->fsuid != old->fsuid || cred->fsgid != old->fsgid) {
		current_process()->dumpable = 0;
		current_process()->pdeath_signal = 0;
	}
	access_set_cred(cred);
	return 0;
}

/* man 7 capabilities, "Effect of user ID changes on capabilities". */
static void fix_caps(struct cred *cred, const struct cred *old)
{
	bool was_root = !old->uid || !old->euid || !old->suid;
	bool is_root = !cred->uid || !cred->euid || !cred->suid;

	if (cred->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (was_root && !is_root) {
		if (!(cred->securebits & SECBIT_KEEP_CAPS))
			cred->cap_permitted = cred->cap_effective = 0;
		cred->cap_ambient = 0;
	}
	if (!old->euid && cred->euid)
		cred->cap_effective = 0;
	if (old->euid && !cred->euid)
		cred->cap_effective = cred->cap_permitted;
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

SYSCALL_DEFINE(getuid)
{
	return current->cred->uid;
}

SYSCALL_DEFINE(geteuid)
{
	return current->cred->euid;
}

SYSCALL_DEFINE(getgid)
{
	return current->cred->gid;
}

SYSCALL_DEFINE(getegid)
{
	return current->cred->egid;
}

SYSCALL_DEFINE(getresuid, uint32_t *, user_r, uint32_t *, user_e, uint32_t *, user_s)
{
	const struct cred *cred = current->cred;

	if (put_user(cred->uid, user_r) || put_user(cred->euid, user_e) || put_user(cred->suid, user_s))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE(getresgid, uint32_t *, user_r, uint32_t *, user_e, uint32_t *, user_s)
{
	const struct cred *cred = current->cred;

	if (put_user(cred->gid, user_r) || put_user(cred->egid, user_e) || put_user(cred->sgid, user_s))
		return -EFAULT;
	return 0;
}

/* --- user IDs ---------------------------------------------------------------------------------------------------- */

SYSCALL_DEFINE(setuid, uint32_t, uid)
{
	const struct cred *old = current->cred;
	struct cred *cred;

	if (uid == UNCHANGED)
		return -EINVAL;
	if (!capable(CAP_SETUID) && uid != old->uid && uid != old->suid)
		return -EPERM;
	cred = cred_dup(old);
	if (!cred)
		return -ENOMEM;
	if (capable(CAP_SETUID))
		cred->uid = cred->suid = uid;
	cred->euid = cred->fsuid = uid;
	fix_caps(cred, old);
	return commit(cred);
}

SYSCALL_DEFINE(setreuid, uint32_t, ruid, uint32_t, euid)
{
	const struct cred *old = current->cred;
	struct cred *cred;

	if (!capable(CAP_SETUID)) {
		if (ruid != UNCHANGED && ruid != old->uid && ruid != old->euid)
			return -EPERM;
		if (euid != UNCHANGED && euid != old->uid && euid != old->euid && euid != old->suid)
			return -EPERM;
	}
	cred = cred_dup(old);
	if (!cred)
		return -ENOMEM;
	if (ruid != UNCHANGED)
		cred->uid = ruid;
	if (euid != UNCHANGED)
		cred->euid = euid;
	if (ruid != UNCHANGED || (euid != UNCHANGED && euid != old->uid))
		cred->suid = cred->euid;
	cred->fsuid = cred->euid;
	fix_caps(cred, old);
	return commit(cred);
}

static bool is_one_of(uint32_t id, uint32_t a, uint32_t b, uint32_t c)
{
	return id == UNCHANGED || id == a || id == b || id == c;
}

SYSCALL_DEFINE(setresuid, uint32_t, ruid, uint32_t, euid, uint32_t, suid)
{
	const struct cred *old = current->cred;
	struct cred *cred;

	if (!capable(CAP_SETUID) &&
		(!is_one_of(ruid, old->uid, old->euid, old->suid) || !is_one_of(euid, old->uid, old->euid, old->suid) ||
			!is_one_of(suid, old->uid, old->euid, old->suid)))
		return -EPERM;
	cred = cred_dup(old);
	if (!cred)
		return -ENOMEM;
	if (ruid != UNCHANGED)
		cred->uid = ruid;
	if (euid != UNCHANGED)
		cred->euid = euid;
	if (suid != UNCHANGED)
		cred->suid = suid;
	cred->fsuid = cred->euid;
	fix_caps(cred, old);
	return commit(cred);
}

SYSCALL_DEFINE(setfsuid, uint32_t, uid)
{
	const struct cred *old = current->cred;
	uint32_t before = old->fsuid;
	struct cred *cred;

	if (uid == UNCHANGED || uid == before ||
		(!is_one_of(uid, old->uid, old->euid, old->suid) && !capable(CAP_SETUID)))
		return before;
	cred = cred_dup(old);
	if (!cred)
		return before;
	cred->fsuid = uid;
	if (!before && uid)
		cred->cap_effective &= ~FS_CAPS;
	else if (before && !uid)
		cred->cap_effective |= cred->cap_permitted & FS_CAPS;
	commit(cred);
	return before;
}

/* --- group IDs --------------------------------------------------------------------------------------------------- */

SYSCALL_DEFINE(setgid, uint32_t, gid)
{
	const struct cred *old = current->cred;
	struct cred *cred;

	if (gid == UNCHANGED)
		return -EINVAL;
	if (!capable(CAP_SETGID) && gid != old->gid && gid != old->sgid)
		return -EPERM;
	cred = cred_dup(old);
	if (!cred)
		return -ENOMEM;
	if (capable(CAP_SETGID))
		cred->gid = cred->sgid = gid;
	cred->egid = cred->fsgid = gid;
	return commit(cred);
}

SYSCALL_DEFINE(setregid, uint32_t, rgid, uint32_t, egid)
{
	const struct cred *old = current->cred;
	struct cred *cred;

	if (!capable(CAP_SETGID)) {
		if (rgid != UNCHANGED && rgid != old->gid && rgid != old->egid)
			return -EPERM;
		if (egid != UNCHANGED && egid != old->gid && egid != old->egid && egid != old->sgid)
			return -EPERM;
	}
	cred = cred_dup(old);
	if (!cred)
		return -ENOMEM;
	if (rgid != UNCHANGED)
		cred->gid = rgid;
	if (egid != UNCHANGED)
		cred->egid = egid;
	if (rgid != UNCHANGED || (egid != UNCHANGED && egid != old->gid))
		cred->sgid = cred->egid;
	cred->fsgid = cred->egid;
	return commit(cred);
}

SYSCALL_DEFINE(setresgid, uint32_t, rgid, uint32_t, egid, uint32_t, sgid)
{
	const struct cred *old = current->cred;
	struct cred *cred;

	if (!capable(CAP_SETGID) &&
		(!is_one_of(rgid, old->gid, old->egid, old->sgid) || !is_one_of(egid, old->gid, old->egid, old->sgid) ||
			!is_one_of(sgid, old->gid, old->egid, old->sgid)))
		return -EPERM;
	cred = cred_dup(old);
	if (!cred)
		return -ENOMEM;
	if (rgid != UNCHANGED)
		cred->gid = rgid;
	if (egid != UNCHANGED)
		cred->egid = egid;
	if (sgid != UNCHANGED)
		cred->sgid = sgid;
	cred->fsgid = cred->egid;
	return commit(cred);
}

SYSCALL_DEFINE(setfsgid, uint32_t, gid)
{
	const struct cred *old = current->cred;
	uint32_t before = old->fsgid;
	struct cred *cred;

	if (gid == UNCHANGED || gid == before ||
		(!is_one_of(gid, old->gid, old->egid, old->sgid) && !capable(CAP_SETGID)))
		return before;
	cred = cred_dup(old);
	if (!cred)
		return before;
	cred->fsgid = gid;
	commit(cred);
	return before;
}

SYSCALL_DEFINE(getgroups, int, size, uint32_t *, user_groups)
{
	const struct cred *cred = current->cred;

	if (size < 0)
		return -EINVAL;
	if (size) {
		if ((unsigned int)size < cred->nr_groups)
			return -EINVAL;
		if (cred->nr_groups && copy_to_user(user_groups, cred->groups, cred->nr_groups * sizeof(uint32_t)))
			return -EFAULT;
	}
	return cred->nr_groups;
}

static int compare_gid(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

SYSCALL_DEFINE(setgroups, int, size, const uint32_t *, user_groups)
{
	uint32_t *groups = NULL;
	struct cred *cred;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size < 0 || size > NGROUPS_MAX)
		return -EINVAL;
	if (size) {
		groups = kcalloc((size_t)size, sizeof(*groups));
		if (!groups)
			return -ENOMEM;
		if (copy_from_user(groups, user_groups, (size_t)size * sizeof(*groups))) {
			kfree(groups);
			return -EFAULT;
		}
		sort(groups, (size_t)size, sizeof(*groups), compare_gid);
	}
	cred = cred_dup(current->cred);
	if (!cred) {
		kfree(groups);
		return -ENOMEM;
	}
	kfree(cred->groups);
	cred->groups = groups;
	cred->nr_groups = (unsigned int)size;
	return commit(cred);
}

/* --- capabilities -------------------------------------------------------------------------------------------------- */

/* Words per set of the version asked for: 0 with -EINVAL and the preferred version written back. */
static int cap_words(struct __user_cap_header_struct *user_header, struct __user_cap_header_struct *header)
{
	if (get_user(header, user_header))
		return -EFAULT;
	switch (header->version) {
	case _LINUX_CAPABILITY_VERSION_1:
		return 1;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3:
		return 2;
	}
	return put_user(_LINUX_CAPABILITY_VERSION_3, &user_header->version) ? -EFAULT : -EINVAL;
}

SYSCALL_DEFINE(capget, struct __user_cap_header_struct *, user_header, struct __user_cap_data_struct *, user_data)
{
	struct __user_cap_data_struct data[2] = {};
	struct __user_cap_header_struct header;
	int words = cap_words(user_header, &header);
	struct cred *cred;
	struct thread *thread;

	if (words < 0)
		return words == -EINVAL && !user_data ? 0 : words;
	if (header.pid < 0)
		return -EINVAL;
	thread = header.pid ? thread_find_get(header.pid) : thread_get(current);
	if (!thread)
		return -ESRCH;
	cred = access_cred_get(thread);
	thread_put(thread);
	for (int i = 0; i < words; i++) {
		data[i].effective = (uint32_t)(cred->cap_effective >> 32 * i);
		data[i].permitted = (uint32_t)(cred->cap_permitted >> 32 * i);
		data[i].inheritable = (uint32_t)(cred->cap_inheritable >> 32 * i);
	}
	cred_put(cred);
	return user_data ? copy_to_user(user_data, data, (size_t)words * sizeof(data[0])) : 0;
}

SYSCALL_DEFINE(capset, struct __user_cap_header_struct *, user_header, const struct __user_cap_data_struct *, user_data)
{
	struct __user_cap_data_struct data[2] = {};
	struct __user_cap_header_struct header;
	const struct cred *old = current->cred;
	uint64_t effective, permitted, inheritable;
	struct cred *cred;
	int words = cap_words(user_header, &header);

	if (words < 0)
		return words;
	if (header.pid && header.pid != pid_vnr(current->pid))
		return -EPERM;
	if (copy_from_user(data, user_data, (size_t)words * sizeof(data[0])))
		return -EFAULT;
	effective = data[0].effective | (uint64_t)data[1].effective << 32;
	permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	if (permitted & ~old->cap_permitted || effective & ~permitted)
		return -EPERM;
	if (!capable(CAP_SETPCAP) && inheritable & ~(old->cap_inheritable | old->cap_permitted))
		return -EPERM;
	if (inheritable & ~(old->cap_inheritable | old->cap_bounding))
		return -EPERM;
	cred = cred_dup(old);
	if (!cred)
		return -ENOMEM;
	cred->cap_effective = effective;
	cred->cap_permitted = permitted;
	cred->cap_inheritable = inheritable;
	cred->cap_ambient &= permitted & inheritable;
	return commit(cred);
}
