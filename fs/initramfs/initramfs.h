/* SPDX-License-Identifier: MIT */
/* Unpacking the built-in archive and the loader's into the root file system. */
#pragma once

struct boot_info;

/* Built-in first, then each initrd in order, as Linux does. Damage is logged, never fatal. Frees the initrd's
 * memory (unless retain_initrd). First thread; may sleep. */
void initramfs_unpack(const struct boot_info *info);
