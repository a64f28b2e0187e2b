# SPDX-License-Identifier: MIT
# What the images of all ports share: the kernel, packed (format.h), behind a stub that unpacks it. The port's
# image.mk includes this and adds STUB_OBJS of its own (with the header) and arch/ARCH/boot/image.ld, which
# finds kernel_bytes (memory of the unpacked kernel) and kernel_entry (from its start).

# What is packed.
STUB_PAYLOAD ?= $(OBJCOPY) -O binary $< $@
# Tables of frequencies that the packer may use: 6 KiB of memory each while the stub runs.
STUB_TABLES ?= 64
# Where code is that can be taken apart, if any: addresses of the image's start, its start and its end.
PACK_CODE ?=

# Twice: the table of function names lies behind the text, so it does not move what it names.
LINK_KERNEL = $(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@.1 @$(OUT)/objects && \
	llvm-nm-19 $@.1 | tools/mkksyms >$(OUT)/ksyms.S && \
	$(CC) $(KERNEL_ASFLAGS) -c -o $(OUT)/ksyms.o $(OUT)/ksyms.S && \
	$(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@ @$(OUT)/objects $(OUT)/ksyms.o && rm $@.1

BOOT := $(OUT)/boot-image
# Nobody walks its stack: no frame pointers. Most of the boot's time is spent here: not -Oz.
STUB_CFLAGS := -std=gnu23 $(BASE_CFLAGS) -fomit-frame-pointer -Os -g0 -fno-jump-tables $(WARNINGS) $(INCLUDES)
STUB_CFLAGS += -DSTUB_TABLES=$(STUB_TABLES) -Iarch/$(ARCH)/boot -Iboot/stub/generic
STUB_OBJS := $(addprefix $(BOOT)/,payload.o unpack.o symbol.o string.o)

$(BOOT)/payload.bin: $(OUT)/kindling.elf
	$(call say,OBJCOPY,$@)mkdir -p $(@D) && $(STUB_PAYLOAD)
PACK := build/host/pack
$(PACK): $(wildcard tools/pack/*.c tools/pack/*.h) boot/stub/format.h
	$(call say,HOSTCC,$@)mkdir -p $(@D) && $(CC) -std=gnu23 -O2 -Wall -Wextra -Werror -o $@.$(ARCH) $(filter %.c,$^) -lm && mv $@.$(ARCH) $@
$(BOOT)/payload.packed: $(BOOT)/payload.bin $(PACK) boot/stub/stub.mk
	$(call say,PACK,$@)$(PACK) $< $@ $(STUB_TABLES) $(PACK_CODE)
# A port that wants something between parts of it says how the file becomes sections.
STUB_INCBIN ?= printf '.section .payload,"a"\n.balign 8\n.globl stub_payload\nstub_payload: .incbin "%s"\n' $<
$(BOOT)/payload.o: $(BOOT)/payload.packed
	$(call say,INCBIN,$<)$(STUB_INCBIN) | $(CC) --target=$(ARCH_TARGET) $(ARCH_CFLAGS) -Wno-unused-command-line-argument -x assembler -c -o $@ -
$(BOOT)/string.o: $(BOOT)/%.o: lib/%.c
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(STUB_CFLAGS) -MMD -MP -c -o $@ $<
$(BOOT)/%.o: arch/$(ARCH)/boot/%.S
	$(call say,AS,$<)mkdir -p $(@D) && $(CC) $(KERNEL_ASFLAGS) -MMD -MP -c -o $@ $<
$(BOOT)/%.o: arch/$(ARCH)/boot/%.c
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(STUB_CFLAGS) -MMD -MP -c -o $@ $<

# What a port has not of its own.
$(BOOT)/%.o: boot/stub/%.c boot/stub/stub.mk
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(STUB_CFLAGS) -MMD -MP -c -o $@ $<

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
