/* SPDX-License-Identifier: MIT */
/* Credentials (man 7 credentials, 7 capabilities): shared, immutable once published; a change makes a copy. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>
#include <linux/capability.h>

struct cred {
	unsigned int refs; /* refcount */
	uint32_t uid, euid, suid, fsuid;
	uint32_t gid, egid, sgid, fsgid;
	uint64_t cap_inheritable, cap_permitted, cap_effective, cap_bounding, cap_ambient;
	uint32_t securebits;
	bool no_new_privs;
	unsigned int nr_groups;
	uint32_t *groups; /* sorted; owned */
};

extern struct cred init_cred; /* root, all capabilities */

struct cred *cred_get(struct cred *cred);
void cred_put(struct cred *cred);
struct cred *cred_dup(const struct cred *cred); /* a private copy to change; NULL: no memory */
bool cred_in_group(const struct cred *cred, uint32_t gid);

/* Whether the current thread has CAP_*. */
bool capable(int cap);
