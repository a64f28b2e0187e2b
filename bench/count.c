// SPDX-License-Identifier: MIT
/*
 * A QEMU plugin: counts executed instructions of the guest and notes the count where a mark is
 * executed. A mark is a no-op that any program or kernel may contain, on x86_64 0f 1f 80 'K' 'N' 'D' ID; elsewhere
 * mark=WORD with the number in the four bits from shift=BITS on (both hexadecimal). With entry=ADDRESS the first instruction executed there is a mark, too. Output goes to QEMU's log
 * (-d plugin -D FILE): "mark ID COUNT" a line. Uses no library: QEMU brings its own.
 *
 * The functions used of QEMU's plugin interface are declared here, in version 4 of it (QEMU 10.0).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_insn;
struct qemu_plugin_tb;
struct qemu_plugin_scoreboard;
typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} plugin_u64;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest, size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned int vcpu, void *data),
					    int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn, int op, plugin_u64 entry,
							 uint64_t imm);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size);
uint64_t qemu_plugin_u64_get(plugin_u64 entry, unsigned int vcpu);
void qemu_plugin_outs(const char *string);

EXPORT int qemu_plugin_version = 4;

enum { INLINE_ADD_U64 = 0, CB_NO_REGS = 0, ENTRY = 256 };

static plugin_u64 count;
static uint64_t entry_address;
static uint64_t mark_word, mark_shift;
static bool entry_seen;

static char *decimal(char *end, uint64_t value)
{
	do
		*--end = '0' + value % 10;
	while (value /= 10);
	return end;
}

static void say_mark(uint64_t id, uint64_t at)
{
	char text[64], *p = text + sizeof(text);

	*--p = 0;
	*--p = '\n';
	p = decimal(p, at);
	*--p = ' ';
	p = decimal(p, id);
	for (const char *word = " kram"; *word; word++)
		*--p = *word;
	qemu_plugin_outs(p);
}

static void mark(unsigned int vcpu, void *data)
{
	uint64_t id = (uint64_t)data;

	if (id == ENTRY) {
		if (entry_seen)
			return;
		entry_seen = true;
	}
	say_mark(id, qemu_plugin_u64_get(count, vcpu));
}

/* Returns the number of the mark that the instruction is; 0: none. */
static uint64_t mark_of(const struct qemu_plugin_insn *insn)
{
	uint8_t code[8];
	size_t size = qemu_plugin_insn_data(insn, code, sizeof(code));

	if (!mark_word)
		return size == 7 && code[0] == 0x0f && code[1] == 0x1f && code[2] == 0x80 && code[3] == 'K' &&
		       code[4] == 'N' && code[5] == 'D' ? code[6] : 0;
	uint32_t word = code[0] | code[1] << 8 | code[2] << 16 | (uint32_t)code[3] << 24;

	return size == 4 && (word & ~(15u << mark_shift)) == mark_word ? word >> mark_shift & 15 : 0;
}

static void translate(uint64_t plugin, struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t id = mark_of(insn);

		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, INLINE_ADD_U64, count, 1);
		if (entry_address && qemu_plugin_insn_vaddr(insn) == entry_address)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, CB_NO_REGS, (void *)(uint64_t)ENTRY);
		if (id)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, CB_NO_REGS, (void *)id);
	}
}

static uint64_t number(const char *text)
{
	uint64_t value = 0;

	for (; *text; text++)
		value = value * 16 + (*text <= '9' ? *text - '0' : (*text | 32) - 'a' + 10);
	return value;
}

/* info is not looked at: its layout is QEMU's. argv: entry=HEX mark=HEX shift=HEX */
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (argv[i][0] == 'e' && argv[i][5] == '=')
			entry_address = number(argv[i] + 6);
		else if (argv[i][0] == 'm' && argv[i][4] == '=')
			mark_word = number(argv[i] + 5);
		else if (argv[i][0] == 's' && argv[i][5] == '=')
			mark_shift = number(argv[i] + 6);
	count.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
