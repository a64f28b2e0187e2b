/* SPDX-License-Identifier: MIT */
/* What the socket calls share: the socket of a descriptor, addresses in and out. */
#pragma once

#include <fs/file.h>
#include <kernel/errno.h>
#include <mm/user_copy.h>
#include <net/socket.h>
#include <process/fd_table.h>

/* The socket behind a descriptor with a reference on its file: 0, -EBADF, -ENOTSOCK. */
static inline int socket_get(int fd, struct socket **sock, struct file **file)
{
	*file = fd_get(fd);
	if (!*file)
		return -EBADF;
	*sock = socket_of_file(*file);
	if (*sock)
		return 0;
	file_put(*file);
	return -ENOTSOCK;
}

static inline int addr_from_user(void *addr, const void *user_addr, int len)
{
	if (len < 0 || len > SOCKADDR_BYTES)
		return -EINVAL;
	return copy_from_user(addr, user_addr, (size_t)len);
}

/* The value-result length: as much as fits, the whole length told. */
static inline int addr_to_user(void *user_addr, int *user_len, const void *addr, int len)
{
	int room;

	if (!user_addr)
		return 0;
	if (get_user(&room, user_len))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if (copy_to_user(user_addr, addr, (size_t)min(room, len)))
		return -EFAULT;
	return put_user(len, user_len);
}
