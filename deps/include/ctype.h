/* SPDX-License-Identifier: MIT */
/* What libraries expect of <ctype.h>. */
#pragma once

#include <lib/string.h>

static inline int isdigit(int c)
{
	return is_digit(c);
}

static inline int isspace(int c)
{
	return is_space(c);
}

static inline int isprint(int c)
{
	return is_print(c);
}
