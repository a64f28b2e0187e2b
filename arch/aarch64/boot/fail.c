// SPDX-License-Identifier: MIT
/* The stub's end without a kernel. It knows no console: who looks finds the text in x0. */
#include <boot/stub/unpack.h>

void stub_fail(const char *text)
{
	for (;;)
		__asm__ volatile("mov x0, %0\n\twfi" ::"r"(text) : "x0");
}
