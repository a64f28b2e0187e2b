// SPDX-License-Identifier: MIT
/*
 * kexec_file_load(2): the kernel's parts as its format says, then one destination for boot parameters
 * and command line, and one for the initrd. Files are read straight to where their bytes belong.
 */
#include <kexec/kexec.h>

#include <arch/kexec.h>
#include <arch/layout.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/random.h>
#include <kexec/format.h>
#include <kexec/image.h>
#include <kexec/load.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>

#define KNOWN_FLAGS (KEXEC_FILE_UNLOAD | KEXEC_FILE_ON_CRASH | KEXEC_FILE_NO_INITRAMFS | \
		     KEXEC_FILE_DEBUG)

/* Low memory is left to firmware and to the start of other CPUs. */
#define LOWEST_ADDRESS	0x100000
#define PARAMS_MAX	0x100000000ull

int kexec_check_file_load(unsigned long flags)
{
	if (!kexec_is_permitted())
		return -EPERM;
	return flags & ~(unsigned long)KNOWN_FLAGS ? -EINVAL : 0;
}

static int read_exactly(struct file *file, void *to, uint64_t pos, size_t n)
{
	while (n) {
		ssize_t done = file_read_kernel(file, to, n, pos);

		if (done <= 0)
			return done ? (int)done : -EIO;
		to = (char *)to + done;
		pos += done;
		n -= done;
	}
	return 0;
}

int kexec_read_kernel(struct kexec_load *load, void *to, uint64_t pos, size_t n)
{
	if (!load->unpacked)
		return read_exactly(load->kernel, to, pos, n);
	memcpy(to, load->unpacked + pos, n);
	return 0;
}

/*
 * The size of a file that is to be read whole, and a promise that nobody writes to it meanwhile, as
 * Linux's kernel_read_file() has it. To be given back by inode_allow_write().
 */
static int begin_reading(struct file *file, uint64_t *size)
{
	int err;

	if (!(file->mode & FILE_READ))
		return -EBADF;
	if (!S_ISREG(file->inode->mode))
		return -EINVAL;
	err = inode_deny_write(file->inode);
	if (err)
		return err;
	*size = atomic_load(&file->inode->size);
	if (*size)
		return 0;
	inode_allow_write(file->inode);
	return -EINVAL;
}

/* Formats that the port cannot enter are not even linked: the condition is a constant. */
#define TRY_FORMAT(load, format, format_id)                                                        \
	do {                                                                                       \
		if (arch_kexec_has_format(format_id) &&                                            \
		    (format).probe((load)->head, (load)->head_bytes, (load)->file_bytes))          \
			return &(format);                                                          \
	} while (0)

static const struct kexec_format *find_format(const struct kexec_load *load)
{
	TRY_FORMAT(load, kexec_bzimage, KEXEC_FORMAT_BZIMAGE);
	TRY_FORMAT(load, kexec_linux_image, KEXEC_FORMAT_IMAGE);
	TRY_FORMAT(load, kexec_elf_vmlinux, KEXEC_FORMAT_ELF);
	return NULL;
}

/* What the parts are filled from; destinations are numbered kernel, initrd, parameters. */
struct filling {
	struct kexec_load *load;
	const struct kexec_format *format;
	struct file *initrd;
	const uint8_t *params;		/* block and command line */
	unsigned int dest;
};

static int fill_kernel(void *ctx, void *to, uint64_t offset, size_t n)
{
	struct filling *filling = ctx;

	return filling->format->fill(filling->load, filling->dest, to, offset, n);
}

static int fill_initrd(void *ctx, void *to, uint64_t offset, size_t n)
{
	struct filling *filling = ctx;

	return read_exactly(filling->initrd, to, offset, n);
}

static int fill_params(void *ctx, void *to, uint64_t offset, size_t n)
{
	struct filling *filling = ctx;

	memcpy(to, filling->params + offset, n);
	return 0;
}

static int place_initrd(struct kexec_load *load, struct kexec_boot *boot)
{
	struct kexec_wish wish = {
		.data_bytes = boot->initrd_bytes,
		.mem_bytes = ALIGN_UP(boot->initrd_bytes, PAGE_SIZE),
		.align = PAGE_SIZE,
		.min = LOWEST_ADDRESS,
		.max = load->initrd_max,
	};
	return kexec_image_place(load->image, &wish, &boot->initrd);
}

/* The block, with the command line behind it. */
static int place_params(struct kexec_load *load, struct kexec_boot *boot)
{
	size_t block_bytes = arch_kexec_params_bytes();
	struct kexec_wish wish = {
		.data_bytes = block_bytes + load->cmdline_bytes + 1,
		.mem_bytes = ALIGN_UP(block_bytes + load->cmdline_bytes + 1, PAGE_SIZE),
		.align = PAGE_SIZE,
		.min = LOWEST_ADDRESS,
		.max = PARAMS_MAX,
	};
	int err = kexec_image_place(load->image, &wish, &boot->params);

	boot->cmdline = boot->params + block_bytes;
	boot->cmdline_bytes = load->cmdline_bytes;
	boot->header = load->boot_header;
	boot->header_bytes = load->boot_header_bytes;
	return err;
}

