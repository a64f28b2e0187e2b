# SPDX-License-Identifier: MIT
# The vDSO is a shared object of its own, for programs; vdso_image.S embeds it. arch.mk says how its port compiles
# for programs: VDSO_ARCH_CFLAGS, and VDSO_PAGE_BYTES where that is not 4096.

VDSO_CFLAGS := -std=gnu23 --target=$(ARCH_TARGET) $(VDSO_ARCH_CFLAGS) -ffreestanding -nostdlibinc -fPIC -fvisibility=hidden \
	-Os -fno-asynchronous-unwind-tables -fno-stack-protector
VDSO_LDFLAGS := $(ARCH_LDFLAGS) -shared -soname linux-vdso.so.1 --hash-style=both -Bsymbolic --no-undefined \
	-z noexecstack -z max-page-size=$(or $(VDSO_PAGE_BYTES),4096) --build-id=none -s

$(OUT)/vdso.so: arch/$(ARCH)/vdso/vdso.c arch/$(ARCH)/vdso/vdso.ld arch/$(ARCH)/arch.mk kernel/vdso.mk kernel/vdso.ld | fetched
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(VDSO_CFLAGS) $(WARNINGS) $(INCLUDES) -MMD -MP -MT $@ -c -o $(OUT)/vdso.o $< && \
		$(LD) $(VDSO_LDFLAGS) -T arch/$(ARCH)/vdso/vdso.ld -o $@ $(OUT)/vdso.o
$(OUT)/kernel/vdso_image.S.o: KERNEL_ASFLAGS += -I$(OUT)
$(OUT)/kernel/vdso_image.S.o: $(OUT)/vdso.so
-include $(OUT)/vdso.d
