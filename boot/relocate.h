/* SPDX-License-Identifier: MIT */
/* Moving a position-independent kernel to where it runs: where that is, and the RELR relocations (ELF gABI, "Relative
 * Relocation Table"), which are all that ld.lld -pie leaves. */
#pragma once

#include <lib/types.h>

struct boot_info;

/*
 * Adds slide to every word that the table names. Words are named by their link-time address and
 * written at that address + where, so that a port may call this before its final mapping is on.
 * Runs before relocation itself: it uses no pointer from memory but its arguments.
 */
void boot_relocate(const uint64_t *relr, const uint64_t *end, uintptr_t where, uint64_t slide);

/*
 * How far the kernel slides: up to room - 1 steps of 2 MiB, by the loader's seed and *random (NULL: the CPU gave
 * none); 0 without either and with nokaslr. Runs before relocation, too.
 */
uint64_t boot_choose_slide(const struct boot_info *info, const uint64_t *random, unsigned int room);
