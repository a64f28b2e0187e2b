/* SPDX-License-Identifier: MIT */
/*
 * The packed kernel, as tools/pack writes and boot/stub/unpack.c reads it: struct packed_head, then
 * symbols of a range coder (64-bit range, 32 bits at a time, little-endian). Frequencies are out of
 * FREQUENCY_TOTAL and fixed; they stand in front. A symbol belongs to a family and is coded in a context of
 * that family; for each context the file says which of the family's tables of frequencies holds there.
 *
 * The kernel is LZ77: commands, literals and distances. On x86 its code is taken apart first: prefixes, opcodes,
 * ModRM and SIB bytes ("codes") are one LZ stream, where behind a literal, within an instruction, another follows
 * without a command. And behind each instruction's last code stand its operands,
 * each in a context that its instruction gives. Which operands an opcode has is told in the file as well.
 */
#pragma once

#include <stdint.h>

struct packed_head {
	uint64_t checksum;		/* of all that follows: packed_checksum() */
	uint32_t bytes;			/* of it, a multiple of 8 */
	uint32_t code_at, code_bytes;	/* x86 code in the plain kernel */
	uint32_t codes;			/* bytes of its LZ stream */
};

enum {
	FREQUENCY_BITS = 12,
	FREQUENCY_TOTAL = 1 << FREQUENCY_BITS,
	MANTISSA_BITS = 1,		/* of a frequency, below its leading one */
	CLASS_ZEROS = FREQUENCY_BITS + 1,	/* in place of a frequency's number of bits: ZEROS symbols that never come */
	ZEROS = 8,
	PLAIN_BITS = 4,			/* the tables for tables are not packed themselves */
	FAMILY_TABLES = 18,		/* at most */

	/* Commands of LZ. 0 is a literal; then matches of each length class, then those at the last distance. */
	LENGTH_SINGLE = 16,		/* classes of one length each, from MATCH_MIN on; each next is twice as wide */
	LENGTH_CLASSES = 24,
	MATCH_MIN = 2,
	COMMANDS = 1 + 2 * LENGTH_CLASSES,
	/* Distance - 1 below 8 is its own slot; then four slots for each power of two. */
	SLOTS = 80,

	/* States of the LZ stream: plain, or what the next code is. Each has 512 contexts. */
	STATE_FIRST = 0,		/* of an instruction; also: plain */
	STATE_0F,			/* opcode behind 0f */
	STATE_66,			/* behind 66 */
	FORM_MAPS,			/* of these the file has the forms */
	STATE_PREFIX = FORM_MAPS,	/* behind another prefix; forms as those of STATE_FIRST */
	STATE_MODRM,
	STATE_SIB0,			/* of a ModRM byte below 0x40: it may want a displacement */
	STATE_SIB,
	STATES,

	/* Kinds of word. */
	WORD_TARGET = 0,		/* of call and jmp, from the image's start */
	WORD_RIP = 1,			/* what disp32(%rip) means, from the image's start */
	WORD_BRANCH = 2,		/* distance of a conditional jump */
	WORD_DISP = 3,
	WORD_IMM = 4,
	WORD_KINDS,
	PACKED_WORDS = 8 << 10,		/* new ones of a kind, at most */
	PACKED_CODES = 400 << 10,	/* codes, at most */
	RANKS = 255,			/* the words last seen of a kind; rank 255: a new one follows */

	/* Forms: what follows an opcode byte. */
	FORM_NEXT = 0x07,		/* the next state; STATE_FIRST: the instruction's codes end */
	FORM_TEST = 0x08,		/* the immediate only if bits 4 and 5 of ModRM are clear */
	FORM_IMM8 = 0x10,
	FORM_IMM16 = 0x20,
	FORM_IMM32 = 0x30,
	FORM_REL8 = 0x40,
	FORM_TARGET = 0x80,
	FORM_BRANCH = 0xc0,
};

/*
 * Families: name, contexts, symbols. Byte before: in STATE_FIRST of code, the last opcode byte instead.
 *	CLASS		a frequency's number of bits; context: that of the symbol before, + 13 * (that of the symbol
 *			in the family's table before + 1, if there is one)
 *	MAP		which table a context has: 0, that of the context before; else its number + 1
 *	COMMAND		context: 512 * state + 256 * (a literal was before) + byte before
 *	LITERAL		after a literal: the same; else 512 * state + the byte at the last distance
 *	DISTANCE	context: length - MATCH_MIN, at most 3
 *	RANK, WORD	context: kind; 4 * kind + which byte
 */
#define FAMILIES(F) \
	F(CLASS, 13 * 14, 14) \
	F(MAP, 1, FAMILY_TABLES + 1) \
	F(COMMAND, 512, COMMANDS) \
	F(LITERAL, 512, 256) \
	F(DISTANCE, 4, SLOTS) \
	F(CODE_COMMAND, 512 * STATES, COMMANDS) \
	F(CODE_LITERAL, 512 * STATES, 256) \
	F(CODE_DISTANCE, 4, SLOTS) \
	F(FORM, 1, 256) \
	F(DISP8, 256, 256)	/* context: ModRM */ \
	F(IMM, 2048, 256)	/* 8 or 16 bits; context: imm_context() */ \
	F(REL8, 256, 256)	/* context: last opcode byte */ \
	F(RANK, WORD_KINDS, 256) \
	F(WORD, 4 * WORD_KINDS, 256)

/* Contexts are numbered through all families. */
#define FAMILY_RANGE(name, contexts, symbols) name##_FIRST, name##_LAST = name##_FIRST + (contexts) - 1,
enum { FAMILIES(FAMILY_RANGE) CONTEXTS };

/* ModRM says which operation some opcodes mean, and whether on a register. Where there is none: the opcode again. */
static inline uint32_t imm_context(uint32_t opcode, uint32_t modrm)
{
	return (opcode & 127) << 3 | (modrm >> 3 & 7) | (modrm >= 0xc0) << 10;
}

static inline uint64_t packed_checksum(const void *words, uint32_t bytes)
{
	const uint64_t *p = words;
	uint64_t sum = 0;

#pragma clang loop unroll_count(4)
	for (; bytes >= 8; bytes -= 8)
		sum = (sum ^ *p++) * 0x9e3779b97f4a7c15;
	return sum;
}
