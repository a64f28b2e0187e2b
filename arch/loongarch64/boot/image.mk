# SPDX-License-Identifier: MIT
# The image is the kernel as it lies in memory: its first bytes are Linux's header.

LINK_KERNEL = $(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@.1 @$(OUT)/objects && \
	llvm-nm-19 $@.1 | tools/mkksyms >$(OUT)/ksyms.S && \
	$(CC) $(KERNEL_ASFLAGS) -c -o $(OUT)/ksyms.o $(OUT)/ksyms.S && \
	$(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@ @$(OUT)/objects $(OUT)/ksyms.o && rm $@.1

$(OUT)/kindling.img: $(OUT)/kindling.elf
	$(call say,IMAGE,$@)$(OBJCOPY) -O binary $< $@
