# SPDX-License-Identifier: MIT
# What the images of all ports share: the kernel, packed with zstd, behind a stub that unpacks it. The port's
# image.mk includes this and adds STUB_OBJS of its own (with the header) and arch/ARCH/boot/image.ld, which
# finds kernel_bytes (memory of the unpacked kernel) and kernel_entry (from its start).

# What is packed; a port whose loaders want to see an ELF in the image says so.
STUB_PAYLOAD ?= $(OBJCOPY) -O binary $< $@

# Twice: the table of function names lies behind the text, so it does not move what it names.
LINK_KERNEL = $(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@.1 @$(OUT)/objects && \
	llvm-nm-19 $@.1 | tools/mkksyms >$(OUT)/ksyms.S && \
	$(CC) $(KERNEL_ASFLAGS) -c -o $(OUT)/ksyms.o $(OUT)/ksyms.S && \
	$(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@ @$(OUT)/objects $(OUT)/ksyms.o && rm $@.1

BOOT := $(OUT)/boot-image
# Nobody walks its stack: no frame pointers.
STUB_CFLAGS := -std=gnu23 $(BASE_CFLAGS) -fomit-frame-pointer -Oz -g0 -fno-jump-tables $(WARNINGS) $(INCLUDES)
STUB_OBJS := $(addprefix $(BOOT)/,payload.o unpack.o string.o xxhash.o) $(patsubst $(OUT)/deps/%,$(BOOT)/deps/%,$(zstd_OBJS))

$(BOOT)/payload.bin: $(OUT)/kindling.elf
	$(call say,OBJCOPY,$@)mkdir -p $(@D) && $(STUB_PAYLOAD)
$(BOOT)/payload.zst: $(BOOT)/payload.bin
	$(call say,ZSTD,$@)zstd -q -f --ultra -22 --check --single-thread -o $@ $<
$(BOOT)/payload.o: $(BOOT)/payload.zst
	$(call say,INCBIN,$<)printf '.section .payload,"a"\n.globl stub_payload, stub_payload_end\nstub_payload: .incbin "%s"\nstub_payload_end:\n' $< | \
		$(CC) --target=$(ARCH_TARGET) $(ARCH_CFLAGS) -Wno-unused-command-line-argument -x assembler -c -o $@ -
$(BOOT)/unpack.o: boot/stub/unpack.c boot/stub/stub.mk
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(STUB_CFLAGS) -isystem $(DEPS_SRC)/libzstd/lib -isystem deps/include -MMD -MP -c -o $@ $<
$(BOOT)/console.o: boot/stub/console.c boot/stub/stub.mk
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(STUB_CFLAGS) -MMD -MP -c -o $@ $<
$(BOOT)/string.o $(BOOT)/xxhash.o: $(BOOT)/%.o: lib/%.c
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(STUB_CFLAGS) -MMD -MP -c -o $@ $<
$(BOOT)/deps/zstd/%.o: $(DEPS_SRC)/libzstd/lib/% boot/stub/stub.mk
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) -Iboot/stub/include $(DEPS_CFLAGS) $(STUB_ZSTD_CFLAGS) -MMD -MP -c -o $@ $<
$(BOOT)/%.o: arch/$(ARCH)/boot/%.S
	$(call say,AS,$<)mkdir -p $(@D) && $(CC) $(KERNEL_ASFLAGS) -MMD -MP -c -o $@ $<
$(BOOT)/%.o: arch/$(ARCH)/boot/%.c
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(STUB_CFLAGS) -MMD -MP -c -o $@ $<

# Speed where the time goes, size elsewhere.
STUB_ZSTD_CFLAGS = $(ZSTD_CFLAGS) -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -fomit-frame-pointer -Oz -g0 -fno-jump-tables
$(BOOT)/deps/zstd/decompress/zstd_decompress_block.c.o $(BOOT)/deps/zstd/decompress/huf_decompress.c.o: STUB_ZSTD_CFLAGS += -Os

$(BOOT)/kernel.args: $(OUT)/kindling.elf $(BOOT)/payload.bin
	@llvm-nm-19 $< | awk '{ v[$$3] = $$1 } END { \
		printf "--defsym=kernel_bytes=0x%s-0x%s\n", v["__image_end"], v["__image_start"]; \
		printf "--defsym=kernel_entry=0x%s-0x%s\n", v["_start"], v["__image_start"] }' >$@
	@echo "--defsym=stub_plain_bytes=$$(stat -c %s $(BOOT)/payload.bin)" >>$@

$(OUT)/kindling.img: $(STUB_OBJS) $(BOOT)/kernel.args arch/$(ARCH)/boot/image.ld
	$(call say,IMAGE,$@)$(LD) $(ARCH_LDFLAGS) -static --gc-sections --build-id=none -z noexecstack --fatal-warnings --no-check-sections \
		-T arch/$(ARCH)/boot/image.ld -o $(BOOT)/image.elf @$(BOOT)/kernel.args $(STUB_OBJS) && \
		$(OBJCOPY) -O binary $(BOOT)/image.elf $@

-include $(patsubst %.o,%.d,$(STUB_OBJS))
