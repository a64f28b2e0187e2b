// SPDX-License-Identifier: MIT
/*
 * /proc/PID: directories made at lookup of what process/ says about a process. Nothing is kept: a dentry is good
 * as long as its pid still names something.
 */
#include <fs/proc/proc_pid.h>

#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/proc/proc_internal.h>
#include <fs/pseudo.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <kernel/pid.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/fs.h>

LINKER_SET_DECLARE(proc_pid_files, const struct proc_pid_file);
LINKER_SET_DECLARE(proc_pid_ops, const struct proc_pid_ops);

/* Behind an inode. file: NULL for the directory of the process itself. */
struct proc_pid_inode {
	struct proc_subject subject;
	const struct proc_pid_file *file;
};

static const struct inode_ops dir_inode_ops, file_inode_ops, text_link_ops, magic_link_ops;
static const struct file_ops dir_file_ops, pid_file_ops;
static const struct proc_pid_file task_dir = { "task", S_IFDIR | 0555, { .process_only = true } };

static ino_t last_ino = 1ull << 32; /* atomic */

static const struct proc_pid_ops *pid_ops(void)
{
	LINKER_SET_FOREACH(proc_pid_ops, const struct proc_pid_ops, ops)
		return ops;
	return NULL;
}

static struct proc_pid_inode *data_of(const struct inode *inode)
{
	return inode->private_data;
}

static bool subject_is_alive(const struct proc_subject *subject)
{
	return subject->is_task ? READ_ONCE(subject->pid->thread) != NULL :
				  READ_ONCE(subject->pid->process) || READ_ONCE(subject->pid->thread);
}

/* --- inodes -------------------------------------------------------------------------------------- */

static void set_ops(struct inode *inode, const struct proc_pid_file *file)
{
	if (S_ISDIR(inode->mode)) {
		inode->ops = &dir_inode_ops;
		inode->file_ops = &dir_file_ops;
		inode->nlink = 2;
	} else if (S_ISLNK(inode->mode)) {
		inode->ops = file->ops.get_link ? &magic_link_ops : &text_link_ops;
	} else {
		inode->ops = &file_inode_ops;
		inode->file_ops = file->ops.file_ops ?: &pid_file_ops;
	}
}

/* Takes the subject's reference over. */
static int instantiate(struct super_block *sb, struct dentry *dentry, const struct proc_subject *subject,
	const struct proc_pid_file *file, mode_t mode)
{
	struct proc_pid_inode *data = kmalloc(sizeof(*data));
	struct inode *inode = data ? inode_alloc(sb, mode) : NULL;

	if (!inode) {
		pid_put(subject->pid);
		kfree(data);
		return -ENOMEM;
	}
	data->subject = *subject;
	data->file = file;
	inode->private_data = data;
	inode->ino = atomic_add_return(&last_ino, 1);
	set_ops(inode, file);
	pid_ops()->get_owner(subject, &inode->uid, &inode->gid);
	dentry->ops = &proc_pid_dentry_ops;
	dentry_instantiate(dentry, inode);
	return 0;
}

void proc_pid_evict(struct inode *inode)
{
	const struct inode_ops *ops = inode->ops;

	if (ops != &dir_inode_ops && ops != &file_inode_ops && ops != &text_link_ops && ops != &magic_link_ops)
		return;
	pid_put(data_of(inode)->subject.pid);
	kfree(inode->private_data);
}

/* Owners change with setuid and exec: every walk sees the present ones. */
static bool revalidate(struct dentry *dentry)
{
	struct inode *inode = dentry->inode;
	const struct proc_pid_inode *data;
	unsigned int id;

	if (!inode)
		return false;
	data = data_of(inode);
	if (!subject_is_alive(&data->subject))
		return false;
	pid_ops()->get_owner(&data->subject, &inode->uid, &inode->gid);
	id = data->subject.id;
	if (dentry->parent->inode && data->file && dentry->parent->inode->ops == &dir_inode_ops) {
		const struct proc_pid_file *dir = data_of(dentry->parent->inode)->file;

		if (dir && dir->ops.next)
			return dir->ops.next(&data->subject, &id) && id == data->subject.id;
	}
	return true;
}

const struct dentry_ops proc_pid_dentry_ops = { .revalidate = revalidate };

/* A decimal number without sign or leading zero, as names are; -1: not one. */
static int name_number(const char *name)
{
	uint64_t value;

	if (*name < '0' || *name > '9' || (name[0] == '0' && name[1]) || parse_u64(name, 10, &value) || value > INT32_MAX)
		return -1;
	return (int)value;
}

/* --- lookup -------------------------------------------------------------------------------------- */

