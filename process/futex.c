// SPDX-License-Identifier: MIT
/*
 * futex(2). A waiter is a record on its thread's kernel stack, queued in a hash bucket under a key: private words by
 * (memory, address), shared ones by (page, offset). The word is compared under the bucket's lock, so a wake that
 * comes after the change of the word finds the waiter.
 */
#include <process/futex.h>

#include <arch/uaccess.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/sched.h>
#include <kernel/spinlock.h>
#include <kernel/thread.h>
#include <kernel/wait.h>
#include <lib/list.h>
#include <linux/futex.h>
#include <mm/page.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <process/futex_queue.h>
#include <process/pid_ns.h>
#include <process/process.h>

#define NR_BUCKETS 256 /* a power of two */

static struct futex_bucket buckets[NR_BUCKETS];

struct futex_bucket *futex_bucket_of(const struct futex_key *key)
{
	uint64_t hash = (key->object ^ key->offset * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;

	return &buckets[hash >> 56];
}

/* Lists are made at first use: a zeroed bucket is an empty one. */
struct list_head *futex_waiters(struct futex_bucket *bucket)
{
	if (unlikely(!bucket->waiters.next))
		list_init(&bucket->waiters);
	return &bucket->waiters;
}

/* --- keys --------------------------------------------------------------------------------------------------- */

static bool is_shared_mapping(struct vm_space *vm, vaddr_t addr)
{
	struct vma *vma;
	bool shared;

	rwsem_read_lock(&vm->lock);
	vma = vma_find(vm, addr);
	shared = vma && vma->flags & VMA_SHARED;
	rwsem_read_unlock(&vm->lock);
	return shared;
}

/* The word may be in memory that is shared with other processes: then the page is what they have in common. */
int futex_key_get_shared(vaddr_t addr, struct futex_key *key)
{
	int err;

	if (!is_shared_mapping(current->vm, addr))
		return 0;
	err = vm_pin_page(current->vm, addr & PAGE_MASK, false, &key->page);
	if (err)
		return err;
	key->object = (uintptr_t)key->page;
	key->offset = addr % PAGE_SIZE;
	return 0;
}

/* --- the word ------------------------------------------------------------------------------------------------ */

/* Reads it without faulting, for use under a spinlock: -EFAULT means: drop the lock, futex_fault_in(), again. */
int futex_read(uint32_t *value, const uint32_t *user_addr)
{
	int err;

	current->pagefault_disabled++;
	err = arch_get_user_u32(value, user_addr);
	current->pagefault_disabled--;
	return err;
}

int futex_cmpxchg(uint32_t *user_addr, uint32_t expected, uint32_t desired, uint32_t *old)
{
	int err;

	current->pagefault_disabled++;
	err = arch_user_cmpxchg_u32(user_addr, expected, desired, old);
	current->pagefault_disabled--;
	return err;
}

int futex_fault_in(uint32_t *user_addr)
{
	uint32_t value;

	/* Exchanging 0 by 0 faults as a write and changes nothing. */
	return arch_user_cmpxchg_u32(user_addr, 0, 0, &value);
}

/* --- waiting --------------------------------------------------------------------------------------------------- */

/* Sleeps until woken, a signal, or the deadline. The waiter is queued. */
static int sleep_queued(struct futex_waiter *waiter, uint64_t deadline_ns)
{
	bool in_time = true;
	int err = 0;

	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (!__atomic_load_n(&waiter->bucket, __ATOMIC_ACQUIRE))
			break;
		if (signal_pending()) {
			err = -ERESTARTSYS;
			break;
		}
		if (!in_time) {
			err = -ETIMEDOUT;
			break;
		}
		in_time = schedule_until(deadline_ns);
	}
	thread_set_state(THREAD_RUNNING);
	if (futex_unqueue(waiter))
		return err;
	return 0; /* a wake came first, whatever else happened */
}

