// SPDX-License-Identifier: MIT
/* process_vm_readv, process_vm_writev: bytes, errno, and that no more rights are had than the other process has. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "abi.h"

static char *shared_layout;
static char local[3 * PAGE_MAX];

static ssize_t transfer(pid_t pid, int write, char *here, size_t n, char *there, size_t m)
{
	struct iovec l = { here, n }, r = { there, m };

	return write ? process_vm_writev(pid, &l, 1, &r, 1, 0) : process_vm_readv(pid, &l, 1, &r, 1, 0);
}

static void from_parent(pid_t pid)
{
	struct iovec l[2] = { { local, 10 }, { local + 100, 20 } };
	struct iovec r[3] = { { shared_layout + 5, 3 }, { shared_layout + PAGE - 4, 8 }, { shared_layout, 19 } };

	SHOW(transfer(pid, 0, local, 2 * PAGE, shared_layout, 2 * PAGE));
	CHECK(local[0] == 'a' && local[PAGE] == 'b');
	SHOW(transfer(pid, 0, local, PAGE + 100, shared_layout + PAGE, PAGE + 100));	/* the third page is not there */
	SHOW(process_vm_readv(pid, l, 2, r, 3, 0));
	CHECK(local[0] == 'a' && local[3] == 'a' && local[7] == 'b' && local[100] == 'b');
	strcpy(local, "written");
	SHOW(transfer(pid, 1, local, 8, shared_layout + 100, 8));
	CHECK_ERRNO(transfer(pid, 1, local, 8, shared_layout + PAGE, 8), EFAULT);	/* read-only there */
	CHECK_ERRNO(transfer(pid, 0, local, 8, NULL, 8), EFAULT);
	CHECK_ERRNO(transfer(pid, 0, NULL, 8, shared_layout, 8), EFAULT);
	CHECK_ERRNO(transfer(9999999, 0, local, 8, shared_layout, 8), ESRCH);
	CHECK_ERRNO(process_vm_readv(pid, l, 2, r, 3, 1), EINVAL);
	CHECK_ERRNO(process_vm_readv(pid, l, 2000, r, 3, 0), EINVAL);
	SHOW(process_vm_readv(pid, l, 0, r, 3, 0));
	SHOW(process_vm_readv(pid, l, 2, r, 0, 0));
}

int main(void)
{
	int go[2], status;
	pid_t child;
	char c = 0;

	shared_layout = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(shared_layout != MAP_FAILED && pipe(go) == 0);
	child = fork();
	if (!child) {
		memset(shared_layout, 'a', PAGE);
		memset(shared_layout + PAGE, 'b', PAGE);
		mprotect(shared_layout + PAGE, PAGE, PROT_READ);
		munmap(shared_layout + 2 * PAGE, PAGE);
		if (write(go[1], "x", 1) != 1)
			_exit(2);
		for (int i = 0; i < 500 && strcmp(shared_layout + 100, "written"); i++)
			usleep(10000);
		pause();
	}
	CHECK(read(go[0], &c, 1) == 1);
	from_parent(child);
	SHOW(transfer(child, 0, local, 8, shared_layout + 100, 8));
	CHECK(!strcmp(local, "written"));
	kill(child, 9);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK_ERRNO(transfer(child, 0, local, 8, shared_layout, 8), ESRCH);
	return abi_failures != 0;
}
