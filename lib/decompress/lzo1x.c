// SPDX-License-Identifier: MIT
/*
 * LZO1X, from the stream description in Linux's Documentation/staging/lzo.rst (bitstream version
 * 0, which is lzop's). An instruction copies a match from earlier output and then `state` literals;
 * what a byte below 16 means depends on the literals before it:
 *
 *	0000LLLL            state 0	3 + L literals
 *	0000DDSS H          state 1-3	2 bytes from H*4 + D + 1
 *	0000DDSS H          state 4	3 bytes from H*4 + D + 2049
 *	0001HLLL D*4+S (16)		2 + L bytes from 16384 + H*16384 + D; 16384 itself: the end
 *	001LLLLL D*4+S (16)		2 + L bytes from D + 1
 *	01LDDDSS H			3 + L bytes from H*8 + D + 1
 *	1LLDDDSS H			5 + L bytes from H*8 + D + 1
 *
 * An L of 0 in the forms with a variable length goes on in the next bytes.
 */
#include <lib/decompress/lzo1x.h>

#include <asm/errno.h>
#include <lib/string.h>

#define AFTER_LITERAL_RUN	4
#define END_DISTANCE		16384

struct lzo {
	const uint8_t *in, *in_end;
	uint8_t *out, *out_start, *out_end;
	unsigned int state;
	bool bad;
};

static unsigned int next_byte(struct lzo *lzo)
{
	if (lzo->in == lzo->in_end) {
		lzo->bad = true;
		return 0;
	}
	return *lzo->in++;
}

static unsigned int next_le16(struct lzo *lzo)
{
	unsigned int low = next_byte(lzo);

	return low | next_byte(lzo) << 8;
}

/* The low `bits` of op; 0 means: all ones, plus 255 for each 0 byte, plus the first other byte. */
static size_t variable_length(struct lzo *lzo, unsigned int op, unsigned int bits)
{
	size_t length = op & ((1u << bits) - 1);
	unsigned int byte;

	if (length)
		return length;
	length = (1u << bits) - 1;
	while (!(byte = next_byte(lzo)) && !lzo->bad)
		length += 255;
	return length + byte;
}

static void copy_literals(struct lzo *lzo, size_t n)
{
	if (n > (size_t)(lzo->in_end - lzo->in) || n > (size_t)(lzo->out_end - lzo->out)) {
		lzo->bad = true;
		return;
	}
	memcpy(lzo->out, lzo->in, n);
	lzo->in += n;
	lzo->out += n;
}

static void copy_match(struct lzo *lzo, size_t distance, size_t n)
{
	const uint8_t *from = lzo->out - distance;

	if (lzo->bad || distance > (size_t)(lzo->out - lzo->out_start) ||
	    n > (size_t)(lzo->out_end - lzo->out)) {
		lzo->bad = true;
		return;
	}
	/* Overlapping on purpose: a short distance repeats itself. */
	while (n--)
		*lzo->out++ = *from++;
}

/* A match, and the literals behind it: as many as the low two bits of state say. */
static void match(struct lzo *lzo, size_t distance, size_t n, unsigned int state)
{
	copy_match(lzo, distance, n);
	lzo->state = state & 3;
	if (lzo->state && !lzo->bad)
		copy_literals(lzo, lzo->state);
}

static void literal_run(struct lzo *lzo, size_t n)
{
	copy_literals(lzo, n);
	lzo->state = AFTER_LITERAL_RUN;
}

static void short_instruction(struct lzo *lzo, unsigned int op)
{
	unsigned int high;

	if (!lzo->state) {
		literal_run(lzo, 3 + variable_length(lzo, op, 4));
		return;
	}
	high = next_byte(lzo);
	if (lzo->state == AFTER_LITERAL_RUN)
		match(lzo, (high << 2) + (op >> 2 & 3) + 2049, 3, op);
	else
		match(lzo, (high << 2) + (op >> 2 & 3) + 1, 2, op);
}

/* False at the end marker. */
static bool instruction(struct lzo *lzo, unsigned int op)
{
	unsigned int operand;
	size_t n;

	if (op >= 64) {
		n = op >= 128 ? 5 + (op >> 5 & 3) : 3 + (op >> 5 & 1);
		match(lzo, (next_byte(lzo) << 3) + (op >> 2 & 7) + 1, n, op);
	} else if (op >= 32) {
		n = 2 + variable_length(lzo, op, 5);
		operand = next_le16(lzo);
		match(lzo, (operand >> 2) + 1, n, operand);
	} else if (op >= 16) {
		n = 2 + variable_length(lzo, op, 3);
		operand = next_le16(lzo);
		if (!(op & 8) && operand >> 2 == 0)
			return false;
		match(lzo, END_DISTANCE + ((op & 8) << 11) + (operand >> 2), n, operand);
	} else {
		short_instruction(lzo, op);
	}
	return true;
}

ssize_t lzo1x_decode(const uint8_t *in, size_t in_bytes, uint8_t *out, size_t size_bytes)
{
	struct lzo lzo = {
		.in = in, .in_end = in + in_bytes,
		.out = out, .out_start = out, .out_end = out + size_bytes,
	};

	/* The first byte may be a literal run of its own encoding. */
	if (in_bytes && in[0] > 17) {
		lzo.in++;
		copy_literals(&lzo, in[0] - 17);
		lzo.state = min(in[0] - 17, AFTER_LITERAL_RUN);
	}
	while (!lzo.bad)
		if (!instruction(&lzo, next_byte(&lzo)))
			break;
	if (lzo.bad || lzo.in != lzo.in_end)
		return -EINVAL;
	return lzo.out - out;
}
