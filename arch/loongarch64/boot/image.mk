# SPDX-License-Identifier: MIT
# Packs the kernel into an Image (Documentation/arch/loongarch/booting.rst).

# Little memory is between the image and the initrd.
STUB_TABLES := 44
include boot/stub/stub.mk
STUB_OBJS += $(BOOT)/header.o $(BOOT)/fail.o $(BOOT)/efi.o $(BOOT)/console.o
$(OUT)/kindling.img: $(BOOT)/header.o $(BOOT)/fail.o $(BOOT)/efi.o $(BOOT)/console.o
