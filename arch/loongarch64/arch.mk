# SPDX-License-Identifier: MIT
# What the Makefile has to know of loongarch64.

ARCH_TARGET := loongarch64-unknown-linux-gnusf
ARCH_CFLAGS := -Uunix -Ulinux -mabi=lp64s -mfpu=none -mcmodel=medium -fno-omit-frame-pointer
ARCH_LDFLAGS := -m elf64loongarch
ARCH_UAPI := loongarch

# The hardware's windows map the kernel: mm/kernel_map.c is for ports without.
ARCH_WITHOUT := mm/kernel_map.c device/pci/host_acpi.c drivers/irqchip/x86_% drivers/irqchip/gic% drivers/irqchip/riscv_% drivers/power/pc_% \
	drivers/power/psci% drivers/power/sbi% drivers/tty/pl011% drivers/clock/mc146818% syscall/riscv_%

# The one file that has floating-point and vector instructions.
$(OUT)/arch/loongarch64/fpu.S.o: KERNEL_ASFLAGS += -mfpu=64 -mlasx

# What runs in programs (kernel/vdso.mk).
VDSO_ARCH_CFLAGS := -mabi=lp64s -msoft-float
VDSO_PAGE_BYTES := 16384
