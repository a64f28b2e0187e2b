// SPDX-License-Identifier: MIT
/* ptrace as strace and debuggers use it: syscall stops, registers, memory, options, events. */
#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "abi.h"

static volatile long word = 0x1234;

int main(void)
{
	struct user_regs_struct regs;
	struct iovec v = { &regs, sizeof(regs) };
	int status, stops = 0;
	pid_t pid = fork();

	if (pid == 0) {
		SHOW(ptrace(PTRACE_TRACEME, 0, 0, 0));
		raise(SIGSTOP);
		syscall(SYS_getppid);
		syscall(SYS_close, 99);
		if (fork() == 0)
			_exit(0);
		wait(NULL);
		_exit(word == 0x5678 ? 7 : 8);
	}
	SHOW(waitpid(pid, &status, 0) == pid);
	show("stopped %x", status);
	SHOW(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL));
	errno = 0;
	SHOW(ptrace(PTRACE_PEEKDATA, pid, &word, 0));
	SHOW(ptrace(PTRACE_POKEDATA, pid, &word, 0x5678));
	CHECK_ERRNO(ptrace(PTRACE_PEEKDATA, pid, 8, 0), EIO);
	while (ptrace(PTRACE_SYSCALL, pid, 0, 0) == 0 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			if (status >> 8 == (SIGTRAP | PTRACE_EVENT_FORK << 8)) {
				unsigned long child = 0;

				SHOW(ptrace(PTRACE_GETEVENTMSG, pid, 0, &child));
				show("fork event, child %d", child > 0);
				waitpid(child, &status, __WALL);
				show("child stops by %d", WSTOPSIG(status));
				SHOW(ptrace(PTRACE_DETACH, child, 0, 0));
			}
			continue;
		}
		ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v);
		if (regs.orig_rax == SYS_getppid || regs.orig_rax == SYS_close) {
			show("stop at %s: %s", regs.orig_rax == SYS_close ? "close" : "getppid",
			     (long)regs.rax == -ENOSYS ? "entry" : (long)regs.rax == -EBADF ? "EBADF" : "result");
			stops++;
		}
	}
	show("stops %d, end %x", stops, status);
	CHECK_ERRNO(ptrace(PTRACE_CONT, 99999, 0, 0), ESRCH);
	CHECK_ERRNO(ptrace(PTRACE_ATTACH, getpid(), 0, 0), EPERM);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	SHOW(ptrace(PTRACE_SEIZE, pid, 0, 0));
	SHOW(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	waitpid(pid, &status, 0);
	show("interrupted %x", status);
	SHOW(ptrace(PTRACE_GETREGS, pid, 0, &regs));
	show("in user space %d", regs.cs == 0x33);
	SHOW(ptrace(PTRACE_DETACH, pid, 0, 0));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show("killed %x", status);
	return abi_result();
}
