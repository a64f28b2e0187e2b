// SPDX-License-Identifier: MIT
/* What a process can ask and set about itself: prctl, rlimits, personality, capabilities, rusage, uname, sysinfo. */
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "abi.h"

#define PRCTL(...) syscall(SYS_prctl, __VA_ARGS__)

static void names(void)
{
	char name[17] = { 0 };
	int value = -1;

	SHOW(PRCTL(PR_SET_NAME, "a name that is too long", 0, 0, 0));
	PRCTL(PR_GET_NAME, name, 0, 0, 0);
	show("name '%s'", name);
	CHECK_ERRNO(PRCTL(PR_SET_NAME, 8, 0, 0, 0), EFAULT);
	SHOW(PRCTL(PR_SET_PDEATHSIG, 9, 0, 0, 0));
	SHOW(PRCTL(PR_GET_PDEATHSIG, &value, 0, 0, 0));
	show("death signal %d", value);
	CHECK_ERRNO(PRCTL(PR_SET_PDEATHSIG, 65, 0, 0, 0), EINVAL);
	PRCTL(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	SHOW(PRCTL(PR_GET_DUMPABLE, 0, 0, 0, 0));
	CHECK_ERRNO(PRCTL(PR_SET_DUMPABLE, 2, 0, 0, 0), EINVAL);
	SHOW(PRCTL(PR_SET_DUMPABLE, 0, 0, 0, 0));
	SHOW(PRCTL(PR_GET_DUMPABLE, 0, 0, 0, 0));
	PRCTL(PR_SET_DUMPABLE, 1, 0, 0, 0);
	CHECK_ERRNO(PRCTL(9999, 0, 0, 0, 0), EINVAL);
	SHOW(PRCTL(PR_GET_TIMERSLACK, 0, 0, 0, 0));
	SHOW(PRCTL(PR_GET_SECCOMP, 0, 0, 0, 0));
	SHOW(PRCTL(PR_GET_THP_DISABLE, 0, 0, 0, 0));
	CHECK_ERRNO(PRCTL(PR_GET_THP_DISABLE, 1, 0, 0, 0), EINVAL);
}

static void privileges(void)
{
	int status;

	if (fork() == 0) {
		SHOW(PRCTL(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
		CHECK_ERRNO(PRCTL(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
		SHOW(PRCTL(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
		SHOW(PRCTL(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
		SHOW(PRCTL(PR_CAPBSET_READ, CAP_SYS_BOOT, 0, 0, 0));
		CHECK_ERRNO(PRCTL(PR_CAPBSET_READ, 99, 0, 0, 0), EINVAL);
		SHOW(PRCTL(PR_CAPBSET_DROP, CAP_SYS_BOOT, 0, 0, 0));
		SHOW(PRCTL(PR_CAPBSET_READ, CAP_SYS_BOOT, 0, 0, 0));
		CHECK_ERRNO(PRCTL(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0), EPERM);
		SHOW(PRCTL(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0));
		SHOW(PRCTL(PR_GET_SECUREBITS, 0, 0, 0, 0));
		SHOW(PRCTL(PR_SET_KEEPCAPS, 1, 0, 0, 0));
		SHOW(PRCTL(PR_GET_KEEPCAPS, 0, 0, 0, 0));
		CHECK_ERRNO(PRCTL(PR_SET_KEEPCAPS, 2, 0, 0, 0), EINVAL);
		/* With the flag the permitted set outlives the change of user. */
		SHOW(syscall(SYS_setresuid, 1000, 1000, 1000));
		struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct d[2];

		SHOW(syscall(SYS_capget, &h, d));
		show("effective %x permitted kept %d", d[0].effective, d[0].permitted != 0);
		CHECK_ERRNO(PRCTL(PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0), EPERM);
		CHECK_ERRNO(syscall(SYS_setresuid, 0, 0, 0), EPERM);
		CHECK_ERRNO(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0), EPERM);
		CHECK_ERRNO(syscall(SYS_sethostname, "x", 1), EPERM);
		h.version = 1;
		CHECK_ERRNO(syscall(SYS_capget, &h, d), EINVAL);
		show("version %x", h.version);
		_exit(abi_failures);
	}
	wait(&status);
	show("status %#x", status);
}

static void limits(void)
{
	struct rlimit l;
	int status;

	getrlimit(RLIMIT_STACK, &l);
	show("stack %lu %d", (unsigned long)l.rlim_cur, l.rlim_max == RLIM_INFINITY);
	getrlimit(RLIMIT_NOFILE, &l);
	show("files %lu %lu", (unsigned long)l.rlim_cur, (unsigned long)l.rlim_max);
	getrlimit(RLIMIT_CORE, &l);
	show("core %lu", (unsigned long)l.rlim_cur);
	CHECK_ERRNO(getrlimit(99, &l), EINVAL);
	l = (struct rlimit){ 10, 5 };
	CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &l), EINVAL);
	CHECK_ERRNO(syscall(SYS_prlimit64, 99999, RLIMIT_CPU, NULL, &l), ESRCH);
	if (fork() == 0) {
		l = (struct rlimit){ 20, 30 };
		SHOW(setrlimit(RLIMIT_NOFILE, &l));
		CHECK_ERRNO(dup2(1, 20), EBADF);
		SHOW(dup2(1, 19));
		int n = 0;

		while (dup(1) >= 0)
			n++;
		show("EMFILE %d after some %d", errno == EMFILE, n > 0);
		if (setuid(1000))
			_exit(9);
		l = (struct rlimit){ 20, 31 };
		CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &l), EPERM);
		_exit(abi_failures);
	}
	wait(&status);
	show("status %#x", status);
}

static void others(void)
{
	struct rusage u;
	struct utsname n;
	struct sysinfo s;

	SHOW(personality(0xffffffff));
	SHOW(personality(ADDR_NO_RANDOMIZE));
	SHOW(personality(0));
	SHOW(getrusage(RUSAGE_SELF, &u));
	SHOW(getrusage(RUSAGE_CHILDREN, &u));
	CHECK_ERRNO(getrusage(7, &u), EINVAL);
	CHECK_ERRNO(getrusage(RUSAGE_SELF, (void *)8), EFAULT);
	uname(&n);
	show("%s %s", n.sysname, n.machine);
	CHECK_ERRNO(uname((void *)8), EFAULT);
	SHOW(sysinfo(&s));
	show("unit %u some memory %d processes %d", s.mem_unit, s.totalram > s.freeram && s.freeram > 0, s.procs > 0);
	CHECK_ERRNO(syscall(SYS_reboot, 1, 2, 3, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_reboot, 0xfee1dead, 672274793, 12345, 0), EINVAL);
	SHOW(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0));
}

int main(void)
{
	names();
	privileges();
	limits();
	others();
	return abi_result();
}
