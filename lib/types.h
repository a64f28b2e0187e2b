/* SPDX-License-Identifier: MIT */
/*
 * The scalar types of the kernel. The Linux UAPI's <linux/types.h> can be included beside it; on
 * the host (unit tests, fuzzers) the C library's own types serve.
 */
#pragma once

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A physical address, and a virtual one where a pointer would promise too much. Bytes. */
typedef uint64_t paddr_t;
typedef uintptr_t vaddr_t;

/* A page frame number (paddr / PAGE_SIZE), and a block device's 512-byte sector number. */
typedef uint64_t pfn_t;
typedef uint64_t sector_t;

#if __STDC_HOSTED__
#include <sys/types.h>
#else
typedef int64_t ssize_t;
typedef int64_t off_t;
typedef int64_t loff_t;
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int mode_t;
typedef unsigned int nlink_t;
typedef uint64_t ino_t;
typedef uint64_t blkcnt_t;
typedef int64_t time_t;
typedef int clockid_t;

/* A device number as the kernel keeps it: major in the upper 12 bits, minor in the lower 20. */
typedef uint32_t dev_t;
#endif
