/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID, as process/ fills it: one line per file, in any file of process/:
 *
 *	static int stat_show(struct seq *seq, const struct proc_subject *subject) { ... }
 *	PROC_PID_FILE("stat", 0444, { .show = stat_show });
 *
 * The same files appear below /proc/PID/task/TID, where they speak of one thread, unless process_only is set.
 * fs/proc makes the directories, task/ among them, and /proc/self and /proc/thread-self. What a reader may see is
 * the file's own business: -EACCES, or -ESRCH when the process has gone.
 */
#pragma once

#include <kernel/pseudo_file.h>
#include <lib/compiler.h>
#include <lib/linker_set.h>
#include <lib/types.h>

struct file_ops;
struct path;
struct pid;
struct uio;

/* Whom an operation is about. The pid is referenced meanwhile; what it names may be gone at any time. */
struct proc_subject {
	struct pid *pid;
	bool is_task;	 /* below task/: the one thread; else the whole process (pid may be any thread's of it) */
	unsigned int id; /* of an entry of a numbered directory */
};

struct proc_pid_file;

struct proc_pid_file_ops {
	bool process_only;

	/* Files: text, or bytes at any offset. store: as pseudo_ops.store. */
	int (*show)(struct seq *seq, const struct proc_subject *subject);
	ssize_t (*store)(const struct proc_subject *subject, const char *buf, size_t size);
	ssize_t (*read_at)(const struct proc_subject *subject, struct uio *uio, uint64_t pos);
	ssize_t (*write_at)(const struct proc_subject *subject, struct uio *uio, uint64_t pos);
	/* A text file that can also be polled or the like: replaces all but show; its open has to call proc_pid_text_open(),
	 * the rest of pseudo_text_* (fs/pseudo.h) serves. */
	const struct file_ops *file_ops;

	/* Links: the text (length, or -errno); and, for magic ones, where they lead (references taken). */
	ssize_t (*readlink)(const struct proc_subject *subject, char *buf, size_t size);
	int (*get_link)(const struct proc_subject *subject, struct path *out);

	/* Directories: fixed children, the last one without a name ... */
	const struct proc_pid_file *children;
	/* ... or one entry per number: next moves *id to the first one at or above it, false: none. */
	const struct proc_pid_file *entry;
	bool (*next)(const struct proc_subject *subject, unsigned int *id);
	/* Numbered entries: their permission bits, if they differ (fd: by how it is open). */
	mode_t (*entry_mode)(const struct proc_subject *subject);
};

struct proc_pid_file {
	const char *name;
	mode_t mode; /* permission bits; with S_IFLNK and S_IFDIR for links and directories */
	struct proc_pid_file_ops ops;
};

#define PROC_PID_FILE_(id, file_name, file_mode, ...)                                              \
	static const struct proc_pid_file id = { file_name, file_mode, __VA_ARGS__ };              \
	LINKER_SET_ADD(proc_pid_files, id)
#define PROC_PID_FILE(file_name, file_mode, ...)                                                   \
	PROC_PID_FILE_(__concat_(proc_pid_file_, __LINE__), file_name, file_mode, __VA_ARGS__)

/* What fs/proc asks of process/: one object, PROC_PID_OPS(ops). Numbers are as the current thread counts. */
struct proc_pid_ops {
	/* The process, or thread, of that number, with a reference; NULL: none. */
	struct pid *(*find)(int nr);
	/* The first process at or above *nr, which is moved to it; NULL: none. */
	struct pid *(*next)(int *nr);
	/* The same among the threads of a process. */
	struct pid *(*find_task)(struct pid *process, int nr);
	struct pid *(*next_task)(struct pid *process, int *nr);
	/* Who owns the files: effective IDs, root if it is not dumpable. */
	void (*get_owner)(const struct proc_subject *subject, uint32_t *uid, uint32_t *gid);
	/* The current process and thread. */
	void (*get_self)(int *process, int *thread);
};
#define PROC_PID_OPS(object) LINKER_SET_ADD(proc_pid_ops, object)

struct file;
struct inode;
/* For file_ops of one's own. */
int proc_pid_text_open(struct inode *inode, struct file *file);
const struct proc_subject *proc_pid_subject(const struct file *file);
