# SPDX-License-Identifier: MIT
# What the Makefile has to know of riscv64.

ARCH_TARGET := riscv64-none-elf
ARCH_CFLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -fno-omit-frame-pointer -mno-relax
ARCH_LDFLAGS := -m elf64lriscv
ARCH_UAPI := riscv

ARCH_WITHOUT := device/pci/host_acpi.c drivers/irqchip/x86_% drivers/irqchip/gic% drivers/irqchip/loongarch_% drivers/power/pc_% \
	drivers/power/psci% drivers/tty/pl011% drivers/clock/mc146818.c

# What runs in programs (kernel/vdso.mk).
VDSO_ARCH_CFLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mno-relax

# It runs as a copy elsewhere: constants are made by instructions, not loaded from a pool.
$(OUT)/arch/riscv64/kexec_control.c.o: KERNEL_CFLAGS += -mllvm -riscv-max-build-ints-cost=16
