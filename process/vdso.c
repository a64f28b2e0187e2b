// SPDX-License-Identifier: MIT
/* Mapping the vDSO. */
#include <process/vdso.h>

#include <mm/vm_space.h>

int vdso_map(struct vm_space *vm)
{
	vm->vdso = 0;
	return 0;
}
