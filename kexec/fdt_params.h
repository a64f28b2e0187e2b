/* SPDX-License-Identifier: MIT */
/*
 * The device tree that a next kernel gets: the machine's, with /chosen and the memory reservations as
 * the next kernel needs them. For ports whose boot parameters are (or hold) a tree.
 */
#pragma once

#include <lib/compiler.h>

struct kexec_boot;

/* Upper limit of the block's size for that tree (NULL: none), whole pages. */
size_t kexec_fdt_bytes(const void *tree);

/*
 * Writes the tree for boot into buf of kexec_fdt_bytes() bytes; the command line is read from behind
 * the block, where kexec/file_load.c puts it. 0, -EINVAL: it does not fit, -ENOEXEC: no tree.
 */
int __must_check kexec_fdt_build(const struct kexec_boot *boot, const void *tree, void *buf);
