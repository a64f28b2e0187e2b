// SPDX-License-Identifier: MIT
/*
 * Events, the grouping of their contexts into tables of frequencies, and the range coder. Grouping is greedy:
 * those two tables become one whose union costs least, as long as that saves anything.
 */
#include "pack.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1 << 21, UNSEEN_BITS = 15 };

struct event {
	uint16_t context;		/* from CONTEXTS on: that many plain bits */
	uint32_t value;
};

enum { CONTEXTS_MAX = 512 * STATES };

/* What a table costs in the file, as it turned out. */
#define TABLE_BITS	60
#define SYMBOL_BITS	5.5f

struct table {
	uint32_t count[256];
	uint32_t total;
	float cost;
	/* As the file has them; and as they hold: the first of the greatest class gets what is left of the total. */
	uint16_t written[256], frequency[256], start[256];
	float bits[256];
};

struct family {
	const char *name;
	int first, contexts, symbols;
	int tables;
	uint8_t map[CONTEXTS_MAX];
	struct table *table;		/* one for each context, until they are grouped */
};

#define FAMILY_INIT(family, nr, alphabet) { .name = #family, .first = family##_FIRST, .contexts = nr, .symbols = alphabet },
static struct family families[] = { FAMILIES(FAMILY_INIT) };
enum { FAMILY_CLASS, FAMILY_MAP, NR_FAMILIES = sizeof(families) / sizeof(families[0]) };

static struct event *events;
static int nr_events, room;
static int tables_limit = FAMILY_TABLES;
static bool fitted;
static float count_log[COUNT_MAX];	/* n * log2(n) */

static void add_event(int context, uint32_t value)
{
	if (nr_events == room) {
		room = room ? 2 * room : 1 << 20;
		events = realloc(events, room * sizeof(*events));
	}
	events[nr_events++] = (struct event){ context, value };
}

void event_symbol(int context, int symbol)
{
	add_event(context, symbol);
}

void event_bits(int bits, uint32_t value)
{
	if (bits)
		add_event(CONTEXTS + bits, value);
}

void events_clear(void)
{
	nr_events = 0;
}

static struct family *family_of(int context)
{
	static uint8_t number[CONTEXTS];

	for (int f = 0; !number[CONTEXTS - 1] && f < NR_FAMILIES; f++)
		memset(number + families[f].first, f, families[f].contexts);
	return &families[number[context]];
}

float symbol_cost(int context, int symbol)
{
	const struct family *f;

	if (!fitted)
		return 7;
	f = family_of(context);
	return f->table[f->map[context - f->first]].bits[symbol];
}

/* --- grouping ----------------------------------------------------------------------------------- */

static float n_log_n(uint32_t n)
{
	return n < COUNT_MAX ? count_log[n] : n * log2f(n);
}

static float table_cost(const struct table *a, const struct table *b)
{
	uint32_t total = a->total + b->total, distinct = 0;
	float cost = n_log_n(total);

	for (int s = 0; s < 256; s++) {
		uint32_t n = a->count[s] + b->count[s];

		cost -= n_log_n(n);
		distinct += n > 0;
	}
	return cost + TABLE_BITS + SYMBOL_BITS * distinct;
}

static void merge(struct table *to, const struct table *from)
{
	static const struct table none;

	for (int s = 0; s < 256; s++)
		to->count[s] += from->count[s];
	to->total += from->total;
	to->cost = table_cost(to, &none);
}

static float saves[CONTEXTS_MAX][CONTEXTS_MAX];	/* by making one of i and j; j < i */
static int partner[CONTEXTS_MAX];			/* the best j of i, -1: none */

static void find_partner(int i, const bool *gone)
{
	partner[i] = -1;
	for (int j = 0; j < i; j++)
		if (!gone[j] && (partner[i] < 0 || saves[i][j] > saves[i][partner[i]]))
			partner[i] = j;
}

static void compare(const struct family *m, int i, int j)
{
	saves[i][j] = m->table[i].cost + m->table[j].cost - table_cost(&m->table[i], &m->table[j]);
}