bool futex_unqueue(struct futex_waiter *waiter)
{
	struct futex_bucket *bucket;
	unsigned long flags;

	/* A requeue may move it meanwhile. */
	while ((bucket = __atomic_load_n(&waiter->bucket, __ATOMIC_ACQUIRE))) {
		flags = spin_lock_irqsave(&bucket->lock);
		if (waiter->bucket == bucket) {
			list_del(&waiter->node);
			waiter->bucket = NULL;
			spin_unlock_irqrestore(&bucket->lock, flags);
			futex_key_put(&waiter->key);
			return true;
		}
		spin_unlock_irqrestore(&bucket->lock, flags);
	}
	return false;
}

void futex_queue_locked(struct futex_waiter *waiter, struct futex_bucket *bucket)
{
	waiter->thread = current;
	waiter->bucket = bucket;
	list_add_tail(&waiter->node, futex_waiters(bucket));
}

static long futex_wait_restart(struct thread *thread);

long futex_wait(uint32_t *user_addr, int flags, uint32_t expected, uint64_t deadline_ns, uint32_t bitset)
{
	struct futex_waiter waiter = { .bitset = bitset };
	struct futex_bucket *bucket;
	unsigned long irq;
	uint32_t value;
	int err;

	if (!bitset)
		return -EINVAL;
	for (;;) {
		err = futex_key_get(user_addr, flags, &waiter.key);
		if (err)
			return err;
		bucket = futex_bucket_of(&waiter.key);
		irq = spin_lock_irqsave(&bucket->lock);
		err = futex_read(&value, user_addr);
		if (!err && value != expected)
			err = -EAGAIN;
		if (!err)
			futex_queue_locked(&waiter, bucket);
		spin_unlock_irqrestore(&bucket->lock, irq);
		if (!err)
			break;
		futex_key_put(&waiter.key);
		if (err != -EFAULT)
			return err;
		err = arch_get_user_u32(&value, user_addr);
		if (err)
			return err;
	}
	err = sleep_queued(&waiter, deadline_ns);
	if (err != -ERESTARTSYS || deadline_ns == UINT64_MAX)
		return err;
	current->restart_fn = futex_wait_restart;
	current->restart_args[0] = (uintptr_t)user_addr;
	current->restart_args[1] = (uint64_t)flags << 32 | expected;
	current->restart_args[2] = deadline_ns;
	current->restart_args[3] = bitset;
	return -ERESTART_RESTARTBLOCK;
}

static long futex_wait_restart(struct thread *thread)
{
	const uint64_t *args = thread->restart_args;

	return futex_wait((uint32_t *)args[0], (int)(args[1] >> 32), (uint32_t)args[1], args[2], (uint32_t)args[3]);
}

/* --- waking ---------------------------------------------------------------------------------------------------- */

/* Off the queue and runnable. Bucket locked. The record is on the sleeper's stack: dead once bucket is NULL. */
void futex_wake_locked(struct futex_waiter *waiter)
{
	struct thread *thread = thread_get(waiter->thread);
	struct page *page = waiter->key.page;

	list_del(&waiter->node);
	waiter->key.page = NULL;
	__atomic_store_n(&waiter->bucket, NULL, __ATOMIC_RELEASE);
	thread_wake(thread);
	thread_put(thread);
	if (page)
		page_put(page);
}

static int wake_matching_locked(struct futex_bucket *bucket, const struct futex_key *key, int nr, uint32_t bitset)
{
	struct futex_waiter *waiter, *next;
	int woken = 0;

	list_for_each_entry_safe(waiter, next, futex_waiters(bucket), node) {
		if (!futex_same_key(&waiter->key, key))
			continue;
		if (waiter->is_pi)
			return -EINVAL;
		if (!(waiter->bitset & bitset))
			continue;
		futex_wake_locked(waiter);
		if (++woken >= nr)
			break;
	}
	return woken;
}

