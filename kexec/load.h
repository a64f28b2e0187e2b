/* SPDX-License-Identifier: MIT */
/* The one loaded image, shared by load.c, file_load.c and execute.c. */
#pragma once

#include <kernel/mutex.h>
#include <kexec/image.h>

/* Taken by trylock only: whoever finds it held returns -EBUSY. */
extern struct mutex kexec_lock;

/* Guarded by kexec_lock. NULL: nothing is loaded. */
extern struct kexec_image *kexec_loaded;

/* Replaces what is loaded, and frees it. NULL: unloads. */
void kexec_install(struct kexec_image *image) MUST_HOLD(kexec_lock);

/* Whether the current thread may load: CAP_SYS_BOOT, and not turned off for good by
 * /proc/sys/kernel/kexec_load_disabled. */
bool kexec_is_permitted(void);
extern bool kexec_load_disabled;	/* atomic; only ever set */

/* Where segments may end at most: what the page tables of the jump can map. */
#define KEXEC_MEMORY_LIMIT ((1ull << 46) - 1)