static void group(struct family *m, int limit)
{
	static const struct table none;
	bool gone[CONTEXTS_MAX] = { };
	int owner[CONTEXTS_MAX], contexts = m->contexts, left = 0;

	for (int i = 0; i < contexts; i++) {
		owner[i] = i;
		gone[i] = !m->table[i].total;
		left += !gone[i];
		m->table[i].cost = table_cost(&m->table[i], &none);
		for (int j = 0; !gone[i] && j < i; j++)
			if (!gone[j])
				compare(m, i, j);
		find_partner(i, gone);
	}
	for (;;) {
		int a = -1, b;

		for (int i = 0; i < contexts; i++)
			if (!gone[i] && partner[i] >= 0 && (a < 0 || saves[i][partner[i]] > saves[a][partner[a]]))
				a = i;
		if (a < 0 || (saves[a][partner[a]] <= 0 && left <= limit))
			break;
		b = partner[a];
		merge(&m->table[b], &m->table[a]);
		gone[a] = true;
		left--;
		for (int i = 0; i < contexts; i++) {
			if (owner[i] == a)
				owner[i] = b;
			if (gone[i])
				continue;
			if (i < b)
				compare(m, b, i);
			else if (i > b)
				compare(m, i, b);
			if (i > b && partner[i] >= 0 && (partner[i] == a || partner[i] == b || saves[i][b] > saves[i][partner[i]]))
				find_partner(i, gone);
		}
		find_partner(b, gone);
	}
	/* Numbered in the order of contexts; one that never occurs has its predecessor's table. */
	int number[CONTEXTS_MAX], last = 0;

	m->tables = 0;
	memset(number, -1, sizeof(number));
	for (int i = 0; i < contexts; i++) {
		if (!gone[owner[i]]) {
			if (number[owner[i]] < 0) {
				number[owner[i]] = m->tables;
				m->table[m->tables++] = m->table[owner[i]];
			}
			last = number[owner[i]];
		}
		m->map[i] = last;
	}
	if (!m->tables)
		m->table[m->tables++] = none;
}

/* --- frequencies -------------------------------------------------------------------------------- */

/* Rounded to what the file can hold: a leading one and MANTISSA_BITS. */
static unsigned int representable(float f)
{
	unsigned int n = f < 1 ? 1 : (unsigned int)f, low = 0;

	while (n >> low >= 2 << MANTISSA_BITS)
		low++;
	n = (unsigned int)(f / (1 << low) + 0.5f) << low;
	return n < 1 ? 1 : n >= FREQUENCY_TOTAL ? FREQUENCY_TOTAL - 1 : n;
}

int frequency_class(unsigned int frequency)
{
	int class = 0;

	while (frequency >> class)
		class++;
	return class;
}

static void set_frequencies(struct table *t)
{
	unsigned int sum, most;

	for (float scale = 1.1f * FREQUENCY_TOTAL;; scale *= 0.998f) {
		sum = most = 0;
		for (int s = 0; s < 256; s++) {
			t->frequency[s] = t->count[s] ? representable(t->count[s] * scale / t->total) : 0;
			sum += t->frequency[s];
			if (frequency_class(t->frequency[s]) > frequency_class(t->frequency[most]))
				most = s;
		}
		if (sum <= FREQUENCY_TOTAL)
			break;
	}
	memcpy(t->written, t->frequency, sizeof(t->written));
	t->frequency[most] += FREQUENCY_TOTAL - sum;
	for (int s = 0, at = 0; s < 256; at += t->frequency[s++]) {
		t->start[s] = at;
		t->bits[s] = t->frequency[s] ? FREQUENCY_BITS - log2f(t->frequency[s]) : UNSEEN_BITS;
	}
}

static void fit(struct family *f, int from, int to)
{
	if (!f->table)
		f->table = malloc(f->contexts * sizeof(*f->table));
	memset(f->table, 0, f->contexts * sizeof(*f->table));
	f->tables = 0;
	for (int i = from; i < to; i++)
		if (events[i].context < CONTEXTS && family_of(events[i].context) == f) {
			struct table *t = &f->table[events[i].context - f->first];

			t->count[events[i].value]++;
			t->total++;
		}
	group(f, f == &families[FAMILY_CLASS] ? 1 << PLAIN_BITS : tables_limit);
	for (int i = 0; i < f->tables; i++)
		set_frequencies(&f->table[i]);
}

void models_fit(void)
{
	if (!count_log[2])
		for (int i = 2; i < COUNT_MAX; i++)
			count_log[i] = i * log2f(i);
	for (int f = FAMILY_MAP + 1; f < NR_FAMILIES; f++)
		fit(&families[f], 0, nr_events);
	fitted = true;
}

/* --- writing ------------------------------------------------------------------------------------ */

static uint32_t *out;
static size_t out_words;
static uint64_t low, range;

