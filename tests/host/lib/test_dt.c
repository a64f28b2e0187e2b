// SPDX-License-Identifier: MIT
/* Device trees: a small machine's, written here word by word, what is read of it, and damaged ones. */
#include <asm/errno.h>
#include <boot/boot_info.h>
#include <boot/fdt_boot.h>
#include <lib/dt.h>
#include <test.h>

#define BEGIN 1
#define END 2
#define PROP 3
#define FINISH 9

static uint32_t blob[1024] __attribute__((aligned(8)));
static uint32_t body[900];
static char names[512];
static unsigned int nr_body, names_bytes;

static uint32_t be(uint32_t value)
{
	return __builtin_bswap32(value);
}

static void bytes(const void *data, size_t n)
{
	memcpy(&body[nr_body], data, n);
	nr_body += (n + 3) / 4;
}

static void begin(const char *name)
{
	body[nr_body++] = be(BEGIN);
	bytes(name, strlen(name) + 1);
}

static void end(void)
{
	body[nr_body++] = be(END);
}

static void prop(const char *name, const void *data, size_t n)
{
	body[nr_body++] = be(PROP);
	body[nr_body++] = be(n);
	body[nr_body++] = be(names_bytes);
	bytes(data, n);
	memcpy(names + names_bytes, name, strlen(name) + 1);
	names_bytes += strlen(name) + 1;
}

static void text(const char *name, const char *value)
{
	prop(name, value, strlen(value) + 1);
}

#define CELLS(name, ...)                                                                           \
	do {                                                                                       \
		uint32_t list_[] = { __VA_ARGS__ };                                                \
		for (unsigned int i_ = 0; i_ < sizeof(list_) / 4; i_++)                            \
			list_[i_] = be(list_[i_]);                                                 \
		prop(name, list_, sizeof(list_));                                                  \
	} while (0)

/* Header, one reservation, the nodes, the names (Devicetree Specification 0.4, 5). */
static size_t finish(void)
{
	unsigned int reserve = 40, nodes = reserve + 32, strings;
	uint64_t entry[4] = { __builtin_bswap64(0x80100000), __builtin_bswap64(0x1000) };

	body[nr_body++] = be(FINISH);
	strings = nodes + nr_body * 4;
	memset(blob, 0, sizeof(blob));
	blob[0] = be(0xd00dfeed);
	blob[1] = be(strings + names_bytes);
	blob[2] = be(nodes);
	blob[3] = be(strings);
	blob[4] = be(reserve);
	blob[5] = be(17);
	blob[6] = be(16);
	blob[8] = be(names_bytes);
	blob[9] = be(nr_body * 4);
	memcpy((char *)blob + reserve, entry, sizeof(entry));
	memcpy((char *)blob + nodes, body, nr_body * 4);
	memcpy((char *)blob + strings, names, names_bytes);
	return strings + names_bytes;
}

static void add_soc(void)
{
	begin("soc");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 1);
	CELLS("ranges", 0x1000, 0x0, 0x10000000, 0x1000);
	CELLS("interrupt-parent", 7);
	begin("serial@1100");
	text("compatible", "ns16550a");
	CELLS("reg", 0x1100, 0x100);
	CELLS("interrupts", 10, 4);
	end();
	begin("serial@5000");
	text("compatible", "ns16550a");
	CELLS("reg", 0x5000, 0x100);
	text("status", "okay");
	CELLS("interrupts-extended", 0, 7, 11, 1);
	end();
	begin("serial@6000");
	text("compatible", "ns16550a");
	text("status", "disabled");
	end();
	begin("pic");
	CELLS("phandle", 7);
	CELLS("#interrupt-cells", 2);
	end();
	end();
}

static int make_good(void **state)
{
	nr_body = names_bytes = 0;
	begin("");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	begin("aliases");
	text("serial0", "/soc/serial@1100");
	end();
	begin("chosen");
	text("bootargs", "console=ttyS0 mem=64M");
	text("stdout-path", "serial0:115200n8");
	CELLS("linux,initrd-start", 0x80200000);
	CELLS("linux,initrd-end", 0, 0x80300000);
	CELLS("rng-seed", 1, 2, 3, 4);
	end();
	begin("memory@80000000");
	text("device_type", "memory");
	CELLS("reg", 0, 0x80000000, 0, 0x10000000, 1, 0, 0, 0x1000000);
	end();
	begin("reserved-memory");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	prop("ranges", "", 0);
	begin("firmware@80000000");
	CELLS("reg", 0, 0x80000000, 0, 0x40000);
	end();
	end();
	add_soc();
	end();
	finish();
	return 0;
}

