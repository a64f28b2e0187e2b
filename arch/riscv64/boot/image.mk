# SPDX-License-Identifier: MIT
# Packs the kernel ELF into an Image: strip, compress, link with the stub that unpacks it.

LINK_KERNEL = $(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@.1 @$(OUT)/objects && \
	llvm-nm-19 $@.1 | tools/mkksyms >$(OUT)/ksyms.S && \
	$(CC) $(KERNEL_ASFLAGS) -c -o $(OUT)/ksyms.o $(OUT)/ksyms.S && \
	$(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@ @$(OUT)/objects $(OUT)/ksyms.o && rm $@.1
