# SPDX-License-Identifier: MIT
"""The boot scenarios, as data: what is started, what is typed, what has to appear.

Each step is a pattern, or (pattern, what to type once it has appeared). The proof of a boot is a
line printed by the program or the Linux at its end. Kinds of images come from tools/images.py.
"""
import gzip
import os
import random
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any, Callable, Optional

import images
import mkinitramfs
import vm

from images import PAYLOAD_LINE
from mkinitramfs import Cpio, compress

import compare


@dataclass(eq=False)
class Scenario:
    name: str
    about: str
    initramfs: Optional[Callable] = None    # (ctx) -> bytes
    steps: tuple = ()
    append: str = ""
    smp: int = 1
    mem: str = "512M"
    machine: Optional[str] = None           # None: q35 or virt
    cpu: Optional[str] = None
    kernel: Any = None                      # path or (ctx) -> path; None: the kernel under test; "": none (-kernel)
    extra: Any = ()                         # more QEMU words, or (ctx) -> them
    timeout: float = 60                     # for each step
    exits: bool = False                     # has to power off by itself afterwards
    may_panic: bool = False
    check: Optional[Callable] = None        # (ctx, text) -> error or None
    run: Optional[Callable] = None          # (ctx, scenario, log) -> error or None, instead of one boot
    on_linux: bool = True                   # makes sense with Debian's Linux in Kindling's place
    long: bool = False                      # only in test --all
    neutral: bool = False                   # holds on every architecture if it holds on one: not with --brief
    fault: Optional[str] = None             # how the log ends when a program has hung as it does on Linux too: once more
    alone: bool = False                     # nothing else runs beside it: the host's load would show


PAYLOAD = rf"^{PAYLOAD_LINE} Linux [\d.]+\S*{images.GOARCH[images.ARCH]}\S* cpus="
LINUX = f"{images.dl('linux')}/vmlinuz"
CMDLINE = images.LINUX_CMDLINE
IS_X86 = images.ARCH == "x86_64"
SCENARIOS = []


def scenario(name, about, *args, **kw):
    SCENARIOS.append(Scenario(name, about, *args, **kw))


def say(script):
    """Busybox that runs script, whose last line says SEEN ..., and powers off."""
    return lambda ctx: images.shell(f"{script}\n{images.DRAIN}\npoweroff -f").bytes()


# --- initramfs kinds ------------------------------------------------------------------------------

COUNT = 'echo "SEEN files=$(find / -xdev | wc -l) sum=$(cat /bin/busybox /etc/data | md5sum | cut -c1-8)"'


def archive(script=COUNT, files=()):
    cpio = images.shell(script + "\npoweroff -f")
    cpio.file("etc/data", bytes(i * i >> 3 & 255 for i in range(300000)), 0o644)
    for path, body in files:
        cpio.file(path, body)
    return cpio


for kind in mkinitramfs.COMPRESSORS:
    scenario(f"initramfs/{kind}", f"busybox from a {kind} archive", steps=(r"^SEEN files=\d+ sum=\w{8}$",),
             initramfs=lambda ctx, kind=kind: compress(archive().bytes(), kind), exits=True, neutral=kind not in ("none", "xz"))


def concatenated(ctx):
    """Four archives in four compressions, padded with zeros, the last one overwriting a file."""
    parts = [archive('echo "SEEN $(cat /one /two /three | tr "\\n" " ")"').bytes()]
    for name, kind in (("one", "gzip"), ("two", "none"), ("three", "xz"), ("two", "zstd")):
        c = Cpio()
        c.file(name, f"{name}-{kind}\n", 0o644)
        parts.append(compress(c.bytes(), kind))
    parts[0], parts[1] = parts[1], parts[0]
    out = b""
    for i, part in enumerate(parts):
        out += part + b"\0" * (-len(part) % 4) + b"\0" * (512 * i)
    return out


scenario("initramfs/concatenated", "archives of different compressions one after another", concatenated,
         (r"^SEEN one-gzip two-zstd three-xz",), exits=True, neutral=True)


