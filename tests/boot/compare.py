# SPDX-License-Identifier: MIT
"""Scenarios that run twice, on Linux alone and through Kindling, and compare what was printed."""
import os
import re

import images
import mkinitramfs

LINUX = f"{images.dl('linux')}/vmlinuz"

# What the last Linux tells about the machine it was handed: its memory map, and every message of
# level warning or worse. Between marks, so that the serial line's other output does not matter.
REPORT = r"""
echo "REPORT begin"
dmesg -r | sed 's/^<[0-9]*>/&/' | grep -E '^<[0-4]>' | sed 's/^/WARN /'
dmesg | grep -E 'BIOS-e820:' | sed 's/^/E820 /'
dmesg | grep -E 'ACPI: [A-Z]{4} 0x' | sed 's/^/ACPI /'
cd /sys/firmware/devicetree/base 2>/dev/null && find . -type f | grep -v '^./chosen/' | sort | xargs md5sum | sed 's/^/TREE /'
echo "REPORT end"
"""


def report(text):
    """The last report in a log -> (set of warnings, {e820 kind: bytes}, ACPI tables or properties of the device tree)."""
    body = text.rpartition("REPORT begin")[2].partition("REPORT end")[0]
    stamp = re.compile(r"\[ *\d+\.\d+\] ?")
    lines = [stamp.sub("", line.strip()) for line in body.splitlines()]
    warnings = {re.sub(r"0x[0-9a-f]+|[0-9a-f]{8,}|\d+", "#", line[5:]) for line in lines if line.startswith("WARN ")}
    ram = {}
    for line in lines:
        m = re.search(r"E820 .*\[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\] (\S.*)", line)
        if m:
            ram[m.group(3)] = ram.get(m.group(3), 0) + int(m.group(2), 16) - int(m.group(1), 16) + 1
    acpi = sorted(re.search(r"ACPI: ([A-Z]{4})", line).group(1) for line in lines if line.startswith("ACPI ") and "ACPI: " in line)
    return warnings, ram, acpi + [line for line in lines if line.startswith("TREE ")]


# Differences that are right: what they are and why.
DOCUMENTED = re.compile(r"random: crng init done|clocksource|tsc: |x86/fpu|"
                        r"hrtimer: interrupt took|hogged CPU|interrupt took too long|"      # how busy the host was
                        r"kexec|Speculat|spectre|mitigation|RETBleed|MDS|TAA|MMIO|ITS", re.I)


def handover(ctx, s, log):
    direct = ctx.boot(s, log, kernel=LINUX, append=images.LINUX_CMDLINE.replace(f"console={images.CONSOLE} ", ""),
                      initramfs=None, extra=("-initrd", ctx.file("handover-payload", lambda: mkinitramfs.compress(
                          images.payload(extra=REPORT).bytes(), "gzip"))), steps=("REPORT end", images.PAYLOAD_LINE), exits=True)
    through = ctx.boot(s, log, steps=("REPORT end", images.PAYLOAD_LINE), exits=True)
    (warn0, ram0, acpi0), (warn1, ram1, acpi1) = report(direct), report(through)
    if not acpi0 or not acpi1:
        return "no report in a log"
    errors = []
    # Up to 1 MB may be kept from the next kernel: the first page, what firmware areas were rounded to.
    if ram0 and not 0 <= ram0["usable"] - ram1.get("usable", 0) <= 1 << 20:
        errors.append(f"usable RAM {ram0['usable']} directly, {ram1.get('usable')} through us")
    if acpi0 != acpi1:
        errors.append(f"tables only directly: {[a for a in acpi0 if a not in acpi1]}; only through us: "
                      f"{[a for a in acpi1 if a not in acpi0]}")
    line = re.compile(images.PAYLOAD_LINE + r" Linux \S+ cpus=(\d+) memkb=(\d+)")
    (cpus0, mem0), (cpus1, mem1) = line.search(direct).groups(), line.search(through).groups()
    if cpus0 != cpus1 or not -4096 < int(mem0) - int(mem1) < 4096:
        errors.append(f"cpus={cpus0} memkb={mem0} directly, cpus={cpus1} memkb={mem1} through us")
    # Linux leaves its local APIC's timer running over kexec; that is no model for us.
    new = {w for w in warn1 - warn0 if not DOCUMENTED.search(w) and not (ctx.is_linux and "Spurious LAPIC" in w)}
    if new:
        errors.append("warnings only through us: " + " | ".join(sorted(new)))
    return "; ".join(errors) or None


def init_lines(text):
    """What u-root's init said, without times and numbers."""
    body = text.partition("Welcome to u-root!")[2].partition("SEEN")[0]
    out = set()
    for line in body.splitlines():
        line = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line)
        line = re.sub(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(\.\d+)?", "", line).strip()
        if line and not line.startswith("["):
            out.add(re.sub(r"\d+", "#", line))
    return out


def u_root_init(ctx, s, log):
    ours = ctx.boot(s, log, steps=("SEEN",), append="uroot.initflags=-v")
    theirs = ctx.boot(s, log, kernel=LINUX, steps=("SEEN",), append=f"{images.QUIET} uroot.initflags=-v")
    new = init_lines(ours) - init_lines(theirs)
    return "only on Kindling: " + " | ".join(sorted(new)) if new else None
