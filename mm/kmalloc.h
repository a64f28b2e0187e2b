/* SPDX-License-Identifier: MIT */
/* The heap's places in the boot; what it offers is lib/alloc.h. */
#pragma once

void kmalloc_init(void);
void kmalloc_enable_cpu_lists(void);
