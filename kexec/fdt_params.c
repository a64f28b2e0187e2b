// SPDX-License-Identifier: MIT
/* Changing the machine's tree for the next kernel. What libfdt cannot fit says so: nothing is cut. */
#include <kexec/fdt_params.h>

#include <arch/kexec.h>
#include <arch/layout.h>
#include <asm/errno.h>
#include <lib/dt.h>
#include <lib/string.h>
#include <libfdt.h>
#include <mm/page.h>

#define ROOM_BYTES (16u << 10) /* command line, seeds, names */

/* To the end of its last part. QEMU's trees are a megabyte, nearly all of it empty. */
static size_t used_bytes(const void *tree)
{
	size_t reservations = fdt_off_mem_rsvmap(tree) + (size_t)(fdt_num_mem_rsv(tree) + 1) * 16;
	size_t nodes = fdt_off_dt_struct(tree) + fdt_size_dt_struct(tree);

	return max(max(reservations, nodes), (size_t)fdt_off_dt_strings(tree) + fdt_size_dt_strings(tree));
}

size_t kexec_fdt_bytes(const void *tree)
{
	return ALIGN_UP((tree ? used_bytes(tree) : 0) + ROOM_BYTES, PAGE_SIZE);
}

/* What the loader reserved for what it gave us, initrd and tree, is free for the next kernel. */
static void drop_reservation(void *fdt, paddr_t start, uint64_t end)
{
	for (int i = fdt_num_mem_rsv(fdt) - 1; i >= 0; i--) {
		uint64_t at, size;

		if (!fdt_get_mem_rsv(fdt, i, &at, &size) && at >= ALIGN_DOWN(start, 65536) &&
		    at + size <= ALIGN_UP(end, 65536))
			fdt_del_mem_rsv(fdt, i);
	}
}

static int chosen_node(void *fdt)
{
	int node = fdt_path_offset(fdt, "/chosen");

	return node >= 0 ? node : fdt_add_subnode(fdt, 0, "chosen");
}

static int set_initrd(void *fdt, int chosen, const struct kexec_boot *boot)
{
	uint64_t old_start, old_end;

	if (!dt_u64(fdt, chosen, "linux,initrd-start", &old_start) &&
	    !dt_u64(fdt, chosen, "linux,initrd-end", &old_end))
		drop_reservation(fdt, old_start, old_end);
	chosen = chosen_node(fdt); /* reservations stand before the nodes */
	fdt_delprop(fdt, chosen, "linux,initrd-start");
	fdt_delprop(fdt, chosen, "linux,initrd-end");
	if (!boot->initrd_bytes)
		return 0;
	return fdt_setprop_u64(fdt, chosen, "linux,initrd-start", boot->initrd) ?:
		fdt_setprop_u64(fdt, chosen, "linux,initrd-end", boot->initrd + boot->initrd_bytes);
}

/* rng-seed is all bytes but the last eight, which are kaslr-seed's. */
static int set_seeds(void *fdt, int chosen, const struct kexec_boot *boot)
{
	size_t rng_bytes = boot->seed_bytes > 8 ? boot->seed_bytes - 8 : boot->seed_bytes;
	int err = 0;

	fdt_delprop(fdt, chosen, "rng-seed");
	fdt_delprop(fdt, chosen, "kaslr-seed");
	if (rng_bytes)
		err = fdt_setprop(fdt, chosen, "rng-seed", boot->seed, rng_bytes);
	if (!err && boot->seed_bytes > rng_bytes)
		err = fdt_setprop(fdt, chosen, "kaslr-seed", boot->seed + rng_bytes, 8);
	return err;
}

/* Memory that hardware goes on writing to. */
static int reserve_kept(void *fdt)
{
	paddr_t start, end;
	int err = 0;

	for (unsigned int i = 0; !err && page_kept_range(i, &start, &end); i++)
		err = fdt_add_mem_rsv(fdt, start, end - start);
	return err;
}

int kexec_fdt_build(const struct kexec_boot *boot, const void *tree, void *buf)
{
	size_t room = boot->cmdline - boot->params;
	const char *cmdline = (const char *)buf + room;
	int err, chosen;

	if (!tree)
		return -ENOEXEC;
	if (used_bytes(tree) > room)
		return -EINVAL;
	memcpy(buf, tree, used_bytes(tree));
	fdt_set_totalsize(buf, (uint32_t)used_bytes(tree));
	err = fdt_open_into(buf, buf, (int)room);
	if (err)
		return -EINVAL;
	chosen = chosen_node(buf);
	if (chosen < 0)
		return -EINVAL;
	err = set_initrd(buf, chosen, boot);
	if (!err)
		err = set_seeds(buf, chosen_node(buf), boot);
	if (!err && boot->cmdline_bytes)
		err = fdt_setprop(buf, chosen_node(buf), "bootargs", cmdline, (int)boot->cmdline_bytes + 1);
	else if (!err)
		fdt_delprop(buf, chosen_node(buf), "bootargs");
	if (!err)
		err = reserve_kept(buf); /* last: it may stand where our initrd was */
	return err ? -EINVAL : 0;
}
