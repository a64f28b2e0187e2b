# SPDX-License-Identifier: MIT
# What the Makefile has to know of aarch64.

ARCH_TARGET := aarch64-none-elf
ARCH_CFLAGS := -march=armv8-a -mgeneral-regs-only -mno-outline-atomics -fno-omit-frame-pointer
ARCH_LDFLAGS := -m aarch64linux
ARCH_UAPI := arm64

ARCH_WITHOUT := syscall/riscv_% drivers/irqchip/x86_% drivers/irqchip/riscv_% drivers/irqchip/loongarch_% drivers/power/pc_% \
	drivers/power/sbi% drivers/clock/mc146818.c

# The vDSO is a shared object of its own, for programs; vdso_image.S embeds it.
VDSO_CFLAGS := -std=gnu23 --target=$(ARCH_TARGET) $(ARCH_CFLAGS) -ffreestanding \
	-nostdlibinc -fPIC -fvisibility=hidden -Os -fno-asynchronous-unwind-tables -fno-stack-protector
VDSO_LDFLAGS := -m aarch64linux -shared -soname linux-vdso.so.1 --hash-style=both -Bsymbolic --no-undefined \
	-z noexecstack -z max-page-size=4096 --build-id=none -s

$(OUT)/vdso.so: arch/aarch64/vdso/vdso.c arch/aarch64/vdso/vdso.ld arch/aarch64/arch.mk | fetched
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(VDSO_CFLAGS) $(WARNINGS) $(INCLUDES) -MMD -MP -MT $@ -c -o $(OUT)/vdso.o $< && \
		$(LD) $(VDSO_LDFLAGS) -T arch/aarch64/vdso/vdso.ld -o $@ $(OUT)/vdso.o
$(OUT)/arch/aarch64/vdso_image.S.o: $(OUT)/vdso.so
-include $(OUT)/vdso.d

# It runs as a copy elsewhere, with the MMU off: memory is accessed as devices are.
$(OUT)/arch/aarch64/kexec_control.c.o: KERNEL_CFLAGS += -mstrict-align
