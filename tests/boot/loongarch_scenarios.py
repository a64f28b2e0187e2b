# SPDX-License-Identifier: MIT
"""The boot scenarios that loongarch64 alone has: its kernel formats, its PE file, how a next Linux is told where things are."""
import struct
import subprocess

import images
import vm
from mkinitramfs import compress

from scenarios import CMDLINE, PAYLOAD, PROMPT, SIZE, TOOLS, say, scenario, with_kexec_tools


def image(path):
    with open(vm.loadable(path), "rb") as f:
        return f.read()


def zstd_zboot(path):
    with open(path, "rb") as f:
        return f.read()


def gzip_zboot(path):
    """Debian's zboot file with another payload behind its headers and stub."""
    data, body = zstd_zboot(path), compress(image(path), "gzip")
    offset, = struct.unpack_from("<I", data, 8)
    return data[:8] + struct.pack("<II8s4s4s", offset, len(body), b"", b"gzip", b"") + data[32:offset] + body


def vmlinux(path):
    """An ELF around the Image, as vmlinux stands in memory: one PT_LOAD at the link address."""
    body = image(path)
    entry, bytes_in_memory, paddr = struct.unpack_from("<QQQ", body, 8)
    window = 0x9000000000000000
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 258, 1, window | entry, 64, 0, 0x43, 64, 56, 1, 0, 0, 0)
    phdr = struct.pack("<IIQQQQQQ", 1, 7, 0x10000, window | paddr, paddr, len(body), bytes_in_memory, 0x10000)
    return (header + phdr).ljust(0x10000, b"\0") + body


# With -c kexec-tools unpack a zboot file themselves: Debian's are built without the libraries for that.
for name, kernel, calls in (("zboot-gzip", gzip_zboot, "-s"), ("zboot-zstd", zstd_zboot, "-s"), ("vmlinux", vmlinux, "-c -s")):
    for call in calls.split():
        scenario(f"kexec/{name}{call}", f"{name} by kexec-tools {call}", with_kexec_tools(TOOLS.replace("CALL", call), kernel=kernel),
                 (r"^loaded=1", rf"{PAYLOAD}2 .*by=tools"), smp=2, mem="1G", exits=True)


def consoles(ctx, text):
    last = text.rpartition("kexec: starting the new kernel")[2]
    wrong = [w for w in ("unable to open an initial console", "disabling initrd", "invalid initramfs") if w in last]
    wanted = [w for w in ("bootconsole [ns16550a0] enabled", "legacy console [ttyS0] enabled", "Freeing initrd memory") if w not in last]
    return f"said: {wrong}; not said: {wanted}" if wrong or wanted else None


# The payload's initramfs has /dev/console and /dev/null, and nothing else.
for call in ("-c", "-s"):
    scenario(f"kexec/prompt{call}", f"{call}: earlycon, the real console, the initrd, an interactive busybox",
             with_kexec_tools(TOOLS.replace("CALL", call).replace(CMDLINE, CMDLINE + " earlycon"), batch="0"),
             (r"^loaded=1", PAYLOAD, (PROMPT, "echo SE\"\"EN $(tty) $((6*7))\n"), r"^SEEN /dev/\S+ 42", (PROMPT, "poweroff -f\n")),
             smp=2, mem="1G", check=consoles, exits=True)


# --- the image --------------------------------------------------------------------------------------

def sections(data):
    """What a UEFI loader looks at (UEFI 2.10, 2.1.1; Microsoft's PE format): complaints."""
    pe, = struct.unpack_from("<I", data, 0x3c)
    signature, machine, nr, optional_bytes = struct.unpack_from("<4sHH12xH", data, pe)
    magic, entry = struct.unpack_from("<H14xI", data, pe + 24)
    align, file_align, size, headers, subsystem = struct.unpack_from("<II16xII4xH", data, pe + 24 + 32)
    wrong = []
    if (data[:2], signature, machine, magic, subsystem) != (b"MZ", b"PE\0\0", 0x6264, 0x20b, 10):
        wrong.append("magic numbers")
    end, holds_entry = headers, False
    for i in range(nr):
        name, bytes_in_memory, at, in_file, offset = struct.unpack_from("<8sIIII", data, pe + 24 + optional_bytes + 40 * i)
        if at % align or at != (end + align - 1) // align * align or in_file % file_align or offset + in_file > len(data):
            wrong.append(f"section {name}")
        holds_entry |= at <= entry < at + in_file
        end = at + bytes_in_memory
    if not holds_entry or size != end or headers < pe + 24 + optional_bytes + 40 * nr:
        wrong.append("sizes")
    return wrong


def recognised(ctx, s, log):
    said = subprocess.run(["file", "-bL", ctx.kernel], text=True, check=True, stdout=subprocess.PIPE).stdout
    with open(ctx.kernel, "rb") as f:
        wrong = sections(f.read())
    with open(log, "w", encoding="utf-8") as f:
        f.write(f"{said}{wrong}\n")
    return said if "PE32+ executable (EFI application)" not in said else " ".join(wrong)


EFI = f"{vm.DL}/qemu-loongarch64/usr/share/qemu-efi-loongarch64/QEMU_EFI.fd"
scenario("loader/file", "file(1) knows the image, its sections are sound", run=recognised)
scenario("loader/uefi", "firmware loads the image and is told that it cannot be started so", None, (r"^Kindling: no EFI stub yet",),
         extra=("-bios", EFI), mem="1G", timeout=90, on_linux=False)


def damaged(ctx):
    with open(ctx.kernel, "rb") as f:
        data = bytearray(f.read())
    data[len(data) // 2] ^= 0x55
    return ctx.file("damaged.img", lambda: bytes(data))


scenario("loader/damaged", "the stub says that the image is damaged", SIZE, (r"^Kindling: the image is damaged",), kernel=damaged,
         append="earlycon=uart8250,mmio,0x1fe001e0", on_linux=False)


# --- messages ---------------------------------------------------------------------------------------

RNG = ("-device", "virtio-rng-pci")
scenario("pci/msi", "the LS7A's controller makes interrupts of a PCI device's messages", say("grep -E 'PCH-MSI +[0-9]+ +virtio-rng' /proc/interrupts"),
         (r"^ *\d+: +[1-9]\d* .*PCH-MSI +\d+ +virtio-rng",), smp=2, extra=RNG, exits=True, on_linux=False)
scenario("pci/msi-kexec", "and Linux, after us, finds the device and its controller quiet", with_kexec_tools(
    TOOLS.replace("CALL", "-s")), (r"^loaded=1", rf"{PAYLOAD}4 .*by=tools"), smp=4, mem="1G", extra=RNG, exits=True)
