/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: starting the next kernel.
 *
 * kexec/ decides what goes where (a plan); the port moves it there, from a place that no destination
 * covers, and enters it. Everything that can fail is done by arch_kexec_prepare(), at load time.
 *
 *	kexec_load(2)		kexec/ fills a plan ----------------\
 *	kexec_file_load(2)	arch_kexec_build_params() -> a plan -+-> arch_kexec_prepare()
 *	reboot(2)		... everything quiet ... -> arch_kexec_jump()
 */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

/* What kexec_file_load() may find; a port says which of them it can enter. */
enum kexec_format_id {
	KEXEC_FORMAT_BZIMAGE,		/* x86: 64-bit entry */
	KEXEC_FORMAT_ELF,		/* vmlinux: PT_LOADs at their physical addresses */
	KEXEC_FORMAT_IMAGE,		/* aarch64, riscv64, loongarch64 */
};
static inline bool arch_kexec_has_format(enum kexec_format_id id);

/* The magic number of the port's own Image (kexec/linux_image.h); 0 where there is none. */
static inline uint32_t arch_kexec_image_magic(void);

/* kexec_load(2): whether a segment that starts so (zeroes behind its end; aligned to 8) is what goes to the
 * entry as plan->params, a device tree; false where the program's own code passes it (x86). The first one counts. */
#define KEXEC_PARAMS_START 40
static inline bool arch_kexec_is_params(const uint8_t start[KEXEC_PARAMS_START]);

/* bytes from `from` to `to`; from = KEXEC_ZERO: fills with zeroes. Physical, multiples of 8. Source
 * and destination of one copy do not overlap. */
struct kexec_copy {
	paddr_t to;
	paddr_t from;
	uint64_t bytes;
};
#define KEXEC_ZERO	(~(paddr_t)0)

/* XXH64, seed 0, that [start, start + bytes) must have when all copies are done. */
struct kexec_digest {
	paddr_t start;
	uint64_t bytes;
	uint64_t xxh64;
};

struct kexec_plan {
	paddr_t entry;
	paddr_t params;			/* given to the entry in the port's way (x86: rsi); 0: nothing */

	/*
	 * Physically contiguous, in the direct map, outside every destination. Copies are done in
	 * order; a source that a later copy still needs is never an earlier one's destination.
	 */
	const struct kexec_copy *copies;
	const struct kexec_digest *digests;
	unsigned int nr_copies;
	unsigned int nr_digests;

	/*
	 * 1 << order zeroed pages in the direct map that are in no destination, or NULL; they are
	 * the plan's and are freed with it by kexec/. May sleep.
	 */
	void *(*alloc_pages)(struct kexec_plan *plan, unsigned int order);

	void *arch;			/* the port's own, within memory from alloc_pages() */
};

/*
 * Once per plan, when the kernel is loaded and copies and digests are listed: makes all that the
 * jump needs (control page, identity map of all RAM and of what the plan names), by alloc_pages()
 * alone. 0 or -ENOMEM. May sleep.
 */
__must_check int arch_kexec_prepare(struct kexec_plan *plan);

/*
 * The jump. On the boot CPU, interrupts off, every other CPU parked, devices shut down: does the
 * copies, checks the digests, enters plan->entry in the state of docs/kexec.md. A digest that does
 * not match prints one line on the early console and resets the machine.
 */
[[noreturn]] void arch_kexec_jump(const struct kexec_plan *plan);

/*
 * kexec_file_load(): what the next kernel is told, in the port's form (x86: boot_params with its
 * setup_data behind it; others: FDT or system table).
 */
struct kexec_boot {
	paddr_t params;			/* where the block will stand: page aligned, below 4 GiB */
	paddr_t cmdline;		/* NUL-terminated */
	size_t cmdline_bytes;		/* without the NUL */
	paddr_t initrd;
	uint64_t initrd_bytes;		/* 0: none */
	const void *header;		/* x86: the image's setup_header (file offset 0x1f1); ELF: NULL */
	size_t header_bytes;		/* as many as the file has: checked */
	const uint8_t *seed;		/* fresh random bytes for the next kernel, */
	size_t seed_bytes;		/* at most KEXEC_SEED_BYTES; 0: none */
};
#define KEXEC_SEED_BYTES 64

/* Upper limit of the block's size, whole pages. */
size_t arch_kexec_params_bytes(void);

/* Writes the block, arch_kexec_params_bytes() at buf, zeroed by the caller. Any thread; may sleep.
 * 0, or -ENOEXEC when header is not one that this port can use. */
__must_check int arch_kexec_build_params(const struct kexec_boot *boot, void *buf);

#include <port/kexec.h>
