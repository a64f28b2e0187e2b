/* SPDX-License-Identifier: MIT */
/* Where a fault in a user copy goes on: the table that a port's uaccess.S writes, two offsets relative to themselves each. */
#pragma once

#include <lib/types.h>

/* If *ip may fault: makes it where to go on, returns true. Any context. */
bool fixup_find(uintptr_t *ip);
