// SPDX-License-Identifier: MIT
/* /proc/PID: links to files: fd/, fdinfo/, exe, cwd, root, ns/. */
#include <process/proc_pid.h>

#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/fd_table.h>
#include <process/process.h>
#include <process/ptrace.h>

/* The thread, for those who may trace it: NULL with *err. */
static struct thread *checked_thread_get(const struct proc_subject *subject, int *err)
{
	struct thread *thread = subject_thread_get(subject);

	*err = -ENOENT;
	if (thread && !ptrace_may_access(thread)) {
		thread_put(thread);
		thread = NULL;
		*err = -EACCES;
	}
	return thread;
}

static ssize_t path_text(const struct path *path, char *buf, size_t size)
{
	struct path root;
	const char *text;
	size_t len;

	fs_get_root(current->fs, &root);
	text = path_to_string(path, &root, buf, size);
	path_put(&root);
	if (!text)
		return -ENAMETOOLONG;
	len = strlen(text);
	memmove(buf, text, len);
	return (ssize_t)len;
}

/* --- exe, cwd, root --------------------------------------------------------------------------------------------- */

static int exe_path(const struct proc_subject *subject, struct path *out)
{
	int err;
	struct thread *thread = checked_thread_get(subject, &err);
	struct vm_space *vm;

	if (!thread)
		return err;
	vm = access_vm_get(thread);
	thread_put(thread);
	if (!vm)
		return -ENOENT;
	err = -ENOENT;
	if (vm->exe_file) {
		*out = vm->exe_file->path;
		path_get(out);
		err = 0;
	}
	vm_space_put(vm);
	return err;
}

static int fs_path(const struct proc_subject *subject, struct path *out, bool root)
{
	int err;
	struct thread *thread = checked_thread_get(subject, &err);
	struct fs_context *fs;

	if (!thread)
		return err;
	fs = access_fs_get(thread);
	thread_put(thread);
	if (!fs)
		return -ENOENT;
	if (root)
		fs_get_root(fs, out);
	else
		fs_get_cwd(fs, out);
	fs_context_put(fs);
	return 0;
}

static int cwd_path(const struct proc_subject *subject, struct path *out)
{
	return fs_path(subject, out, false);
}

static int root_path(const struct proc_subject *subject, struct path *out)
{
	return fs_path(subject, out, true);
}

static ssize_t text_of(int err, const struct path *path, char *buf, size_t size)
{
	ssize_t len;

	if (err)
		return err;
	len = path_text(path, buf, size);
	path_put(path);
	return len;
}

static ssize_t exe_text(const struct proc_subject *subject, char *buf, size_t size)
{
	struct path path;
	int err = exe_path(subject, &path);

	return text_of(err, &path, buf, size);
}

static ssize_t cwd_text(const struct proc_subject *subject, char *buf, size_t size)
{
	struct path path;
	int err = cwd_path(subject, &path);

	return text_of(err, &path, buf, size);
}

static ssize_t root_text(const struct proc_subject *subject, char *buf, size_t size)
{
	struct path path;
	int err = root_path(subject, &path);

	return text_of(err, &path, buf, size);
}

PROC_PID_FILE("exe", S_IFLNK | 0777, { .readlink = exe_text, .get_link = exe_path });
PROC_PID_FILE("cwd", S_IFLNK | 0777, { .readlink = cwd_text, .get_link = cwd_path });
PROC_PID_FILE("root", S_IFLNK | 0777, { .readlink = root_text, .get_link = root_path });

/* --- descriptors -------------------------------------------------------------------------------------------------- */

static struct fd_table *files_get(const struct proc_subject *subject, int *err)
{
	struct thread *thread = checked_thread_get(subject, err);
	struct fd_table *files;

	if (!thread)
		return NULL;
	files = access_files_get(thread);
	thread_put(thread);
	*err = -ENOENT;
	return files;
}

static struct file *file_of_subject(const struct proc_subject *subject, int *err)
{
	struct fd_table *files = files_get(subject, err);
	unsigned int fd = subject->id;
	struct file *file;

	if (!files)
		return NULL;
	file = fd_next(files, &fd);
	fd_table_put(files);
	if (file && fd != subject->id) {
		file_put(file);
		file = NULL;
	}
	*err = file ? 0 : -ENOENT;
	return file;
}

