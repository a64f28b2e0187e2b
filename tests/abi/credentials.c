// SPDX-License-Identifier: MIT
/* Users, groups, capabilities, set-id programs, limits, and what they forbid. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "abi.h"

static void in_child(void (*f)(void))
{
	int status;

	if (fork() == 0) {
		f();
		_exit(abi_result());
	}
	wait(&status);
	CHECK(status == 0);
}

static void ids(void)
{
	uid_t r, e, s;
	gid_t groups[4] = { 5, 6, 7, 8 };

	SHOW(setgroups(3, groups));
	memset(groups, 0, sizeof(groups));
	SHOW(getgroups(4, groups));
	show("%u %u %u", groups[0], groups[1], groups[2]);
	CHECK_ERRNO(getgroups(2, groups), EINVAL);
	SHOW(setresgid(10, 11, 12));
	SHOW(setresuid(20, 21, 22));
	getresuid(&r, &e, &s);
	show("%u %u %u", r, e, s);
	CHECK_ERRNO(setuid(99), EPERM);
	SHOW(setuid(20));
	SHOW(seteuid(22));
	show("%u %u", getuid(), geteuid());
	CHECK_ERRNO(setgroups(0, NULL), EPERM);
	CHECK_ERRNO(sethostname("x", 1), EPERM);
	CHECK_ERRNO(kill(1, SIGTERM), EPERM);
	CHECK_ERRNO(setpriority(PRIO_PROCESS, 0, -5), EACCES);
	SHOW(setpriority(PRIO_PROCESS, 0, 5));
	show("%d", getpriority(PRIO_PROCESS, 0));
}

static void caps(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	SHOW(syscall(SYS_capget, &h, d));
	show("all of the old ones %d", d[0].effective == 0xffffffff);
	d[0].effective &= ~(1U << CAP_SYS_BOOT | 1U << CAP_CHOWN);
	SHOW(syscall(SYS_capset, &h, d));
	close(open("f", O_CREAT | O_WRONLY, 0600));
	CHECK_ERRNO(chown("f", 3, 3), EPERM);
	CHECK_ERRNO(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL), EPERM);
	d[0].effective |= 1U << CAP_CHOWN;
	SHOW(syscall(SYS_capset, &h, d));
	SHOW(chown("f", 3, 3));
	h.version = 1;
	CHECK_ERRNO(syscall(SYS_capget, &h, d), EINVAL);
	show("version %x", h.version);
	SHOW(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN));
	SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	CHECK_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
	SHOW(prctl(PR_SET_KEEPCAPS, 1));
	SHOW(setuid(1000));
	syscall(SYS_capget, &(struct __user_cap_header_struct){ _LINUX_CAPABILITY_VERSION_3, 0 }, d);
	show("effective %x permitted %d", d[0].effective, d[0].permitted != 0);
}

static void limits(void)
{
	struct rlimit l;

	SHOW(getrlimit(RLIMIT_STACK, &l));
	show("stack %lu", (unsigned long)l.rlim_cur);
	SHOW(getrlimit(RLIMIT_NOFILE, &l));
	show("files %lu", (unsigned long)l.rlim_cur);
	CHECK_ERRNO(getrlimit(99, &l), EINVAL);
	l = (struct rlimit){ 10, 5 };
	CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &l), EINVAL);
	l = (struct rlimit){ 100, 100 };
	SHOW(setrlimit(RLIMIT_FSIZE, &l));
	signal(SIGXFSZ, SIG_IGN);
	int fd = open("limited", O_CREAT | O_WRONLY, 0600);

	SHOW(write(fd, "0123456789", 10));
	SHOW(lseek(fd, 95, SEEK_SET));
	SHOW(write(fd, "0123456789", 10));
	CHECK_ERRNO(write(fd, "x", 1), EFBIG);
	l = (struct rlimit){ 3, 3 };
	SHOW(setrlimit(RLIMIT_NPROC, &l));
	setuid(1234);
	l.rlim_max = 4;
	CHECK_ERRNO(setrlimit(RLIMIT_NPROC, &l), EPERM);
}

static void names(void)
{
	struct utsname u;

	SHOW(sethostname("kitchen", 7));
	SHOW(setdomainname("house", 5));
	uname(&u);
	show("%s %s", u.nodename, u.domainname);
	CHECK_ERRNO(sethostname("x", 1000), EINVAL);
	SHOW(sethostname("(none)", 6));
	SHOW(setdomainname("(none)", 6));
}

int main(void)
{
	in_child(ids);
	in_child(caps);
	in_child(limits);
	in_child(names);
	return abi_result();
}
