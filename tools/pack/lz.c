// SPDX-License-Identifier: MIT
/*
 * LZ77 with a shortest path: each position is reached in the cheapest way by what the models of the round before
 * say. The state that a way leaves behind (last distance, literal or match) is that of the cheapest alone.
 */
#include "pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MATCH_MAX = 512, CHAIN_MAX = 3000, CHAIN_BIG = 30, BIG = 2 << 20, HASH_BITS = 16 };

struct node {
	float cost;
	uint32_t from, distance;	/* distance 0: a literal came here */
	uint32_t last;			/* the last distance, here */
};

static struct lz_stream *lz;
static const uint8_t *data;		/* its data and bytes */
static size_t bytes;
static struct node *nodes;

/* --- matches ------------------------------------------------------------------------------------- */

static int32_t *older[2], head[2][1 << HASH_BITS];

static uint32_t hash(size_t at, int len)
{
	uint32_t v = data[at] | data[at + 1] << 8 | (len > 2 ? data[at + 2] << 16 : 0);

	return v * 2654435761u >> (32 - HASH_BITS);
}

static void enter(size_t at)
{
	for (int i = 0; i < 2 && at + 2 + i <= bytes; i++) {
		uint32_t h = hash(at, 2 + i);

		older[i][at] = head[i][h];
		head[i][h] = at;
	}
}

static size_t common(size_t at, size_t distance)
{
	size_t len = 0, most = bytes - at < MATCH_MAX ? bytes - at : MATCH_MAX;

	while (len < most && data[at + len] == data[at + len - distance])
		len++;
	return len;
}

static void add_match(size_t *room, uint32_t length, uint32_t distance)
{
	if (lz->nr_matches == *room) {
		*room = *room ? *room * 2 : 1 << 20;
		lz->matches = realloc(lz->matches, *room * sizeof(*lz->matches));
	}
	lz->matches[lz->nr_matches++] = (struct lz_match){ length, distance };
}

/* Of each position, in lz->matches from lz->first on: the nearest match of each length that has one. */
static void find_matches(void)
{
	size_t room = 0;

	memset(head, -1, sizeof(head));
	for (int i = 0; i < 2; i++)
		older[i] = calloc(bytes + 1, sizeof(**older));
	lz->first = calloc(bytes + 1, sizeof(*lz->first));
	for (size_t at = 0; at < bytes; at++) {
		size_t best = 1;

		lz->first[at] = lz->nr_matches;
		for (int i = 0; i < 2 && at + 2 + i <= bytes; i++) {
			int left = !i ? 1 : bytes < BIG ? CHAIN_MAX : CHAIN_BIG;

			for (int32_t p = head[i][hash(at, 2 + i)]; p >= 0 && left--; p = older[i][p]) {
				size_t length = common(at, at - p);

				if (length > best)
					add_match(&room, best = length, at - p);
			}
		}
		enter(at);
	}
	lz->first[bytes] = lz->nr_matches;
	for (int i = 0; i < 2; i++)
		free(older[i]);
}

/* --- the way ------------------------------------------------------------------------------------- */

static int length_class(int len, int *bits)
{
	int class = len - MATCH_MIN, base = LENGTH_SINGLE, wide = 1;

	*bits = 0;
	if (class < LENGTH_SINGLE)
		return class;
	for (class = LENGTH_SINGLE; len - MATCH_MIN >= base + (1 << wide); class++)
		base += 1 << wide++;
	*bits = wide;
	return class;
}

static int length_extra(int len, int bits)
{
	return bits ? len - MATCH_MIN - LENGTH_SINGLE - ((1 << bits) - 2) : 0;
}

static int distance_slot(uint32_t v, int *bits)
{
	int e = 31 - __builtin_clz(v | 1);

	*bits = e < 3 ? 0 : e - 2;
	return v < 8 ? (int)v : 8 + (e - 3) * 4 + (v >> (e - 2) & 3);
}

static int command_context(size_t at, bool literal)
{
	return lz->commands + 512 * lz->state[at] + 256 * literal + lz->before[at];
}

