# SPDX-License-Identifier: MIT
# What the Makefile has to know of x86_64.

ARCH_TARGET := x86_64-none-elf
ARCH_CFLAGS := -mno-red-zone -mgeneral-regs-only -fno-omit-frame-pointer -momit-leaf-frame-pointer \
	-mstack-alignment=8
ARCH_LDFLAGS := -m elf_x86_64
ARCH_UAPI := x86

# A PC has ACPI and no device tree.
ARCH_WITHOUT := device/fdt/% drivers/%_fdt.c drivers/irqchip/riscv_% drivers/irqchip/gic% drivers/irqchip/loongarch_% \
	drivers/power/sbi% drivers/power/psci% drivers/tty/pl011% syscall/riscv_%

# The vDSO is a shared object of its own, for programs; vdso_image.S embeds it.
VDSO_CFLAGS := -std=gnu23 --target=$(ARCH_TARGET) -ffreestanding -nostdlibinc -fPIC -fvisibility=hidden -mgeneral-regs-only \
	-Os -fno-asynchronous-unwind-tables -fno-stack-protector
VDSO_LDFLAGS := -m elf_x86_64 -shared -soname linux-vdso.so.1 --hash-style=both -Bsymbolic --no-undefined \
	-z noexecstack -z max-page-size=4096 --build-id=none -s

$(OUT)/vdso.so: arch/x86_64/vdso/vdso.c arch/x86_64/vdso/vdso.ld arch/x86_64/arch.mk | fetched
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(VDSO_CFLAGS) $(WARNINGS) $(INCLUDES) -MMD -MP -MT $@ -c -o $(OUT)/vdso.o $< && \
		$(LD) $(VDSO_LDFLAGS) -T arch/x86_64/vdso/vdso.ld -o $@ $(OUT)/vdso.o
$(OUT)/arch/x86_64/vdso_image.S.o: $(OUT)/vdso.so
-include $(OUT)/vdso.d
