// SPDX-License-Identifier: MIT
/* The stub's last words: there are none, for nobody has told yet where a console is. */
#include <boot/stub/unpack.h>

void stub_fail(const char *text)
{
	for (;;)
		__asm__ volatile("idle 0");
}
