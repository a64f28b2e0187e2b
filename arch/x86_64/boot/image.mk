# SPDX-License-Identifier: MIT
# Packs the kernel ELF into a bzImage: strip, compress, link with the 16/32/64-bit entries.

# The ELF's file offsets equal its address offsets (kernel.ld), so unpacking it is loading it.
STUB_PAYLOAD = $(OBJCOPY) --strip-all --strip-sections $< $@ && llvm-nm-19 $< | tools/filter-text $@

include boot/stub/stub.mk
STUB_OBJS += $(addprefix $(BOOT)/,setup.o entry.o fail.o)
$(OUT)/kindling.img: $(addprefix $(BOOT)/,setup.o entry.o fail.o)
$(BOOT)/payload.bin: tools/filter-text

BOOT_VERSION ?= 6.12.0-kindling
$(BOOT)/setup.o: KERNEL_ASFLAGS += -DKINDLING_VERSION='"$(BOOT_VERSION)"'
$(BOOT)/setup.o: arch/x86_64/boot/image.mk
