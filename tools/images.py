#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The initramfs images that run, test and bench start: each one function, named by what it does.

    tools/images.py NAME OUT [--compress KIND] [key=value...]

Where a Linux is booted at the end, its /init prints PAYLOAD_LINE: the proof that a boot got there.
"""
import inspect
import os
import struct
import subprocess
import sys

import mkinitramfs
import toolchain
import vm

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DL = os.path.realpath(os.environ.get("KINDLING_DL", os.path.join(TOP, "build", "dl")))
ARCH = os.environ.get("KINDLING_ARCH", "x86_64")
GOARCH = {"x86_64": "amd64", "aarch64": "arm64", "riscv64": "riscv64", "loongarch64": "loong64"}


def dl(item):
    """The folder of a fetched item for the architecture that images are made for."""
    return f"{DL}/{item}" if ARCH == "x86_64" else f"{DL}/{item}-{ARCH}"

PAYLOAD_LINE = "KINDLING-PAYLOAD"

# Linux's log and its programs write to one serial port, and a line of the one can land in the middle of one of the other:
# words that keep its log away, and a command that waits until what was written is out (stty uses TCSADRAIN), for "Power
# down" is printed whatever the level.
QUIET = "loglevel=1"
DRAIN = "stty opost"

# The last system of a chain. It says what it sees, for the tests to compare, and powers off or
# gives a prompt with job control on the serial line.
PAYLOAD_INIT = """#!/bin/sh
mount -t devtmpfs none /dev 2>/dev/null
mount -t proc none /proc
mount -t sysfs none /sys
dmesg -n 1
%(extra)s
echo "%(line)s $(uname -s) $(uname -r) cpus=$(grep -c ^processor /proc/cpuinfo) \
memkb=$(sed -n 's/MemTotal: *//p' /proc/meminfo | tr -d ' kB') args=$(cat /proc/cmdline)"
%(drain)s
%(end)s
"""


def busybox(cpio, commands=()):
    """busybox-static with its commands as links, and the two devices that a plain cpio carries."""
    program = f"{dl('busybox')}/usr/bin/busybox"
    cpio.dir("dev")
    cpio.node("dev/console", "c", 5, 1)
    cpio.node("dev/null", "c", 1, 3, 0o666)
    for d in ("proc", "sys", "tmp", "root", "etc", "sbin", "usr/bin", "usr/sbin"):
        cpio.dir(d)
    cpio.copy("bin/busybox", program, 0o755)
    for c in commands or APPLETS:
        cpio.link(f"bin/{c}", "busybox")


APPLETS = """ash awk basename bunzip2 bzcat cat chmod chown chroot clear cmp cp cpio cttyhack cut date dd df
dirname dmesg du echo env expr false fgrep find free getopt getty grep gunzip gzip head hexdump hostname id
ifconfig init insmod ip kill killall ln login ls lsmod lzop md5sum mkdir mkfifo mknod mktemp more mount mv
nc netstat nproc od passwd ping poweroff printf ps pwd readlink realpath reboot rm rmdir route sed seq setsid
sh sha256sum sleep sort stat stty swapon switch_root sync sysctl tail tar tee test time timeout top touch tr
true tty udhcpc umount uname uniq unxz unzip uptime usleep vi watch wc wget which xargs xz xzcat yes
zcat""".split()


def own_kexec(cpio, path="sbin/kexec"):
    """Kindling's own small kexec command (user/kexec.c)."""
    out = os.path.join(TOP, "build", "test", ARCH, "kexec")
    os.makedirs(os.path.dirname(out), exist_ok=True)
    toolchain.musl_program(f"{TOP}/user/kexec.c", out, ARCH, strip=True)
    cpio.copy(path, out, 0o755)


def payload(batch="1", extra="", line=PAYLOAD_LINE):
    """Busybox for the Linux at the end: one line and power-off, or a prompt."""
    cpio = mkinitramfs.Cpio()
    busybox(cpio)
    own_kexec(cpio)
    end = "poweroff -f" if batch == "1" else \
        'echo "A Linux that Kindling started. Ctrl-A x leaves QEMU."; cd /root; setsid cttyhack sh; poweroff -f'
    cpio.file("init", PAYLOAD_INIT % {"line": line, "end": end, "extra": extra, "drain": DRAIN}, 0o755)
    return cpio


def shell(script=""):
    """Busybox as the system itself: runs script, then a prompt. Its shell is not process 1: that one's
    children cannot be stopped from the terminal."""
    cpio = mkinitramfs.Cpio()
    busybox(cpio)
    own_kexec(cpio)
    cpio.file("init", "#!/bin/sh\nmount -t devtmpfs none /dev\nmount -t proc none /proc\nmount -t sysfs none /sys\n"
              + script + "\nsetsid cttyhack sh\npoweroff -f\n", 0o755)
    return cpio


