// SPDX-License-Identifier: MIT
/* kexec_load(2): segments straight from a program. */
#include <kexec/kexec.h>

#include <arch/layout.h>
#include <kernel/cred.h>
#include <kernel/printk.h>
#include <kexec/load.h>
#include <kexec/segment.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <mm/page.h>
#include <mm/user_copy.h>

/* KEXEC_PRESERVE_CONTEXT is left out, as in a Linux without CONFIG_KEXEC_JUMP. */
#define KNOWN_FLAGS (KEXEC_ON_CRASH | KEXEC_UPDATE_ELFCOREHDR | KEXEC_CRASH_HOTPLUG_SUPPORT)

struct mutex kexec_lock = MUTEX_INIT(kexec_lock);
struct kexec_image *kexec_loaded;
bool kexec_load_disabled;

/* What will be handed over: for whoever reads the log of a boot that went wrong. */
static void log_image(const struct kexec_image *image)
{
	uint64_t data_bytes = 0, moved_bytes = 0;

	for (unsigned int i = 0; i < image->nr_dests; i++)
		data_bytes += image->dest[i].data_bytes;
	for (unsigned int i = 0; i < image->plan.nr_copies; i++)
		moved_bytes += image->plan.copies[i].bytes;
	pr_info("kexec: %u segments with %lu KiB loaded, %lu KiB to move at the jump, entry at %#lx\n", image->nr_dests,
		(unsigned long)(data_bytes >> 10), (unsigned long)(moved_bytes >> 10), (unsigned long)image->plan.entry);
}

void kexec_install(struct kexec_image *image)
{
	if (image)
		log_image(image);
	kexec_image_free(kexec_loaded);
	atomic_store(&kexec_loaded, image);
}

bool kexec_is_permitted(void)
{
	return capable(CAP_SYS_BOOT) && !atomic_load(&kexec_load_disabled);
}

bool kexec_is_loaded(void)
{
	return atomic_load(&kexec_loaded);
}

int kexec_check_load(unsigned long nr, unsigned long flags)
{
	unsigned long machine = flags & KEXEC_ARCH_MASK;

	if (!kexec_is_permitted())
		return -EPERM;
	if (flags & ~(unsigned long)(KNOWN_FLAGS | KEXEC_ARCH_MASK))
		return -EINVAL;
	if (nr > KEXEC_SEGMENT_MAX)
		return -EINVAL;
	if (machine != KEXEC_ARCH_DEFAULT && machine != (unsigned long)ELF_MACHINE << 16)
		return -EINVAL;
	return 0;
}

static int copy_segment(void *ctx, void *to, uint64_t offset, size_t n)
{
	const struct kexec_segment *segment = ctx;

	return copy_from_user(to, (const char *)segment->buf + offset, n);
}

static int fill(struct kexec_image *image, const struct kexec_segment *segments, unsigned int nr)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < nr; i++)
		err = kexec_image_add(image, (uintptr_t)segments[i].mem, segments[i].bufsz,
				      segments[i].memsz, true);
	if (!err)
		err = kexec_image_claim(image);
	for (unsigned int i = 0; !err && i < nr; i++)
		err = kexec_image_fill(image, i, copy_segment, (void *)&segments[i]);
	return err;
}

/* Which segment tells the next kernel about the machine: the port knows it by its first bytes. */
static int find_params(const struct kexec_segment *segments, unsigned int nr, paddr_t *params)
{
	_Alignas(8) uint8_t start[KEXEC_PARAMS_START];

	*params = 0;
	for (unsigned int i = 0; !*params && i < nr; i++) {
		memset(start, 0, sizeof(start));
		if (copy_from_user(start, segments[i].buf, min(segments[i].bufsz, sizeof(start))))
			return -EFAULT;
		if (arch_kexec_is_params(start))
			*params = (uintptr_t)segments[i].mem;
	}
	return 0;
}

static int load_locked(uintptr_t entry, const struct kexec_segment *segments, unsigned int nr)
	MUST_HOLD(kexec_lock)
{
	struct kexec_image *image;
	struct page_stats stats;
	paddr_t params;
	int err;

	page_get_stats(&stats);
	err = kexec_check_segments(segments, nr, KEXEC_MEMORY_LIMIT, PAGE_SIZE, stats.total_pages);
	if (err) {
		pr_info("kexec: the list of segments is refused (error %d)\n", err);
		return err;
	}
	image = kexec_image_alloc(&kexec_page_memory);
	if (!image)
		return -ENOMEM;
	err = fill(image, segments, nr);
	if (!err)
		err = find_params(segments, nr, &params);
	if (!err)
		err = kexec_image_finish(image, entry, params);
	if (err) {
		pr_info("kexec: loading failed (error %d)\n", err);
		kexec_image_free(image);
		return err;
	}
	kexec_install(image);
	return 0;
}

int kexec_load(uintptr_t entry, const struct kexec_segment *segments, unsigned int nr,
	       unsigned long flags)
{
	int err = 0;

	if (!mutex_trylock(&kexec_lock))
		return -EBUSY;
	/* No memory is set aside for a crash kernel: no address is good for one. */
	if (nr && flags & KEXEC_ON_CRASH)
		err = -EADDRNOTAVAIL;
	else if (nr)
		err = load_locked(entry, segments, nr);
	else if (!(flags & KEXEC_ON_CRASH))
		kexec_install(NULL);
	mutex_unlock(&kexec_lock);
	return err;
}
