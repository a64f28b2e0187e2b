/* SPDX-License-Identifier: MIT */
/*
 * A cpio archive in the "newc" formats 070701 and 070702, as an initramfs has it (Linux's
 * Documentation/driver-api/early-userspace/buffer-format). The parser is pushed bytes in pieces of
 * any size and calls operations that make files; it keeps one header, name and link target at a
 * time, and the names of files with hard links until the trailer.
 *
 *	 110 bytes      name_bytes, 0-terminated       file_bytes
 *	+--------+-----------------------------+---+----------------+---+
 *	| header | name                        |pad| data or target |pad|   padded to 4 bytes
 *	+--------+-----------------------------+---+----------------+---+
 *
 * What the archive says is not believed: lengths are bounded, names are 0-terminated. Names may be
 * absolute or hold ".."; who makes files resolves them below its root. Thread context; allocates.
 */
#pragma once

#include <lib/compiler.h>
#include <lib/list.h>

#define CPIO_HEADER_BYTES	110
#define CPIO_MAX_PATH		4096
#define CPIO_LINK_BUCKETS	64

struct cpio_entry {
	const char *name;
	uint32_t ino, mode, uid, gid, nlink, mtime, file_bytes;
	uint32_t dev_major, dev_minor;		/* of the file system it was packed from */
	uint32_t rdev_major, rdev_minor;	/* of a device node */
	uint32_t checksum;			/* 070702: sum of the data's bytes */
};

/*
 * 0 or -errno. A failure of write() or close() ends the archive; the others make it skip the entry
 * (what failed is counted and the first one kept), as Linux does.
 */
struct cpio_ops {
	/* A directory, device, FIFO or socket. An existing directory gets owner and mode. */
	int (*make)(void *ctx, const struct cpio_entry *entry);
	int (*symlink)(void *ctx, const struct cpio_entry *entry, const char *target);
	/* entry->name becomes another name of `existing`. */
	int (*link)(void *ctx, const struct cpio_entry *entry, const char *existing);
	/* A regular file; then its data in pieces, then close. is_linked: link() just named it. */
	int (*open)(void *ctx, const struct cpio_entry *entry, bool is_linked);
	int (*write)(void *ctx, const void *data, size_t size_bytes);
	int (*close)(void *ctx, const struct cpio_entry *entry);
};

struct cpio {
	const struct cpio_ops *ops;
	void *ctx;

	enum cpio_state {
		CPIO_BETWEEN,		/* padding, or the first byte of a header */
		CPIO_HEADER,
		CPIO_NAME,
		CPIO_TARGET,		/* of a symbolic link */
		CPIO_DATA,
		CPIO_SKIP,		/* to the next header */
	} state;
	bool is_crc;			/* 070702 */
	bool is_open;			/* between ops->open() and ops->close() */
	uint32_t sum;
	size_t collected;		/* bytes of header, name or target that are there */
	size_t name_bytes;		/* with the 0 and the padding */
	size_t name_length;		/* as the header has it */
	uint64_t left;			/* bytes of data, or bytes to skip */
	unsigned int pad;		/* behind the data */
	struct cpio_entry entry;

	unsigned int nr_entries;
	unsigned int nr_failed;		/* entries that could not be made */
	int first_failure;		/* its errno */
	const char *error;		/* static text, why feeding failed ... */
	size_t error_at;		/* ... and how far into the fed bytes */

	struct hlist_head links[CPIO_LINK_BUCKETS];
	char header[CPIO_HEADER_BYTES];
	char name[CPIO_MAX_PATH + 4];
	char target[CPIO_MAX_PATH + 4];
};

/* cpio is large: not on the stack. */
void cpio_init(struct cpio *cpio, const struct cpio_ops *ops, void *ctx);

/*
 * Takes n bytes. Returns how many were used: less than n when, between two entries, something comes
 * that is neither padding nor a header (another, compressed archive). -EINVAL: cpio->error says
 * why; or what write() or close() returned. After an error only cpio_destroy() is allowed.
 */
ssize_t __must_check cpio_feed(struct cpio *cpio, const void *data, size_t n);

/* Between two entries: the input may end here. */
static inline bool cpio_is_complete(const struct cpio *cpio)
{
	return cpio->state == CPIO_BETWEEN;
}

/* Closes what is open, frees the link table. */
void cpio_destroy(struct cpio *cpio);
