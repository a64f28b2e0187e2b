/* SPDX-License-Identifier: MIT */
/*
 * Formatted output into memory. Conversions: d i u x X o c s p %, with flags - 0 + space #, width
 * and precision (also *), lengths hh h l ll z j t. %p prints 0x and 16 hex digits; %s takes NULL
 * as "(null)". No floating point. Any context.
 */
#pragma once

#include <lib/compiler.h>

/* Length that the whole text has; buf gets what fits, always terminated unless size is 0. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/* The same, but returns the number of characters stored, without the NUL. */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/* Calls out() for each piece of text, without collecting it. Returns the whole length. */
typedef void (*printf_out_fn)(void *cookie, const char *text, size_t length);
int vcbprintf(printf_out_fn out, void *cookie, const char *fmt, va_list args) __printf(3, 0);
