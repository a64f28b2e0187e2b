# SPDX-License-Identifier: MIT
# What the Makefile has to know of riscv64.

ARCH_TARGET := riscv64-none-elf
ARCH_CFLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -fno-omit-frame-pointer -mno-relax
ARCH_LDFLAGS := -m elf64lriscv
ARCH_UAPI := riscv

ARCH_WITHOUT := drivers/irqchip/x86_% drivers/irqchip/gic% drivers/irqchip/loongarch_% drivers/power/pc_% \
	drivers/power/psci% drivers/tty/pl011% drivers/clock/mc146818.c

# The vDSO is a shared object of its own, for programs; vdso_image.S embeds it.
VDSO_CFLAGS := -std=gnu23 --target=$(ARCH_TARGET) -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding \
	-nostdlibinc -fPIC -fvisibility=hidden -Os -fno-asynchronous-unwind-tables -fno-stack-protector -mno-relax
VDSO_LDFLAGS := -m elf64lriscv -shared -soname linux-vdso.so.1 --hash-style=both -Bsymbolic --no-undefined \
	-z noexecstack -z max-page-size=4096 --build-id=none -s

$(OUT)/vdso.so: arch/riscv64/vdso/vdso.c arch/riscv64/vdso/vdso.ld arch/riscv64/arch.mk | fetched
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(VDSO_CFLAGS) $(WARNINGS) $(INCLUDES) -MMD -MP -MT $@ -c -o $(OUT)/vdso.o $< && \
		$(LD) $(VDSO_LDFLAGS) -T arch/riscv64/vdso/vdso.ld -o $@ $(OUT)/vdso.o
$(OUT)/arch/riscv64/vdso_image.S.o: $(OUT)/vdso.so
-include $(OUT)/vdso.d

# It runs as a copy elsewhere: constants are made by instructions, not loaded from a pool.
$(OUT)/arch/riscv64/kexec_control.c.o: KERNEL_CFLAGS += -mllvm -riscv-max-build-ints-cost=16
