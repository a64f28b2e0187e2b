# SPDX-License-Identifier: MIT
# Builds Kindling for one architecture: make ARCH=x86_64 [objs|kindling.elf|all|check|host-tests|fuzz].
#
# A source file in one of FOLDERS is part of the kernel by being there: there are no lists and no
# options. What a port decides is in arch/ARCH/arch.mk, how its image is packed in
# arch/ARCH/boot/image.mk (the loader's stub in arch/ARCH/boot/ is linked apart), and a library from
# Debian's sources is one deps/NAME.mk. Everything made is below build/ARCH/.

ARCH ?= x86_64
V ?= 0

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

CC := clang-19
LD := ld.lld-19
OBJCOPY := llvm-objcopy-19
STRIP := llvm-strip-19

OUT := build/$(ARCH)
DEPS_SRC := build/deps-src
UAPI := build/uapi/usr

# The port says: ARCH_TARGET (clang's triple), ARCH_CFLAGS, ARCH_UAPI (its name in Linux' tree), ARCH_LDFLAGS
# (of every link), ARCH_LTO_LDFLAGS (of the kernel's, where C becomes code).
include arch/$(ARCH)/arch.mk

ifeq ($(V),0)
say = @printf '  %-7s %s\n' '$1' '$2';
else
say =
endif

# --- flags ----------------------------------------------------------------------------------------

INCLUDES := -I. -Iarch/include -Iarch/$(ARCH)/include -Ilib/uapi \
	-isystem $(UAPI)/lib/linux/uapi/$(ARCH_UAPI) -isystem $(UAPI)/include

# What every object needs that is linked into the kernel, the libraries' too.
BASE_CFLAGS := --target=$(ARCH_TARGET) $(ARCH_CFLAGS) -ffreestanding -nostdlibinc -fpie \
	-fvisibility=hidden -fdirect-access-external-data -Oz -g -ffunction-sections -fdata-sections -fno-strict-aliasing -fwrapv \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-stack-protector \
	-ffile-prefix-map=$(CURDIR)=.

WARNINGS := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wno-unused-parameter

# C becomes code when the kernel is linked, all of it together.
LTO := -flto

KERNEL_CFLAGS := -std=gnu23 $(BASE_CFLAGS) $(LTO) $(WARNINGS) $(INCLUDES)
KERNEL_ASFLAGS := --target=$(ARCH_TARGET) $(ARCH_CFLAGS) -g $(INCLUDES) -ffile-prefix-map=$(CURDIR)=.

# --icf: equal functions become one, where nobody asks for their address; -O2: strings share their ends.
LDFLAGS := -pie --no-dynamic-linker -z pack-relative-relocs --gc-sections --icf=safe -O2 -z max-page-size=4096 \
	--build-id=none -z noexecstack --fatal-warnings $(ARCH_LDFLAGS) $(ARCH_LTO_LDFLAGS)

# --- sources --------------------------------------------------------------------------------------

FOLDERS := mm kernel boot block process syscall kexec \
	$(patsubst %/,%,$(wildcard lib lib/*/ kernel/selftest device device/*/ fs fs/*/ net net/*/ drivers/*/)) \
	arch/$(ARCH) $(filter-out %/boot %/include %/vdso,$(patsubst %/,%,$(wildcard arch/$(ARCH)/*/)))

