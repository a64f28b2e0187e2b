// SPDX-License-Identifier: MIT
/*
 * Takes x86-64 code apart. The forms need not be right for every instruction, only the same in both directions:
 * the reader gets them with the file.
 */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_ROOM = 1 << 22 };

static uint8_t forms[FORM_MAPS][256];

static void set(int map, int first, int last, int form)
{
	for (int o = first; o <= last; o++)
		forms[map][o] = form;
}

static void make_forms(void)
{
	for (int map = STATE_FIRST; map <= STATE_66; map += STATE_66) {
		int imm = map == STATE_66 ? FORM_IMM16 : FORM_IMM32;
		int prefix = map == STATE_66 ? STATE_66 : STATE_PREFIX;

		for (int o = 0; o < 0x40; o += 8) {
			set(map, o, o + 3, STATE_MODRM);
			set(map, o + 4, o + 4, FORM_IMM8);
			set(map, o + 5, o + 5, imm);
		}
		set(map, 0x63, 0x63, STATE_MODRM);
		set(map, 0x68, 0x68, imm);
		set(map, 0x69, 0x69, STATE_MODRM | imm);
		set(map, 0x6a, 0x6a, FORM_IMM8);
		set(map, 0x6b, 0x6b, STATE_MODRM | FORM_IMM8);
		set(map, 0x70, 0x7f, FORM_REL8);
		set(map, 0x80, 0x8f, STATE_MODRM);
		set(map, 0x80, 0x80, STATE_MODRM | FORM_IMM8);
		set(map, 0x81, 0x81, STATE_MODRM | imm);
		set(map, 0x83, 0x83, STATE_MODRM | FORM_IMM8);
		set(map, 0xa8, 0xa8, FORM_IMM8);
		set(map, 0xa9, 0xa9, imm);
		set(map, 0xb0, 0xb7, FORM_IMM8);
		set(map, 0xb8, 0xbf, imm);
		set(map, 0xc0, 0xc1, STATE_MODRM | FORM_IMM8);
		set(map, 0xc6, 0xc6, STATE_MODRM | FORM_IMM8);
		set(map, 0xc7, 0xc7, STATE_MODRM | imm);
		set(map, 0xcd, 0xcd, FORM_IMM8);
		set(map, 0xd0, 0xd3, STATE_MODRM);
		set(map, 0xe0, 0xe3, FORM_REL8);
		set(map, 0xe4, 0xe7, FORM_IMM8);
		set(map, 0xe8, 0xe9, FORM_TARGET);
		set(map, 0xeb, 0xeb, FORM_REL8);
		set(map, 0xf6, 0xf6, STATE_MODRM | FORM_TEST | FORM_IMM8);
		set(map, 0xf7, 0xf7, STATE_MODRM | FORM_TEST | imm);
		set(map, 0xfe, 0xff, STATE_MODRM);
		set(map, 0x40, 0x4f, prefix);
		set(map, 0x64, 0x65, prefix);
		set(map, 0x66, 0x66, STATE_66);
		set(map, 0xf0, 0xf3, prefix);
		set(map, 0xf1, 0xf1, 0);
		set(map, 0x0f, 0x0f, STATE_0F);
	}
	set(STATE_0F, 0x00, 0x03, STATE_MODRM);
	set(STATE_0F, 0x0d, 0x2f, STATE_MODRM);
	set(STATE_0F, 0x40, 0x6f, STATE_MODRM);
	set(STATE_0F, 0x80, 0x8f, FORM_BRANCH);
	set(STATE_0F, 0x90, 0x9f, STATE_MODRM);
	set(STATE_0F, 0xa3, 0xa7, STATE_MODRM);
	set(STATE_0F, 0xab, 0xc7, STATE_MODRM);
	set(STATE_0F, 0xa4, 0xa4, STATE_MODRM | FORM_IMM8);
	set(STATE_0F, 0xac, 0xac, STATE_MODRM | FORM_IMM8);
	set(STATE_0F, 0xba, 0xba, STATE_MODRM | FORM_IMM8);
}

/* One instruction. In which order its parts stand is what boot/stub/ follows, too. */
struct instruction {
	int opcode;			/* its last byte */
	int modrm;			/* the opcode when there is none */
	int codes;			/* bytes of prefixes, opcode, ModRM and SIB */
	int disp, imm, rel;		/* bytes of each */
	int form;
};

static struct instruction parse(const uint8_t *p)
{
	static const uint8_t imm_bytes[] = { 0, 1, 2, 4 };
	struct instruction in = { };
	int state = STATE_FIRST;

