/* SPDX-License-Identifier: MIT */
/* What libraries expect of <string.h>. */
#pragma once

#include <lib/string.h>
