# SPDX-License-Identifier: MIT
# What the Makefile has to know of loongarch64.

ARCH_TARGET := loongarch64-unknown-linux-gnusf
ARCH_CFLAGS := -Uunix -Ulinux -mabi=lp64s -mfpu=none -mcmodel=medium -fno-omit-frame-pointer
ARCH_LDFLAGS := -m elf64loongarch
ARCH_UAPI := loongarch

# The hardware's windows map the kernel: mm/kernel_map.c is for ports without.
ARCH_WITHOUT := mm/kernel_map.c drivers/irqchip/x86_% drivers/irqchip/gic% drivers/irqchip/riscv_% drivers/power/pc_% \
	drivers/power/psci% drivers/power/sbi% drivers/tty/pl011% drivers/clock/mc146818% syscall/riscv_%

# The one file that has floating-point and vector instructions.
$(OUT)/arch/loongarch64/fpu.S.o: KERNEL_ASFLAGS += -mfpu=64 -mlasx

# The vDSO is a shared object of its own, for programs; vdso_image.S embeds it.
VDSO_CFLAGS := -std=gnu23 --target=$(ARCH_TARGET) -mabi=lp64s -msoft-float -ffreestanding -nostdlibinc -fPIC \
	-fvisibility=hidden -Os -fno-asynchronous-unwind-tables -fno-stack-protector
VDSO_LDFLAGS := -m elf64loongarch -shared -soname linux-vdso.so.1 --hash-style=both -Bsymbolic --no-undefined \
	-z noexecstack -z max-page-size=16384 --build-id=none -s

$(OUT)/vdso.so: arch/loongarch64/vdso/vdso.c arch/loongarch64/vdso/vdso.ld arch/loongarch64/arch.mk | fetched
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(VDSO_CFLAGS) $(WARNINGS) $(INCLUDES) -MMD -MP -MT $@ -c -o $(OUT)/vdso.o $< && \
		$(LD) $(VDSO_LDFLAGS) -T arch/loongarch64/vdso/vdso.ld -o $@ $(OUT)/vdso.o
$(OUT)/arch/loongarch64/vdso_image.S.o: $(OUT)/vdso.so
-include $(OUT)/vdso.d
