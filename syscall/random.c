// SPDX-License-Identifier: MIT
/* man 2 getrandom. The generator is always ready, so no flag blocks. */
#include <kernel/random.h>
#include <kernel/sched.h>
#include <kernel/thread.h>
#include <lib/string.h>
#include <linux/random.h>
#include <mm/user_copy.h>
#include <syscall/define.h>

SYSCALL_DEFINE(getrandom, void *, user_buf, size_t, size, unsigned int, flags)
{
	uint8_t chunk[256];
	size_t done = 0;
	long ret = 0;

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & (GRND_INSECURE | GRND_RANDOM)) == (GRND_INSECURE | GRND_RANDOM))
		return -EINVAL;
	size = min(size, (size_t)INT32_MAX);
	while (done < size) {
		size_t n = min(size - done, sizeof(chunk));

		random_bytes(chunk, n);
		if (copy_to_user((char *)user_buf + done, chunk, n)) {
			ret = -EFAULT;
			break;
		}
		done += n;
		if (done % 4096 == 0) {
			if (signal_pending())
				break;
			sched_yield_point();
		}
	}
	memzero_explicit(chunk, sizeof(chunk));
	return done ? (long)done : ret;
}
