/* SPDX-License-Identifier: MIT */
/* Where a stub that has nothing but the loader's device tree finds a serial port for its last words. */
#pragma once

#include <lib/compiler.h>

/* Address of the first node whose first compatible is this one; 0: there is none. The tree is read as far as it makes
 * sense; ranges and addresses of one cell are not known here. */
uint64_t stub_find_port(const void *tree, const char *compatible);