/* Fills all destinations; nr_kernel of them are the format's. */
static int fill_all(struct filling *filling, unsigned int nr_kernel)
{
	struct kexec_image *image = filling->load->image;
	int err = 0;

	for (filling->dest = 0; !err && filling->dest < nr_kernel; filling->dest++)
		err = kexec_image_fill(image, filling->dest, fill_kernel, filling);
	if (!err && filling->initrd)
		err = kexec_image_fill(image, nr_kernel, fill_initrd, filling);
	if (!err)
		err = kexec_image_fill(image, image->nr_dests - 1, fill_params, filling);
	return err;
}

/* The seed is only given when it is as good as the next kernel takes it for. */
static int build_params(struct kexec_boot *boot, uint8_t *params)
{
	uint8_t seed[KEXEC_SEED_BYTES];
	int err;

	if (random_entropy_bits() >= 256) {
		random_bytes(seed, sizeof(seed));
		boot->seed = seed;
		boot->seed_bytes = sizeof(seed);
	}
	err = arch_kexec_build_params(boot, params);
	memzero_explicit(seed, sizeof(seed));
	boot->seed = NULL;
	return err;
}

static int build(struct kexec_load *load, const struct kexec_format *format, struct file *initrd,
		 uint64_t initrd_bytes)
{
	struct kexec_boot boot = { .initrd_bytes = initrd_bytes };
	struct filling filling = { .load = load, .format = format, .initrd = initrd };
	unsigned int nr_kernel;
	size_t block_bytes = arch_kexec_params_bytes();
	uint8_t *params;
	int err = format->load(load);

	nr_kernel = load->image->nr_dests;
	if (!err && initrd)
		err = place_initrd(load, &boot);
	if (!err)
		err = place_params(load, &boot);
	if (!err)
		err = kexec_image_claim(load->image);
	if (err)
		return err;

	params = kvmalloc(block_bytes + load->cmdline_bytes + 1);
	if (!params)
		return -ENOMEM;
	memset(params, 0, block_bytes);
	memcpy(params + block_bytes, load->cmdline, load->cmdline_bytes + 1);
	filling.params = params;
	err = build_params(&boot, params);
	if (!err)
		err = fill_all(&filling, nr_kernel);
	kvfree(params);
	return err ? err : kexec_image_finish(load->image, load->entry, boot.params);
}

/* Reads the file's head and finds its format. */
static int open_kernel(struct kexec_load *load, uint8_t *head, const struct kexec_format **format)
{
	int err;

	load->head = head;
	load->head_bytes = min(load->file_bytes, (uint64_t)KEXEC_HEAD_BYTES);
	err = read_exactly(load->kernel, head, 0, load->head_bytes);
	if (err)
		return err;
	if (arch_kexec_has_format(KEXEC_FORMAT_IMAGE))
		err = kexec_unpack_zboot(load);
	if (err)
		return err;
	*format = find_format(load);
	if (!*format) {
		pr_info("kexec: the file is no kernel that can be started\n");
		return -ENOEXEC;
	}
	return 0;
}

/* Makes the image of files that can be read; initrd may be NULL. */
static int load_files(struct kexec_load *load, struct file *initrd)
{
	const struct kexec_format *format = NULL;
	uint64_t initrd_bytes = 0;
	uint8_t *head = kvmalloc(KEXEC_HEAD_BYTES);
	int err = head ? open_kernel(load, head, &format) : -ENOMEM;

	if (!err && initrd)
		err = begin_reading(initrd, &initrd_bytes);
	if (!err) {
		/* No memory is set aside for a crash kernel: no address is good for one. */
		err = load->is_for_crash ? -EADDRNOTAVAIL :
					   build(load, format, initrd, initrd_bytes);
		if (initrd)
			inode_allow_write(initrd->inode);
	}
	if (err && format)
		pr_info("kexec: loading the %s kernel failed (error %d)\n", format->name, err);
	kvfree(load->unpacked);
	kvfree(head);
	return err;
}

static int load_locked(struct kexec_load *load, struct file *initrd) MUST_HOLD(kexec_lock)
{
	int err = begin_reading(load->kernel, &load->file_bytes);

	if (err)
		return err;
	load->image = kexec_image_alloc(&kexec_page_memory);
	err = load->image ? load_files(load, initrd) : -ENOMEM;
	inode_allow_write(load->kernel->inode);
	if (err)
		kexec_image_free(load->image);
	else
		kexec_install(load->image);
	return err;
}

int kexec_file_load(struct file *kernel, struct file *initrd, const char *cmdline,
		    size_t cmdline_bytes, unsigned long flags)
{
	struct kexec_load load = { .kernel = kernel, .cmdline = "" };
	int err = 0;

	if (cmdline_bytes) {
		if (cmdline[cmdline_bytes - 1])
			return -EINVAL;
		load.cmdline = cmdline;
		load.cmdline_bytes = strlen(cmdline);
	}
	if (!mutex_trylock(&kexec_lock))
		return -EBUSY;
	load.is_for_crash = flags & KEXEC_FILE_ON_CRASH;
	if (kernel)
		err = load_locked(&load, initrd);
	else if (!load.is_for_crash)
		kexec_install(NULL);
	mutex_unlock(&kexec_lock);
	return err;
}
