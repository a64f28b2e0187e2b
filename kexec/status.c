// SPDX-License-Identifier: MIT
/* What /sys/kernel and /proc/sys/kernel say of kexec. */
#include <kexec/kexec.h>

#include <kernel/errno.h>
#include <kernel/pseudo_file.h>
#include <kexec/load.h>
#include <lib/atomic.h>
#include <lib/parse.h>

static int loaded_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%d\n", kexec_is_loaded());
	return 0;
}
SYSFS_FILE("kernel/kexec_loaded", 0444, { .show = loaded_show });

/* No memory is ever set aside for a crash kernel. */
static int zero_show(struct seq *seq, void *ctx)
{
	seq_puts(seq, "0\n");
	return 0;
}
SYSFS_FILE("kernel/kexec_crash_loaded", 0444, { .show = zero_show });
SYSFS_FILE("kernel/kexec_crash_size", 0444, { .show = zero_show });

static int disabled_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%d\n", atomic_load(&kexec_load_disabled));
	return 0;
}

static ssize_t disabled_store(void *ctx, const char *buf, size_t size)
{
	int32_t value;

	/* It can be turned on, never off again. */
	if (parse_s32(buf, 10, &value) || value != 1)
		return -EINVAL;
	atomic_store(&kexec_load_disabled, true);
	return size;
}
PROC_FILE("sys/kernel/kexec_load_disabled", 0644, { .show = disabled_show, .store = disabled_store });
