// SPDX-License-Identifier: MIT
/* The newc parser: a state machine over pushed bytes. */
#include <lib/cpio.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <linux/stat.h>

/* The first name of a file that has several. */
struct cpio_link {
	struct hlist_node node;
	uint32_t ino, dev_major, dev_minor, type;
	char name[];
};

enum {
	FIELD_INO, FIELD_MODE, FIELD_UID, FIELD_GID, FIELD_NLINK, FIELD_MTIME, FIELD_SIZE,
	FIELD_DEV_MAJOR, FIELD_DEV_MINOR, FIELD_RDEV_MAJOR, FIELD_RDEV_MINOR, FIELD_NAME_SIZE,
	FIELD_CHECKSUM, NR_FIELDS,
};

#define MAGIC_BYTES	6
#define FIELD_BYTES	8
#define TRAILER		"TRAILER!!!"

void cpio_init(struct cpio *cpio, const struct cpio_ops *ops, void *ctx)
{
	memset(cpio, 0, sizeof(*cpio));
	cpio->ops = ops;
	cpio->ctx = ctx;
}

static void forget_links(struct cpio *cpio)
{
	struct cpio_link *link;
	struct hlist_node *next;

	for (size_t i = 0; i < CPIO_LINK_BUCKETS; i++)
		hlist_for_each_entry_safe(link, next, &cpio->links[i], node) {
			hlist_del(&link->node);
			kfree(link);
		}
}

void cpio_destroy(struct cpio *cpio)
{
	if (cpio->is_open)
		(void)cpio->ops->close(cpio->ctx, &cpio->entry);
	cpio->is_open = false;
	forget_links(cpio);
}

static int damaged(struct cpio *cpio, const char *error)
{
	cpio->error = error;
	return -EINVAL;
}

/* Remembers that an entry could not be made. */
static void failed(struct cpio *cpio, int err)
{
	if (!cpio->nr_failed++)
		cpio->first_failure = err;
}

/*
 * Looks for an earlier name of the file. NULL: this is the first one, now remembered (or, without
 * memory, not: the file is then made twice).
 */
static const char *find_link(struct cpio *cpio)
{
	const struct cpio_entry *e = &cpio->entry;
	uint32_t type = e->mode & S_IFMT;
	struct hlist_head *bucket =
		&cpio->links[(e->ino + e->dev_minor + (e->dev_major << 3)) % CPIO_LINK_BUCKETS];
	size_t name_bytes = strlen(e->name) + 1;
	struct cpio_link *link;

	hlist_for_each_entry(link, bucket, node)
		if (link->ino == e->ino && link->dev_major == e->dev_major &&
		    link->dev_minor == e->dev_minor && link->type == type)
			return link->name;

	link = kmalloc(sizeof(*link) + name_bytes);
	if (!link)
		return NULL;
	link->ino = e->ino;
	link->dev_major = e->dev_major;
	link->dev_minor = e->dev_minor;
	link->type = type;
	memcpy(link->name, e->name, name_bytes);
	hlist_add_head(&link->node, bucket);
	return NULL;
}

static void skip(struct cpio *cpio, uint64_t n)
{
	cpio->left = n;
	cpio->state = n ? CPIO_SKIP : CPIO_BETWEEN;
}

static int parse_header(struct cpio *cpio)
{
	struct cpio_entry *e = &cpio->entry;
	uint32_t f[NR_FIELDS];

	if (memcmp(cpio->header, "0707", 4))
		return damaged(cpio, "no cpio header");
	if (!memcmp(cpio->header, "070707", MAGIC_BYTES))
		return damaged(cpio, "old cpio format: make it with \"cpio -H newc\"");
	if (memcmp(cpio->header, "070701", MAGIC_BYTES) &&
	    memcmp(cpio->header, "070702", MAGIC_BYTES))
		return damaged(cpio, "unknown cpio format");
	for (size_t i = 0; i < NR_FIELDS; i++)
		if (parse_hex_fixed(cpio->header + MAGIC_BYTES + i * FIELD_BYTES, FIELD_BYTES,
				    &f[i]))
			return damaged(cpio, "cpio header is damaged");

	*e = (struct cpio_entry){
		.name = cpio->name,
		.ino = f[FIELD_INO], .mode = f[FIELD_MODE],
		.uid = f[FIELD_UID], .gid = f[FIELD_GID],
		.nlink = f[FIELD_NLINK], .mtime = f[FIELD_MTIME],
		.file_bytes = f[FIELD_SIZE],
		.dev_major = f[FIELD_DEV_MAJOR], .dev_minor = f[FIELD_DEV_MINOR],
		.rdev_major = f[FIELD_RDEV_MAJOR], .rdev_minor = f[FIELD_RDEV_MINOR],
		.checksum = f[FIELD_CHECKSUM],
	};
	cpio->is_crc = cpio->header[5] == '2';
	cpio->name_length = f[FIELD_NAME_SIZE];
	/* Header and name together end at a multiple of 4. */
	cpio->name_bytes = ALIGN_UP(CPIO_HEADER_BYTES + (size_t)f[FIELD_NAME_SIZE], 4) -
			   CPIO_HEADER_BYTES;
	cpio->pad = -e->file_bytes & 3;
	cpio->collected = 0;
	if (!cpio->name_length || cpio->name_length > CPIO_MAX_PATH ||
	    (S_ISLNK(e->mode) && e->file_bytes > CPIO_MAX_PATH)) {
		failed(cpio, -ENAMETOOLONG);
		skip(cpio, cpio->name_bytes + (uint64_t)e->file_bytes + cpio->pad);
	} else {
		cpio->state = CPIO_NAME;
	}
	return 0;
}

