# SPDX-License-Identifier: MIT
# What the Makefile has to know of x86_64.

ARCH_TARGET := x86_64-none-elf
ARCH_CFLAGS := -mno-red-zone -mgeneral-regs-only -fno-omit-frame-pointer -momit-leaf-frame-pointer \
	-mstack-alignment=8
ARCH_LDFLAGS := -m elf_x86_64
ARCH_UAPI := x86