# ARCH_WITHOUT: patterns of files that this port's machines never need (drivers of others' chips).
SOURCES := $(filter-out $(ARCH_WITHOUT),$(sort $(foreach d,$(FOLDERS),$(wildcard $(d)/*.c $(d)/*.S))))
HEADERS := $(filter-out $(ARCH_WITHOUT),$(sort $(foreach d,$(FOLDERS) arch/include/arch,$(wildcard $(d)/*.h))))
KERNEL_OBJS := $(patsubst %,$(OUT)/%.o,$(SOURCES))

# make INITRAMFS=FILE: an archive that becomes part of the kernel and is unpacked before the loader's.
ifneq ($(INITRAMFS),)
KERNEL_OBJS += $(OUT)/builtin.o
$(OUT)/builtin.o: $(INITRAMFS)
	$(call say,INCBIN,$<)mkdir -p $(@D) && printf '.section .initramfs,"a"\n.incbin "%s"\n' $< | \
		$(CC) --target=$(ARCH_TARGET) $(ARCH_CFLAGS) -Wno-unused-command-line-argument -x assembler -c -o $@ -
endif

# make DTB=FILE: a device tree that becomes part of the kernel, for a loader that passes none (ports that say so).
ifneq ($(DTB),)
KERNEL_OBJS += $(OUT)/builtin-dtb.o
$(OUT)/builtin-dtb.o: $(DTB)
	$(call say,INCBIN,$<)mkdir -p $(@D) && printf '.section .dtb,"a"\n.balign 8\n.incbin "%s"\n' $< | \
		$(CC) --target=$(ARCH_TARGET) $(ARCH_CFLAGS) -Wno-unused-command-line-argument -x assembler -c -o $@ -
endif

# --- libraries ------------------------------------------------------------------------------------
# deps/NAME.mk calls $(eval $(call library,NAME,SRC,FILES,CFLAGS)): FILES are relative to
# $(DEPS_SRC)/SRC. It makes NAME_OBJS (for who links a library apart, like the image's stub) and
# adds them to DEPS_OBJS. deps/include/ has the few libc headers that libraries ask for.

DEPS_CFLAGS := -std=gnu11 $(BASE_CFLAGS) $(LTO) -w -Ideps/include -I.

define library
$1_OBJS := $(patsubst %,$(OUT)/deps/$1/%.o,$3)
DEPS_OBJS += $$($1_OBJS)
$$($1_OBJS): $(OUT)/deps/$1/%.o: $(DEPS_SRC)/$2/% deps/$1.mk | fetched
	$$(call say,CC,$1/$$*)mkdir -p $$(@D) && $(CC) $(DEPS_CFLAGS) $4 -MMD -MP -c -o $$@ $$<
endef

DEPS_OBJS :=
include $(sort $(wildcard deps/*.mk))

include kernel/vdso.mk

# --- targets --------------------------------------------------------------------------------------

.PHONY: all objs kindling.elf kindling.img check check-headers check-layers host-tests fuzz docs clean fetched size FORCE
all: kindling.elf kindling.img
kindling.elf: $(OUT)/kindling.elf
kindling.img: $(OUT)/kindling.img
objs: $(KERNEL_OBJS) $(DEPS_OBJS)

# Headers and library sources come with the first build; tools/fetch does nothing when they are there.
fetched: | build/uapi build/deps-src
build/uapi build/deps-src:
	tools/fetch build

# A changed flag rebuilds; compared by content, so an unchanged one does not. Flags of single files are in the makefiles.
$(OUT)/flags: FORCE
	@mkdir -p $(@D); echo '$(KERNEL_CFLAGS) $(DEPS_CFLAGS)' | cmp -s - $@ || echo '$(KERNEL_CFLAGS) $(DEPS_CFLAGS)' >$@
$(KERNEL_OBJS) $(DEPS_OBJS): $(OUT)/flags Makefile arch/$(ARCH)/arch.mk

# What every system call runs through is inlined more than the rest: -Os after -Oz wins.
HOT := fs/path_walk.c fs/dentry.c fs/file.c fs/open.c process/fd_table.c mm/uio.c mm/user_copy.c \
	syscall/at.c syscall/entry.c syscall/open.c syscall/read_write.c syscall/stat.c
$(HOT:%=$(OUT)/%.o): KERNEL_CFLAGS += -Os

# It is copied away from the rest, whose code it must not share; and ports have flags of their own for it.
$(OUT)/arch/$(ARCH)/kexec_control.c.o: KERNEL_CFLAGS += -fno-lto

$(OUT)/%.c.o: %.c | fetched
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<
$(OUT)/%.S.o: %.S | fetched
	$(call say,AS,$<)mkdir -p $(@D) && $(CC) $(KERNEL_ASFLAGS) -MMD -MP -c -o $@ $<

# The object list is a file, so that a removed source relinks as well.
$(OUT)/objects: FORCE
	@mkdir -p $(@D); printf '%s\n' $(KERNEL_OBJS) $(DEPS_OBJS) | cmp -s - $@ || printf '%s\n' $(KERNEL_OBJS) $(DEPS_OBJS) >$@

# A port whose ELF needs a second step after the link (a symbol table for backtraces) defines
# LINK_KERNEL in its image.mk; it makes $@ from @$(OUT)/objects.
LINK_KERNEL = $(LD) $(LDFLAGS) -T arch/$(ARCH)/kernel.ld -o $@ @$(OUT)/objects
-include arch/$(ARCH)/boot/image.mk

$(OUT)/kindling.elf: $(KERNEL_OBJS) $(DEPS_OBJS) $(OUT)/objects arch/$(ARCH)/kernel.ld kernel/sections.ld
	$(call say,LD,$@)$(LINK_KERNEL)

size: $(OUT)/kindling.elf $(OUT)/kindling.img
	llvm-size-19 $(OUT)/kindling.elf
	@stat -c 'image: %s bytes' $(OUT)/kindling.img

# --- checks ---------------------------------------------------------------------------------------

check: check-layers check-headers

check-layers:
	tools/check-layers

# Every header compiles alone (but lists, with different meanings of their macro, and port/*.h, the bodies of arch/*.h).
HEADER_CHECKS := $(patsubst %,$(OUT)/check/%.ok,$(filter-out syscall/table.h %/port/syscalls.h,$(HEADERS)))
check-headers: $(HEADER_CHECKS)
$(OUT)/check/%.h.ok: %.h $(OUT)/flags | fetched
	$(call say,HEADER,$<)mkdir -p $(@D) && $(CC) $(KERNEL_CFLAGS) -Wno-unused-function -MMD -MP -MT $@ -MF $@.d \
		-fsyntax-only -x c -include $< /dev/null && touch $@

# Unit tests and fuzz targets of pure code, on the build machine: tests/host/host.mk defines both.
-include tests/host/host.mk

# docs/syscalls.md is made from the system-call table.
docs: | fetched
	tools/syscalls-doc

clean:
	rm -rf $(OUT)

-include $(patsubst %.o,%.d,$(KERNEL_OBJS) $(DEPS_OBJS)) $(patsubst %,%.d,$(HEADER_CHECKS))
