/* SPDX-License-Identifier: MIT */
/*
 * A file of /proc or /sys as the folder that owns the state writes it: a name and a function that prints.
 *
 *	static int uptime_show(struct seq *seq, void *ctx) { seq_printf(seq, ...); return 0; }
 *	PROC_FILE("uptime", 0444, { .show = uptime_show });
 *	SYSFS_FILE("kernel/kexec_loaded", 0444, { .show = ... });
 */
#pragma once

#include <lib/compiler.h>
#include <lib/linker_set.h>
#include <lib/types.h>

struct uio;

/* Where show prints: a buffer that grows; the text of one open is made at the first read (or after a seek to 0). */
struct seq {
	char *buf;
	size_t len, size;
	int error; /* -ENOMEM: sticky */
};

__printf(2, 3) void seq_printf(struct seq *seq, const char *fmt, ...);
void seq_write(struct seq *seq, const void *data, size_t len);
static inline void seq_puts(struct seq *seq, const char *text)
{
	seq_write(seq, text, __builtin_strlen(text));
}

struct pseudo_ops {
	/* Prints the whole content. 0 or -errno. May sleep. */
	int (*show)(struct seq *seq, void *ctx);
	/* One write(2), NUL-terminated kernel copy (at most a page). Bytes taken (normally size) or -errno. */
	ssize_t (*store)(void *ctx, const char *buf, size_t size);
	/* Binary files: any offset, no buffering. Replace show/store. */
	ssize_t (*read_at)(void *ctx, struct uio *uio, uint64_t pos);
	ssize_t (*write_at)(void *ctx, struct uio *uio, uint64_t pos);
	uint64_t (*size)(void *ctx); /* st_size; NULL: 0 in proc, a page in sysfs */
	const void *file_ops;	     /* struct file_ops: a file all of its own (/proc/kmsg); replaces the rest */
	bool (*visible)(void *ctx);  /* asked at first lookup; NULL: always (EFI files without EFI) */
};

struct pseudo_file {
	const char *path;
	mode_t mode;
	struct pseudo_ops ops;
	void *ctx; /* for the operations; may be left out */
};

#define PSEUDO_FILE_(set, id, file_path, file_mode, ...)                                           \
	static const struct pseudo_file id = { .path = file_path, .mode = file_mode, .ops = __VA_ARGS__ }; \
	LINKER_SET_ADD(set, id)
#define PROC_FILE(file_path, file_mode, ...)                                                       \
	PSEUDO_FILE_(proc_files, __concat_(proc_file_, __LINE__), file_path, file_mode, __VA_ARGS__)
#define SYSFS_FILE(file_path, file_mode, ...)                                                      \
	PSEUDO_FILE_(sysfs_files, __concat_(sysfs_file_, __LINE__), file_path, file_mode, __VA_ARGS__)

/*
 * /proc/sys files that are one integer, within bounds: decimal, -EINVAL beyond them.
 *
 *	static struct sysctl_int pid_max = { &value, 301, 4194304 };
 *	SYSCTL_INT("kernel/pid_max", 0644, pid_max);
 */
struct sysctl_int {
	int *value; /* read and written as one */
	int min, max;
};
int sysctl_int_show(struct seq *seq, void *ctx);
ssize_t sysctl_int_store(void *ctx, const char *buf, size_t size);
#define SYSCTL_INT(file_path, file_mode, object)                                                   \
	PROC_FILE("sys/" file_path, file_mode, { .show = sysctl_int_show, .store = sysctl_int_store }, &(object))

/* A text that never changes. */
int pseudo_text_show(struct seq *seq, void *ctx);
#define PROC_TEXT(file_path, text) PROC_FILE(file_path, 0444, { .show = pseudo_text_show }, (void *)(text))
#define SYSFS_TEXT(file_path, text) SYSFS_FILE(file_path, 0444, { .show = pseudo_text_show }, (void *)(text))