static void encode(uint32_t start, uint32_t size, int bits)
{
	uint64_t part = range >> bits, old = low;

	low += part * start;
	for (size_t i = out_words; low < old && !++out[--i];)
		;
	range = part * size;
	if (range >> 32)
		return;
	out[out_words++] = low >> 32;
	low <<= 32;
	range <<= 32;
}

static void encode_events(int from, int to)
{
	for (const struct event *e = events + from; e < events + to; e++) {
		const struct family *f;
		const struct table *t;

		if (e->context >= CONTEXTS) {
			encode(e->value, 1, e->context - CONTEXTS);
			continue;
		}
		f = family_of(e->context);
		t = &f->table[f->map[e->context - f->first]];
		if (!t->frequency[e->value])
			abort();
		encode(t->start[e->value], t->frequency[e->value], FREQUENCY_BITS);
	}
}

static bool zeros_at(const struct table *t, int s, int symbols)
{
	static const uint16_t zeros[ZEROS];

	return s + ZEROS <= symbols && !memcmp(&t->written[s], zeros, sizeof(zeros));
}

/* before: the family's table before, or NULL. */
static void describe_table(const struct table *t, const struct table *before, int symbols, bool plain)
{
	for (int s = 0, class = 0; s < symbols; s++) {
		int context = class + (before ? 13 * (frequency_class(before->written[s]) + 1) : 0);

		class = frequency_class(t->written[s]);
		if (zeros_at(t, s, symbols)) {
			if (plain)
				event_bits(PLAIN_BITS, CLASS_ZEROS);
			else
				event_symbol(CLASS_FIRST + context, CLASS_ZEROS);
			s += ZEROS - 1;
			continue;
		}
		if (plain)
			event_bits(PLAIN_BITS, class);
		else
			event_symbol(CLASS_FIRST + context, class);
		if (class > 1)
			event_bits(MANTISSA_BITS, class > 2 ? t->written[s] >> (class - 2) & 1 : t->written[s] & 1);
	}
}

static void describe_family(const struct family *f)
{
	bool plain = f == &families[FAMILY_CLASS];

	for (int c = 0; c < f->contexts && f->contexts > 1; c++)
		if (plain)
			event_bits(PLAIN_BITS, f->map[c]);
		else
			event_symbol(MAP_FIRST, c && f->map[c] == f->map[c - 1] ? 0 : f->map[c] + 1);
	for (int i = 0; i < f->tables; i++)
		describe_table(&f->table[i], i ? &f->table[i - 1] : NULL, f->symbols, plain);
}

static void describe_from(int f)
{
	while (f < NR_FAMILIES)
		describe_family(&families[f++]);
}

/* The tables that describe tables are known when all others are; they stand in front of them. */
size_t events_write(uint32_t *to)
{
	int body = nr_events, head;

	describe_from(FAMILY_MAP + 1);
	fit(&families[FAMILY_MAP], body, nr_events);
	nr_events = body;
	describe_from(FAMILY_MAP);
	head = nr_events;
	fit(&families[FAMILY_CLASS], body, head);
	describe_family(&families[FAMILY_CLASS]);

	out = to;
	out_words = 0;
	low = 0;
	range = UINT64_MAX;
	encode_events(head, nr_events);
	encode_events(body, head);
	encode_events(0, body);
	out[out_words++] = (low >> 32) + 1;	/* what the reader takes as 64 bits lies within the range */
	out[out_words++] = 0;
	return out_words * sizeof(*out);
}

static int tables_in_use(void)
{
	int nr = 0;

	for (int f = 0; f < NR_FAMILIES; f++)
		nr += families[f].tables;
	return nr;
}

bool models_fit_in(int tables)
{
	while (tables_in_use() > tables && tables_limit--)
		models_fit();
	return tables_in_use() <= tables;
}

void events_report(void)
{
	double bits[NR_FAMILIES] = { }, plain = 0;

	for (int i = 0; i < nr_events; i++)
		if (events[i].context >= CONTEXTS)
			plain += events[i].context - CONTEXTS;
		else
			bits[family_of(events[i].context) - families] += symbol_cost(events[i].context, events[i].value);
	for (int f = 0; f < NR_FAMILIES; f++)
		fprintf(stderr, "%-14s %3d tables %8.0f bytes\n", families[f].name, families[f].tables, bits[f] / 8);
	fprintf(stderr, "plain bits                %8.0f bytes\n", plain / 8);
}
