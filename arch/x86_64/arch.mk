# SPDX-License-Identifier: MIT
# What the Makefile has to know of x86_64.

ARCH_TARGET := x86_64-none-elf
ARCH_CFLAGS := -mno-red-zone -mgeneral-regs-only -fno-omit-frame-pointer -momit-leaf-frame-pointer \
	-mstack-alignment=8
ARCH_LDFLAGS := -m elf_x86_64
# Code in the order of the source packs better, less inlining as well, and no system call gets longer.
ARCH_LTO_LDFLAGS := -mllvm -disable-block-placement -mllvm -inline-threshold=2
ARCH_UAPI := x86

# A PC has ACPI and no device tree.
ARCH_WITHOUT := device/fdt/% device/%_fdt.c device/pci/assign.c drivers/%_fdt.c drivers/irqchip/riscv_% drivers/irqchip/gic% drivers/irqchip/loongarch_% \
	drivers/power/sbi% drivers/power/psci% drivers/tty/pl011% syscall/riscv_%

# What runs in programs (kernel/vdso.mk).
VDSO_ARCH_CFLAGS := -mgeneral-regs-only
