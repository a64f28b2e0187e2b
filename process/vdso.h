/* SPDX-License-Identifier: MIT */
/* Inside process/: the vDSO's place in a program. */
#pragma once

#include <lib/compiler.h>

struct vm_space;

/* Maps data page and image where there is room and sets vm->vdso. 0 or -ENOMEM. May sleep. */
__must_check int vdso_map(struct vm_space *vm);
