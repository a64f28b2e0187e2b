/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the packer share. Everything that goes into the packed file is first an event: a symbol
 * in a context, or plain bits. When all events are known, contexts that look alike are put together, the
 * frequencies of each group are written, then the events themselves (boot/stub/unpack.h has the format).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../boot/stub/format.h"

/* model.c */
void event_symbol(int context, int symbol);
void event_bits(int bits, uint32_t value);
void events_clear(void);
/* Groups contexts and fixes frequencies after the events so far; both are what costs are told from. */
void models_fit(void);
/* Fits again, with fewer tables, until there are no more than so many; false: it cannot be. */
bool models_fit_in(int tables);
/* In bits. Before the first models_fit(): a guess. */
float symbol_cost(int context, int symbol);
/* Everything, with the tables in front. Bytes. */
size_t events_write(uint32_t *to);
/* What each family takes, to stderr. */
void events_report(void);

/* lz.c: the events of an LZ stream. Zero the struct before the first time; what was found stays for the next. */
struct lz_stream {
	const uint8_t *data;
	size_t bytes;
	int commands, literals, distances;	/* first contexts of these families */
	const uint8_t *state, *before;	/* of each byte */
	void (*behind)(size_t at);	/* NULL, or: makes the events that stand behind this byte */

	/* lz.c's: */
	struct lz_match { uint32_t length, distance; } *matches;
	size_t nr_matches;
	uint32_t *first;
};
void lz_pack(struct lz_stream *stream);

/* x86.c. Takes code apart; returns how many bytes its codes have, and less in *bytes where an instruction is cut off. */
size_t x86_split(const uint8_t *image, size_t at, size_t *bytes);
/* The events of what was split, and of the forms that the reader needs for it. */
void x86_pack_forms(void);
void x86_pack(void);
