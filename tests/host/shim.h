/* SPDX-License-Identifier: MIT */
/* What host tests have in place of the kernel. */
#pragma once

/* How many further allocations succeed; negative: all. */
extern long shim_allocations_left;