	do {
		in.opcode = p[in.codes++];
		in.form = forms[state == STATE_PREFIX ? STATE_FIRST : state][in.opcode];
		state = in.form & FORM_NEXT;
	} while (state != STATE_FIRST && state != STATE_MODRM);
	in.imm = imm_bytes[in.form >> 4 & 3];
	in.rel = in.form & FORM_BRANCH ? (in.form & FORM_BRANCH) == FORM_REL8 ? 1 : 4 : 0;
	in.modrm = in.opcode;
	if (state == STATE_FIRST)
		return in;
	in.modrm = p[in.codes++];
	if (in.form & FORM_TEST && in.modrm & 0x30)
		in.imm = 0;
	in.disp = in.modrm >> 6 == 1 ? 1 : in.modrm >> 6 == 2 || (in.modrm & 0xc7) == 5 ? 4 : 0;
	if (in.modrm < 0xc0 && (in.modrm & 7) == 4 && (p[in.codes++] & 7) == 5 && in.modrm < 0x40)
		in.disp = 4;
	return in;
}

static size_t instruction_bytes(const struct instruction *in)
{
	return in->codes + in->disp + in->imm + in->rel;
}

static const uint8_t *image;
static size_t nr_codes;
static uint8_t codes[CODE_ROOM], state[CODE_ROOM], before[CODE_ROOM];
static uint32_t starts[CODE_ROOM];	/* of the instruction whose last code this is, in the image; else 0 */

/* What stub_position in boot/stub/lz.h is before each of its codes. */
static void add_codes(const uint8_t *p, const struct instruction *in, int last_opcode)
{
	int now = STATE_FIRST;

	for (int i = 0; i < in->codes; i++) {
		codes[nr_codes] = p[i];
		before[nr_codes] = i ? p[i - 1] : last_opcode;
		state[nr_codes++] = now;
		now = now == STATE_MODRM ? in->modrm < 0x40 ? STATE_SIB0 : STATE_SIB :
			forms[now == STATE_PREFIX ? STATE_FIRST : now][p[i]] & FORM_NEXT;
	}
}

size_t x86_split(const uint8_t *data, size_t at, size_t *bytes)
{
	size_t end = at + *bytes;
	int opcode = 0;

	make_forms();
	image = data;
	for (*bytes = 0; at < end;) {
		struct instruction in = parse(data + at);

		if (at + instruction_bytes(&in) > end)
			break;
		add_codes(data + at, &in, opcode);
		starts[nr_codes - 1] = at;
		at += instruction_bytes(&in);
		*bytes += instruction_bytes(&in);
		opcode = in.opcode;
	}
	return nr_codes;
}

static uint32_t recent[WORD_KINDS][RANKS];
static int nr_words[WORD_KINDS];

static void pack_word(int kind, const uint8_t *at, uint32_t origin)
{
	uint32_t value, *list = recent[kind];
	int rank = 0;

	memcpy(&value, at, 4);
	value += origin;
	while (rank < RANKS && list[rank] != value)
		rank++;
	event_symbol(RANK_FIRST + kind, rank);
	for (int i = 3; i >= 0 && rank == RANKS; i--)
		event_symbol(WORD_FIRST + 4 * kind + i, value >> (8 * i) & 255);
	if (rank == RANKS && ++nr_words[kind] > PACKED_WORDS)
		abort();
	if (rank == RANKS)
		rank--;
	memmove(list + 1, list, rank * sizeof(*list));
	list[0] = value;
}

static void pack_operands(size_t code)
{
	size_t at = starts[code];
	struct instruction in = parse(image + at);
	const uint8_t *p = image + at + in.codes;

	if (!at)
		return;
	at += instruction_bytes(&in);
	if (in.disp == 1)
		event_symbol(DISP8_FIRST + in.modrm, *p);
	else if (in.disp && (in.modrm & 0xc7) == 5)
		pack_word(WORD_RIP, p, at);
	else if (in.disp)
		pack_word(WORD_DISP, p, 0);
	p += in.disp;
	if (in.imm == 4)
		pack_word(WORD_IMM, p, 0);
	for (int i = 0; i < in.imm && in.imm < 4; i++)
		event_symbol(IMM_FIRST + imm_context(in.opcode, in.modrm), p[i]);
	p += in.imm;
	if (in.rel == 1)
		event_symbol(REL8_FIRST + in.opcode, *p);
	else if ((in.form & FORM_BRANCH) == FORM_TARGET)
		pack_word(WORD_TARGET, p, at);
	else if (in.rel)
		pack_word(WORD_BRANCH, p, 0);
}

void x86_pack(void)
{
	static struct lz_stream stream = {
		.data = codes, .state = state, .before = before, .behind = pack_operands,
		.commands = CODE_COMMAND_FIRST, .literals = CODE_LITERAL_FIRST, .distances = CODE_DISTANCE_FIRST,
	};

	memset(recent, 0, sizeof(recent));
	memset(nr_words, 0, sizeof(nr_words));
	stream.bytes = nr_codes;
	lz_pack(&stream);
}

void x86_pack_forms(void)
{
	for (int i = 0; i < FORM_MAPS * 256; i++)
		event_symbol(FORM_FIRST, forms[i / 256][i % 256]);
}
