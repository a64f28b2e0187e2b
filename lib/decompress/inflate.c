// SPDX-License-Identifier: MIT
#include <lib/decompress/inflate.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>

#define MAX_BITS	15		/* of a code */
#define FAST_BITS	10		/* codes up to here are looked up at once */
#define MAX_LENGTHS	288		/* literals and lengths */
#define MAX_DISTANCES	32
#define LENGTH_CODES	19		/* which code lengths are coded in */
#define END_OF_BLOCK	256

enum block_type { BLOCK_STORED, BLOCK_FIXED, BLOCK_DYNAMIC };

/* A canonical code: values of each length are consecutive. */
struct code {
	uint16_t fast[1 << FAST_BITS];	/* by the next bits: 16 * symbol + bits; 0: more bits */
	uint32_t limit[MAX_BITS + 1];	/* first value beyond the codes of a length */
	uint32_t base[MAX_BITS + 1];	/* value - base = index in symbol[] */
	uint16_t symbol[MAX_LENGTHS];
};

struct inflate {
	struct window *window;
	const uint8_t *in, *end;
	uint32_t value;			/* the next bits, the first one lowest */
	unsigned int nr, missing;	/* how many; how many of them are zeroes because the input ended */
	struct code lengths, distances;
};

/* --- bits ----------------------------------------------------------------------------------------- */

/* nr <= 16 */
static uint32_t peek(struct inflate *f, unsigned int nr)
{
	while (f->nr < nr) {
		if (f->in < f->end)
			f->value |= (uint32_t)*f->in++ << f->nr;
		else
			f->missing += 8;
		f->nr += 8;
	}
	return f->value & ((1u << nr) - 1);
}

static void drop(struct inflate *f, unsigned int nr)
{
	f->value >>= nr;
	f->nr -= nr;
}

static uint32_t bits(struct inflate *f, unsigned int nr)
{
	uint32_t value = peek(f, nr);

	drop(f, nr);
	return value;
}

static int status(const struct inflate *f)
{
	return f->nr < f->missing ? -ENODATA : f->window->err;
}

/* --- codes ---------------------------------------------------------------------------------------- */

static void make_fast(struct code *code, uint32_t value, unsigned int nr, unsigned int symbol)
{
	uint32_t reversed = 0;

	for (unsigned int i = 0; i < nr; i++)
		reversed |= (value >> i & 1) << (nr - 1 - i);
	for (; reversed < 1 << FAST_BITS; reversed += 1u << nr)
		code->fast[reversed] = symbol << 4 | nr;
}

/* false: there are more codes than fit. */
static bool make_code(struct code *code, const uint8_t *lengths, unsigned int symbols)
{
	uint32_t value = 0, index = 0;

	memset(code->fast, 0, sizeof(code->fast));
	for (unsigned int nr = 1; nr <= MAX_BITS; nr++) {
		value <<= 1;
		code->base[nr] = value - index;
		for (unsigned int s = 0; s < symbols; s++) {
			if (lengths[s] != nr)
				continue;
			if (value >> nr)
				return false;
			if (nr <= FAST_BITS)
				make_fast(code, value, nr, s);
			code->symbol[index++] = s;
			value++;
		}
		code->limit[nr] = value;
	}
	return value <= 1 << MAX_BITS;
}

/* Or -EINVAL. */
static int read_symbol(struct inflate *f, const struct code *code)
{
	unsigned int fast = code->fast[peek(f, FAST_BITS)];
	uint32_t value = 0;

	if (fast) {
		drop(f, fast & 15);
		return fast >> 4;
	}
	for (unsigned int nr = 1; nr <= MAX_BITS; nr++) {
		value = value << 1 | bits(f, 1);
		if (value < code->limit[nr])
			return code->symbol[value - code->base[nr]];
	}
	return -EINVAL;
}

/* Lengths are coded themselves: 16 repeats the last one, 17 and 18 are runs of none. */
static int read_lengths(struct inflate *f, uint8_t *lengths, unsigned int nr)
{
	unsigned int at = 0;

	while (at < nr) {
		int symbol = read_symbol(f, &f->lengths);
		unsigned int times = 1;
		uint8_t length = symbol;

		if (symbol < 0 || status(f))
			return symbol < 0 ? symbol : status(f);
		if (symbol >= 16) {
			if (symbol == 16 && !at)
				return -EINVAL;
			length = symbol == 16 ? lengths[at - 1] : 0;
			times = symbol == 18 ? 11 + bits(f, 7) : 3 + bits(f, symbol - 14);
		}
		if (times > nr - at)
			return -EINVAL;
		memset(lengths + at, length, times);
		at += times;
	}
	return 0;
}

