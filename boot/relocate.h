/* SPDX-License-Identifier: MIT */
/* Moving a position-independent kernel to where it runs: the RELR relocations (ELF gABI, "Relative
 * Relocation Table"), which are all that ld.lld -pie leaves. */
#pragma once

#include <lib/types.h>

/*
 * Adds slide to every word that the table names. Words are named by their link-time address and
 * written at that address + where, so that a port may call this before its final mapping is on.
 * Runs before relocation itself: it uses no pointer from memory but its arguments.
 */
void boot_relocate(const uint64_t *relr, const uint64_t *end, uintptr_t where, uint64_t slide);