int proc_pid_lookup_process(struct super_block *sb, struct dentry *dentry)
{
	int nr = name_number(dentry->name);
	struct proc_subject subject = { 0 };

	if (nr <= 0 || !pid_ops())
		return 0;
	subject.pid = pid_ops()->find(nr);
	return subject.pid ? instantiate(sb, dentry, &subject, NULL, S_IFDIR | 0555) : 0;
}

static int lookup_task(struct inode *dir, struct dentry *dentry)
{
	int nr = name_number(dentry->name);
	struct proc_subject subject = { .is_task = true };

	if (nr <= 0)
		return 0;
	subject.pid = pid_ops()->find_task(data_of(dir)->subject.pid, nr);
	return subject.pid ? instantiate(dir->sb, dentry, &subject, NULL, S_IFDIR | 0555) : 0;
}

static int lookup_number(struct inode *dir, struct dentry *dentry)
{
	const struct proc_pid_inode *data = data_of(dir);
	const struct proc_pid_file *entry = data->file->ops.entry;
	struct proc_subject subject = data->subject;
	int nr = name_number(dentry->name);
	unsigned int id = nr;
	mode_t mode = entry->mode;

	if (nr < 0 || !data->file->ops.next(&subject, &id) || id != (unsigned int)nr)
		return 0;
	subject.id = id;
	pid_get(subject.pid);
	if (entry->ops.entry_mode)
		mode = (mode & S_IFMT) | entry->ops.entry_mode(&subject);
	return instantiate(dir->sb, dentry, &subject, entry, mode & S_IFMT ? mode : mode | S_IFREG);
}

/* The nth file of the directory; NULL: no more. */
static const struct proc_pid_file *nth_file(const struct proc_pid_inode *dir, unsigned int n)
{
	if (dir->file) {
		const struct proc_pid_file *child = dir->file->ops.children;

		for (; child && child->name && n; n--)
			child++;
		return child && child->name ? child : NULL;
	}
	LINKER_SET_FOREACH(proc_pid_files, const struct proc_pid_file, file) {
		if (file->ops.process_only && dir->subject.is_task)
			continue;
		if (!n--)
			return file;
	}
	return !n && !dir->subject.is_task ? &task_dir : NULL;
}

static int lookup(struct inode *inode, struct dentry *dentry)
{
	const struct proc_pid_inode *dir = data_of(inode);
	const struct proc_pid_file *file;

	if (!subject_is_alive(&dir->subject))
		return -ENOENT;
	if (dir->file == &task_dir)
		return lookup_task(inode, dentry);
	if (dir->file && dir->file->ops.next)
		return lookup_number(inode, dentry);
	for (unsigned int n = 0; (file = nth_file(dir, n)); n++) {
		struct proc_subject subject = dir->subject;

		if (strcmp(file->name, dentry->name))
			continue;
		pid_get(subject.pid);
		return instantiate(inode->sb, dentry, &subject, file,
			file->mode & S_IFMT ? file->mode : file->mode | S_IFREG);
	}
	return 0;
}

static const struct inode_ops dir_inode_ops = { .lookup = lookup };

/* --- listing ------------------------------------------------------------------------------------- */

static bool emit_number(struct dir_emitter *emitter, unsigned int nr, uint64_t next_pos, unsigned int type)
{
	char name[12];
	size_t len = scnprintf(name, sizeof(name), "%u", nr);

	if (!emitter->emit(emitter, name, len, next_pos, nr + 1, type))
		return false;
	emitter->pos = next_pos;
	return true;
}

int proc_pid_iterate_processes(struct dir_emitter *emitter)
{
	const uint64_t first_pos = PSEUDO_DYNAMIC_POS + 2; /* behind the links */
	int nr = (int)(emitter->pos - first_pos);
	struct pid *pid;
	bool more = true;

	while (more && pid_ops() && (pid = pid_ops()->next(&nr))) {
		pid_put(pid);
		more = emit_number(emitter, nr, first_pos + nr + 1, S_IFDIR >> 12);
		nr++;
	}
	return 0;
}

static void iterate_tasks(const struct proc_pid_inode *dir, struct dir_emitter *emitter)
{
	int nr = (int)emitter->pos - 2;
	struct pid *pid;

	while ((pid = pid_ops()->next_task(dir->subject.pid, &nr))) {
		pid_put(pid);
		if (!emit_number(emitter, nr, nr + 3, S_IFDIR >> 12))
			break;
		nr++;
	}
}

static void iterate_numbers(const struct proc_pid_inode *dir, struct dir_emitter *emitter)
{
	unsigned int type = (dir->file->ops.entry->mode & S_IFMT ?: S_IFREG) >> 12, id = emitter->pos - 2;

	while (dir->file->ops.next(&dir->subject, &id)) {
		if (!emit_number(emitter, id, id + 3ull, type))
			break;
		id++;
	}
}

