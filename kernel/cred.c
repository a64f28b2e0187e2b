// SPDX-License-Identifier: MIT
/* Credentials: counted, immutable once a thread has them. */
#include <kernel/cred.h>

#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>

#define ALL_CAPS ((1ULL << (CAP_LAST_CAP + 1)) - 1)

struct cred init_cred = {
	.refs = 1,
	.cap_permitted = ALL_CAPS,
	.cap_effective = ALL_CAPS,
	.cap_bounding = ALL_CAPS,
};

struct cred *cred_get(struct cred *cred)
{
	atomic_fetch_add_relaxed(&cred->refs, 1);
	return cred;
}

void cred_put(struct cred *cred)
{
	if (atomic_sub_return(&cred->refs, 1))
		return;
	kfree(cred->groups);
	kfree(cred);
}

struct cred *cred_dup(const struct cred *cred)
{
	struct cred *copy = kmemdup(cred, sizeof(*cred));

	if (!copy)
		return NULL;
	copy->refs = 1;
	if (cred->nr_groups) {
		copy->groups = kmemdup(cred->groups, cred->nr_groups * sizeof(*cred->groups));
		if (!copy->groups) {
			kfree(copy);
			return NULL;
		}
	}
	return copy;
}

bool cred_in_group(const struct cred *cred, uint32_t gid)
{
	unsigned int lo = 0, hi = cred->nr_groups;

	if (gid == cred->fsgid)
		return true;
	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (cred->groups[mid] == gid)
			return true;
		if (cred->groups[mid] < gid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

bool capable(int cap)
{
	return current->cred->cap_effective >> cap & 1;
}