def every_kind(ctx):
    c = archive('echo "SEEN $(stat -c "%F %a %u:%g %Y %h" /k/file /k/link /k/hard1 /k/fifo /k/dir /k/blk /k/suid | tr "\\n" ";")'
                ' $(cat /k/hard2) $(readlink /k/link)"')
    c.dir("k")
    c._entry("k/file", 0o100640, b"x", owner=(7, 8), mtime=1234567890)
    c.link("k/link", "../some/where")
    c.file("k/hard1", b"", 0o644)
    c.hard("k/hard2", "k/hard1", b"late body")
    c.fifo("k/fifo", 0o622)
    c.dir("k/dir", 0o1777)
    c.node("k/blk", "b", 7, 3, 0o660)
    c._entry("k/suid", 0o104755, b"", owner=(0, 5))
    return c.bytes()


scenario("initramfs/every-kind", "owner, mode, time, links, fifo and nodes as the archive says", every_kind,
         (r"^SEEN regular file 640 7:8 1234567890 1;symbolic link 777 0:0 \d+ 1;regular file 644 0:0 \d+ 2;"
          r"fifo 622 0:0 \d+ 1;directory 1777 0:0 \d+ 2;block special file 660 0:0 \d+ 1;"
          r"regular empty file 4755 0:5 \d+ 1; late body \.\./some/where",), exits=True, neutral=True)


def two_nodes(ctx):
    """Only /dev/console and /dev/null: they have to work without any mount."""
    c = Cpio()
    images.busybox(c)
    c.file("init", "#!/bin/sh\necho lost >/dev/null && echo SEEN $(ls /dev | tr '\\n' ' ')$(cat /dev/null)here\npoweroff -f\n")
    return c.bytes()


scenario("initramfs/two-nodes", "the nodes of the archive are live devices", two_nodes,
         (r"^SEEN console null here",), exits=True)



def builtin(ctx):
    """An image with the archive inside, linked beside the real one from the same objects."""
    archive_path = ctx.file("builtin.cpio", lambda: compress(archive('echo "SEEN inside $(cat /added)"').bytes(), "xz"))
    out = f"build/{ctx.arch}-builtin"
    subprocess.run(f"rm -rf {out} && cp -a build/{ctx.arch} {out} && make -s ARCH={ctx.arch} OUT={out} INITRAMFS={archive_path} kindling.img",
                   shell=True, cwd=images.TOP, check=True, stdout=subprocess.DEVNULL)
    return f"{out}/kindling.img"


def added(ctx):
    c = Cpio()
    c.file("added", "by the loader\n", 0o644)
    return c.bytes()


scenario("initramfs/built-in", "an archive in the image, one from the loader after it", added, (r"^SEEN inside by the loader",),
         kernel=builtin, exits=True, on_linux=False)

DAMAGE = r"(?i)initramfs[^\n]*(fail|damage|offset|trunc|junk|broken|invalid|corrupt|error|too)"


def damaged(how):
    """A good archive with /init, and after it one that is damaged."""
    def make(ctx):
        c = Cpio()
        for i in range(50):
            c.file(f"more/{i}", os.urandom(0) + bytes([i]) * 3000, 0o644)
        good = archive('echo "SEEN more=$(ls /more 2>/dev/null | wc -l)"').bytes()
        return good + how(c)
    return make


