/* SPDX-License-Identifier: MIT */
/*
 * Splitting a kernel command line as Linux does: words separated by white space, "quoted ones" kept
 * together, key=value. In names - and _ are the same. Pure.
 */
#pragma once

#include <lib/compiler.h>

/*
 * Takes the next word off *line, which is written to: *key is its name, *value the text behind the
 * first '=' without quotes around it, or NULL when there is none. False at the end of the line.
 * The word "--" comes like any other; what follows it is init's.
 */
bool cmdline_next(char **line, char **key, char **value);

/* Whether two parameter names are the same. */
bool cmdline_key_equal(const char *a, const char *b);

/*
 * Looks a parameter up in a line that is not changed: the value of its last occurrence before "--"
 * into buf ("" for a bare word), cut to size (not 0). False: not there; buf is then untouched.
 */
bool cmdline_find(const char *line, const char *key, char *buf, size_t size);
