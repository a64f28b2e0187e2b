// SPDX-License-Identifier: MIT
/* kexec_load(2), kexec_file_load(2). */
#include <kexec/kexec.h>

#include <fs/file.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <syscall/define.h>

/* A longer command line is no kernel's. */
#define MAX_CMDLINE_BYTES (1ul << 20)

SYSCALL_DEFINE(kexec_load, unsigned long, entry, unsigned long, nr_segments, const void *,
	       user_segments, unsigned long, flags)
{
	struct kexec_segment segments[KEXEC_SEGMENT_MAX];
	int err = kexec_check_load(nr_segments, flags);

	if (err)
		return err;
	if (copy_from_user(segments, user_segments, nr_segments * sizeof(segments[0])))
		return -EFAULT;
	return kexec_load(entry, segments, nr_segments, flags);
}

/* The command line in kernel memory; NULL when there is none. */
static int copy_cmdline(const char *user_cmdline, size_t bytes, char **out)
{
	*out = NULL;
	if (!bytes)
		return 0;
	if (bytes > MAX_CMDLINE_BYTES)
		return -EINVAL;
	*out = kmalloc(bytes);
	if (!*out)
		return -ENOMEM;
	return copy_from_user(*out, user_cmdline, bytes);
}

SYSCALL_DEFINE(kexec_file_load, int, kernel_fd, int, initrd_fd, unsigned long, cmdline_bytes,
	       const char *, user_cmdline, unsigned long, flags)
{
	struct file *kernel, *initrd = NULL;
	char *cmdline = NULL;
	int err = kexec_check_file_load(flags);

	if (err)
		return err;
	if (flags & KEXEC_FILE_UNLOAD)
		return kexec_file_load(NULL, NULL, NULL, 0, flags);
	kernel = fd_get(kernel_fd);
	if (!kernel)
		return -EBADF;
	if (!(flags & KEXEC_FILE_NO_INITRAMFS)) {
		initrd = fd_get(initrd_fd);
		err = initrd ? 0 : -EBADF;
	}
	if (!err)
		err = copy_cmdline(user_cmdline, cmdline_bytes, &cmdline);
	if (!err)
		err = kexec_file_load(kernel, initrd, cmdline, cmdline_bytes, flags);
	kfree(cmdline);
	if (initrd)
		file_put(initrd);
	file_put(kernel);
	return err;
}
