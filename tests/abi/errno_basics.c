// SPDX-License-Identifier: MIT
/* The errno of the simplest misuses: bad descriptors, bad pointers, missing files. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "abi.h"

int main(void)
{
	struct stat st;
	char c;

	CHECK_ERRNO(close(77), EBADF);
	CHECK_ERRNO(read(77, &c, 1), EBADF);
	CHECK_ERRNO(write(1, (void *)8, 4), EFAULT);
	CHECK_ERRNO(open("/no/such", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/init/x", O_RDONLY), ENOTDIR);
	CHECK_ERRNO(open("/tmp", O_WRONLY), EISDIR);
	CHECK_ERRNO(open((char *)-1, O_RDONLY), EFAULT);
	CHECK_ERRNO(stat("", &st), ENOENT);
	CHECK_ERRNO(mkdir("/tmp", 0755), EEXIST);
	CHECK_ERRNO(rmdir("/init"), ENOTDIR);
	CHECK_ERRNO(unlink("/tmp/none"), ENOENT);
	CHECK_ERRNO(syscall(100000), ENOSYS);
	SHOW(dup2(1, 9));
	SHOW(fcntl(9, F_GETFD));
	SHOW(close(9));
	return abi_result();
}
