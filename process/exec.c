// SPDX-License-Identifier: MIT
/*
 * execve(2): find the file, look through #! lines, read the program's and its interpreter's headers; then, past
 * the point of no return, drop the old memory, map the new program and build its stack.
 */
#include <process/exec.h>

#include <arch/context.h>
#include <arch/layout.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <kernel/cred.h>
#include <kernel/panic.h>
#include <kernel/random.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/binfmts.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/personality.h>
#include <linux/stat.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/elf_load.h>
#include <process/exec_cred.h>
#include <process/exec_stack.h>
#include <process/exec_strings.h>
#include <process/family.h>
#include <process/fd_table.h>
#include <process/pid_ns.h>
#include <process/process.h>
#include <process/ptrace.h>
#include <process/signal.h>

#define SCRIPT_DEPTH_MAX 5

/* A program being started. */
struct exec {
	const char *name;  /* as given, for AT_EXECFN */
	char comm[THREAD_NAME_LEN];
	struct path path;  /* of the file that is read */
	struct elf_image image, interpreter;
	bool has_interpreter;
	struct cred *cred; /* the new one */
	bool secure;	   /* AT_SECURE */
	struct exec_strings *argv, *envp;
};

/* --- finding the file ----------------------------------------------------------------------------------- */

/* 0 and the file, which nobody may write from now on: give back by elf_close_file(). -EACCES, -ETXTBSY ... */
static int open_executable(const struct path *base, const char *name, unsigned int lookup_flags, struct path *path,
			   struct file **out)
{
	struct inode *inode;
	int err = path_lookup(base, name, lookup_flags, path);

	if (err) {
		*path = (struct path){};
		return err;
	}
	inode = path->dentry->inode;
	err = -EACCES;
	if ((inode->mode & S_IFMT) == S_IFLNK) {
		err = -ELOOP;
		goto err_path;
	}
	if ((inode->mode & S_IFMT) != S_IFREG || path->mount->flags & MS_NOEXEC)
		goto err_path;
	err = inode_permission(inode, MAY_EXEC);
	if (err)
		goto err_path;
	err = file_open_path(path, O_RDONLY | FILE_OPEN_EXEC, out);
	if (err)
		goto err_path;
	err = inode_deny_write(inode);
	if (err) {
		file_put(*out);
		*out = NULL;
		goto err_path;
	}
	return 0;

err_path:
	path_put(path);
	*path = (struct path){};
	return err;
}

static void set_comm(struct exec *exec, const char *name)
{
	const char *base = strrchr(name, '/');

	strscpy(exec->comm, base ? base + 1 : name, sizeof(exec->comm));
}

/* --- scripts -------------------------------------------------------------------------------------------- */

/*
 * The #! line: interpreter and at most one argument. Linux's rules: blanks around are dropped; a line that does
 * not end within the buffer is good only if the interpreter's name does.
 */
static int parse_script(char *line, size_t len, char **interpreter, char **argument)
{
	char *end = memchr(line, '\n', len), *p = line + 2;

	if (!end) {
		char *stop = line + len;
		char *word = p;

		while (word < stop && (*word == ' ' || *word == '\t'))
			word++;
		while (word < stop && *word && *word != ' ' && *word != '\t')
			word++;
		if (word == stop && len == BINPRM_BUF_SIZE)
			return -ENOEXEC;
		end = stop;
	}
	*end = '\0';
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	while (*p == ' ' || *p == '\t')
		p++;
	if (!*p)
		return -ENOEXEC;
	*interpreter = p;
	while (*p && *p != ' ' && *p != '\t')
		p++;
	*argument = NULL;
	if (!*p)
		return 0;
	*p++ = '\0';
	while (*p == ' ' || *p == '\t')
		p++;
	if (*p)
		*argument = p;
	return 0;
}

/* The file starts with #!: its interpreter takes its place. Gives back the script's file. */
static int follow_script(struct exec *exec, struct file **file, char *line, size_t len, char **script_name)
{
	char *interpreter, *argument;
	const char *texts[3];
	unsigned int nr = 0;
	int err = parse_script(line, len, &interpreter, &argument);

	if (err)
		return err;
	texts[nr++] = interpreter;
	if (argument)
		texts[nr++] = argument;
	texts[nr++] = *script_name;
	err = exec_strings_replace_first(exec->argv, texts, nr);
	if (err)
		return err;
	elf_close_file(*file);
	*file = NULL;
	path_put(&exec->path);
	exec->path = (struct path){};
	kfree(*script_name);
	*script_name = kstrdup(interpreter);
	if (!*script_name)
		return -ENOMEM;
	return open_executable(NULL, *script_name, LOOKUP_FOLLOW, &exec->path, file);
}