static int literal_context(size_t at, bool literal, uint32_t last)
{
	if (literal)
		return command_context(at, literal) - lz->commands + lz->literals;
	return lz->literals + 512 * lz->state[at] + (at >= last ? data[at - last] : 0);
}

/* The rest of an instruction that a literal began. */
static bool literal_only(size_t at, bool literal)
{
	return literal && lz->state[at] != STATE_FIRST;
}

static float match_cost(size_t at, bool literal, int len, uint32_t distance, bool again)
{
	int bits, class = length_class(len, &bits);
	float cost = symbol_cost(command_context(at, literal), 1 + class + again * LENGTH_CLASSES) + bits;

	if (!again) {
		cost += symbol_cost(lz->distances + (len < MATCH_MIN + 3 ? len - MATCH_MIN : 3), distance_slot(distance - 1, &bits));
		cost += bits;
	}
	return cost;
}

static void reach(size_t at, float cost, size_t from, uint32_t distance, uint32_t last)
{
	if (cost < nodes[at].cost)
		nodes[at] = (struct node){ cost, from, distance, last };
}

static void matches_from(size_t at, const struct node *here, bool literal)
{
	size_t length = MATCH_MIN;

	for (uint32_t i = lz->first[at]; i < lz->first[at + 1]; i++)
		for (const struct lz_match *m = &lz->matches[i]; length <= m->length; length++)
			if (length < 64 || length == m->length)
				reach(at + length, here->cost + match_cost(at, literal, length, m->distance, false),
					at, m->distance, m->distance);
}

static void relax(size_t at)
{
	const struct node *here = &nodes[at];
	bool literal = !here->distance;
	float cost = here->cost + (literal_only(at, literal) ? 0 : symbol_cost(command_context(at, literal), 0));

	cost += symbol_cost(literal_context(at, literal, here->last), data[at]);
	reach(at + 1, cost, at, 0, here->last);
	if (literal_only(at, literal))
		return;
	if (here->last <= at)
		for (size_t len = 2, most = common(at, here->last); len <= most; len++)
			reach(at + len, here->cost + match_cost(at, literal, len, here->last, true), at, here->last, here->last);
	matches_from(at, here, literal);
}

static void make_events(size_t at, size_t to)
{
	const struct node *here = &nodes[at], *next = &nodes[to];
	bool literal = !here->distance, again = next->distance == here->last;
	int len = to - at, bits, class;

	if (!next->distance) {
		if (!literal_only(at, literal))
			event_symbol(command_context(at, literal), 0);
		event_symbol(literal_context(at, literal, here->last), data[at]);
		return;
	}
	class = length_class(len, &bits);
	event_symbol(command_context(at, literal), 1 + class + again * LENGTH_CLASSES);
	event_bits(bits, length_extra(len, bits));
	if (again)
		return;
	event_symbol(lz->distances + (len < MATCH_MIN + 3 ? len - MATCH_MIN : 3), distance_slot(next->distance - 1, &bits));
	event_bits(bits, (next->distance - 1) & ((1u << bits) - 1));
}

void lz_pack(struct lz_stream *stream)
{
	size_t *way, steps = 0;

	lz = stream, data = stream->data, bytes = stream->bytes;
	if (!lz->first)
		find_matches();
	way = calloc(bytes + 1, sizeof(*way));
	nodes = calloc(bytes + 1, sizeof(*nodes));
	for (size_t i = 0; i <= bytes; i++)
		nodes[i].cost = 1e30f;
	nodes[0] = (struct node){ .last = 1 };
	for (size_t at = 0; at < bytes; at++)
		relax(at);
	for (size_t at = bytes; at; at = nodes[at].from)
		way[steps++] = at;
	for (size_t at = 0; steps; at = way[steps]) {
		make_events(at, way[--steps]);
		for (size_t i = at; i < way[steps] && lz->behind; i++)
			lz->behind(i);
	}
	free(nodes);
	free(way);
}
