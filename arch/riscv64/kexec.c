// SPDX-License-Identifier: MIT
#include <arch/kexec.h>
#include <asm/errno.h>
#include <arch/cpu.h>
int arch_kexec_prepare(struct kexec_plan *plan) { return -ENOMEM; }
void arch_kexec_jump(const struct kexec_plan *plan) { arch_cpu_halt(); }
size_t arch_kexec_params_bytes(void) { return 4096; }
int arch_kexec_build_params(const struct kexec_boot *boot, void *buf) { return -ENOEXEC; }
