// SPDX-License-Identifier: MIT
/* What programs read in /proc and /sys: the form of the files, and values that are the same everywhere. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "abi.h"

#ifdef __aarch64__
#define SERIAL "ttyAMA0"
#define SERIAL_DEV makedev(204, 64)
#else
#define SERIAL "ttyS0"
#define SERIAL_DEV makedev(4, 64)
#endif

static char buf[65536];

static const char *get(const char *path)
{
	int fd = open(path, O_RDONLY), n, len = 0;

	buf[0] = 0;
	if (fd < 0) {
		snprintf(buf, sizeof(buf), "(%s)", strerror(errno));
		return buf;
	}
	while ((n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += n;
	buf[len] = 0;
	close(fd);
	return buf;
}

static void line_of(const char *path, const char *key)
{
	const char *text = get(path);
	const char *p = strstr(text, key);

	show("%s %s %s", path, key, p ? "is there" : "is missing");
}

static int fields(const char *text)
{
	int n = 0;

	for (const char *p = text; *p; p++)
		n += *p != ' ' && (p == text || p[-1] == ' ');
	return n;
}

static void self(void)
{
	char link[128] = "";

	SHOW(readlink("/proc/self/exe", link, sizeof(link) - 1) > 0);
	show("exe %d", strncmp(link, "/abi/proc_files", 15) == 0);
	memset(link, 0, sizeof(link));
	readlink("/proc/self/cwd", link, sizeof(link) - 1);
	show("cwd %s", link);
	memset(link, 0, sizeof(link));
	readlink("/proc/self/root", link, sizeof(link) - 1);
	show("root %s", link);
	show("self %d", readlink("/proc/self", link, sizeof(link)) > 0 && atoi(link) == getpid());
	get("/proc/self/cmdline");
	show("cmdline %s", buf);
	show("comm %s", get("/proc/self/comm"));
	const char *stat = get("/proc/self/stat");

	show("stat has %d fields, state %c", fields(stat), strrchr(stat, ')')[2]);
	static const char *const keys[] = { "Name:", "State:", "Tgid:", "Pid:", "PPid:", "TracerPid:", "Uid:", "Gid:", "FDSize:",
		"Groups:", "VmPeak:", "VmSize:", "VmHWM:", "VmRSS:", "RssAnon:", "RssFile:", "RssShmem:", "VmData:", "VmStk:", "VmExe:",
		"VmLib:", "VmPTE:", "VmSwap:", "Threads:", "SigQ:", "SigPnd:", "ShdPnd:", "SigBlk:", "SigIgn:", "SigCgt:", "CapInh:",
		"CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:", "Cpus_allowed:", "Cpus_allowed_list:",
		"voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:" };

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		line_of("/proc/self/status", keys[i]);
	show("statm has %d fields", fields(get("/proc/self/statm")));
	show("oom %s", get("/proc/self/oom_score_adj"));
	show("limits %d", strstr(get("/proc/self/limits"), "Max open files") != NULL);
	show("environ %zu", strlen(get("/proc/self/environ")));
	show("task %d", access("/proc/self/task", R_OK));
	show("none %s", get("/proc/99999/stat"));
}

static void maps(void)
{
	char *p = mmap((void *)0x10000000, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), *line;

	(void)p;
	get("/proc/self/maps");
	line = strstr(buf, "10000000-");
	show("%.60s", line ? strtok(line, "\n") : "no line");
	get("/proc/self/maps");
	show("stack %d vdso %d", strstr(buf, "[stack]") != NULL, strstr(buf, "[vdso]") != NULL);
	show("program %d", strstr(buf, "r-xp") != NULL && strstr(buf, "/abi/proc_files") != NULL);
	show("smaps %d", strstr(get("/proc/self/smaps"), "Rss:") != NULL);
}

static void machine(void)
{
	static const char *const keys[] = { "MemTotal:", "MemFree:", "MemAvailable:", "Buffers:", "Cached:", "SwapTotal:", "SwapFree:",
		"Shmem:", "SReclaimable:" };
	struct utsname u;
	struct stat st;

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		line_of("/proc/meminfo", keys[i]);
	line_of("/proc/cpuinfo", "processor\t: 1");
	line_of("/proc/cpuinfo", "address sizes");
	line_of("/proc/stat", "cpu1 ");
	line_of("/proc/stat", "btime ");
	line_of("/proc/filesystems", "nodev\tproc");
	line_of("/proc/filesystems", "nodev\ttmpfs");
	line_of("/proc/mounts", "none /proc proc rw");
	line_of("/proc/self/mountinfo", " /proc ");
	line_of("/proc/iomem", "System RAM");
	line_of("/proc/iomem", "Kernel code");
	line_of("/proc/devices", "Character devices:");
	line_of("/proc/interrupts", "CPU0");
	show("uptime has %d fields, loadavg %d", fields(get("/proc/uptime")), fields(get("/proc/loadavg")));
	show("version %.14s", get("/proc/version"));
	show("cmdline %d", strstr(get("/proc/cmdline"), "console=ttyS0") != NULL);
	show("hz %s", get("/proc/sys/kernel/ostype"));
	show("pid_max %d", atoi(get("/proc/sys/kernel/pid_max")) >= 32768);
	show("random %zu", strlen(get("/proc/sys/kernel/random/uuid")));
	show("somaxconn %d", atoi(get("/proc/sys/net/core/somaxconn")) > 0);
	SHOW(uname(&u));
	show("%s %s", u.sysname, u.machine);
	show("kexec %s", get("/sys/kernel/kexec_loaded"));
	show("crash %s", get("/sys/kernel/kexec_crash_loaded"));
	show("cpus %s", get("/sys/devices/system/cpu/present"));
	show("online %s", get("/sys/devices/system/cpu/online"));
	show("memmap start %s", get("/sys/firmware/memmap/0/start"));
	show("memmap type %s", get("/sys/firmware/memmap/0/type"));
	SHOW(stat("/sys/kernel/boot_params/data", &st));
	show("boot_params %ld", (long)st.st_size);
	int fd = open("/sys/kernel/boot_params/data", O_RDONLY);

	pread(fd, buf, 4, 0x202);
	show("header %.4s", buf);
	pread(fd, buf, 4, 0x202);
	SHOW(read(fd, buf, 8192));
	show("zero %d", stat("/dev/zero", &st) || st.st_rdev != makedev(1, 5));
	show("urandom %d", stat("/dev/urandom", &st) || st.st_rdev != makedev(1, 9));
	show(SERIAL " %d", stat("/dev/" SERIAL, &st) || st.st_rdev != SERIAL_DEV);
	/* Debian's cloud kernel has no /dev/port. */
	show("mem %d kmsg %d full %d", access("/dev/mem", R_OK), access("/dev/kmsg", R_OK), access("/dev/full", W_OK));
	fd = open("/dev/full", O_WRONLY);
	CHECK_ERRNO(write(fd, "x", 1), ENOSPC);
	show("active %s", get("/sys/class/tty/console/active"));
}

int main(void)
{
	self();
	maps();
	machine();
	return abi_result();
}
