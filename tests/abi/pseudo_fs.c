// SPDX-License-Identifier: MIT
/* proc, sysfs, debugfs, securityfs and cgroups as file systems: modes, sizes, what may not be done, reading in pieces. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#include "abi.h"

#ifdef __aarch64__
#define SERIAL "ttyAMA0"
#else
#define SERIAL "ttyS0"
#endif

static void attributes(const char *path)
{
	struct stat st;

	/* Linux 6.19 made a link of kexec_loaded. */
	if (strcmp(path, "/sys/kernel/kexec_loaded") ? lstat(path, &st) : stat(path, &st))
		show("%s: %s", path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		show("%s: %o", path, st.st_mode);
	else
		show("%s: %o size %ld uid %d", path, st.st_mode, (long)st.st_size, st.st_uid);
}

static void content(const char *path)
{
	char buf[256] = "";
	int fd = open(path, O_RDONLY), n = fd < 0 ? -1 : (int)read(fd, buf, sizeof(buf) - 1);

	buf[n < 0 ? 0 : strcspn(buf, "\n")] = 0;
	show("%s = %s%s", path, n < 0 ? "error " : "", n < 0 ? strerror(errno) : buf);
	close(fd);
}

static void modes(void)
{
	static const char *const paths[] = {
		"/proc", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/uptime", "/proc/loadavg", "/proc/version",
		"/proc/filesystems", "/proc/devices", "/proc/interrupts", "/proc/iomem", "/proc/ioports",
		"/proc/kmsg", "/proc/consoles", "/proc/swaps", "/proc/vmstat", "/proc/execdomains", "/proc/cgroups",
		"/proc/partitions", "/proc/sys", "/proc/sys/kernel", "/proc/sys/kernel/hostname", "/proc/sys/kernel/ostype",
		"/proc/sys/kernel/osrelease", "/proc/sys/kernel/pid_max", "/proc/sys/kernel/random/uuid",
		"/proc/sys/kernel/random/boot_id", "/proc/sys/kernel/printk", "/proc/sys/kernel/cap_last_cap",
		"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/randomize_va_space", "/proc/sys/vm/overcommit_memory",
		"/proc/sys/vm/max_map_count", "/proc/sys/fs/file-max", "/proc/sys/fs/file-nr", "/proc/sys/fs/nr_open",
		"/proc/sys/fs/pipe-max-size", "/proc/sys/net/core/somaxconn", "/sys", "/sys/kernel", "/sys/class", "/sys/devices",
		"/sys/firmware", "/sys/fs", "/sys/fs/cgroup", "/sys/kernel/debug", "/sys/kernel/security", "/sys/block", "/sys/bus",
		"/sys/dev/char", "/sys/module", "/sys/power", "/sys/kernel/kexec_loaded", "/sys/kernel/boot_params/data",
		"/sys/kernel/boot_params/version", "/sys/firmware/memmap/0/start", "/sys/firmware/memmap/0/type",
		"/sys/firmware/acpi/tables/APIC", "/sys/firmware/acpi/tables/DSDT", "/sys/firmware/dmi/tables/DMI",
		"/sys/firmware/dmi/tables/smbios_entry_point", "/sys/devices/system/cpu/online", "/sys/devices/system/cpu/cpu0",
		"/sys/devices/system/cpu/cpu0/topology/core_id", "/sys/class/tty/" SERIAL "/dev", "/sys/class/tty/" SERIAL "/uevent",
		"/proc/self/stat", "/proc/self/maps", "/proc/self/fd", "/proc/self/exe", "/proc/self/environ", "/proc/self/mem",
		"/proc/self/oom_score_adj", "/proc/self/task", "/proc/self/ns", "/proc/self/cgroup", "/proc/self/comm",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		attributes(paths[i]);
}

static void values(void)
{
	static const char *const paths[] = {
		"/proc/sys/kernel/ostype", "/proc/sys/kernel/cap_last_cap", "/proc/sys/kernel/ngroups_max",
		"/proc/sys/kernel/overflowuid", "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/overcommit_ratio",
		"/proc/sys/vm/swappiness", "/proc/sys/vm/mmap_min_addr", "/proc/sys/fs/nr_open", "/proc/sys/fs/pipe-max-size",
		"/proc/sys/fs/inotify/max_user_instances", "/proc/sys/fs/inotify/max_queued_events",
		"/proc/sys/net/core/somaxconn", "/proc/sys/kernel/random/poolsize", "/proc/swaps", "/proc/execdomains",
		"/sys/devices/system/cpu/possible", "/sys/devices/system/cpu/offline", "/sys/kernel/boot_params/version",
		"/sys/firmware/memmap/0/end", "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "/proc/self/oom_score_adj",
		"/sys/devices/system/cpu/cpu0/topology/core_id", "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
		"/sys/class/tty/" SERIAL "/dev",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		content(paths[i]);
}

static void forbidden(void)
{
	CHECK_ERRNO(open("/sys/new", O_CREAT | O_WRONLY, 0600), EACCES);
	CHECK_ERRNO(mkdir("/sys/new", 0700), EPERM);
	CHECK_ERRNO(rmdir("/sys/kernel"), EPERM);
	CHECK_ERRNO(unlink("/sys/kernel/kexec_loaded"), EPERM);
	CHECK_ERRNO(unlink("/proc/uptime"), EPERM);
	CHECK_ERRNO(symlink("x", "/sys/new"), EPERM);
	CHECK_ERRNO(open("/proc/99999999", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/proc/self/nothing", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/proc/01", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/proc/self/fd/999", O_RDONLY), ENOENT);
	CHECK_ERRNO(chdir("/proc/uptime"), ENOTDIR);
	int fd = open("/sys/kernel/kexec_loaded", O_WRONLY);
	show("write to 0444 by root: %s", fd < 0 ? strerror(errno) : "opened");
	if (fd >= 0)
		SHOW(write(fd, "1", 1));
	close(fd);
	fd = open("/proc/uptime", O_WRONLY);
	if (fd >= 0)
		SHOW(write(fd, "1", 1));
	close(fd);
}

static void pieces(void)
{
	char whole[8192], part[8192];
	int fd = open("/proc/filesystems", O_RDONLY), n = read(fd, whole, sizeof(whole)), len = 0, k;

	CHECK(n > 0);
	SHOW(lseek(fd, 0, SEEK_SET));
	while ((k = read(fd, part + len, 7)) > 0)
		len += k;
	CHECK(len == n && !memcmp(whole, part, n));
	SHOW(pread(fd, part, 5, 3));
	CHECK(!memcmp(part, whole + 3, 5));
	SHOW(pread(fd, part, 5, 1 << 20));
	CHECK_ERRNO(lseek(fd, 0, SEEK_END), EINVAL);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	SHOW(read(fd, NULL, 0));
	SHOW(lseek(fd, 0, SEEK_SET));
	CHECK_ERRNO(read(fd, NULL, 5), EFAULT);
	close(fd);

#ifdef __x86_64__
	fd = open("/sys/firmware/acpi/tables/APIC", O_RDONLY);
	n = read(fd, whole, sizeof(whole));
	SHOW(pread(fd, part, 4, 0));
	show("%.4s, length is its size: %d", part, *(int *)(whole + 4) == n);
#else
	fd = open("/sys/firmware/fdt", O_RDONLY);
	SHOW(pread(fd, whole, 8, 0));
	len = (whole[4] & 255) << 24 | (whole[5] & 255) << 16 | (whole[6] & 255) << 8 | (whole[7] & 255);
	show("%02x%02x%02x%02x, its size is its end: %zd %zd", whole[0] & 255, whole[1] & 255, whole[2] & 255,
	     whole[3] & 255, pread(fd, part, 8, len - 4), pread(fd, part, 8, len));
	SHOW(pread(fd, part, 4, 0));
#endif
	SHOW(lseek(fd, 10, SEEK_SET));
	SHOW(pread(fd, part, 10, 10000000));
	close(fd);
}

static void numbers(void)
{
	int fd = open("/proc/sys/kernel/overflowuid", O_RDWR | O_TRUNC);

	CHECK(fd >= 0);
	SHOW(write(fd, "1234\n", 5));
	content("/proc/sys/kernel/overflowuid");
	SHOW(lseek(fd, 0, SEEK_SET));
	CHECK_ERRNO(write(fd, "abc", 3), EINVAL);
	SHOW(lseek(fd, 0, SEEK_SET));
	CHECK_ERRNO(write(fd, "70000", 5), EINVAL);
	SHOW(lseek(fd, 0, SEEK_SET));
	CHECK_ERRNO(write(fd, "-1", 2), EINVAL);
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(write(fd, " 65534 ", 7));
	content("/proc/sys/kernel/overflowuid");
	close(fd);
}

static void listings(void)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int saw_self = 0, saw_me = 0, saw_one = 0, saw_dots = 0;
	char me[16];

	snprintf(me, sizeof(me), "%d", getpid());
	while ((entry = readdir(dir))) {
		saw_self += !strcmp(entry->d_name, "self") && entry->d_type == DT_LNK;
		saw_me += !strcmp(entry->d_name, me) && entry->d_type == DT_DIR;
		saw_one += !strcmp(entry->d_name, "1");
		saw_dots += !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	}
	show("self %d me %d init %d dots %d", saw_self, saw_me, saw_one, saw_dots);
	rewinddir(dir);
	CHECK(readdir(dir) != NULL);
	closedir(dir);

	dir = opendir("/proc/self/fd");
	int n = 0;
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	show("descriptors %d", n);
	closedir(dir);
}

static void types(void)
{
	static const char *const paths[] = { "/proc", "/sys", "/sys/kernel/debug", "/sys/kernel/security", "/sys/fs/cgroup" };
	struct statfs fs;

	(void)mount("x", "/sys/kernel/debug", "debugfs", 0, NULL);
	(void)mount("x", "/sys/kernel/security", "securityfs", 0, NULL);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!statfs(paths[i], &fs))
			show("%s type %lx block %ld name %ld", paths[i], (long)fs.f_type, (long)fs.f_bsize, (long)fs.f_namelen);
	attributes("/sys/kernel/debug");
	(void)umount("/sys/kernel/debug");
	(void)umount("/sys/kernel/security");
	CHECK_ERRNO(mount("x", "/tmp", "proc", 0, "nonsense"), EINVAL);
	CHECK_ERRNO(mount("x", "/tmp", "cgroup", 0, "nosuchcontroller"), EINVAL);
}

static void gone(void)
{
	char path[64], buf[16];
	pid_t child = fork();
	int dir, fd;

	if (!child) {
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d", child);
	dir = open(path, O_RDONLY | O_DIRECTORY);
	fd = openat(dir, "stat", O_RDONLY);
	CHECK(dir >= 0 && fd >= 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	CHECK_ERRNO(read(fd, buf, sizeof(buf)), ESRCH);
	CHECK(openat(dir, "stat", O_RDONLY) < 0);
	CHECK_ERRNO(access(path, F_OK), ENOENT);
	close(dir);
	close(fd);
}

int main(void)
{
	modes();
	values();
	forbidden();
	pieces();
	numbers();
	listings();
	types();
	gone();
	return abi_failures != 0;
}
