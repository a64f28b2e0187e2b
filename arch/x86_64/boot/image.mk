# SPDX-License-Identifier: MIT
# Packs the kernel ELF into a bzImage: strip, compress, link with the 16/32/64-bit entries.

# The ELF's file offsets equal its address offsets (kernel.ld), so unpacking it is loading it.
STUB_PAYLOAD = $(OBJCOPY) --strip-all --strip-sections $< $@
STUB_TABLES := 120
PACK_CODE = $$(llvm-nm-19 $(OUT)/kindling.elf | awk '{ v[$$3] = $$1 } END { \
	print v["__image_start"], v["__text_start"], v["__text_end"] }')

# Blocks of a zstd frame that are not compressed: the first with the ELF's head before it (image.ld), then as large
# as they may be; the last has bit 0 set in its header.
STUB_INCBIN = awk -v bytes=$$(stat -c %s $<) -v file=$< 'BEGIN { \
	printf ".section .payload,\"a\"\n.balign 8\n.globl stub_payload\nstub_payload: .incbin \"%s\",0,98304\n", file; \
	print ".section .payload.rest,\"a\""; \
	for (at = 98304; at < bytes; at += n) { \
		n = bytes - at < 131072 ? bytes - at : 131072; \
		header = n * 8 + (at + n == bytes); \
		printf ".byte %d, %d, %d\n.incbin \"%s\",%d,%d\n", header % 256, int(header / 256) % 256, int(header / 65536), file, at, n } }'
include boot/stub/stub.mk
STUB_OBJS += $(addprefix $(BOOT)/,setup.o entry.o code.o fail.o)
$(OUT)/kindling.img: $(addprefix $(BOOT)/,setup.o entry.o code.o fail.o)

BOOT_VERSION ?= 6.12.0-kindling
$(BOOT)/setup.o: KERNEL_ASFLAGS += -DKINDLING_VERSION='"$(BOOT_VERSION)"'
$(BOOT)/setup.o: arch/x86_64/boot/image.mk
