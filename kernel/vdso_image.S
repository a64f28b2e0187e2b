/* SPDX-License-Identifier: MIT */
/* The linked vDSO (vdso.mk) as data. */
	.section .rodata.vdso, "a", @progbits
	.balign	16
	.globl	arch_vdso_image, arch_vdso_image_size
	.hidden	arch_vdso_image, arch_vdso_image_size
arch_vdso_image:
	.incbin	"vdso.so"
	.set	image_bytes, . - arch_vdso_image
	.balign	8
arch_vdso_image_size:
	.quad	image_bytes
