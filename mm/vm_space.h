/* SPDX-License-Identifier: MIT */
/*
 * vm_space: the memory of a process: ordered vmas and a page table. Shared by its threads (CLONE_VM).
 *
 * Locks: lock (rwsem) guards the set of vmas: changers hold it for writing, faults for reading;
 * page_table_lock guards entries. Order: lock, then address_space locks, then page_table_lock.
 */
#pragma once

#include <kernel/cpumask.h>
#include <kernel/mutex.h>
#include <kernel/spinlock.h>
#include <lib/linker_set.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>
#include <mm/pagetable.h>

struct address_space;
struct file;
struct page;
struct vm_space;
struct vma;

/* What mm asks of the levels above: one object in this set (process/ has the limits). */
struct vm_hooks {
	uint64_t (*limit)(unsigned int resource); /* RLIMIT_* of the current process: bytes, or RLIM_INFINITY */
};
#define VM_HOOKS(object) LINKER_SET_ADD(vm_hooks, object)

enum vma_flags {
	VMA_READ = 1 << 0,
	VMA_WRITE = 1 << 1,
	VMA_EXEC = 1 << 2,
	VMA_SHARED = 1 << 3,
	VMA_MAY_READ = 1 << 4, /* what mprotect may turn on */
	VMA_MAY_WRITE = 1 << 5,
	VMA_MAY_EXEC = 1 << 6,
	VMA_GROWS_DOWN = 1 << 7, /* stack */
	VMA_IO = 1 << 8,	 /* device memory: not copied, not counted (/dev/mem, framebuffer) */
	VMA_DONT_COPY = 1 << 9,	 /* MADV_DONTFORK */
	VMA_WIPE_ON_FORK = 1 << 10,
	VMA_LOCKED = 1 << 11,
	VMA_DONT_DUMP = 1 << 12,
	VMA_SPECIAL = 1 << 13, /* vdso */
	VMA_NO_RESERVE = 1 << 14,
	VMA_SEALED = 1 << 15, /* mseal(2) */
	VMA_GUARDED = 1 << 16, /* PROT_BTI and the like: arch_prot_guarded() */
};

/* A fault being resolved. */
struct vm_fault {
	struct vma *vma;
	vaddr_t addr;	 /* page aligned */
	uint64_t index;	 /* page offset in the mapped object */
	bool is_write;
	struct page *page; /* out: with a reference for the mapping */
};

/*
 * How mm reaches what is mapped (mm never includes fs). All are called with the vm_space's lock held;
 * fault may sleep.
 */
struct vm_operations {
	void (*open)(struct vma *vma);	/* the vma was duplicated (fork, split) */
	void (*close)(struct vma *vma); /* before it is freed */
	/* Gives the page: 0, -ENOMEM, or -EFAULT: beyond the end (SIGBUS). */
	int (*fault)(struct vm_fault *fault);
	int (*page_mkwrite)(struct vm_fault *fault); /* first write to a shared page; NULL: nothing to do */
	int (*msync)(struct vma *vma, uint64_t start_index, uint64_t nr_pages);
	/* For /proc/PID/maps: path or special name into buf; NULL op: "". */
	void (*name)(struct vma *vma, char *buf, size_t size);
};

struct vma {
	vaddr_t start, end; /* page aligned, end exclusive */
	uint32_t flags;	    /* enum vma_flags */
	uint64_t pgoff;	    /* offset of start in the object, in pages */
	struct file *file;  /* NULL: anonymous; reference owned through ops */
	const struct vm_operations *ops; /* NULL: anonymous */
	void *private_data;
	struct address_space *mapping; /* set by address_space_add_vma(); NULL: not from a page cache */
	struct list_head mapping_node; /* mapping->vmas; guarded by mapping->vma_lock */
	struct vm_space *space;
	struct rb_node node;	    /* space->vmas by start */
	struct list_head list_node; /* space->vma_list, ascending */
};

struct vm_space {
	unsigned int refs; /* refcount: threads and borrowers */
	struct rwsem lock;

	/* Guarded by lock. */
	struct rb_root vmas;
	struct list_head vma_list;
	struct vma *last_hit;	/* atomic hint */
	unsigned int nr_vmas;
	uint64_t total_pages;	/* VmSize */
	uint64_t peak_pages;	/* VmPeak */
	uint64_t locked_pages;	/* VmLck */
	uint32_t default_flags;	/* mlockall(MCL_FUTURE): VMA_LOCKED */
	uint32_t membarrier;	/* registered MEMBARRIER_CMD_* bits, atomic */

	struct spinlock page_table_lock;
	/* Guarded by page_table_lock. */
	struct pagetable pagetable;
	uint64_t rss_anon_pages, rss_file_pages;
	uint64_t peak_rss_pages; /* VmHWM */

	struct cpumask cpus; /* atomic: CPUs whose TLB may hold it */
	uint64_t asid;

	/* Set by exec, brk and prctl(PR_SET_MM); guarded by lock. */
	vaddr_t brk_start, brk;
	vaddr_t stack_top;
	vaddr_t mmap_top; /* search from here down */
	vaddr_t code_start, code_end, data_start, data_end;
	vaddr_t arg_start, arg_end, env_start, env_end;
	vaddr_t vdso;
	uint64_t auxv[48];
	struct file *exe_file; /* /proc/PID/exe; owned by process/ */
	void (*release_exe)(struct file *file);
};

