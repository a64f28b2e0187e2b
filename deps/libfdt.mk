# SPDX-License-Identifier: MIT
# libfdt (BSD-2-Clause): reading, checking and changing flattened device trees. lib/dt.c is its user.

FDT_SRC := device-tree-compiler/libfdt

$(eval $(call library,libfdt,$(FDT_SRC),fdt.c fdt_ro.c fdt_wip.c fdt_rw.c fdt_check.c fdt_addresses.c,-I$(DEPS_SRC)/$(FDT_SRC)))

FDT_INCLUDES := -isystem $(DEPS_SRC)/$(FDT_SRC) -isystem deps/include
$(OUT)/lib/dt.c.o $(OUT)/kexec/fdt_params.c.o $(OUT)/arch/loongarch64/kexec.c.o: KERNEL_CFLAGS += $(FDT_INCLUDES)
