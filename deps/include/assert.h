/* SPDX-License-Identifier: MIT */
/* The libraries' assertions are checked by their own tests; here they cost nothing. */
#define assert(condition) ((void)0)
