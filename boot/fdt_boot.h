/* SPDX-License-Identifier: MIT */
/* A device tree as boot protocol: memory, reservations and /chosen into struct boot_info. */
#pragma once

#include <lib/compiler.h>

struct boot_info;

/*
 * Takes from the tree at dt, which stands at paddr and has room_bytes readable bytes: memory nodes,
 * reserved-memory and the header's reservations, bootargs (when info->cmdline is still empty),
 * initrd, EFI tables, seeds (wiped from the tree). The tree itself is reserved. kernel_start and
 * kernel_size_bytes are set before by the caller, who reserves the kernel. What makes no sense is
 * left out and noted in info->complaints. 0, or -EINVAL and nothing taken when it is no sound tree (which is
 * noted, too).
 */
__must_check int boot_fdt_parse(struct boot_info *info, void *dt, paddr_t paddr, size_t room_bytes);
