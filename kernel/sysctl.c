// SPDX-License-Identifier: MIT
/* Integers of /proc/sys, and those of /proc/sys/kernel whose state is here (man 5 proc_sys_kernel). */
#include <kernel/errno.h>
#include <kernel/log.h>
#include <kernel/mutex.h>
#include <kernel/pid.h>
#include <kernel/pseudo_file.h>
#include <kernel/random.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <linux/capability.h>
#include <linux/limits.h>

int pseudo_text_show(struct seq *seq, void *ctx)
{
	seq_puts(seq, ctx);
	return 0;
}

int sysctl_int_show(struct seq *seq, void *ctx)
{
	const struct sysctl_int *ctl = ctx;

	seq_printf(seq, "%d\n", READ_ONCE(*ctl->value));
	return 0;
}

ssize_t sysctl_int_store(void *ctx, const char *buf, size_t size)
{
	const struct sysctl_int *ctl = ctx;
	char text[24];
	size_t len;
	int value;

	buf += strspn(buf, " \t\n");
	len = strcspn(buf, " \t\n");
	if (!len)
		return size;
	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, buf, len);
	text[len] = '\0';
	if (parse_s32(text, 10, &value) || value < ctl->min || value > ctl->max)
		return -EINVAL;
	WRITE_ONCE(*ctl->value, value);
	return size;
}

/* --- kernel -------------------------------------------------------------------------------------- */

static struct sysctl_int pid_max_ctl = { (int *)&pid_max, 301, 4194304 };
SYSCTL_INT("kernel/pid_max", 0644, pid_max_ctl);

static int overflowuid = 65534, overflowgid = 65534;
static struct sysctl_int overflowuid_ctl = { &overflowuid, 0, 65535 }, overflowgid_ctl = { &overflowgid, 0, 65535 };
SYSCTL_INT("kernel/overflowuid", 0644, overflowuid_ctl);
SYSCTL_INT("kernel/overflowgid", 0644, overflowgid_ctl);

static int last_cap = CAP_LAST_CAP;
static struct sysctl_int last_cap_ctl = { &last_cap, CAP_LAST_CAP, CAP_LAST_CAP };
SYSCTL_INT("kernel/cap_last_cap", 0444, last_cap_ctl);
PROC_TEXT("sys/kernel/ngroups_max", __stringify(NGROUPS_MAX) "\n");

static int printk_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%d\t%d\t%d\t%d\n", console_loglevels[0], console_loglevels[1], console_loglevels[2],
		console_loglevels[3]);
	return 0;
}

/* As many of the four as are given. */
static ssize_t printk_store(void *ctx, const char *buf, size_t size)
{
	for (unsigned int i = 0; i < 4; i++) {
		char text[12];
		size_t len;
		int value;

		buf += strspn(buf, " \t\n");
		len = strcspn(buf, " \t\n");
		if (!len)
			return i ? (ssize_t)size : -EINVAL;
		if (len >= sizeof(text))
			return -EINVAL;
		memcpy(text, buf, len);
		text[len] = '\0';
		if (parse_s32(text, 10, &value) || value < 0)
			return -EINVAL;
		console_loglevels[i] = value;
		buf += len;
	}
	return size;
}
PROC_FILE("sys/kernel/printk", 0644, { .show = printk_show, .store = printk_store });

/* --- kernel/random ------------------------------------------------------------------------------- */

static void uuid_make(uint8_t uuid[16])
{
	random_bytes(uuid, 16);
	uuid[6] = (uuid[6] & 0x0f) | 0x40; /* RFC 9562: version 4, variant 10 */
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

static void uuid_print(struct seq *seq, const uint8_t uuid[16])
{
	for (unsigned int i = 0; i < 16; i++)
		seq_printf(seq, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
	seq_puts(seq, "\n");
}

static int uuid_show(struct seq *seq, void *ctx)
{
	uint8_t uuid[16];

	uuid_make(uuid);
	uuid_print(seq, uuid);
	return 0;
}
PROC_FILE("sys/kernel/random/uuid", 0444, { .show = uuid_show });

static int boot_id_show(struct seq *seq, void *ctx)
{
	static struct mutex lock = MUTEX_INIT(lock);
	static uint8_t boot_id[16];

	mutex_lock(&lock);
	if (!boot_id[8])
		uuid_make(boot_id);
	mutex_unlock(&lock);
	uuid_print(seq, boot_id);
	return 0;
}
PROC_FILE("sys/kernel/random/boot_id", 0444, { .show = boot_id_show });

static int entropy_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%u\n", random_entropy_bits());
	return 0;
}
PROC_FILE("sys/kernel/random/entropy_avail", 0444, { .show = entropy_show });
PROC_TEXT("sys/kernel/random/poolsize", "256\n");
PROC_TEXT("sys/kernel/random/write_wakeup_threshold", "256\n");
PROC_TEXT("sys/kernel/random/urandom_min_reseed_secs", "60\n");
