/* SPDX-License-Identifier: MIT */
/* What getdents64(2) and its older form share. */
#pragma once

#include <lib/compiler.h>

struct dir_emitter;
struct file;

/* Lists from the file's position on, which moves. 0, -ENOTDIR, -ENOENT (the directory was removed). */
__must_check int directory_iterate(struct file *file, struct dir_emitter *emitter);