static bool next_fd(const struct proc_subject *subject, unsigned int *id)
{
	int err;
	struct fd_table *files = files_get(subject, &err);
	struct file *file;

	if (!files)
		return false;
	file = fd_next(files, id);
	fd_table_put(files);
	if (file)
		file_put(file);
	return file;
}

static ssize_t fd_text(const struct proc_subject *subject, char *buf, size_t size)
{
	int err;
	struct file *file = file_of_subject(subject, &err);
	ssize_t len;

	if (!file)
		return err;
	len = path_text(&file->path, buf, size);
	file_put(file);
	return len;
}

static int fd_path(const struct proc_subject *subject, struct path *out)
{
	int err;
	struct file *file = file_of_subject(subject, &err);

	if (!file)
		return err;
	*out = file->path;
	path_get(out);
	file_put(file);
	return 0;
}

static mode_t fd_mode(const struct proc_subject *subject)
{
	int err;
	struct file *file = file_of_subject(subject, &err);
	mode_t mode;

	if (!file)
		return 0;
	mode = (file->mode & FILE_READ ? 0500 : 0) | (file->mode & FILE_WRITE ? 0300 : 0);
	file_put(file);
	return mode;
}

static bool is_close_on_exec(const struct proc_subject *subject)
{
	int err;
	struct fd_table *files = files_get(subject, &err);
	unsigned long flags;
	bool result;

	if (!files)
		return false;
	flags = spin_lock_irqsave(&files->lock);
	result = subject->id < files->capacity && files->cloexec_bits[subject->id / 64] >> (subject->id % 64) & 1;
	spin_unlock_irqrestore(&files->lock, flags);
	fd_table_put(files);
	return result;
}

static int fdinfo_show(struct seq *seq, const struct proc_subject *subject)
{
	int err;
	struct file *file = file_of_subject(subject, &err);
	unsigned int flags;
	char *buf;

	if (!file)
		return err;
	flags = file->flags & ~(unsigned int)O_CLOEXEC;
	if (is_close_on_exec(subject))
		flags |= O_CLOEXEC;
	seq_printf(seq, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", (long)file->pos, flags,
		file->path.mount ? file->path.mount->id : 0, (unsigned long)file->inode->ino);
	if (file->ops->show_fdinfo) {
		buf = kzalloc(PAGE_SIZE);
		if (buf) {
			file->ops->show_fdinfo(file, buf, PAGE_SIZE);
			seq_puts(seq, buf);
		}
		kfree(buf);
	}
	file_put(file);
	return 0;
}

static const struct proc_pid_file fd_entry = {
	NULL, S_IFLNK | 0700, { .readlink = fd_text, .get_link = fd_path, .entry_mode = fd_mode },
};
static const struct proc_pid_file fdinfo_entry = { NULL, S_IFREG | 0400, { .show = fdinfo_show } };

PROC_PID_FILE("fd", S_IFDIR | 0500, { .entry = &fd_entry, .next = next_fd });
PROC_PID_FILE("fdinfo", S_IFDIR | 0555, { .entry = &fdinfo_entry, .next = next_fd });

/* --- namespaces ------------------------------------------------------------------------------------------------------ */

/* Linux's numbers for those that everybody shares. */
#define NS_TEXT(name, number)                                                                      \
	static ssize_t name##_ns_text(const struct proc_subject *subject, char *buf, size_t size)  \
	{                                                                                          \
		return snprintf(buf, size, #name ":[%lu]", (unsigned long)(number));               \
	}

NS_TEXT(cgroup, 4026531835)
NS_TEXT(ipc, 4026531839)
NS_TEXT(mnt, 4026531841)
NS_TEXT(net, 4026531840)
NS_TEXT(pid, 4026531836)
NS_TEXT(user, 4026531837)
NS_TEXT(uts, 4026531838)

static const struct proc_pid_file ns_children[] = {
	{ "cgroup", S_IFLNK | 0777, { .readlink = cgroup_ns_text } },
	{ "ipc", S_IFLNK | 0777, { .readlink = ipc_ns_text } },
	{ "mnt", S_IFLNK | 0777, { .readlink = mnt_ns_text } },
	{ "net", S_IFLNK | 0777, { .readlink = net_ns_text } },
	{ "pid", S_IFLNK | 0777, { .readlink = pid_ns_text } },
	{ "user", S_IFLNK | 0777, { .readlink = user_ns_text } },
	{ "uts", S_IFLNK | 0777, { .readlink = uts_ns_text } },
	{},
};

PROC_PID_FILE("ns", S_IFDIR | 0511, { .children = ns_children });
