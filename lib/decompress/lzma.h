/* SPDX-License-Identifier: MIT */
/*
 * LZMA: the coder below the .lzma container, and that of LZMA2's chunks, which .xz has. All input is in memory; output
 * goes to a window.
 */
#pragma once

#include <lib/decompress/window.h>

#define LZMA_STATES	12
#define LZMA_POSITIONS	16		/* 1 << the most position bits */

struct lzma_lengths {
	uint16_t choice, choice2;
	uint16_t low[LZMA_POSITIONS][8], mid[LZMA_POSITIONS][8], high[256];
};

/* Probabilities of a 0, out of 2048. */
struct lzma_model {
	uint16_t match[LZMA_STATES][LZMA_POSITIONS];
	uint16_t rep[LZMA_STATES], rep0[LZMA_STATES], rep1[LZMA_STATES], rep2[LZMA_STATES];
	uint16_t rep0_long[LZMA_STATES][LZMA_POSITIONS];
	uint16_t slot[4][64], special[115], align[16];
	struct lzma_lengths match_length, rep_length;
	uint16_t literal[16][0x300];
};

struct lzma {
	struct window window;

	/* The range decoder. It reads zeroes behind the end, and says so. */
	const uint8_t *in, *end;
	uint32_t range, code;
	bool overrun;

	unsigned int state, literal_bits, literal_mask, position_mask;
	uint32_t distance[4];		/* the last four, less one */
	struct lzma_model model;
};

/* With an empty window; who calls sets its output. NULL: no memory. */
struct lzma *lzma_create(uint64_t dict_bytes);
void lzma_free(struct lzma *z);		/* NULL is allowed */

/* lc, lp and pb as one byte. false: not valid, or too much. */
bool lzma_set_properties(struct lzma *z, uint8_t properties);
void lzma_reset(struct lzma *z);

/* Reads the first five bytes of input. false: damaged. */
bool lzma_begin(struct lzma *z);

enum lzma_result { LZMA_DONE, LZMA_MARKER, LZMA_DAMAGED };

/* Decodes that many bytes, or until the end marker, or until the window has an error. */
enum lzma_result lzma_decode(struct lzma *z, uint64_t bytes);

/* Reads what may be left; false: input does not end here. */
bool lzma_end(struct lzma *z);