/* An empty space, one reference; NULL: no memory. */
struct vm_space *vm_space_create(void);
struct vm_space *vm_space_get(struct vm_space *space);
void vm_space_put(struct vm_space *space);

/* fork: a copy with copy-on-write. -ENOMEM. Takes both locks. */
__must_check int vm_space_fork(struct vm_space *parent, struct vm_space **out);

/* Makes space the current thread's and loads it (exec). NULL for a kernel thread. */
void vm_space_activate(struct vm_space *space);
/* For the scheduler: loads next's table, if it has one. Interrupts off. */
void vm_space_switch(struct vm_space *prev, struct vm_space *next);

/* The vma that holds addr, or NULL. Lock held. */
struct vma *vma_find(struct vm_space *space, vaddr_t addr);
/* The first vma that ends above addr, or NULL. Lock held. */
struct vma *vma_find_next(struct vm_space *space, vaddr_t addr);
static inline struct vma *vma_first(struct vm_space *space)
{
	return list_empty(&space->vma_list) ? NULL : list_first_entry(&space->vma_list, struct vma, list_node);
}

/*
 * mmap. Takes the lock itself. flags are VMA_*; fixed replaces what is there, fixed_noreplace fails with -EEXIST; addr is a
 * hint otherwise. setup (may be NULL: anonymous) is called with the new vma filled in, before it is visible:
 * sets ops, file, private_data. On success *out is the address.
 */
struct vm_map_request {
	vaddr_t addr;
	size_t size;
	uint32_t flags;
	uint64_t pgoff;
	vaddr_t max_end; /* 0, or the highest end of a range that is chosen (MAP_32BIT) */
	bool fixed, fixed_noreplace, populate;
	int (*setup)(struct vma *vma, void *ctx);
	void *ctx;
};
__must_check int vm_map(struct vm_space *space, const struct vm_map_request *request, vaddr_t *out);
__must_check int vm_unmap(struct vm_space *space, vaddr_t start, size_t size);
__must_check int vm_protect(struct vm_space *space, vaddr_t start, size_t size, uint32_t rwx);
__must_check int vm_brk(struct vm_space *space, vaddr_t wanted, vaddr_t *out);
__must_check int vm_remap(struct vm_space *space, vaddr_t old, size_t old_size, size_t new_size, unsigned int flags, vaddr_t new_addr, vaddr_t *out);
__must_check int vm_advise(struct vm_space *space, vaddr_t start, size_t size, int advice); /* MADV_* */
__must_check int vm_sync(struct vm_space *space, vaddr_t start, size_t size, int flags);

/* For a file's mmap operation. Device memory: the whole vma is mapped to paddr at once, prot_extra says MMU_UNCACHED or
 * MMU_WRITE_COMBINE; sets VMA_IO. Anonymous: /dev/zero; private, or a shared object of its own. 0, -ENOMEM. */
__must_check int vm_map_device(struct vma *vma, paddr_t paddr, unsigned int prot_extra);
__must_check int vm_map_anonymous(struct vma *vma);

/* mlock: sets or clears VMA_LOCKED; with populate also faults the pages in. -ENOMEM if part is not mapped. */
__must_check int vm_lock_range(struct vm_space *space, vaddr_t start, size_t size, bool lock, bool populate);
__must_check int vm_lock_all(struct vm_space *space, bool current_vmas, bool future, bool populate);
__must_check int vm_seal(struct vm_space *space, vaddr_t start, size_t size);
/* mincore: one byte per page into vec. -ENOMEM: part is not mapped. */
__must_check int vm_resident(struct vm_space *space, vaddr_t start, size_t nr_pages, uint8_t *vec);

/* The limits that hooks give; RLIM_INFINITY where there are none. */
uint64_t vm_limit(unsigned int resource);

/* For ops->fault of files in a page cache: the page at fault->index of the vma's mapping, -EFAULT at or beyond
 * size_bytes. */
__must_check int vm_fault_page_cache(struct vm_fault *fault, uint64_t size_bytes);

/* Drops the page-table entries that map [index, index + nr) of an object in this vma (truncate). */
void vma_zap(struct vma *vma, uint64_t index, uint64_t nr);

/* Resolves a fault: 0, -EFAULT (SIGSEGV; *code = SEGV_MAPERR or SEGV_ACCERR), -EFAULT with BUS_ADRERR, -ENOMEM. */
int vm_handle_fault(struct vm_space *space, vaddr_t addr, unsigned int access, int *signo, int *code);

/* Reads or writes another space's memory, faulting pages in (ptrace, /proc/PID/mem, cmdline). Returns bytes done. */
size_t vm_access(struct vm_space *space, vaddr_t addr, void *buf, size_t size, bool write);

/* The same with no more rights than the program itself has there (process_vm_writev). */
size_t vm_access_as_owner(struct vm_space *space, vaddr_t addr, void *buf, size_t size, bool write);

/* A user page pinned for direct use (futex keys, DMA): reference taken. 0 or -EFAULT. */
__must_check int vm_pin_page(struct vm_space *space, vaddr_t addr, bool write, struct page **out);
