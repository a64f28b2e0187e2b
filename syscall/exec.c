// SPDX-License-Identifier: MIT
/* man 2 execve, execveat. */
#include <fs/file.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <linux/fcntl.h>
#include <mm/user_copy.h>
#include <process/exec.h>
#include <process/exec_strings.h>
#include <process/fd_table.h>
#include <syscall/define.h>

static long exec_with_strings(struct exec_request *request, const char *const *user_argv, const char *const *user_envp)
{
	struct exec_strings argv, envp;
	int err;

	exec_strings_init(&argv, exec_strings_limit());
	err = exec_strings_from_user(&argv, user_argv);
	exec_strings_init(&envp, argv.limit > argv.len ? argv.limit - argv.len : 0);
	if (!err)
		err = exec_strings_from_user(&envp, user_envp);
	request->argv = &argv;
	request->envp = &envp;
	if (!err)
		err = process_exec(request);
	exec_strings_free(&argv);
	exec_strings_free(&envp);
	return err;
}

SYSCALL_DEFINE(execve, const char *, user_name, const char *const *, user_argv, const char *const *, user_envp)
{
	struct exec_request request = { .lookup_flags = LOOKUP_FOLLOW };
	char *name;
	long err = path_name_from_user(user_name, &name);

	if (err)
		return err;
	request.name = name;
	err = exec_with_strings(&request, user_argv, user_envp);
	path_name_free(name);
	return err;
}

SYSCALL_DEFINE(execveat, int, dir_fd, const char *, user_name, const char *const *, user_argv,
	       const char *const *, user_envp, int, flags)
{
	struct exec_request request = { .lookup_flags = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW };
	struct file *dir = NULL;
	char *name, *shown = NULL;
	long err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = path_name_from_user(user_name, &name);
	if (err)
		return err;
	if (flags & AT_EMPTY_PATH)
		request.lookup_flags |= LOOKUP_EMPTY;
	request.name = name;
	if (name[0] != '/' && dir_fd != AT_FDCWD) {
		err = -EBADF;
		dir = fd_get_path(dir_fd);
		if (!dir)
			goto out;
		request.base = &dir->path;
		/* What AT_EXECFN and scripts are told. */
		shown = kasprintf(name[0] ? "/dev/fd/%d/%s" : "/dev/fd/%d", dir_fd, name);
		err = -ENOMEM;
		if (!shown)
			goto out;
		request.shown_name = shown;
	}
	err = exec_with_strings(&request, user_argv, user_envp);
out:
	kfree(shown);
	if (dir)
		file_put(dir);
	path_name_free(name);
	return err;
}