long futex_wake(uint32_t *user_addr, int flags, int nr, uint32_t bitset)
{
	struct futex_bucket *bucket;
	struct futex_key key;
	unsigned long irq;
	int woken;
	int err;

	if (!bitset)
		return -EINVAL;
	err = futex_key_get(user_addr, flags, &key);
	if (err)
		return err;
	bucket = futex_bucket_of(&key);
	irq = spin_lock_irqsave(&bucket->lock);
	woken = wake_matching_locked(bucket, &key, nr, bitset);
	spin_unlock_irqrestore(&bucket->lock, irq);
	futex_key_put(&key);
	return woken;
}

/* --- two words ------------------------------------------------------------------------------------------------- */

static unsigned long lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	unsigned long irq = spin_lock_irqsave(a < b ? &a->lock : &b->lock);

	if (a != b)
		spin_lock(a < b ? &b->lock : &a->lock);
	return irq;
}

static void unlock_two(struct futex_bucket *a, struct futex_bucket *b, unsigned long irq)
{
	if (a != b)
		spin_unlock(a < b ? &b->lock : &a->lock);
	spin_unlock_irqrestore(a < b ? &a->lock : &b->lock, irq);
}

static void move_waiter_locked(struct futex_waiter *waiter, const struct futex_key *key, struct futex_bucket *bucket)
{
	struct page *old = waiter->key.page;

	waiter->key = *key;
	if (key->page)
		page_get(key->page);
	/* Within one bucket it stays in place: the walk of the caller would meet it again and again. */
	if (waiter->bucket != bucket)
		list_move_tail(&waiter->node, futex_waiters(bucket));
	__atomic_store_n(&waiter->bucket, bucket, __ATOMIC_RELEASE);
	if (old)
		page_put(old);
}

static int requeue_locked(struct futex_bucket *from, const struct futex_key *key, struct futex_bucket *to,
			  const struct futex_key *key2, int nr_wake, int nr_requeue)
{
	struct futex_waiter *waiter, *next;
	int done = 0, moved = 0;

	futex_waiters(to);
	list_for_each_entry_safe(waiter, next, futex_waiters(from), node) {
		if (!futex_same_key(&waiter->key, key) || waiter->is_pi)
			continue;
		if (done < nr_wake) {
			futex_wake_locked(waiter);
			done++;
			continue;
		}
		if (moved >= nr_requeue)
			break;
		moved++;
		move_waiter_locked(waiter, key2, to);
	}
	return done + moved;
}

static int get_two_keys(uint32_t *addr, uint32_t *addr2, int flags, struct futex_key *key, struct futex_key *key2)
{
	int err = futex_key_get(addr, flags, key);

	if (err)
		return err;
	err = futex_key_get(addr2, flags, key2);
	if (err)
		futex_key_put(key);
	return err;
}

/* compare NULL: plain FUTEX_REQUEUE. */
static int futex_requeue(uint32_t *addr, int flags, uint32_t *addr2, int nr_wake, int nr_requeue, const uint32_t *compare)
{
	struct futex_key key, key2;
	struct futex_bucket *from, *to;
	unsigned long irq;
	uint32_t value;
	int err;

	if (nr_wake < 0 || nr_requeue < 0)
		return -EINVAL;
	for (;;) {
		err = get_two_keys(addr, addr2, flags, &key, &key2);
		if (err)
			return err;
		from = futex_bucket_of(&key);
		to = futex_bucket_of(&key2);
		irq = lock_two(from, to);
		err = compare ? futex_read(&value, addr) : 0;
		if (!err && compare && value != *compare)
			err = -EAGAIN;
		if (!err)
			err = requeue_locked(from, &key, to, &key2, nr_wake, nr_requeue);
		unlock_two(from, to, irq);
		futex_key_put(&key);
		futex_key_put(&key2);
		if (err != -EFAULT)
			return err;
		err = arch_get_user_u32(&value, addr);
		if (err)
			return err;
	}
}

