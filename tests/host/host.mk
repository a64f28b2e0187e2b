# SPDX-License-Identifier: MIT
# Unit tests and fuzz targets of pure code, on the build machine under ASan and UBSan.
#
#	make host-tests		builds and runs tests/host/**/test_*.c, each a program of its own
#	make fuzz		runs every tests/host/fuzz/fuzz_*.c for FUZZ_SECONDS from its corpus
#
# The code under test is HOST_SOURCES: files with no need but a heap (tests/host/shim.c). Who writes
# a parser adds it here. Names that the C library has, too, get the prefix k_ (tests/host/libc.syms).

HOST := build/host
HOST_CC := clang-19
FUZZ_SECONDS ?= 10

HOST_SOURCES := $(filter-out lib/string.c lib/printf.c,$(wildcard lib/*.c lib/decompress/*.c)) \
	fs/initramfs/unpack.c kexec/segment.c kexec/plan.c kexec/bzimage.c kexec/linux_image.c boot/boot_info.c boot/fdt_boot.c \
	boot/efi_boot.c boot/efi_config.c boot/stub/unpack.c boot/stub/symbol.c arch/x86_64/boot/code.c \
	arch/x86_64/boot_params.c arch/x86_64/kexec_params.c device/acpi/tables.c device/dmi/dmi.c \
	device/pci/scan.c device/pci/assign.c device/pci/tree_fdt.c mm/buddy.c
HOST_RENAMED := lib/string.c lib/printf.c

HOST_DEPS := $(foreach l,zstd xz zlib lz4 libfdt,$(patsubst $(OUT)/deps/%,%,$($(l)_OBJS)))
HOST_TESTS := $(sort $(shell find tests/host -name 'test_*.c'))
HOST_FUZZERS := $(sort $(wildcard tests/host/fuzz/fuzz_*.c))

HOST_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_BASE := -O1 -g -fno-omit-frame-pointer -I.
HOST_CFLAGS := -std=gnu23 -D_GNU_SOURCE $(HOST_BASE) $(HOST_SANITIZE) -fsanitize=fuzzer-no-link \
	-Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Itests/host -Iarch/include -Iarch/x86_64/include -include sys/stat.h \
	-isystem $(UAPI)/lib/linux/uapi/x86 -isystem $(UAPI)/include \
	-isystem $(DEPS_SRC)/libzstd/lib -isystem $(DEPS_SRC)/xz-utils/src/liblzma/api \
	-isystem $(DEPS_SRC)/zlib -isystem $(DEPS_SRC)/lz4/lib -isystem $(DEPS_SRC)/$(FDT_SRC) \
	-DLZMA_API_STATIC -DZ_SOLO $(LZ4_CFLAGS)
# The libraries' own arithmetic is theirs: only memory errors are looked for.
HOST_DEPS_CFLAGS := -std=gnu11 -ffreestanding -w $(HOST_BASE) -fsanitize=address -Ideps/include

HOST_OBJS := $(patsubst %.c,$(HOST)/%.o,$(HOST_SOURCES) $(HOST_RENAMED) tests/host/shim.c) \
	$(addprefix $(HOST)/deps/,$(HOST_DEPS))
HOST_PROGRAMS := $(patsubst tests/host/%.c,$(HOST)/%,$(HOST_TESTS))
FUZZ_PROGRAMS := $(patsubst tests/host/%.c,$(HOST)/%,$(HOST_FUZZERS))

$(HOST)/libkernel.a: $(HOST_OBJS)
	$(call say,AR,$@)rm -f $@ && llvm-ar-19 rcs $@ $^

$(HOST)/%.o: %.c tests/host/host.mk | fetched
	$(call say,HOSTCC,$<)mkdir -p $(@D) && $(HOST_CC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(patsubst %.c,$(HOST)/%.o,$(HOST_RENAMED)): $(HOST)/%.o: %.c tests/host/host.mk tests/host/libc.syms | fetched
	$(call say,HOSTCC,$<)mkdir -p $(@D) && $(HOST_CC) $(filter-out -include sys/stat.h,$(HOST_CFLAGS)) -ffreestanding -MMD -MP -c -o $@ $< && \
		$(OBJCOPY) --redefine-syms=tests/host/libc.syms $@

# x86's own: a loader may put structures at any address there.
$(HOST)/arch/x86_64/%.o: HOST_CFLAGS += -fno-sanitize=alignment

# The stub of x86_64's image; its test packs with the tool that packs the images.
$(HOST)/boot/stub/%.o $(HOST)/arch/x86_64/boot/code.o: HOST_CFLAGS += -DSTUB_TABLES=120 -Iboot/stub/generic -fno-sanitize=alignment
$(HOST)/boot/test_pack: | $(HOST)/pack

# One rule for each library: the same files and options as for the kernel.
define host_library
$(patsubst $(OUT)/deps/%,$(HOST)/deps/%,$($1_OBJS)): $(HOST)/deps/$1/%.o: $(DEPS_SRC)/$2/% | fetched
	$$(call say,HOSTCC,$1/$$*)mkdir -p $$(@D) && $(HOST_CC) $(HOST_DEPS_CFLAGS) $3 -c -o $$@ $$<
endef
$(eval $(call host_library,zstd,libzstd/lib,$$(ZSTD_CFLAGS)))
$(eval $(call host_library,xz,$(XZ)/liblzma,$(XZ_CFLAGS)))
$(eval $(call host_library,zlib,zlib,$(ZLIB_CFLAGS)))
$(eval $(call host_library,lz4,lz4/lib,$(LZ4_CFLAGS)))
$(eval $(call host_library,libfdt,$(FDT_SRC),-I$(DEPS_SRC)/$(FDT_SRC)))

$(HOST_PROGRAMS): $(HOST)/%: $(HOST)/tests/host/%.o $(HOST)/libkernel.a
	$(call say,HOSTLD,$@)mkdir -p $(@D) && $(HOST_CC) $(HOST_SANITIZE) -o $@ $^ -lcmocka

$(FUZZ_PROGRAMS): $(HOST)/%: $(HOST)/tests/host/%.o $(HOST)/libkernel.a
	$(call say,HOSTLD,$@)mkdir -p $(@D) && $(HOST_CC) $(HOST_SANITIZE) -fsanitize=fuzzer -o $@ $^

host-programs: $(HOST_PROGRAMS) $(FUZZ_PROGRAMS)

host-tests: $(HOST_PROGRAMS)
	@tests/host/run.sh $(HOST_PROGRAMS)

fuzz: $(FUZZ_PROGRAMS)
	@tests/host/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_PROGRAMS)

.PHONY: host-programs
-include $(patsubst %.c,$(HOST)/%.d,$(HOST_SOURCES) $(HOST_RENAMED) $(HOST_TESTS) $(HOST_FUZZERS))
