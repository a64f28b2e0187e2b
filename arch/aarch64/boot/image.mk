# SPDX-License-Identifier: MIT
# Packs the kernel into an Image (Documentation/arch/arm64/booting.rst).

include boot/stub/stub.mk
STUB_OBJS += $(BOOT)/header.o $(BOOT)/fail.o $(BOOT)/console.o
$(OUT)/kindling.img: $(BOOT)/header.o $(BOOT)/fail.o $(BOOT)/console.o
# The last words are said with the MMU off.
$(BOOT)/console.o $(BOOT)/fail.o: STUB_CFLAGS += -mstrict-align