/* All data of a regular file was written. */
static int finish_file(struct cpio *cpio)
{
	int err;

	cpio->is_open = false;
	err = cpio->ops->close(cpio->ctx, &cpio->entry);
	skip(cpio, cpio->pad);
	if (err)
		return err;
	if (cpio->is_crc && cpio->sum != cpio->entry.checksum)
		return damaged(cpio, "bad data checksum");
	return 0;
}

static int start_file(struct cpio *cpio, bool is_linked)
{
	int err = cpio->ops->open(cpio->ctx, &cpio->entry, is_linked);

	if (err) {
		failed(cpio, err);
		return 0;
	}
	cpio->is_open = true;
	cpio->sum = 0;
	cpio->left = cpio->entry.file_bytes;
	cpio->state = CPIO_DATA;
	return cpio->left ? 0 : finish_file(cpio);
}

/* The name is complete: makes what needs no data. */
static int handle_name(struct cpio *cpio)
{
	struct cpio_entry *e = &cpio->entry;
	const char *existing = NULL;
	int err;

	skip(cpio, (uint64_t)e->file_bytes + cpio->pad);
	if (cpio->name[cpio->name_length - 1]) {
		failed(cpio, -EINVAL);
		return 0;
	}
	if (!strcmp(cpio->name, TRAILER)) {
		forget_links(cpio);
		return 0;
	}
	cpio->nr_entries++;
	if (S_ISLNK(e->mode)) {
		cpio->collected = 0;
		cpio->state = CPIO_TARGET;
		return 0;
	}
	if (!S_ISREG(e->mode) && e->file_bytes)
		return 0;

	if (!S_ISDIR(e->mode) && e->nlink >= 2)
		existing = find_link(cpio);
	err = existing ? cpio->ops->link(cpio->ctx, e, existing) : 0;
	if (!err && S_ISREG(e->mode))
		return start_file(cpio, existing);
	if (!err && !existing)
		err = cpio->ops->make(cpio->ctx, e);
	if (err)
		failed(cpio, err);
	return 0;
}

static int handle_target(struct cpio *cpio)
{
	int err;

	cpio->target[cpio->entry.file_bytes] = '\0';
	err = cpio->ops->symlink(cpio->ctx, &cpio->entry, cpio->target);
	if (err)
		failed(cpio, err);
	skip(cpio, cpio->pad);
	return 0;
}

/* Fills buf up to `wanted` bytes. Bytes taken. */
static size_t collect(struct cpio *cpio, char *buf, size_t wanted, const uint8_t *p, size_t n)
{
	n = min(n, wanted - cpio->collected);
	memcpy(buf + cpio->collected, p, n);
	cpio->collected += n;
	return n;
}

/* A piece of a regular file. Bytes taken, or an error. */
static ssize_t take_data(struct cpio *cpio, const uint8_t *p, size_t n)
{
	int err;

	n = min((uint64_t)n, cpio->left);
	err = cpio->ops->write(cpio->ctx, p, n);
	if (err)
		return err;
	if (cpio->is_crc)
		for (size_t i = 0; i < n; i++)
			cpio->sum += p[i];
	cpio->left -= n;
	if (!cpio->left)
		err = finish_file(cpio);
	return err ? err : (ssize_t)n;
}

/* One step in the current state. Bytes taken, or an error. */
static ssize_t step(struct cpio *cpio, const uint8_t *p, size_t n)
{
	size_t taken = 0;
	int err = 0;

	switch (cpio->state) {
	case CPIO_BETWEEN:
		taken = 1;
		if (*p) {
			cpio->collected = taken = 0;
			cpio->state = CPIO_HEADER;
		}
		break;
	case CPIO_HEADER:
		taken = collect(cpio, cpio->header, CPIO_HEADER_BYTES, p, n);
		if (cpio->collected == CPIO_HEADER_BYTES)
			err = parse_header(cpio);
		break;
	case CPIO_NAME:
		taken = collect(cpio, cpio->name, cpio->name_bytes, p, n);
		if (cpio->collected == cpio->name_bytes)
			err = handle_name(cpio);
		break;
	case CPIO_TARGET:
		taken = collect(cpio, cpio->target, cpio->entry.file_bytes, p, n);
		if (cpio->collected == cpio->entry.file_bytes)
			err = handle_target(cpio);
		break;
	case CPIO_DATA:
		return take_data(cpio, p, n);
	case CPIO_SKIP:
		taken = min((uint64_t)n, cpio->left);
		skip(cpio, cpio->left - taken);
		break;
	}
	return err ? err : (ssize_t)taken;
}

ssize_t cpio_feed(struct cpio *cpio, const void *data, size_t n)
{
	const uint8_t *p = data;
	size_t used = 0;

	while (used < n) {
		ssize_t taken;

		if (cpio->state == CPIO_BETWEEN && p[used] && p[used] != '0')
			break;
		taken = step(cpio, p + used, n - used);
		if (taken < 0) {
			cpio->error_at = used;
			return taken;
		}
		used += taken;
	}
	return used;
}
