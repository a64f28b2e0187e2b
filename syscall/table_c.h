/* SPDX-License-Identifier: MIT */
/* What syscall/table.c makes of the list in syscall/table.h. */
#pragma once

#include <lib/types.h>
#include <syscall/define.h>

#define SYSCALL_TABLE_SIZE 512

typedef long (*syscall_fn)(const struct syscall_args *args);

/* Every slot is callable: -ENOSYS where there is no call. */
extern const syscall_fn syscall_table[SYSCALL_TABLE_SIZE];
bool syscall_exists(unsigned long nr);