static void iterate_files(const struct proc_pid_inode *dir, struct dir_emitter *emitter)
{
	const struct proc_pid_file *file;

	while ((file = nth_file(dir, emitter->pos - 2))) {
		if (!emitter->emit(emitter, file->name, strlen(file->name), emitter->pos + 1, emitter->pos,
			    (file->mode & S_IFMT ?: S_IFREG) >> 12))
			break;
		emitter->pos++;
	}
}

static int iterate(struct file *file, struct dir_emitter *emitter)
{
	const struct proc_pid_inode *dir = data_of(file->inode);

	if (!subject_is_alive(&dir->subject))
		return -ENOENT;
	for (; emitter->pos < 2; emitter->pos++)
		if (!emitter->emit(emitter, "..", emitter->pos + 1, emitter->pos + 1, file->inode->ino, S_IFDIR >> 12))
			return 0;
	if (dir->file == &task_dir)
		iterate_tasks(dir, emitter);
	else if (dir->file && dir->file->ops.next)
		iterate_numbers(dir, emitter);
	else
		iterate_files(dir, emitter);
	return 0;
}

static const struct file_ops dir_file_ops = { .iterate = iterate };

/* --- links --------------------------------------------------------------------------------------- */

static ssize_t readlink(struct inode *inode, char *buf, size_t size)
{
	const struct proc_pid_inode *data = data_of(inode);

	return data->file->ops.readlink(&data->subject, buf, size);
}

static int get_link(struct inode *inode, struct path *out)
{
	const struct proc_pid_inode *data = data_of(inode);

	return data->file->ops.get_link(&data->subject, out);
}

static const struct inode_ops text_link_ops = { .readlink = readlink };
static const struct inode_ops magic_link_ops = { .readlink = readlink, .get_link = get_link };

ssize_t proc_pid_self(char *buf, size_t size, bool thread)
{
	int process = 0, tid = 0;

	if (pid_ops())
		pid_ops()->get_self(&process, &tid);
	if (!process)
		return -ENOENT;
	return thread ? scnprintf(buf, size, "%d/task/%d", process, tid) : scnprintf(buf, size, "%d", process);
}

/* --- files --------------------------------------------------------------------------------------- */

static int setattr(struct inode *inode, const struct inode_attr *attr)
{
	return attr->valid & (ATTR_MODE | ATTR_UID | ATTR_GID) ? -EPERM : 0;
}

static const struct inode_ops file_inode_ops = { .setattr = setattr };

const struct proc_subject *proc_pid_subject(const struct file *file)
{
	return &data_of(file->inode)->subject;
}

static int text_show(struct seq *seq, void *ctx)
{
	const struct proc_pid_inode *data = ctx;

	return data->file->ops.show(seq, &data->subject);
}

int proc_pid_text_open(struct inode *inode, struct file *file)
{
	return pseudo_text_open(file, text_show, data_of(inode));
}

static int open(struct inode *inode, struct file *file)
{
	return data_of(inode)->file->ops.show ? proc_pid_text_open(inode, file) : 0;
}

static void release(struct file *file)
{
	if (file->private_data)
		pseudo_text_release(file);
}

static ssize_t read(struct file *file, struct uio *uio, loff_t *pos)
{
	const struct proc_pid_inode *data = data_of(file->inode);
	ssize_t ret;

	if (data->file->ops.show)
		return pseudo_text_read(file, uio, pos);
	if (!data->file->ops.read_at)
		return -EIO;
	ret = data->file->ops.read_at(&data->subject, uio, *pos);
	if (ret > 0)
		*pos += ret;
	return ret;
}

static ssize_t store(const struct proc_pid_inode *data, struct uio *uio)
{
	char *text;
	size_t size;
	ssize_t ret = pseudo_copy_text(uio, &text, &size);

	if (ret)
		return ret;
	ret = data->file->ops.store(&data->subject, text, size);
	kfree(text);
	return ret;
}

static ssize_t write(struct file *file, struct uio *uio, loff_t *pos)
{
	const struct proc_pid_inode *data = data_of(file->inode);
	ssize_t ret = -EIO;

	if (data->file->ops.write_at)
		ret = data->file->ops.write_at(&data->subject, uio, *pos);
	else if (data->file->ops.store)
		ret = store(data, uio);
	if (ret > 0)
		*pos += ret;
	return ret;
}

/* mem: any offset, also beyond what a signed one can say. */
static loff_t llseek(struct file *file, loff_t offset, int whence)
{
	if (data_of(file->inode)->file->ops.show)
		return pseudo_text_llseek(file, offset, whence);
	if (whence == SEEK_CUR)
		offset += file->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	file->pos = offset;
	return offset;
}

static const struct file_ops pid_file_ops = {
	.open = open,
	.release = release,
	.read = read,
	.write = write,
	.llseek = llseek,
};
