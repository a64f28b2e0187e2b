// SPDX-License-Identifier: MIT
/* inotify: which events come, in which order, with which names; ends of watches; what is refused. */
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "abi.h"

static int fd;
static unsigned cookie;

static void events(const char *what)
{
	_Alignas(struct inotify_event) char buf[4096];
	struct pollfd p = { fd, POLLIN, 0 };
	ssize_t n;

	show("%s:", what);
	while (poll(&p, 1, 0) == 1 && (n = read(fd, buf, sizeof(buf))) > 0) {
		for (char *at = buf; at < buf + n;) {
			struct inotify_event *e = (struct inotify_event *)at;
			const char *relation = !e->cookie ? "" : e->cookie == cookie ? " same cookie" : " cookie";

			if (e->cookie)
				cookie = e->cookie;
			show("  wd %d mask %#x len %u %s%s", e->wd, e->mask, e->len, e->len ? e->name : "", relation);
			at += sizeof(*e) + e->len;
		}
	}
}

static void touch(const char *name, const char *text)
{
	int f = open(name, O_WRONLY | O_CREAT, 0644);

	if (text && write(f, text, strlen(text)) < 0)
		show("write failed");
	close(f);
}

int main(void)
{
	char small[8];
	int wd, wd2, pending;

	CHECK_ERRNO(inotify_init1(1), EINVAL);
	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	mkdir("d", 0755);
	mkdir("e", 0755);
	CHECK_ERRNO(read(fd, small, sizeof(small)), EAGAIN);
	CHECK_ERRNO(inotify_add_watch(fd, "nothing", IN_CREATE), ENOENT);
	CHECK_ERRNO(inotify_add_watch(fd, "d", 0), EINVAL);
	CHECK_ERRNO(inotify_add_watch(1, "d", IN_CREATE), EINVAL);
	CHECK_ERRNO(inotify_add_watch(99, "d", IN_CREATE), EBADF);
	CHECK_ERRNO(inotify_rm_watch(fd, 7), EINVAL);
	wd = inotify_add_watch(fd, "d", IN_ALL_EVENTS);
	show("wd %d", wd);
	touch("d/file", NULL);
	events("create");
	ioctl(fd, FIONREAD, &pending);
	show("pending %d", pending);
	touch("d/file", "some text");
	events("write");
	chmod("d/file", 0600);
	events("chmod");
	rename("d/file", "d/other");
	events("rename");
	rename("d/other", "e/other");
	events("move out");
	rename("e/other", "d/back");
	events("move in");
	link("d/back", "d/second");
	events("link");
	symlink("back", "d/symbolic");
	events("symlink");
	mkdir("d/sub", 0755);
	events("mkdir");
	rmdir("d/sub");
	events("rmdir");
	unlink("d/second");
	events("unlink");
	CHECK_ERRNO(inotify_add_watch(fd, "d", IN_CREATE | IN_MASK_CREATE), EEXIST);
	SHOW(inotify_add_watch(fd, "d", IN_DELETE));
	touch("d/quiet", NULL);
	unlink("d/quiet");
	events("only deletions");
	SHOW(inotify_add_watch(fd, "d", IN_CREATE | IN_MASK_ADD));
	touch("d/loud", NULL);
	unlink("d/loud");
	events("creations added");
	SHOW(inotify_add_watch(fd, "d", IN_CREATE | IN_DELETE_SELF | IN_OPEN)); /* whose event comes first is not promised */
	wd2 = inotify_add_watch(fd, "d/back", IN_ALL_EVENTS);
	show("wd %d", wd2);
	touch("d/back", "x");
	events("file itself");
	truncate("d/back", 0);
	events("truncate");
	unlink("d/back");
	events("file gone");
	CHECK_ERRNO(inotify_rm_watch(fd, wd2), EINVAL);
	CHECK_ERRNO(inotify_add_watch(fd, "d/symbolic", IN_OPEN | IN_ONLYDIR), ENOENT);
	wd2 = inotify_add_watch(fd, "e", IN_CREATE | IN_ONESHOT);
	touch("e/1", NULL);
	touch("e/2", NULL);
	events("one shot");
	wd2 = inotify_add_watch(fd, "e", IN_CREATE);
	SHOW(inotify_rm_watch(fd, wd2));
	events("removed");
	touch("d/long name", NULL);
	CHECK_ERRNO(read(fd, small, sizeof(small)), EINVAL);
	events("still there");
	unlink("d/long name");
	unlink("d/symbolic");
	rmdir("d");
	events("directory gone");
	close(fd);
	return abi_result();
}
