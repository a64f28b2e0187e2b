#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the ABI programs on Debian's Linux and on Kindling, in the same QEMU; the output has to be the same.

    tests/abi/run.py [--arch A] [-k WORD] [--linux] [--smp N] [--list] [--keep]

Each tests/abi/NAME.c is linked statically with musl; all go into one initramfs whose init
(runner/init.c) runs them. Linux's outputs are kept in build/abi-linux/ARCH/ by a hash of the source, and
made again when that changes (or with --linux for all chosen). A program passes when it ends with status 0 on
both, prints the same, and leaves Kindling's free memory where it was.
"""
import argparse
import difflib
import glob
import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(TOP, "tools")]
# Images are made for one architecture, known before they are.
if "--arch" in sys.argv[:-1]:
    os.environ["KINDLING_ARCH"] = sys.argv[sys.argv.index("--arch") + 1]
import images          # noqa: E402
import mkinitramfs     # noqa: E402
import toolchain       # noqa: E402
import vm              # noqa: E402

ARCH_PREFIX = {"x86_64": "x86", "aarch64": "arm64", "riscv64": "riscv", "loongarch64": "loongarch"}
SLOW = float(os.environ.get("KINDLING_SLOW", "1"))
LEAK_KB = 64           # the runner's init says what a program lost in its last run


class Program:
    def __init__(self, source):
        self.source = source
        self.name = os.path.splitext(os.path.basename(source))[0]
        with open(source, encoding="utf-8") as f:
            text = f.read()
        m = re.search(r"ABI_SECONDS (\d+)", text)
        self.seconds = int(m.group(1)) if m else 20
        m = re.search(r"ABI_CPU (\S+)", text)
        self.cpu = m.group(1) if m else None
        h = hashlib.sha256(text.encode())
        for other in ("abi.h", "runner/init.c"):
            with open(f"{HERE}/{other}", "rb") as f:
                h.update(f.read())
        with open(f"{images.dl('linux')}/release", "rb") as f:
            h.update(f.read())
        self.expected = os.path.join(TOP, "build", "abi-linux", images.ARCH, f"{self.name}-{h.hexdigest()[:16]}")


def compile_all(programs, out, arch):
    os.makedirs(out, exist_ok=True)

    def one(p):
        try:
            toolchain.musl_program(p.source, f"{out}/{p.name}", arch)
            return None
        except subprocess.CalledProcessError as e:
            return e.stderr.decode(errors="replace") if e.stderr else str(e)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(programs, pool.map(one, programs)))


def initramfs(programs, out, path):
    cpio = mkinitramfs.Cpio()
    cpio.dir("dev")
    cpio.node("dev/console", "c", 5, 1)
    cpio.node("dev/null", "c", 1, 3, 0o666)
    cpio.copy("init", f"{out}/init", 0o755)
    cpio.copy("bin/busybox", f"{images.dl('busybox')}/usr/bin/busybox", 0o755)
    cpio.link("bin/sh", "busybox")
    for p in programs:
        cpio.copy(f"abi/{p.name}.{p.seconds}", f"{out}/{p.name}", 0o755)
    with open(path, "wb") as f:
        f.write(cpio.bytes())
    return path


def parse(text):
    """Serial output -> {name: (lines, end)}; end is None for a program that did not come to its end."""
    results = {}
    for line in text.splitlines():
        m = re.match(r"=begin (\S+)=$", line)
        if m:
            results[m.group(1)] = ([], None)
        m = re.search(r"\|(\w+)\| (.*)$", line)
        if m and m.group(1) in results:
            results[m.group(1)][0].append(m.group(2))
        m = re.match(r"=end (\S+)= (.*)$", line)
        if m and m.group(1) in results:
            results[m.group(1)] = (results[m.group(1)][0], m.group(2))
    return results


def boot(kernel, programs, *args):
    """Run programs on a kernel, each on the CPU that it asks for. Returns results."""
    results = {}
    for cpu in sorted({p.cpu for p in programs}, key=str):
        results.update(boot_on(cpu, kernel, [p for p in programs if p.cpu == cpu], *args))
    return results


def boot_on(cpu, kernel, programs, out, smp, log, arch, extra=""):
    """Run programs on a kernel, starting again after one that takes the guest down. Returns results."""
    results, todo, attempts = {}, list(programs), 3
    while todo:
        args = f"console={images.CONSOLE} panic=-1 quiet {extra}".strip()
        guest = vm.Vm(kernel, initramfs(todo, out, log + ".cpio"), args, smp, "1G", cpu=cpu, arch=arch)
        failure, where, is_lost = None, "", False
        try:
            for p in todo:
                guest.expect(f"^=end {p.name}= ", (30 + 2 * p.seconds) * SLOW)
            guest.expect("^=all done=", 30 * SLOW)
        except vm.VmError as e:
            failure, where = str(e), guest.where()
            is_lost = isinstance(e, vm.KnownFault) and attempts > 1
        finally:
            guest.stop()
            with open(log, "a") as f:
                f.write(f"$ {' '.join(guest.argv)}\n{guest.text()}\n{where}")
        results.update(parse(guest.text()))
        done = {n for n, (_, end) in results.items() if end}
        left = [p for p in todo if p.name not in done]
        if left and is_lost:
            attempts -= 1
            print(f"again abi/{left[0].name}: {failure}", flush=True)
        elif left:
            results[left[0].name] = (results.get(left[0].name, ([], None))[0], f"guest: {failure}")
            left = left[1:]
        todo = left
    return results


def log_end(path, p):
    """The end of what the guest said while p ran, from its last start on."""
    with open(path, encoding="utf-8", errors="replace") as f:
        text = f.read().rpartition(f"=begin {p.name}=\n")[2]
    return vm.tail(re.split(r"(?m)^=begin |^\$ ", text)[0])


def judge(p, linux, ours):
    lines, end = ours
    want, want_end = linux
    if not want_end.startswith("exit=0"):
        bad = [w for w in want if w.startswith("FAIL")]
        return f"the program is wrong: on Linux {want_end} " + " | ".join(bad[:5])
    diff = [d for d in difflib.unified_diff(want, lines, "Linux", "Kindling", lineterm="", n=1)][2:]
    if not end.startswith("exit=0") or diff:
        return end + "".join(f"\n     {d}" for d in diff[:30])
    lost = re.search(r"lost=(-?\d+)", end)
    if lost and int(lost.group(1)) > LEAK_KB:
        return f"loses {lost.group(1)} kB of memory each time"
    return None


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("-k", metavar="WORD", action="append", default=[])
    a.add_argument("--list", action="store_true")
    a.add_argument("--linux", action="store_true", help="ask Linux again")
    a.add_argument("--linux-only", action="store_true", help="only ask Linux and print what it says")
    a.add_argument("--smp", type=int, default=2)
    a.add_argument("--arch", default=images.ARCH)
    a.add_argument("--kernel")
    o = a.parse_args()
    # A name that begins with an architecture's is of that one alone.
    others = tuple(f"{short}_" for arch, short in ARCH_PREFIX.items() if arch != o.arch)
    programs = [Program(s) for s in sorted(glob.glob(f"{HERE}/*.c")) if not os.path.basename(s).startswith(others)]
    programs = [p for p in programs if not o.k or any(w in p.name for w in o.k)]
    if o.list:
        print("\n".join(p.name for p in programs))
        return 0
    out = os.path.join(TOP, "build", "abi", o.arch)
    os.makedirs(os.path.join(TOP, "build", "abi-linux", o.arch), exist_ok=True)
    failures = {p: f"does not compile:\n{e}" for p, e in compile_all(programs, out, o.arch).items() if e}
    toolchain.musl_program(f"{HERE}/runner/init.c", f"{out}/init", o.arch)
    good = [p for p in programs if p not in failures]

    for log in ("linux.log", "kindling.log"):
        open(f"{out}/{log}", "w").close()
    # Both systems at a time: most programs wait for clocks.
    pool = ThreadPoolExecutor(1)
    kernel = o.kernel or os.path.join(TOP, "build", o.arch, "kindling.img")
    ours = None if o.linux_only else pool.submit(boot, kernel, list(good), out, o.smp, f"{out}/kindling.log", o.arch)
    ask = [p for p in good if o.linux or o.linux_only or not os.path.exists(p.expected)]
    if ask:
        results = boot(f"{images.dl('linux')}/vmlinuz", ask, out, o.smp, f"{out}/linux.log", o.arch,
                       f"{images.QUIET} -- noleak")
        for p in ask:
            lines, end = results[p.name]
            if end.startswith("guest: "):
                failures[p] = f"Linux did not come to its end: {end}\n{log_end(f'{out}/linux.log', p)}".rstrip()
                good.remove(p)
                continue
            with open(p.expected, "w", encoding="utf-8") as f:
                f.write("\n".join([end] + lines))
    linux = {}
    for p in good:
        with open(p.expected, encoding="utf-8") as f:
            end, *lines = f.read().split("\n")
        linux[p] = (lines, end)
    if o.linux_only:
        for p in good:
            print(f"{p.name}: {linux[p][1]}", *linux[p][0], sep="\n     ")
        return 0
    results = ours.result()
    for p in good:
        error = judge(p, linux[p], results[p.name])
        if error:
            failures[p] = f"{error}\n{log_end(f'{out}/kindling.log', p)}".rstrip()
    for p in programs:
        print(f"FAIL abi/{p.name}: {failures[p]}" if p in failures else f"ok   abi/{p.name}")
    print(f"{len(programs) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or not programs else 0


if __name__ == "__main__":
    sys.exit(main())
