# SPDX-License-Identifier: MIT
# What the Makefile has to know of aarch64.

ARCH_TARGET := aarch64-none-elf
ARCH_CFLAGS := -march=armv8-a -mgeneral-regs-only -mno-outline-atomics -fno-omit-frame-pointer
ARCH_LDFLAGS := -m aarch64linux
ARCH_UAPI := arm64

ARCH_WITHOUT := syscall/riscv_% device/pci/host_acpi.c drivers/irqchip/x86_% drivers/irqchip/riscv_% drivers/irqchip/loongarch_% drivers/power/pc_% \
	drivers/power/sbi% drivers/clock/mc146818.c

# What runs in programs (kernel/vdso.mk).
VDSO_ARCH_CFLAGS := $(ARCH_CFLAGS)

# It runs as a copy elsewhere, with the MMU off: memory is accessed as devices are.
$(OUT)/arch/aarch64/kexec_control.c.o: KERNEL_CFLAGS += -mstrict-align
