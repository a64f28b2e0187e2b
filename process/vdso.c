// SPDX-License-Identifier: MIT
/* Mapping the vDSO: the data page ([vvar]) and behind it the port's image ([vdso]), as two special vmas. */
#include <process/vdso.h>

#include <arch/layout.h>
#include <kernel/errno.h>
#include <kernel/vdso_data.h>
#include <lib/string.h>
#include <mm/page.h>
#include <mm/vm_space.h>

static int data_fault(struct vm_fault *fault)
{
	struct page *const *image;
	unsigned int nr_image;
	struct page *data;

	if (fault->index || vdso_pages(&data, &image, &nr_image))
		return -EFAULT;
	page_get(data);
	fault->page = data;
	return 0;
}

static int image_fault(struct vm_fault *fault)
{
	struct page *const *image;
	unsigned int nr_image;
	struct page *data;

	if (vdso_pages(&data, &image, &nr_image) || fault->index >= nr_image)
		return -EFAULT;
	page_get(image[fault->index]);
	fault->page = image[fault->index];
	return 0;
}

static void data_name(struct vma *vma, char *buf, size_t size)
{
	strscpy(buf, "[vvar]", size);
}

static void image_name(struct vma *vma, char *buf, size_t size)
{
	strscpy(buf, "[vdso]", size);
}

static const struct vm_operations data_ops = { .fault = data_fault, .name = data_name };
static const struct vm_operations image_ops = { .fault = image_fault, .name = image_name };

static int set_ops(struct vma *vma, void *ctx)
{
	vma->ops = ctx;
	return 0;
}

int vdso_map(struct vm_space *vm)
{
	struct vm_map_request request = { .flags = VMA_READ | VMA_MAY_READ | VMA_SPECIAL | VMA_DONT_DUMP, .setup = set_ops };
	struct page *const *image;
	unsigned int nr_image;
	struct page *data;
	vaddr_t addr;
	int err = vdso_pages(&data, &image, &nr_image);

	if (err || !nr_image)
		return err;
	request.size = (1 + nr_image) * PAGE_SIZE;
	request.ctx = (void *)&data_ops;
	err = vm_map(vm, &request, &addr);
	if (err)
		return err;
	request.addr = addr + PAGE_SIZE;
	request.size = nr_image * PAGE_SIZE;
	request.flags |= VMA_EXEC | VMA_MAY_EXEC | VMA_MAY_WRITE; /* breakpoints may be set */
	request.fixed = true;
	request.ctx = (void *)&image_ops;
	err = vm_map(vm, &request, &addr);
	if (!err)
		vm->vdso = addr;
	return err;
}