static void reads(void **state)
{
	int node = dt_next_compatible(blob, -1, "ns16550a");
	const char *options = NULL;
	struct dt_irq irq;
	paddr_t start;
	uint64_t size;

	assert_int_equal(dt_check(blob, sizeof(blob)), 0);
	assert_int_equal(dt_reg(blob, node, 0, &start, &size), 0);
	assert_int_equal(start, 0x10000100);
	assert_int_equal(size, 0x100);
	assert_int_equal(dt_reg(blob, node, 1, &start, &size), -ENOENT);
	assert_int_equal(dt_irq(blob, node, 0, &irq), 0);
	assert_int_equal(irq.nr_cells, 2);
	assert_int_equal(irq.cells[0], 10);
	assert_string_equal(dt_node_name(blob, irq.controller), "pic");
	assert_int_equal(dt_irq(blob, node, 1, &irq), -ENOENT);
	assert_int_equal(dt_stdout(blob, &options), node);
	assert_string_equal(options, "115200n8");

	node = dt_next_compatible(blob, node, "ns16550a");
	assert_string_equal(dt_node_name(blob, node), "serial@5000");
	assert_int_equal(dt_reg(blob, node, 0, &start, &size), -ENOENT); /* not in ranges */
	assert_int_equal(dt_irq(blob, node, 0, &irq), -ENOENT);
	assert_int_equal(dt_irq(blob, node, 1, &irq), 0);
	assert_int_equal(irq.cells[0], 11);
	assert_int_equal(dt_next_compatible(blob, node, "ns16550a"), -ENOENT); /* disabled */
}

static void boots(void **state)
{
	static struct boot_info info;

	memset(&info, 0, sizeof(info));
	assert_int_equal(boot_fdt_parse(&info, blob, 0x81000000, sizeof(blob)), 0);
	assert_int_equal(info.complaints, 0);
	assert_string_equal(info.cmdline, "console=ttyS0 mem=64M");
	assert_int_equal(info.mem_limit, 0x80000000 + (64 << 20));
	assert_int_equal(info.nr_initrds, 1);
	assert_int_equal(info.initrd[0].size_bytes, 0x100000);
	assert_int_equal(info.seed_bytes, 16);
	assert_int_equal(info.seed[3], 1);
	assert_false(boot_range_is_usable(&info, 0x80000000, 1));
	assert_false(boot_range_is_usable(&info, 0x80100000, 1));
	assert_true(boot_range_is_usable(&info, 0x80101000, 0xfe00000));
	assert_true(boot_range_is_usable(&info, 0x100000000, 0x1000000));
	assert_int_equal(info.fdt, 0x81000000);
	/* The seed is gone: whoever reads the tree next gets none twice. */
	memset(&info, 0, sizeof(info));
	assert_int_equal(boot_fdt_parse(&info, blob, 0x81000000, sizeof(blob)), 0);
	assert_int_equal(info.seed[3], 0);
}

static void bad_initrd(void **state)
{
	static struct boot_info info;
	unsigned int len;
	uint32_t *start = (uint32_t *)dt_property(blob, dt_find(blob, "/chosen"), "linux,initrd-start", &len);

	*start = be(0x70000000);
	memset(&info, 0, sizeof(info));
	assert_int_equal(boot_fdt_parse(&info, blob, 0x81000000, sizeof(blob)), 0);
	assert_int_equal(info.complaints, BOOT_BAD_INITRD);
	assert_int_equal(info.nr_initrds, 0);
}

/* Each word spoilt in turn: a sound answer or none, never a step outside. */
static void damaged(void **state)
{
	static const uint32_t values[] = { 0, 0xffffffff, 0x80000000, 0x01000000 };
	size_t words = dt_bytes(blob) / 4;

	assert_int_equal(dt_check(blob, dt_bytes(blob) - 1), -EINVAL);
	assert_int_equal(dt_check((char *)blob + 4, sizeof(blob) - 4), -EINVAL);
	for (size_t i = 0; i < words; i++) {
		for (unsigned int v = 0; v < 4; v++) {
			static struct boot_info info;

			make_good(NULL);
			blob[i] = values[v];
			memset(&info, 0, sizeof(info));
			(void)!boot_fdt_parse(&info, blob, 0x81000000, sizeof(blob));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads, make_good),
		cmocka_unit_test_setup(boots, make_good),
		cmocka_unit_test_setup(bad_initrd, make_good),
		cmocka_unit_test_setup(damaged, make_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
