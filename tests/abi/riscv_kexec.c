// SPDX-License-Identifier: MIT
/* kexec_load on riscv64: which segment is the device tree for the next kernel, and what is said when none is. */
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"

#define AT(n) ((void *)(0x90000000 + 4096ul * (n)))

static unsigned char code[4096] __attribute__((aligned(4096))), tree[4096] __attribute__((aligned(4096)));

static long load(unsigned long n, struct kexec_segment *s, unsigned long flags)
{
	return syscall(SYS_kexec_load, AT(0), n, s, flags);
}

static void put(unsigned char *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* A tree with nothing but a root: magic, size, where its parts are, versions, lengths (Devicetree Specification, 5). */
static void make_tree(void)
{
	static const uint32_t words[] = { 0xd00dfeed, 88, 56, 84, 40, 17, 16, 0, 4, 16, 0, 0, 0, 0, 1, 0, 2, 9, 0 };

	memset(tree, 0, sizeof(tree));
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		put(tree + 4 * i, words[i]);
	put(tree + 56 + 16, 0);
}

/* Loads code and what stands in tree, and takes it back. */
static void attempt(const char *what, size_t bytes)
{
	struct kexec_segment two[2] = { { code, sizeof(code), AT(0), 4096 }, { tree, bytes, AT(1), 4096 } };
	long result;

	errno = 0;
	result = load(2, two, 0);
	show("%s: %ld %s", what, result, result ? strerror(errno) : "");
	load(0, NULL, 0);
}

static void headers(void)
{
	make_tree();
	attempt("a tree", 88);
	attempt("a page of it", 4096);
	put(tree, 0xd00dfeee);
	attempt("magic", 88);
	make_tree();
	put(tree + 20, 1);
	put(tree + 24, 1);
	attempt("too old", 88);
	make_tree();
	put(tree + 20, 20);
	put(tree + 24, 20);
	attempt("too new", 88);
	make_tree();
	put(tree + 4, 20);
	attempt("shorter than its header", 88);
	make_tree();
	put(tree + 8, 4000);
	attempt("nodes outside", 88);
	make_tree();
	put(tree + 12, 4000);
	attempt("strings outside", 88);
}

int main(void)
{
	struct kexec_segment one = { code, sizeof(code), AT(0), 4096 }, two[2];

	show("nothing but code: %ld %s", load(1, &one, 0), strerror(errno));
	headers();
	make_tree();
	two[0] = one;
	two[0].buf = (void *)8;
	two[1] = (struct kexec_segment){ tree, 100, AT(1), 4096 };
	CHECK_ERRNO(load(2, two, 0), EFAULT);
	CHECK_ERRNO(load(1, &one, 62ul << 16), EINVAL);
	SHOW(load(2, (two[0] = one, two), 243ul << 16));
	load(0, NULL, 0);
	CHECK_ERRNO(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL), EINVAL);
	return abi_result();
}