DAMAGES = {
    "truncated": lambda c: compress(c.bytes(), "gzip")[:-200],
    "truncated-plain": lambda c: bytes(c.data[:len(c.data) // 2]),
    "garbled-xz": lambda c: (lambda b: b[:200] + b"\xa5" * 64 + b[264:])(compress(c.bytes(), "xz")),
    "garbled-zstd": lambda c: (lambda b: b[:100] + b"\xa5" * 32 + b[132:])(compress(c.bytes(), "zstd")),
    "garbled-header": lambda c: (lambda at: bytes(c.data[:at]) + b"0707XX" + bytes(c.data[at + 6:]))(c.data.find(b"070701", 9000)),
    "huge-name": lambda c: b"070701" + b"0000000181A4" .ljust(16, b"0") + b"0" * 64 + b"7FFFFFFF" + b"0" * 8 + b"x" * 100,
    "huge-file": lambda c: b"070701" + (b"%08X" * 13 % (1, 0o100644, 0, 0, 1, 0, 0xfffffff0, 0, 0, 0, 0, 2, 0)) + b"a\0" + b"x" * 1000,
    "junk": lambda c: bytes(range(1, 200)) * 40,
}
# Linux says nothing about an archive that just ends.
for name, how in DAMAGES.items():
    scenario(f"initramfs/bad/{name}", "damage is named, what was good stays", damaged(how),
             (DAMAGE, r"^SEEN more=\d+"), exits=True, on_linux=name not in ("truncated-plain", "huge-file"), neutral=True)


def escaping(ctx):
    c = archive('echo "SEEN $(cat /up) $(cat /abs) $(cat /through 2>&1)"')
    for path in ("../../up", "/abs", "etc/../through"):
        c._entry(path, 0o100644, os.path.basename(path).encode())
    return c.bytes()


scenario("initramfs/bad/escaping", "names with .. and / stay below the root", escaping,
         (r"^SEEN up abs through",), exits=True, neutral=True)


def bomb(ctx):
    """1.2 GB of zeros in a megabyte: more than the guest has."""
    c = Cpio()
    c._entry("bomb", 0o100644)
    head = b"070701" + (b"%08X" * 13 % (9, 0o100644, 0, 0, 1, 0, 1200 << 20, 0, 0, 0, 0, 5, 0)) + b"bomb\0\0"
    return archive('echo "SEEN alive"').bytes() + gzip.compress(head + bytes(1200 << 20), 1)


scenario("initramfs/bad/bomb", "an archive that does not fit in memory", bomb, (DAMAGE, r"^SEEN alive"),
         mem="256M", exits=True, on_linux=False, neutral=True)

# --- machine sizes and kinds ----------------------------------------------------------------------

SIZE = say('echo "SEEN cpus=$(grep -c ^processor /proc/cpuinfo) online=$(nproc) '
           'memkb=$(sed -n "s/MemTotal: *//p" /proc/meminfo | tr -d " kB")"')
for n in (1, 2, 4, 8):
    scenario(f"smp/{n}", f"{n} CPUs", SIZE, (rf"^SEEN cpus={n} online={n} ",), smp=n, exits=True)
scenario("smp/maxcpus", "maxcpus= limits them", SIZE, (r"^SEEN cpus=2 online=2 ",), smp=4, append="maxcpus=2", exits=True)
scenario("smp/nosmp", "nosmp", SIZE, (r"^SEEN cpus=1 online=1 ",), smp=4, append="nosmp", exits=True)
# A prompt of busybox; with a terminal of unknown size it asks for the cursor's place.
PROMPT = r"# (\x1b\[6n)?$"

# Debian's kernel does not fit in 64 MB with its initramfs; that is one of the reasons for this one.
SMALL = "64M" if IS_X86 else "128M"
scenario(f"mem/{SMALL}", f"a busybox prompt in {SMALL}", lambda ctx: images.shell().bytes(),
         ((PROMPT, "echo SEEN $((6*7))\n"), r"^SEEN 42"), mem=SMALL, on_linux=False)
scenario("mem/8G", "8 GB", SIZE, (r"^SEEN cpus=1 online=1 memkb=(8[0-3]|7[89])\d{5}",), mem="8G", exits=True)
scenario("mem/16G", "16 GB", SIZE, (r"^SEEN cpus=1 online=1 memkb=16[0-9]\d{5}",), mem="16G", exits=True, long=True)
# Without e820, a loader's initramfs may lie in the upper half, and Linux does not look for it there.
scenario("mem/limit", "mem= on the command line", SIZE, (r"^SEEN cpus=1 online=1 memkb=%s$" % (r"(1\d{5}|2(?:[0-5]\d|6[01])\d{3})"
         if IS_X86 else r"3[0-9]{5}"),), append="mem=256M" if IS_X86 else "mem=384M", exits=True)

scenario("power/reboot", "reboot resets the machine", lambda ctx: images.shell("echo SEEN; reboot -f").bytes(), ("^SEEN",), exits=True)
scenario("power/panic", "panic= reboots when there is no init", lambda ctx: Cpio().bytes(),
         (r"(?i)panic",), append="panic=1", exits=True, may_panic=True)
scenario("power/init-dies", "the end of init is a panic", lambda ctx: images.shell("exit 3").bytes(),
         (r"(?i)panic",), append="panic=1", exits=True, may_panic=True)
scenario("cmdline/rdinit", "rdinit=, init's arguments and environment",
         lambda ctx: (lambda c: (c.file("other", "#!/bin/sh\necho SEEN $0 $* E=$colour\npoweroff -f\n"), c.bytes())[1])(images.shell()),
         (r"^SEEN /other word E=red",), append="rdinit=/other word colour=red", exits=True)

# --- a person at busybox --------------------------------------------------------------------------

scenario("busybox/job-control", "^C, ^Z, fg, exit status",
         lambda ctx: images.shell().bytes(), (
             (PROMPT, 'sh -c \'echo be""gun; exec sleep 1000\'\n'), (r"^begun", "\x03"),
             (PROMPT, "echo st=$?\n"), r"^st=130",
             (PROMPT, 'sh -c \'echo be""gun; exec cat\'\n'), (r"^begun", "\x1a"),
             r"Stopped", (PROMPT, "jobs\n"), r"\[1\].*Stopped",
             # What it echoes shows that it is in the foreground: ^C before that would be the shell's.
             (PROMPT, "fg\n"), (r"exec cat", "to it\n"), (r"^to it\nto it", "\x03"),
             (PROMPT, "echo rea\"\"dy; cat\n"), (r"^ready", "typed\n"), (r"^typed\ntyped", "\x04"),
             (PROMPT, "sleep 1 & wait; echo wa\"\"ited\n"), r"^waited",
         ))
scenario("busybox/tools", "pipes, vi, top, ps, find, tar",
         lambda ctx: images.shell().bytes(), (
             (PROMPT, "seq 2000 | sort -n | tail -1 | sed s/^/N/\n"), r"^N2000",
             (PROMPT, "vi /tmp/f\n"), (r"- /tmp/f.*100%", "i"), (r"I /tmp/f", "hello"), (r"hello", "\x1b"),
             (r"- /tmp/f", ":wq\n"),
             (PROMPT, "sed s/^/V/ /tmp/f\n"), r"^Vhello",
             (PROMPT, "top -b -n1 | head -4\n"), r"Mem:", r"CPU:", r"PID",
             (PROMPT, "ps | grep [p]s\n"), r"ps",
             (PROMPT, "tar cf - /bin /etc | tar tf - | wc -l | sed s/^/T/\n"), r"^T\d\d+",
             (PROMPT, "yes | head -c 2000000 | md5sum\n"), r"^1567774b6bebd0e9436ce96795260e20  -",
             (PROMPT, "poweroff -f\n"),
         ), exits=True)

# --- u-root ---------------------------------------------------------------------------------------

# The shell's line editor (bubbletea 0.24.1) can hang at Enter: its renderer's stop() clears the line and waits for a
# goroutine, with a lock held that this one takes sixty times a second. With slow CPUs 6 of 160 did on Kindling, 7 of 93
# on Linux.
scenario("u-root/prompt", "u-root's banner, its shell, a command",
         lambda ctx: images.u_root().bytes(), (r"Welcome to u-root", (r"\$ $|> $|# $", "echo SE\"\"EN $(uname)\r"), r"SEEN Linux"), smp=2,
         timeout=30, fault=r"EN \$\(uname\) *\n\x1b\[0D\x1b\[2K$")
scenario("u-root/quiet-init", "u-root's init reports nothing that it does not report on Linux",
         lambda ctx: images.u_root(script="echo SEEN; shutdown halt").bytes(), run=compare.u_root_init, smp=2)
scenario("u-root/go-program", "goroutines on all CPUs, preemption, netpoll, os/exec, signals, timers",
         lambda ctx: images.go_program("goruntime").bytes(), (r"^SEEN all \d+ checks",), smp=4, timeout=90, exits=True)

scenario("programs/syscall-fuzz", "system calls at random, as root and not, on two CPUs",
         lambda ctx: images.c_program("syscall_fuzz").bytes(), (r"^SEEN 30 seeds",), smp=2, timeout=120, exits=True)

# By their full names: busybox's shell prefers its own of the same names.
DYNAMIC = """
mkdir -p /var/lib/dpkg/alternatives /var/log /etc/alternatives
/usr/bin/dpkg --compare-versions 1.2~rc1 lt 1.2 && echo TRY compared
/usr/bin/dpkg --version | grep -q 'package management' && echo TRY named
/usr/bin/update-alternatives --quiet --install /usr/bin/thing thing /bin/busybox 10 && readlink -f /usr/bin/thing
/usr/sbin/start-stop-daemon --start --background --make-pidfile --pidfile /tmp/pid --exec /bin/sleep -- 100 && echo TRY started
/usr/sbin/start-stop-daemon --stop --retry 5 --pidfile /tmp/pid && echo TRY stopped
LD_DEBUG=libs /usr/sbin/kexec --version 2>&1 | grep -c 'calling init' | sed 's/^[1-9].*/TRY loaded/'
echo SEEN all
"""


def dynamic(ctx):
    cpio = images.shell(DYNAMIC + "poweroff -f")
    for path in ("usr/bin/dpkg", "usr/bin/update-alternatives", "usr/sbin/start-stop-daemon", "usr/sbin/kexec"):
        cpio.elf(path, images.dl("kexec-tools"), path)
    return cpio.bytes()


scenario("programs/glibc-dynamic", "Debian's programs and their shared libraries", dynamic,
         (r"^TRY compared", r"^TRY named", r"^/bin/busybox", r"^TRY started", r"^TRY stopped", r"^TRY loaded", r"^SEEN all"),
         smp=2, exits=True)

# --- kexec ----------------------------------------------------------------------------------------

def dirty_memory(ctx, s, log):
    """RAM is noise before anything runs, as a warm reset or a kernel before leaves it; QEMU's is zero otherwise."""
    path = os.path.join(ctx.out, "dirty.ram")
    noise = random.Random(1).randbytes(1 << 20)
    with open(path, "wb") as f:
        for _ in range(int(s.mem[:-1])):
            f.write(noise)
    try:
        text = ctx.boot(s, log, machine=f"{vm.MACHINE.get(ctx.arch, 'virt')},memory-backend=dirty", extra=(
            "-object", f"memory-backend-file,id=dirty,size={s.mem},share=off,mem-path={path}"))
    finally:
        os.unlink(path)
    return selftests(ctx, text)


scenario("mem/dirty", "memory that is not zero at the start", lambda ctx: images.shell("poweroff -f").bytes(),
         (r"selftest: \d+ passed, \d+ failed",), append="selftest=all", smp=2, mem="128M", timeout=120, run=dirty_memory,
         exits=True, on_linux=False)


def u_root_script(script):
    return lambda ctx: images.u_root(script=script, files=[
        ("boot/vmlinuz", LINUX),
        ("boot/initrd", compress(images.payload().bytes(), "gzip"))]).bytes()


ARGS = f'-c "{CMDLINE} by=CALL" -i /boot/initrd /boot/vmlinuz'
U_ROOT_KEXEC = {
    "file": f"kexec {ARGS}",
    "load-then-exec": f"kexec -l {ARGS}\nkexec -e",
    "loadsyscall": f"kexec --loadsyscall {ARGS}",
    "load-then-exec-L": f"kexec -l -L {ARGS}\nkexec -e",
}
# u-root knows no kexec on loongarch64, and kexec_load only where it has code for the format.
U_ROOT_CALLS = {"x86_64": 4, "aarch64": 4, "riscv64": 2}.get(images.ARCH, 0)
for name, script in list(U_ROOT_KEXEC.items())[:U_ROOT_CALLS]:
    scenario(f"kexec/u-root-{name}", "u-root's kexec", u_root_script(script.replace("CALL", name)),
             (rf"{PAYLOAD}2 .* by={name}",), smp=2, mem="1G", exits=True, timeout=90)
if U_ROOT_CALLS:
    # The one without LINUX_WORDS: here Linux checks its timer's interrupt as it does on a real machine.
    scenario("kexec/u-root-reuse-cmdline", "u-root's kexec --reuse-cmdline",
             u_root_script("kexec --reuse-cmdline -i /boot/initrd /boot/vmlinuz"),
             (rf"{PAYLOAD}2 .*reused=yes",), append="panic=-1 reused=yes", smp=2, mem="1G", exits=True, timeout=90,
             alone=True)


def kexec_command(cpio, own=False):
    if not own:                      # in the place of our own, which is in every image
        cpio.elf("sbin/kexec", images.dl("kexec-tools"), "usr/sbin/kexec")


def with_kexec_tools(script, linux="linux", vmlinux=False, own=False, extra="", kernel=None, batch="1"):
    """kernel(path) makes what is loaded of Debian's file; without it that itself, or what a zstd zboot file carries, which
    kexec-tools cannot unpack."""
    def make(ctx):
        cpio = images.shell(script + "\necho kexec: still here")
        kexec_command(cpio, own)
        path = f"{images.dl(linux)}/vmlinuz"
        if kernel or vmlinux:
            cpio.file("boot/vmlinuz", (kernel or images.vmlinux)(path), 0o644)
        else:
            cpio.copy("boot/vmlinuz", path if own else vm.loadable(path), 0o644)
        cpio.file("boot/initrd", compress(images.payload(batch, extra).bytes(), "gzip"), 0o644)
        return cpio.bytes()
    return make


# The calls that Debian's kexec-tools can make.
KEXEC_CALLS = (("-c", "load"), ("-s", "file-load"))
FILE_LOAD = "-s"
TOOLS = 'kexec CALL -l /boot/vmlinuz --initrd=/boot/initrd --command-line="%s by=tools"\n' % CMDLINE + \
        'echo loaded=$(cat /sys/kernel/kexec_loaded)\nkexec -e'
for call, name in KEXEC_CALLS:
    scenario(f"kexec/tools-{name}", f"Debian's kexec-tools, {call}", with_kexec_tools(TOOLS.replace("CALL", call)),
             (r"^loaded=1", rf"{PAYLOAD}2 .*by=tools"), smp=2, mem="1G", exits=True)
scenario("kexec/own", "our own kexec command", with_kexec_tools(TOOLS.replace("CALL", ""), own=True),
         (r"^loaded=1", rf"{PAYLOAD}2 .*by=tools"), smp=2, mem="1G", exits=True)
scenario("kexec/any-cpu", "the call comes from the last CPU", with_kexec_tools(
    TOOLS.replace("CALL", FILE_LOAD).replace("kexec -e", "taskset 8 kexec -e")), (rf"{PAYLOAD}4 ",), smp=4, mem="1G", exits=True)
scenario("kexec/8-cpus", "the next kernel starts all eight", with_kexec_tools(TOOLS.replace("CALL", FILE_LOAD)),
         (rf"{PAYLOAD}8 ",), smp=8, mem="1G", exits=True, timeout=120)
scenario("kexec/8G", "with 8 GB", with_kexec_tools(TOOLS.replace("CALL", "-c")), (rf"{PAYLOAD}2 ",), smp=2, mem="8G", exits=True)
# A bzImage that is too short is accepted by Linux: only its header is looked at.
BAD = """
tryload() { what=$1; shift; kexec "$1" -u; kexec "$@" >/tmp/out 2>&1; echo "TRY $what status=$? loaded=$(cat /sys/kernel/kexec_loaded)"; }
head -c 100000 /boot/vmlinuz >/boot/short
head -c 3000000 /dev/urandom >/boot/random
: >/boot/empty
for call in -s -c; do
	for k in short random empty; do tryload $k$call $call -l /boot/$k --command-line=x; done
done
kexec -s -l /boot/vmlinuz --initrd=/boot/initrd --command-line="CMDLINE" && echo "TRY good status=$? loaded=$(cat /sys/kernel/kexec_loaded)"
kexec -s -u; echo "TRY unloaded status=$? loaded=$(cat /sys/kernel/kexec_loaded)"
kexec -e; echo "TRY exec status=$?"
echo SEEN alive
poweroff -f
"""


def bad_images(ctx, text):
    got = re.findall(r"^TRY (\S+) status=(\d+) loaded=(\d)", text, re.M)
    wrong = [g for g in got if g[0][:5] in ("rando", "empty") and (g[1] == "0" or g[2] == "1")]
    loaded = dict((g[0], g[2]) for g in got)
    if wrong or len(got) < 8 or loaded.get("good") != "1" or loaded.get("unloaded") != "0":
        return f"bad images: {wrong or got}"
    return None


scenario("kexec/bad-images", "garbage is refused, a load can be taken back", with_kexec_tools(BAD.replace("CMDLINE", CMDLINE)),
         (r"^SEEN alive",), smp=2, mem="1G", check=bad_images, exits=True)


# A chain of N kexecs of the kernel under test: the next initrd is made by the running system, from the
# archive it came from (kept inside) and a small one that carries that archive on. The counter is on the command line.
CHAIN = """
n=$(sed -n 's/.*chain=\\([0-9]*\\).*/\\1/p' /proc/cmdline)
echo "LINK $n cpus=$(nproc) freekb=$(sed -n 's/MemFree: *//p' /proc/meminfo | tr -d ' kB')"
if [ "$n" -gt 0 ]; then
	( cat /boot/base; cd /; echo boot/base | cpio -o -H newc 2>/dev/null ) >/tmp/initrd
	kexec CALL -l /boot/kernel --initrd=/tmp/initrd --command-line="CMDLINE APPEND chain=$((n-1))" || poweroff -f
else
	kexec FILE -l /boot/vmlinuz --initrd=/boot/initrd --command-line="CMDLINE" || poweroff -f
fi
kexec -e
"""


def chain(call, first=None, append=""):
    def make(ctx):
        cpio = images.shell(CHAIN.replace("CALL", call).replace("FILE", FILE_LOAD).replace("CMDLINE", CMDLINE).replace("APPEND", append))
        kexec_command(cpio)
        cpio.copy("boot/kernel", ctx.kernel)
        cpio.copy("boot/vmlinuz", LINUX)
        cpio.file("boot/initrd", compress(images.payload().bytes(), "gzip"), 0o644)
        base = compress(cpio.bytes(), "gzip")
        base += b"\0" * (-len(base) % 4)
        carry = Cpio()
        carry.file("boot/base", base, 0o644)
        return base + carry.bytes()
    return make


def links(n, cpus):
    return tuple(rf"^LINK {i} cpus={cpus} " for i in range(n, -1, -1)) + (rf"{PAYLOAD}{cpus} ",)


def steady_memory(ctx, text):
    free = [int(f) for f in re.findall(r"^LINK \d+ cpus=\d+ freekb=(\d+)", text, re.M)]
    return f"free memory shrinks along the chain: {free}" if len(free) > 2 and free[-1] < free[1] - 2048 else None


# Debian's kernels of arm64 and riscv64 have no kexec_file_load.
LINUX_FILE_LOADS = IS_X86
# On loongarch64 Linux puts the code of its kexec over the device tree that QEMU has placed.
CHAINS = ((1, 2), (20, 1), (20, 4)) if IS_X86 else ((2, 1), (2, 4), (8, 1), (8, 2), (8, 4), (8, 8), (20, 4))
# Without -i kexec-tools' purgatory computes the SHA-256 of all segments; on aarch64, with caches off, for ten seconds a link.
CHAIN_WORDS = " -i" if images.ARCH == "aarch64" else ""
for call, name in KEXEC_CALLS:
    for n, cpus in CHAINS:
        scenario(f"chain/{n}-{name}-smp{cpus}", f"{n} kexecs of the kernel under test, then Linux", chain(call + CHAIN_WORDS), links(n, cpus),
                 append=f"panic=-1 chain={n}", smp=cpus, mem="1G", timeout=60, check=steady_memory, exits=True,
                 long=n > 2 and (name == "load" or not IS_X86))
    if (name == "load" or LINUX_FILE_LOADS) and images.ARCH != "loongarch64":
        scenario(f"chain/linux-first-{name}", f"Linux -> kernel under test -> Linux, by {name}", chain(call), links(1, 2),
                 kernel=LINUX, append=f"{images.QUIET} panic=-1 chain=1", smp=2, mem="1G", exits=True)
if U_ROOT_CALLS > 2:
    scenario("chain/linux-first-u-root", "u-root on Linux unpacks the kernel under test itself",
             lambda ctx: images.u_root(script=f'kexec --loadsyscall -c "{CMDLINE}" -i /boot/initrd /boot/kernel', files=[
                 ("boot/kernel", ctx.kernel),
                 ("boot/initrd", compress(images.shell("echo SEEN cpus=$(nproc)\npoweroff -f").bytes(), "gzip"))]).bytes(),
             (r"Welcome to u-root", r"^SEEN cpus=2"), kernel=LINUX, append=images.QUIET, smp=2, mem="1G", exits=True)

scenario("handover/same-view", "Linux sees through us what it sees when QEMU starts it", run=compare.handover, smp=2, mem="1G",
         initramfs=lambda ctx: images.chain(extra=compare.REPORT).bytes() if U_ROOT_CALLS else
         with_kexec_tools(TOOLS.replace("CALL", ""), own=True, extra=compare.REPORT)(ctx), timeout=90)

# --- the kernel's own tests -----------------------------------------------------------------------


def selftests(ctx, text):
    m = re.search(r"selftest: (\d+) passed, (\d+) failed", text)
    return None if m and m.group(2) == "0" and m.group(1) != "0" else f"selftests: {m and m.group(0)}"


for smp, cpu in ((1, None), (4, None), (4, "max")):
    scenario(f"selftest/smp{smp}{'-' + cpu if cpu else ''}", "selftest=all", lambda ctx: images.shell("poweroff -f").bytes(),
             (r"selftest: \d+ passed, \d+ failed",), append="selftest=all", smp=smp, cpu=cpu, check=selftests, timeout=120, on_linux=False)