static int sign_extend_12(uint32_t value)
{
	return (int)(value << 20) >> 20;
}

/* FUTEX_WAKE_OP: changes the second word as encoded and says whether its old value met the condition. */
static int wake_op_change(uint32_t encoded, uint32_t *user_addr)
{
	unsigned int op = encoded >> 28 & 7, cmp = encoded >> 24 & 15;
	int operand = sign_extend_12(encoded >> 12 & 0xfff), compare = sign_extend_12(encoded & 0xfff);
	uint32_t argument, desired, old, seen;
	int err;

	if (encoded >> 28 & FUTEX_OP_OPARG_SHIFT)
		operand = 1 << (operand & 31);
	argument = (uint32_t)operand;
	err = futex_read(&old, user_addr);
	if (err)
		return err;
	for (;;) {
		switch (op) {
		case FUTEX_OP_SET:
			desired = argument;
			break;
		case FUTEX_OP_ADD:
			desired = old + argument;
			break;
		case FUTEX_OP_OR:
			desired = old | argument;
			break;
		case FUTEX_OP_ANDN:
			desired = old & ~argument;
			break;
		case FUTEX_OP_XOR:
			desired = old ^ argument;
			break;
		default:
			return -ENOSYS;
		}
		err = futex_cmpxchg(user_addr, old, desired, &seen);
		if (err)
			return err;
		if (seen == old)
			break;
		old = seen;
	}
	switch (cmp) {
	case FUTEX_OP_CMP_EQ:
		return (int)old == compare;
	case FUTEX_OP_CMP_NE:
		return (int)old != compare;
	case FUTEX_OP_CMP_LT:
		return (int)old < compare;
	case FUTEX_OP_CMP_GE:
		return (int)old >= compare;
	case FUTEX_OP_CMP_LE:
		return (int)old <= compare;
	case FUTEX_OP_CMP_GT:
		return (int)old > compare;
	}
	return -ENOSYS;
}

static int futex_wake_op(uint32_t *addr, int flags, uint32_t *addr2, int nr, int nr2, uint32_t encoded)
{
	struct futex_key key, key2;
	struct futex_bucket *first, *second;
	unsigned long irq;
	int err, woken;

	for (;;) {
		err = get_two_keys(addr, addr2, flags, &key, &key2);
		if (err)
			return err;
		first = futex_bucket_of(&key);
		second = futex_bucket_of(&key2);
		irq = lock_two(first, second);
		woken = wake_op_change(encoded, addr2);
		err = woken;
		if (err >= 0) {
			woken = wake_matching_locked(first, &key, nr, FUTEX_BITSET_MATCH_ANY);
			if (err > 0)
				woken += wake_matching_locked(second, &key2, nr2, FUTEX_BITSET_MATCH_ANY);
		}
		unlock_two(first, second, irq);
		futex_key_put(&key);
		futex_key_put(&key2);
		if (err != -EFAULT)
			return woken;
		err = futex_fault_in(addr2);
		if (err)
			return err;
	}
}

long futex(uint32_t *addr, int op, uint32_t val, uint64_t timeout_ns, uint32_t *addr2, uint32_t val2, uint32_t val3)
{
	int flags = op & FUTEX_PRIVATE_FLAG;

	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		return futex_wait(addr, flags, val, timeout_ns, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return futex_wait(addr, flags, val, timeout_ns, val3);
	case FUTEX_WAKE:
		return futex_wake(addr, flags, (int)val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(addr, flags, (int)val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(addr, flags, addr2, (int)val, (int)val2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(addr, flags, addr2, (int)val, (int)val2, &val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(addr, flags, addr2, (int)val, (int)val2, val3);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return futex_lock_pi(addr, flags, timeout_ns, false);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(addr, flags, 0, true);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(addr, flags);
	}
	return -ENOSYS;
}