/* Reads first bytes and follows scripts until there is a program; its headers end in exec->image. */
static int find_program(struct exec *exec, const struct exec_request *request)
{
	char *line = kmalloc(BINPRM_BUF_SIZE + 1), *script_name = kstrdup(exec->name);
	struct file *file = NULL;
	int err = -ENOMEM;

	if (!line || !script_name)
		goto out;
	err = open_executable(request->base, request->name, request->lookup_flags, &exec->path, &file);
	for (int depth = 0; !err; depth++) {
		ssize_t len = file_read_kernel(file, line, BINPRM_BUF_SIZE, 0);

		if (len < 0) {
			err = (int)len;
			break;
		}
		line[len] = '\0';
		if (len < 2 || line[0] != '#' || line[1] != '!') {
			err = elf_image_read(file, &exec->image);
			file = NULL;
			break;
		}
		err = depth == SCRIPT_DEPTH_MAX ? -ELOOP : follow_script(exec, &file, line, (size_t)len, &script_name);
	}
	if (file)
		elf_close_file(file);
out:
	kfree(line);
	kfree(script_name);
	return err;
}

static int find_interpreter(struct exec *exec)
{
	struct path path;
	struct file *file;
	char *name;
	int err = elf_interpreter(&exec->image, &name);

	if (err || !name)
		return err;
	err = open_executable(NULL, name, LOOKUP_FOLLOW, &path, &file);
	kfree(name);
	if (err)
		return err;
	path_put(&path);
	err = elf_image_read(file, &exec->interpreter);
	if (err)
		return err == -ENOEXEC ? -ELIBBAD : err;
	exec->has_interpreter = true;
	return 0;
}

/* --- the new memory ---------------------------------------------------------------------------------------- */

void exec_share_exe(struct vm_space *to, const struct vm_space *from)
{
	if (!from->exe_file || inode_deny_write(from->exe_file->inode))
		return;
	to->exe_file = file_get(from->exe_file);
	to->release_exe = elf_close_file;
}

static bool is_random(void)
{
	return exec_randomize_va_space && !(current_process()->personality & ADDR_NO_RANDOMIZE);
}

/* Random pages below 1 << bits. */
static vaddr_t random_pages(unsigned int bits)
{
	return is_random() ? (random_u64() & ((1UL << bits) - 1)) << PAGE_SHIFT : 0;
}

/* Where the stack ends and mappings begin, going down: Linux's layout (arch_pick_mmap_layout). */
static void lay_out(struct vm_space *vm)
{
	uint64_t gap = process_limit(RLIMIT_STACK);
	uint64_t pad = (is_random() ? (uint64_t)STACK_RANDOM_PAGES << PAGE_SHIFT : 0) + 256 * PAGE_SIZE;

	vm->stack_top = (USER_STACK_TOP & PAGE_MASK) -
			(is_random() ? (random_u64() % STACK_RANDOM_PAGES) << PAGE_SHIFT : 0);
	gap = clamp(gap, (uint64_t)128 << 20, (uint64_t)(USER_VA_END / 6 * 5));
	if (gap + pad > gap)
		gap += pad;
	gap = min(gap, (uint64_t)(USER_VA_END / 6 * 5));
	vm->mmap_top = ALIGN_DOWN(USER_VA_END - gap, PAGE_SIZE) - random_pages(MMAP_RANDOM_BITS);
}

/* The old memory goes, the new one is current. */
static void switch_memory(struct vm_space *vm)
{
	struct process *process = current_process();
	struct vm_space *old = current->vm;

	family_vfork_done(current);
	vm_space_activate(vm);
	access_wait_for_readers();
	if (!old)
		return;
	process->ended.max_rss_pages = max(process->ended.max_rss_pages, old->peak_rss_pages);
	vm_space_put(old);
}

static int map_program(struct exec *exec, struct elf_placed *program, struct elf_placed *interpreter)
{
	struct vm_space *vm = current->vm;
	vaddr_t base = exec->image.header.e_type == ET_DYN ? ELF_PIE_BASE + random_pages(MMAP_RANDOM_BITS) : 0;
	vaddr_t brk;
	int err = elf_map(&exec->image, base, program);

	if (err)
		return err;
	interpreter->entry = program->entry;
	interpreter->bias = 0;
	if (exec->has_interpreter) {
		err = elf_map(&exec->interpreter, 0, interpreter);
		if (err)
			return err;
	}
	vm->code_start = program->code_start;
	vm->code_end = program->code_end;
	vm->data_start = program->data_start;
	vm->data_end = program->data_end;
	/* The heap starts up to 32 MiB above the program. */
	brk = ALIGN_UP(program->end, PAGE_SIZE) + random_pages(13);
	vm->brk_start = vm->brk = brk;
	return 0;
}

