/* SPDX-License-Identifier: MIT */
/* What libraries expect of <inttypes.h>. */
#pragma once

#include <stdint.h>

#define PRIu32 "u"
#define PRIx32 "x"
#define PRIu64 "lu"
#define PRIx64 "lx"
