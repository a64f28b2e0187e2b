/* SPDX-License-Identifier: MIT */
/* Included by libraries, used by none of the parts that are built. */
#pragma once

#include <lib/printf.h>