static void set_exe(struct exec *exec, struct vm_space *vm)
{
	struct file *file = file_get(exec->image.file);

	/* Writes are denied already, so a second time cannot fail. */
	ASSERT(!inode_deny_write(file->inode));
	vm->exe_file = file;
	vm->release_exe = elf_close_file;
}

/* Past the point of no return: an error kills. */
static int start_program(struct exec *exec, struct vm_space *vm)
{
	struct process *process = current_process();
	struct elf_placed program, interpreter;
	struct exec_stack stack;
	int err;

	lay_out(vm);
	set_exe(exec, vm);
	switch_memory(vm);
	err = signal_exec();
	if (err)
		return err;
	if (process_timers_exit)
		process_timers_exit(process);
	fd_table_close_on_exec(current->files);
	strscpy(current->name, exec->comm, sizeof(current->name));
	arch_thread_exec(current);
	arch_fpu_reset(current);
	current->clear_child_tid = 0;
	current->robust_list = 0;
	process->did_exec = true;
	process->pdeath_signal = exec->secure ? 0 : process->pdeath_signal;
	process->dumpable = exec->secure ? 0 : 1;
	process->exit_signal = SIGCHLD;
	exec_cred_commit(exec->cred);
	exec->cred = NULL;

	err = map_program(exec, &program, &interpreter);
	if (err)
		return err;
	stack = (struct exec_stack){
		.argv = exec->argv, .envp = exec->envp, .name = exec->name,
		.is_executable = elf_wants_exec_stack(&exec->image), .is_secure = exec->secure,
		.phdr = program.phdr, .nr_phdrs = exec->image.header.e_phnum, .entry = program.entry,
		.interpreter_base = exec->has_interpreter ? (vaddr_t)interpreter.bias + exec->interpreter.low : 0,
		.is_random = is_random(),
	};
	err = exec_stack_build(&stack);
	if (err)
		return err;
	arch_user_frame_init(arch_user_frame(current), interpreter.entry, stack.sp);
	return 0;
}

/* --- the whole ------------------------------------------------------------------------------------------- */

static void exec_release(struct exec *exec)
{
	elf_image_free(&exec->interpreter);
	elf_image_free(&exec->image);
	if (exec->path.dentry)
		path_put(&exec->path);
	if (exec->cred)
		cred_put(exec->cred);
}

/* Close-on-exec must not close another process' descriptors (CLONE_FILES). */
static int unshare_files(void)
{
	struct fd_table *shared = current->files, *own;

	if (__atomic_load_n(&shared->refs, __ATOMIC_ACQUIRE) == 1)
		return 0;
	own = fd_table_copy(shared);
	if (!own)
		return -ENOMEM;
	__atomic_store_n(&current->files, own, __ATOMIC_RELEASE);
	access_wait_for_readers();
	fd_table_put(shared);
	return 0;
}

static int prepare(struct exec *exec, const struct exec_request *request)
{
	int err = find_program(exec, request);

	if (err)
		return err;
	err = find_interpreter(exec);
	if (err)
		return err;
	return exec_cred_prepare(&exec->path, &exec->cred, &exec->secure);
}

int process_exec(const struct exec_request *request)
{
	struct exec exec = { .name = request->shown_name ? request->shown_name : request->name, .argv = request->argv, .envp = request->envp };
	int old_tid = pid_vnr(current->pid);
	struct vm_space *vm = NULL;
	int err;

	set_comm(&exec, exec.name);
	/* Linux: a program never starts without argv[0]. */
	if (!request->argv->count) {
		err = exec_strings_append(request->argv, "");
		if (err)
			return err;
	}
	err = prepare(&exec, request);
	if (err)
		goto out;
	vm = vm_space_create();
	err = -ENOMEM;
	if (!vm)
		goto out;
	err = unshare_files();
	if (err)
		goto out;
	err = family_become_only_thread();
	if (err)
		goto out;
	err = start_program(&exec, vm);
	exec_release(&exec);
	if (err)
		signal_end_process(err == -ENOMEM ? SIGKILL : SIGSEGV);
	else
		ptrace_exec(old_tid);
	return err;

out:
	if (vm)
		vm_space_put(vm);
	exec_release(&exec);
	return err;
}

int process_exec_kernel(const char *name, char *const argv[], char *const envp[])
{
	struct exec_strings args, env;
	struct exec_request request = { .name = name, .lookup_flags = LOOKUP_FOLLOW, .argv = &args, .envp = &env };
	int err;

	exec_strings_init(&args, exec_strings_limit());
	exec_strings_init(&env, exec_strings_limit());
	err = exec_strings_from_kernel(&args, argv);
	if (!err)
		err = exec_strings_from_kernel(&env, envp);
	if (!err)
		err = process_exec(&request);
	exec_strings_free(&args);
	exec_strings_free(&env);
	return err;
}
