# SPDX-License-Identifier: MIT
# Packs the kernel ELF into a bzImage: strip, compress, link with the 16/32/64-bit entries.

# Twice: the table of function names lies behind the text, so it does not move what it names.
LINK_KERNEL = $(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@.1 @$(OUT)/objects && \
	llvm-nm-19 $@.1 | tools/mkksyms >$(OUT)/ksyms.S && \
	$(CC) $(KERNEL_ASFLAGS) -c -o $(OUT)/ksyms.o $(OUT)/ksyms.S && \
	$(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@ @$(OUT)/objects $(OUT)/ksyms.o && rm $@.1

BOOT := $(OUT)/boot-image
BOOT_VERSION ?= 6.12.0-kindling

BOOT_CFLAGS := -std=gnu23 $(BASE_CFLAGS) -Oz -g0 -fno-jump-tables $(WARNINGS) $(INCLUDES)
BOOT_OBJS := $(addprefix $(BOOT)/,setup.o entry.o unpack.o string.o xxhash.o) \
	$(patsubst $(OUT)/deps/%,$(BOOT)/deps/%,$(zstd_OBJS))

$(BOOT)/payload.elf: $(OUT)/kindling.elf tools/filter-text
	$(call say,STRIP,$@)mkdir -p $(@D) && $(OBJCOPY) --strip-all --strip-sections $< $@ && \
		llvm-nm-19 $< | tools/filter-text $@
$(BOOT)/payload.zst: $(BOOT)/payload.elf
	$(call say,ZSTD,$@)zstd -q -f --ultra -22 --check --single-thread -o $@ $<

$(BOOT)/setup.o: arch/x86_64/boot/setup.S arch/x86_64/boot/image.mk
	$(call say,AS,$<)mkdir -p $(@D) && $(CC) $(KERNEL_ASFLAGS) -DKINDLING_VERSION='"$(BOOT_VERSION)"' -MMD -MP -c -o $@ $<
$(BOOT)/entry.o: arch/x86_64/boot/entry.S $(BOOT)/payload.zst
	$(call say,AS,$<)$(CC) $(KERNEL_ASFLAGS) -DPAYLOAD='"$(BOOT)/payload.zst"' -c -o $@ $<
$(BOOT)/unpack.o: arch/x86_64/boot/unpack.c arch/x86_64/boot/image.mk
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(BOOT_CFLAGS) -isystem $(DEPS_SRC)/libzstd/lib -isystem deps/include -MMD -MP -c -o $@ $<
$(BOOT)/string.o $(BOOT)/xxhash.o: $(BOOT)/%.o: lib/%.c
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(BOOT_CFLAGS) -MMD -MP -c -o $@ $<
$(BOOT)/deps/zstd/%.o: $(DEPS_SRC)/libzstd/lib/% arch/x86_64/boot/image.mk
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) -Iarch/x86_64/boot/include $(DEPS_CFLAGS) $(BOOT_ZSTD_CFLAGS) -MMD -MP -c -o $@ $<

# Speed where the time goes, size elsewhere.
BOOT_ZSTD_CFLAGS = $(ZSTD_CFLAGS) -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -Oz -g0 -fno-jump-tables
$(BOOT)/deps/zstd/decompress/zstd_decompress_block.c.o $(BOOT)/deps/zstd/decompress/huf_decompress.c.o: \
	BOOT_ZSTD_CFLAGS += -Os

# The kernel's size in memory and its entry's offset, from its symbols.
$(BOOT)/kernel.args: $(OUT)/kindling.elf $(BOOT)/payload.elf
	@llvm-nm-19 $< | awk '{ v[$$3] = $$1 } END { \
		printf "--defsym=kernel_bytes=0x%s-0x%s\n", v["__image_end"], v["__image_start"]; \
		printf "--defsym=kernel_entry=0x%s-0x%s\n", v["_start"], v["__image_start"] }' >$@
	@echo "--defsym=payload_plain_bytes=$$(stat -c %s $(BOOT)/payload.elf)" >>$@

$(OUT)/kindling.img: $(BOOT_OBJS) $(BOOT)/kernel.args arch/x86_64/boot/image.ld
	$(call say,IMAGE,$@)$(LD) -m elf_x86_64 -static --gc-sections --build-id=none -z noexecstack --fatal-warnings --no-check-sections \
		-T arch/x86_64/boot/image.ld -o $(BOOT)/image.elf @$(BOOT)/kernel.args $(BOOT_OBJS) && \
		$(OBJCOPY) -O binary $(BOOT)/image.elf $@

-include $(patsubst %.o,%.d,$(BOOT_OBJS))