static int dynamic_codes(struct inflate *f)
{
	static const uint8_t order[LENGTH_CODES] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	unsigned int lengths = 257 + bits(f, 5), distances = 1 + bits(f, 5), nr = 4 + bits(f, 4);
	uint8_t read[MAX_LENGTHS + MAX_DISTANCES] = { 0 };
	int err;

	if (lengths > MAX_LENGTHS - 2)
		return -EINVAL;
	for (unsigned int i = 0; i < nr; i++)
		read[order[i]] = bits(f, 3);
	if (!make_code(&f->lengths, read, LENGTH_CODES))
		return -EINVAL;
	err = read_lengths(f, read, lengths + distances);
	if (err)
		return err;
	return make_code(&f->lengths, read, lengths) && make_code(&f->distances, read + lengths, distances) ? 0 : -EINVAL;
}

static int fixed_codes(struct inflate *f)
{
	uint8_t lengths[MAX_LENGTHS];

	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	memset(lengths + 280, 8, 8);
	make_code(&f->lengths, lengths, MAX_LENGTHS);
	memset(lengths, 5, MAX_DISTANCES);
	make_code(&f->distances, lengths, MAX_DISTANCES);
	return 0;
}

/* --- blocks --------------------------------------------------------------------------------------- */

/* Length and distance codes from a certain one on come in groups of 1 << group for each more bit of the value. */
static uint32_t value_of(struct inflate *f, unsigned int code, unsigned int group)
{
	unsigned int more = code >> group;

	if (more < 2)
		return code;
	return ((1u << group) + (code & ((1u << group) - 1))) << (more - 1) | bits(f, more - 1);
}

static int match(struct inflate *f, unsigned int code)
{
	unsigned int length, distance;
	int symbol;

	if (code > 28)
		return -EINVAL;
	length = code == 28 ? 258 : 3 + value_of(f, code, 2);
	symbol = read_symbol(f, &f->distances);
	if (symbol < 0 || symbol > 29)
		return -EINVAL;
	distance = 1 + value_of(f, symbol, 1);
	if (status(f))
		return status(f);
	if (!window_has(f->window, distance))
		return -EINVAL;
	window_match(f->window, distance, length);
	return 0;
}

static int coded_block(struct inflate *f, int err)
{
	while (!err) {
		int symbol = read_symbol(f, &f->lengths);

		err = status(f);
		if (err)
			break;
		if (symbol == END_OF_BLOCK)
			return 0;
		if (symbol < 0)
			err = symbol;
		else if (symbol > END_OF_BLOCK)
			err = match(f, symbol - END_OF_BLOCK - 1);
		else
			window_put(f->window, symbol);
	}
	return err;
}

/* Of the bits that were looked at, whole bytes go back. */
static void align(struct inflate *f)
{
	if (f->nr > f->missing)
		f->in -= (f->nr - f->missing) / 8;
	f->nr = f->missing = f->value = 0;
}

static int stored_block(struct inflate *f)
{
	uint16_t bytes, inverse;

	if (status(f))
		return status(f);
	align(f);
	if (f->end - f->in < 4)
		return -ENODATA;
	memcpy(&bytes, f->in, 2);
	memcpy(&inverse, f->in + 2, 2);
	if (bytes != (uint16_t)~inverse)
		return -EINVAL;
	f->in += 4;
	if (f->end - f->in < bytes)
		return -ENODATA;
	window_copy(f->window, f->in, bytes);
	f->in += bytes;
	return f->window->err;
}

static int read_block(struct inflate *f)
{
	switch (bits(f, 2)) {
	case BLOCK_STORED:
		return stored_block(f);
	case BLOCK_FIXED:
		return coded_block(f, fixed_codes(f));
	case BLOCK_DYNAMIC:
		return coded_block(f, dynamic_codes(f));
	default:
		return -EINVAL;
	}
}

int inflate(struct window *w, const uint8_t **in, const uint8_t *end)
{
	struct inflate *f = kvmalloc(sizeof(*f));
	bool last = false;
	int err = 0;

	if (!f)
		return -ENOMEM;
	f->window = w;
	f->in = *in;
	f->end = end;
	f->nr = f->missing = f->value = 0;
	while (!last && !err) {
		last = bits(f, 1);
		err = read_block(f);
	}
	align(f);
	*in = f->in;
	kvfree(f);
	return err ? err : window_flush(w);
}
