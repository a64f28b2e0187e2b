// SPDX-License-Identifier: MIT
/*
 * The first stack of a program, from the top down:
 *
 *	NULL word | AT_EXECFN string | environment strings | argument strings | platform, random bytes
 *	| auxv | envp[] | argv[] | argc   <- sp, 16-byte aligned
 */
#include <process/exec_stack.h>

#include <arch/elf.h>
#include <arch/layout.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/pseudo_file.h>
#include <kernel/param.h>
#include <kernel/random.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <linux/auxvec.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <process/exec_strings.h>
#include <process/process.h>
#include <process/vdso.h>

#define STACK_EXPAND (128 * 1024) /* mapped below what is filled, as Linux does */
#define AUXV_WORDS ARRAY_SIZE(((struct vm_space *)0)->auxv)

unsigned int exec_randomize_va_space = 2;

struct auxv {
	uint64_t *words; /* vm->auxv */
	unsigned int nr;
};

static void auxv_add(struct auxv *auxv, uint64_t key, uint64_t value)
{
	if (auxv->nr + 2 > AUXV_WORDS - 2)
		return;
	auxv->words[auxv->nr++] = key;
	auxv->words[auxv->nr++] = value;
}

struct placement {
	vaddr_t args, env, name, platform, random;
};

static void fill_auxv(struct auxv *auxv, const struct exec_stack *stack, const struct placement *at)
{
	const struct cred *cred = current->cred;

	if (current->vm->vdso)
		auxv_add(auxv, AT_SYSINFO_EHDR, current->vm->vdso);
	if (arch_elf_minsigstksz())
		auxv_add(auxv, AT_MINSIGSTKSZ, arch_elf_minsigstksz());
	auxv_add(auxv, AT_HWCAP, arch_elf_hwcap());
	auxv_add(auxv, AT_PAGESZ, PAGE_SIZE);
	auxv_add(auxv, AT_CLKTCK, 100);
	auxv_add(auxv, AT_PHDR, stack->phdr);
	auxv_add(auxv, AT_PHENT, 56);
	auxv_add(auxv, AT_PHNUM, stack->nr_phdrs);
	auxv_add(auxv, AT_BASE, stack->interpreter_base);
	auxv_add(auxv, AT_FLAGS, 0);
	auxv_add(auxv, AT_ENTRY, stack->entry);
	auxv_add(auxv, AT_UID, cred->uid);
	auxv_add(auxv, AT_EUID, cred->euid);
	auxv_add(auxv, AT_GID, cred->gid);
	auxv_add(auxv, AT_EGID, cred->egid);
	auxv_add(auxv, AT_SECURE, stack->is_secure);
	auxv_add(auxv, AT_RANDOM, at->random);
	auxv_add(auxv, AT_HWCAP2, arch_elf_hwcap2());
	auxv_add(auxv, AT_EXECFN, at->name);
	if (at->platform)
		auxv_add(auxv, AT_PLATFORM, at->platform);
	auxv->words[auxv->nr++] = AT_NULL;
	auxv->words[auxv->nr++] = 0;
}

/* The pointers to a list's strings, which lie one after the other at addr. */
static uint64_t *fill_pointers(uint64_t *word, const struct exec_strings *strings, vaddr_t addr)
{
	const char *p = strings->buf;

	for (unsigned int i = 0; i < strings->count; i++) {
		size_t len = strlen(p) + 1;

		*word++ = addr;
		addr += len;
		p += len;
	}
	*word++ = 0;
	return word;
}

static int map_stack(const struct exec_stack *stack, size_t filled)
{
	struct vm_space *vm = current->vm;
	size_t size = ALIGN_UP(filled, PAGE_SIZE) + STACK_EXPAND;
	const struct vm_map_request request = {
		.addr = vm->stack_top - size,
		.size = size,
		.flags = VMA_READ | VMA_WRITE | VMA_MAY_READ | VMA_MAY_WRITE | VMA_MAY_EXEC | VMA_GROWS_DOWN |
			 (stack->is_executable ? VMA_EXEC : 0),
		.fixed = true,
	};
	vaddr_t got;

	return vm_map(vm, &request, &got);
}

int exec_stack_build(struct exec_stack *stack)
{
	struct vm_space *vm = current->vm;
	const char *platform = arch_elf_platform();
	size_t name_len = strlen(stack->name) + 1, platform_len = platform ? strlen(platform) + 1 : 0;
	size_t words = 1 + stack->argv->count + 1 + stack->envp->count + 1 + AUXV_WORDS, nr;
	size_t strings = 8 + name_len + stack->envp->len + stack->argv->len + platform_len + 16 + 64;
	struct auxv auxv = { vm->auxv, 0 };
	struct placement at = {};
	uint8_t random[16];
	vaddr_t p = vm->stack_top - 8;
	uint64_t *block, *word;
	int err = map_stack(stack, strings + words * 8 + PAGE_SIZE);

	if (!err)
		err = vdso_map(vm);
	if (err)
		return err;
	random_bytes(random, sizeof(random));
	at.name = p -= name_len;
	at.env = p -= stack->envp->len;
	at.args = p -= stack->argv->len;
	p = ALIGN_DOWN(p, 16);
	if (stack->is_random)
		p -= random_u64() % 256 * 16; /* a cache line's worth of luck, as Linux's arch_align_stack */
	if (platform)
		at.platform = p -= platform_len;
	at.random = p = ALIGN_DOWN(p - sizeof(random), 16);
	if (copy_to_user((void *)at.name, stack->name, name_len) ||
		(stack->envp->len && copy_to_user((void *)at.env, stack->envp->buf, stack->envp->len)) ||
		copy_to_user((void *)at.args, stack->argv->buf, stack->argv->len) ||
		(platform && copy_to_user((void *)at.platform, platform, platform_len)) ||
		copy_to_user((void *)at.random, random, sizeof(random)))
		return -EFAULT;
	fill_auxv(&auxv, stack, &at);

	nr = words - AUXV_WORDS + auxv.nr;
	block = kvmalloc(nr * 8);
	if (!block)
		return -ENOMEM;
	block[0] = stack->argv->count;
	word = fill_pointers(block + 1, stack->argv, at.args);
	word = fill_pointers(word, stack->envp, at.env);
	memcpy(word, auxv.words, auxv.nr * 8);
	stack->sp = ALIGN_DOWN(p - nr * 8, 16);
	err = copy_to_user((void *)stack->sp, block, nr * 8);
	kvfree(block);

	vm->arg_start = at.args;
	vm->arg_end = at.args + stack->argv->len;
	vm->env_start = at.env;
	vm->env_end = at.env + stack->envp->len;
	return err;
}

/* --- knobs ------------------------------------------------------------------------------------------------ */

static int randomize_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%u\n", exec_randomize_va_space);
	return 0;
}

static ssize_t randomize_store(void *ctx, const char *buf, size_t size)
{
	uint32_t value;
	int err = parse_u32(buf, 10, &value);

	if (err)
		return err;
	exec_randomize_va_space = value;
	return (ssize_t)size;
}

PROC_FILE("sys/kernel/randomize_va_space", 0644, { .show = randomize_show, .store = randomize_store });

static int no_randmaps(const char *value)
{
	exec_randomize_va_space = 0;
	return 0;
}

KERNEL_PARAM("norandmaps", no_randmaps);
