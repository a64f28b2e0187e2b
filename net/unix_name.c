// SPDX-License-Identifier: MIT
/* Names of UNIX sockets: a path (a socket inode in the file system) or an abstract string (man 7 unix, "Address format"). */
#include <net/unix.h>

#include <fs/dentry.h>
#include <fs/inode.h>
#include <fs/fs_context.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/printf.h>
#include <lib/string.h>

#include <linux/stat.h>

#define PATH_OFFSET offsetof(struct sockaddr_un, sun_path)

static struct list_head bound = LIST_HEAD_INIT(bound); /* Guarded by unix_lock. */
static unsigned int next_autobind;		       /* Guarded by unix_lock. */

/* A checked copy: family, length; a path is NUL-terminated inside. -EINVAL. */
static int check_addr(const void *addr, size_t len, struct sockaddr_un *out, size_t *out_len)
{
	if (len <= PATH_OFFSET - 1 || len > sizeof(*out))
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	memcpy(out, addr, len);
	if (out->sun_family != AF_UNIX)
		return -EINVAL;
	if (len > PATH_OFFSET && out->sun_path[0])
		len = PATH_OFFSET + strnlen(out->sun_path, sizeof(out->sun_path)) + 1;
	*out_len = len;
	return 0;
}

static bool is_abstract(const struct sockaddr_un *addr, size_t len)
{
	return len > PATH_OFFSET && !addr->sun_path[0];
}

static struct unix_sock *find_abstract_locked(const struct sockaddr_un *addr, size_t len)
{
	struct unix_sock *unix;

	list_for_each_entry(unix, &bound, bound_node) {
		if (!unix->bound.dentry && unix->addr_len == len && !memcmp(&unix->addr, addr, len))
			return unix;
	}
	return NULL;
}

static struct unix_sock *find_inode_locked(const struct inode *inode)
{
	struct unix_sock *unix;

	list_for_each_entry(unix, &bound, bound_node) {
		if (unix->bound.dentry && unix->bound.dentry->inode == inode)
			return unix;
	}
	return NULL;
}

/* --- bind ------------------------------------------------------------------------------------- */

/* Autobind: five hexadecimal digits that nobody has. */
static void autobind_locked(struct unix_sock *unix)
{
	do {
		memset(&unix->addr, 0, sizeof(unix->addr));
		unix->addr.sun_family = AF_UNIX;
		scnprintf(unix->addr.sun_path + 1, 6, "%05x", next_autobind++ & 0xfffff);
		unix->addr_len = PATH_OFFSET + 6;
	} while (find_abstract_locked(&unix->addr, unix->addr_len));
	list_add_tail(&unix->bound_node, &bound);
}

static int bind_abstract(struct unix_sock *unix, const struct sockaddr_un *addr, size_t len)
{
	int err = 0;

	spin_lock(&unix_lock);
	if (unix->addr_len)
		err = -EINVAL;
	else if (len == PATH_OFFSET)
		autobind_locked(unix);
	else if (find_abstract_locked(addr, len))
		err = -EADDRINUSE;
	if (!err && len > PATH_OFFSET) {
		unix->addr = *addr;
		unix->addr_len = len;
		list_add_tail(&unix->bound_node, &bound);
	}
	spin_unlock(&unix_lock);
	return err;
}

static int bind_path(struct unix_sock *unix, const struct sockaddr_un *addr, size_t len)
{
	char name[sizeof(addr->sun_path) + 1] = { 0 };
	struct path path;
	int err;

	memcpy(name, addr->sun_path, sizeof(addr->sun_path));
	err = vfs_mknod(NULL, name, S_IFSOCK | (0777 & ~current->fs->umask), 0);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	err = path_lookup(NULL, name, 0, &path);
	if (err)
		return err;

	spin_lock(&unix_lock);
	if (unix->addr_len) {
		err = -EINVAL;
	} else {
		unix->bound = path;
		unix->addr = *addr;
		unix->addr_len = len;
		list_add_tail(&unix->bound_node, &bound);
	}
	spin_unlock(&unix_lock);
	if (err) {
		path_put(&path);
		(void)vfs_unlink(NULL, name, false); /* a race of two binds: the loser's name goes again */
	}
	return err;
}

int unix_bind(struct socket *sock, const void *raw, size_t raw_len)
{
	struct sockaddr_un addr;
	size_t len;
	int err = check_addr(raw, raw_len, &addr, &len);

	if (err)
		return err;
	if (len == PATH_OFFSET || is_abstract(&addr, len))
		return bind_abstract(unix_of(sock), &addr, len);
	return bind_path(unix_of(sock), &addr, len);
}

void unix_unbind(struct unix_sock *unix)
{
	struct path path;

	spin_lock(&unix_lock);
	path = unix->bound;
	if (unix->addr_len)
		list_del(&unix->bound_node);
	unix->bound = (struct path){};
	unix->addr_len = 0;
	spin_unlock(&unix_lock);
	if (path.dentry)
		path_put(&path);
}

/* --- find ------------------------------------------------------------------------------------- */

static int find_path_inode(const struct sockaddr_un *addr, struct path *path)
{
	char name[sizeof(addr->sun_path) + 1] = { 0 };
	int err;

	memcpy(name, addr->sun_path, sizeof(addr->sun_path));
	err = path_lookup(NULL, name, LOOKUP_FOLLOW, path);
	if (err)
		return err;
	err = inode_permission(path->dentry->inode, MAY_WRITE);
	if (!err && !S_ISSOCK(path->dentry->inode->mode))
		err = -ECONNREFUSED;
	if (err)
		path_put(path);
	return err;
}

int unix_find(const void *raw, size_t raw_len, int type, struct unix_sock **out)
{
	struct sockaddr_un addr;
	struct path path = { 0 };
	struct unix_sock *unix;
	size_t len;
	int err = check_addr(raw, raw_len, &addr, &len);
	bool by_name;

	if (err)
		return err;
	if (len == PATH_OFFSET)
		return -ECONNREFUSED;
	by_name = is_abstract(&addr, len);
	if (!by_name) {
		err = find_path_inode(&addr, &path);
		if (err)
			return err;
	}
	spin_lock(&unix_lock);
	unix = by_name ? find_abstract_locked(&addr, len) : find_inode_locked(path.dentry->inode);
	if (!unix || !unix->sock)
		err = -ECONNREFUSED;
	else if (unix->type != type)
		err = -EPROTOTYPE;
	if (!err) {
		unix->refs++;
		*out = unix;
	}
	spin_unlock(&unix_lock);
	if (!by_name)
		path_put(&path);
	return err;
}

int unix_getname(struct socket *sock, void *addr, bool peer)
{
	struct unix_sock *unix = unix_of(sock);
	size_t len = PATH_OFFSET;

	memset(addr, 0, PATH_OFFSET);
	((struct sockaddr_un *)addr)->sun_family = AF_UNIX;
	spin_lock(&unix_lock);
	if (peer)
		unix = unix->peer;
	if (unix && unix->addr_len) {
		len = unix->addr_len;
		memcpy(addr, &unix->addr, len);
	}
	spin_unlock(&unix_lock);
	return unix ? (int)len : -ENOTCONN;
}
