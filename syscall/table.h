/* SPDX-License-Identifier: MIT */
/*
 * The system-call table: one line per call, in man-page families. syscall/table.c expands the list into
 * [__NR_name] = sys_name; numbers are the UAPI headers'. A line whose number a port's ABI does not have
 * (x86_64's legacy names: open, stat, fork, poll ...) is listed in that port's port/syscalls.h instead.
 *
 *	SYSCALL(name)			complete
 *	SYSCALL_PARTIAL(name, "what")	what is there or missing; docs/syscalls.md is generated from this
 */
SYSCALL(read)
SYSCALL(write)

/* Processes: clone(2), execve(2), wait4(2), setpgid(2), pidfd_open(2), unshare(2) */
SYSCALL(clone)
SYSCALL(clone3)
SYSCALL(exit)
SYSCALL(exit_group)
SYSCALL(wait4)
SYSCALL(waitid)
SYSCALL(getrusage)
SYSCALL(getpid)
SYSCALL(getppid)
SYSCALL(gettid)
SYSCALL(getpgid)
SYSCALL(setpgid)
SYSCALL(getsid)
SYSCALL(setsid)
SYSCALL(set_tid_address)
SYSCALL_PARTIAL(unshare, "mount and UTS namespaces are real; the others succeed and change nothing")
SYSCALL(pidfd_open)
SYSCALL(pidfd_getfd)
SYSCALL(pidfd_send_signal)

/* Signals: signal(7) */
SYSCALL(rt_sigaction)
SYSCALL(rt_sigprocmask)
SYSCALL(rt_sigpending)
SYSCALL(rt_sigsuspend)
SYSCALL(rt_sigtimedwait)
SYSCALL(rt_sigqueueinfo)
SYSCALL(rt_tgsigqueueinfo)
SYSCALL(rt_sigreturn)
SYSCALL(sigaltstack)
SYSCALL(restart_syscall)
SYSCALL(kill)
SYSCALL(tkill)
SYSCALL(tgkill)
/* sockets: syscall/socket.c */
SYSCALL(socket)
SYSCALL(socketpair)
SYSCALL(bind)
SYSCALL(connect)
SYSCALL(listen)
SYSCALL(accept)
SYSCALL(accept4)
SYSCALL(getsockname)
SYSCALL(getpeername)
SYSCALL(shutdown)
SYSCALL(setsockopt)
SYSCALL(getsockopt)
SYSCALL(sendmsg)
SYSCALL(recvmsg)
SYSCALL(sendmmsg)
SYSCALL(recvmmsg)
SYSCALL(sendto)
SYSCALL(recvfrom)
