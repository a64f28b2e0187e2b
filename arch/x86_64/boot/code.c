// SPDX-License-Identifier: MIT
/* Unpacks a kernel whose code was taken apart (boot/stub/format.h): each instruction from its codes and operands. */
#include <boot/stub/lz.h>
#include <boot/stub/unpack.h>

#include <lib/string.h>

void unpack_kernel(uint8_t *to, uint32_t plain_bytes);

static uint8_t codes[PACKED_CODES] __section(".bss.late");

enum {
	NEED_NEXT = 0xe00,		/* the next state, as in stub_position */
	NEED_DISP8 = 0x100,
	NEED_DISP32 = 0x1000,
	NEED_MODRM = 0x2000,
	NEED_SIB = 0x4000,
};

#define NEXT(state) ((state) * 512)

/* For each state and code: its form, with NEED_... and without FORM_NEXT. */
static uint16_t forms[STATES * 256];
/* The words that were seen, the last one first. */
static uint32_t words[WORD_KINDS][PACKED_WORDS + RANKS], *recent[WORD_KINDS];
static uint8_t *image;

static inline uint8_t *put_word(uint8_t *to, uint32_t value)
{
	__builtin_memcpy(to, &value, 4);
	return to + 4;
}

/* Relative to the end of an instruction that ends so many bytes behind the word. */
static inline uint8_t *put_relative(uint8_t *to, uint32_t target, uint32_t behind)
{
	return put_word(to, target - (uint32_t)(to + 4 + behind - image));
}

/* One that was seen before moves to the front. */
static uint32_t word(uint32_t kind)
{
	uint32_t *list = recent[kind], value = 0;
	size_t rank = stub_symbol(RANK_FIRST + kind);
	const uint32_t *from = list + rank - 1;
	uint32_t *to = list + rank;

	if (rank < RANKS) {
		value = *to;
		__asm__ volatile("std; rep movsl; cld" : "+D"(to), "+S"(from), "+c"(rank) : : "memory");
	} else {
		for (uint32_t i = 4; i--;)
			value = value << 8 | stub_symbol(WORD_FIRST + 4 * kind + i);
		recent[kind] = --list;
	}
	return *list = value;
}

/* need: forms of all its codes, added up; modrm: the opcode where there is none. Returns where the instruction ends. */
static inline uint8_t *put_operands(uint8_t *to, uint32_t need, uint32_t opcode, uint32_t modrm)
{
	uint32_t imm, rel = need & FORM_BRANCH;

	if (__builtin_expect(need & FORM_TEST, 0) && modrm & 0x30)
		need &= ~FORM_IMM32;
	imm = need & FORM_IMM32;
	if (need & NEED_DISP8)
		*to++ = stub_symbol(DISP8_FIRST + modrm);
	else if (need & NEED_DISP32 && (modrm & 0xc7) == 5)
		to = put_relative(to, word(WORD_RIP), imm == FORM_IMM32 ? 4 : imm / FORM_IMM8);
	else if (need & NEED_DISP32)
		to = put_word(to, word(WORD_DISP));
	if (imm == FORM_IMM32)
		to = put_word(to, word(WORD_IMM));
	else for (; imm; imm -= FORM_IMM8)
		*to++ = stub_symbol(IMM_FIRST + imm_context(opcode, modrm));
	if (rel == FORM_REL8)
		*to++ = stub_symbol(REL8_FIRST + opcode);
	else if (rel == FORM_TARGET)
		to = put_relative(to, word(WORD_TARGET), 0);
	else if (rel)
		to = put_word(to, word(WORD_BRANCH));
	return to;
}

/* Behind the last code of an instruction come its operands. */
static __always_inline void after_code(struct stub_position *p, const uint8_t *from, const uint8_t *to)
{
	uint32_t state = p->state, need = p->need;
	uint8_t *out = p->output;

	for (;;) {
		uint32_t form = *(const uint16_t *)((const uint8_t *)forms + state + 2 * *from);
		const uint8_t *opcode = out, *modrm;

		*out++ = *from++;
		need |= form;
		state = form & NEED_NEXT;
		if (state != STATE_FIRST) {
			if (from < to)
				continue;
			p->before = from[-1];
			break;
		}
		opcode -= (need & NEED_SIB) / NEED_SIB;
		modrm = opcode;
		opcode -= (need & NEED_MODRM) / NEED_MODRM;
		p->before = *opcode;
		if (need & ~(NEED_MODRM | NEED_SIB | NEED_NEXT))
			out = put_operands(out, need, *opcode, *modrm);
		need = 0;
		if (from >= to)
			break;
	}
	p->state = state;
	p->need = need;
	p->output = out;
}

/* What opcode bytes mean is in the file; ModRM and SIB bytes mean the same everywhere. */
static void read_forms(void)
{
	for (uint32_t i = 0; i < FORM_MAPS * 256; i++) {
		uint32_t form = stub_symbol(FORM_FIRST);

		forms[i] = (form & ~FORM_NEXT) | NEXT(form & FORM_NEXT);
	}
	memcpy(&forms[STATE_PREFIX * 256], forms, 512);
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t need = NEED_MODRM;

		if (i < 0xc0 && (i & 7) == 4)
			need |= NEED_SIB | NEXT(i < 0x40 ? STATE_SIB0 : STATE_SIB);
		if (i >> 6 == 1)
			need |= NEED_DISP8;
		else if (i >> 6 == 2 || (i & 0xc7) == 5)
			need |= NEED_DISP32;
		forms[STATE_MODRM * 256 + i] = need;
		if ((i & 7) == 5)
			forms[STATE_SIB0 * 256 + i] = NEED_DISP32;
	}
}

/* The LZ stream of what is not code begins behind the code, and ends with what stands before it. */
void unpack_kernel(uint8_t *to, uint32_t plain_bytes)
{
	const struct packed_head *head = (const void *)stub_payload;
	uint8_t *code = to + head->code_at;

	stub_read_tables();
	read_forms();
	image = to;
	stub_unpack_plain(code + head->code_bytes, plain_bytes - head->code_bytes);
	memcpy(to, to + plain_bytes, head->code_at);
	for (uint32_t i = 0; i < WORD_KINDS; i++)
		recent[i] = words[i] + PACKED_WORDS;
	stub_unpack_lz(codes, head->codes, code, CODE_COMMAND_FIRST, CODE_LITERAL_FIRST, CODE_DISTANCE_FIRST, after_code);
}
