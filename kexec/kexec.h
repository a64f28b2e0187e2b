/* SPDX-License-Identifier: MIT */
/*
 * Loading the next kernel and handing the machine over to it (man 2 kexec_load, man 2 reboot).
 * docs/kexec.md tells the way from the system call to the next kernel's first instruction.
 *
 * One image is loaded at a time. Calls that meet another one at work return -EBUSY. Thread context;
 * all may sleep.
 */
#pragma once

#include <lib/compiler.h>
#include <linux/kexec.h>

struct file;

/*
 * kexec_load(2): segments is a kernel copy of nr (at most KEXEC_SEGMENT_MAX) entries whose bufs are
 * user memory; flags are checked by kexec_check_load(). nr == 0 unloads.
 */
int __must_check kexec_check_load(unsigned long nr, unsigned long flags);
int __must_check kexec_load(uintptr_t entry, const struct kexec_segment *segments,
			    unsigned int nr, unsigned long flags);

/*
 * kexec_file_load(2), whose flags kexec_check_file_load() checks. initrd NULL: none. cmdline_bytes
 * counts the NUL at the end; 0: no command line. kernel NULL: unload.
 */
int __must_check kexec_check_file_load(unsigned long flags);
int __must_check kexec_file_load(struct file *kernel, struct file *initrd, const char *cmdline,
				 size_t cmdline_bytes, unsigned long flags);

/* reboot(2), LINUX_REBOOT_CMD_KEXEC: does not return unless it is refused: -EINVAL nothing loaded,
 * -EBUSY, -EIO the image was changed in memory. */
int __must_check kexec_execute(void);

bool kexec_is_loaded(void);
