// SPDX-License-Identifier: MIT
/* The table itself: numbers are the UAPI headers', bodies the ones that table.h and the port's own list name. */
#include <syscall/table_c.h>

#include <asm/unistd.h>
#include <kernel/printk.h>
#include <kernel/thread.h>

#define SYSCALL(name) long sys_##name(const struct syscall_args *args);
#define SYSCALL_PARTIAL(name, what) SYSCALL(name)
#include <port/syscalls.h>
#include <syscall/table.h>
#undef SYSCALL

static long sys_none(const struct syscall_args *args)
{
	return -ENOSYS;
}

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides"
#define SYSCALL(name) [__NR_##name] = sys_##name,
const syscall_fn syscall_table[SYSCALL_TABLE_SIZE] = {
	[0 ... SYSCALL_TABLE_SIZE - 1] = sys_none,
#include <port/syscalls.h>
#include <syscall/table.h>
};
#undef SYSCALL
#pragma clang diagnostic pop

bool syscall_exists(unsigned long nr)
{
	return nr < SYSCALL_TABLE_SIZE && syscall_table[nr] != sys_none;
}
