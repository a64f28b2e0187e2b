/* SPDX-License-Identifier: MIT */
/*
 * System calls that only x86_64 has: the names that asm-generic dropped (open, stat, fork, poll ...)
 * and its own (arch_prctl). Same form as syscall/table.h; syscall/table.c includes both.
 */

/* Processes */
SYSCALL(arch_prctl)
SYSCALL(getrlimit)
SYSCALL(setrlimit)
SYSCALL(fork)
SYSCALL(vfork)
SYSCALL(getpgrp)
SYSCALL(pause)

/* Clocks and timers */
SYSCALL(time)
SYSCALL(alarm)

/* Files */
SYSCALL(open)
SYSCALL(getdents)
SYSCALL(creat)
SYSCALL(dup2)
SYSCALL(stat)
SYSCALL(lstat)
SYSCALL(access)
SYSCALL(mkdir)
SYSCALL(rmdir)
SYSCALL(mknod)
SYSCALL(unlink)
SYSCALL(symlink)
SYSCALL(link)
SYSCALL(rename)
SYSCALL(renameat)
SYSCALL(readlink)
SYSCALL(chmod)
SYSCALL(chown)
SYSCALL(lchown)
SYSCALL(utime)
SYSCALL(utimes)
SYSCALL(futimesat)

/* Pipes, waiting for files */
SYSCALL(pipe)
SYSCALL(poll)
SYSCALL(select)
SYSCALL(epoll_create)
SYSCALL(epoll_wait)
SYSCALL(eventfd)
SYSCALL(signalfd)
SYSCALL(inotify_init)