def go_quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def u_root(uinit=(), files=(), script=""):
    """Stock u-root with all core and boot commands. uinit: what its init runs first, as u-root's own
    -uinitcmd puts it there. script: the same as a gosh script. files: (path, source) pairs."""
    cpio = mkinitramfs.Cpio()
    cpio.base(f"{dl('u-root')}/u-root.cpio")
    # u-root's own, where it has one, stands at the end of PATH.
    own_kexec(cpio, "sbin/kexec" if ARCH == "loongarch64" else "sbin/kexec-file")
    if script:
        cpio.file("uinit.sh", script + "\n", 0o755)
        uinit = ["gosh", "/uinit.sh"]
    if uinit:
        cpio.link("bin/uinit", f"../bbin/{uinit[0]}")
        cpio.file("etc/uinit.flags", "\n".join(go_quote(a) for a in uinit[1:]), 0o644)
    for path, source in files:
        if isinstance(source, bytes):
            cpio.file(path, source, 0o644)
        else:
            cpio.copy(path, source, 0o644)
    return cpio


CONSOLE = "ttyAMA0" if ARCH == "aarch64" else "ttyS0"
LINUX_CMDLINE = " ".join((f"console={CONSOLE} panic=-1", vm.LINUX_WORDS.get(ARCH, ""))).strip()


def chain(batch="1", kexec="", linux=f"{dl('linux')}/vmlinuz", append="", extra=""):
    """u-root whose init calls u-root's kexec on a Linux: kexec is more options for that command. On loongarch64 u-root
    has no kexec: its shell calls ours."""
    files = [("boot/vmlinuz", linux), ("boot/initrd", mkinitramfs.compress(payload(batch, extra).bytes(), "gzip"))]
    cmdline = " ".join((LINUX_CMDLINE, append)).strip()
    if ARCH == "loongarch64":
        return u_root(files=files, script="/sbin/kexec -l /boot/vmlinuz --initrd=/boot/initrd "
                                          f"--command-line='{cmdline}'\n/sbin/kexec -e")
    flags = kexec.split() + ["-c", cmdline, "-i", "/boot/initrd", "/boot/vmlinuz"]
    return u_root(["kexec"] + flags, files)


def vmlinux(bzimage):
    """The ELF inside a bzImage, found by the header's payload fields (boot protocol 2.08)."""
    with open(bzimage, "rb") as f:
        b = f.read()
    offset, length = struct.unpack_from("<II", b, 0x248)
    begin = (b[0x1f1] + 1) * 512 + offset
    body = b[begin:begin + length - 4]
    for magic, argv in UNPACKERS:
        if body.startswith(magic):
            return subprocess.run(argv, input=body, check=True, stdout=subprocess.PIPE).stdout
    raise ValueError(f"{bzimage}: unknown compression {body[:6]}")


UNPACKERS = (
    (b"\xfd7zXZ", ["xz", "-dc"]),
    (b"\x28\xb5\x2f\xfd", ["zstd", "-dqc"]),
    (b"\x1f\x8b", ["gzip", "-dc"]),
    (b"\x02\x21\x4c\x18", ["lz4", "-dqc"]),
)


def go_program(name):
    """A static Go program of tests/programs as /init."""
    go = subprocess.run([f"{TOP}/tools/fetch", "--print-go"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    out = os.path.join(TOP, "build", "test", ARCH, name)
    os.makedirs(os.path.dirname(out), exist_ok=True)
    env = {**os.environ, "CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": GOARCH[ARCH], "GOTOOLCHAIN": "local",
           "GOFLAGS": "-buildvcs=false -trimpath", "GO111MODULE": "off"}
    subprocess.run([go, "build", "-o", out, f"{TOP}/tests/programs/{name}.go"], check=True, env=env)
    cpio = mkinitramfs.Cpio()
    busybox(cpio)
    cpio.copy("init", out, 0o755)
    return cpio


def c_program(name):
    """A static C program of tests/programs as /init."""
    out = os.path.join(TOP, "build", "test", ARCH, name)
    os.makedirs(os.path.dirname(out), exist_ok=True)
    toolchain.musl_program(f"{TOP}/tests/programs/{name}.c", out, ARCH)
    cpio = mkinitramfs.Cpio()
    busybox(cpio)
    cpio.copy("init", out, 0o755)
    return cpio


IMAGES = {f.__name__.replace("_", "-"): f for f in (payload, shell, u_root, chain)}


def main(argv):
    kind, args, kw = "none", [], {}
    while argv:
        a = argv.pop(0)
        if a == "--compress":
            kind = argv.pop(0)
        elif "=" in a:
            key, _, kw[key] = a.partition("=")
        else:
            args.append(a)
    if len(args) != 2 or args[0] not in IMAGES:
        print(__doc__)
        for name, f in IMAGES.items():
            print(f"  {name:10} {inspect.signature(f)}  {f.__doc__.splitlines()[0]}")
        sys.exit(1)
    data = mkinitramfs.compress(IMAGES[args[0]](**kw).bytes(), kind)
    with open(args[1] + ".new", "wb") as f:
        f.write(data)
    os.rename(args[1] + ".new", args[1])


if __name__ == "__main__":
    main(sys.argv[1:])
