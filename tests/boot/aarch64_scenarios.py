# SPDX-License-Identifier: MIT
"""The boot scenarios that aarch64 alone has: packed kernels, message-signalled interrupts, much memory."""
import struct

import images
from mkinitramfs import compress

from scenarios import FILE_LOAD, PAYLOAD, SIZE, TOOLS, dynamic, scenario, with_kexec_tools


def image(path):
    with open(path, "rb") as f:
        return f.read()


def gzipped(path):
    return compress(image(path), "gzip")


def zboot(kind):
    """Debian's Image as Linux's build packs it (drivers/firmware/efi/libstub/zboot-header.S), without the EFI program."""
    def make(path):
        plain = image(path)
        body = compress(plain, kind)
        head = struct.pack("<2sxx4sIIxxxxxxxx32s", b"MZ", b"zimg", 64, len(body), kind.encode()).ljust(64, b"\0")
        return head + body + (b"" if kind == "gzip" else struct.pack("<I", len(plain)))
    return make


# Our own command hands the file over as it is; kexec-tools unpack what they know.
for name, kernel in (("image-gz", gzipped), ("zboot-gzip", zboot("gzip")), ("zboot-zstd", zboot("zstd"))):
    scenario(f"kexec/{name}", f"{name} as it is", with_kexec_tools(TOOLS.replace("CALL", ""), own=True, kernel=kernel),
             (r"^loaded=1", rf"{PAYLOAD}2 .*by=tools"), smp=2, mem="1G", exits=True)
scenario("kexec/image-gz-tools", "image-gz by kexec-tools -c", with_kexec_tools(TOOLS.replace("CALL", "-c"), kernel=gzipped),
         (r"^loaded=1", rf"{PAYLOAD}2 .*by=tools"), smp=2, mem="1G", exits=True)

scenario("programs/glibc-dynamic-max", "Debian's programs where return addresses are signed and pages guarded", dynamic,
         (r"^TRY compared", r"^TRY named", r"^/bin/busybox", r"^TRY started", r"^TRY stopped", r"^TRY loaded", r"^SEEN all"),
         smp=2, cpu="max", exits=True)

# Messages were on, and Linux finds LPIs off and brings tables of its own.
scenario("kexec/its", "to Linux after the ITS was used", with_kexec_tools(TOOLS.replace("CALL", FILE_LOAD)),
         (r"random: 64 bytes from virtio0", r"selftest: gic_msi +passed", rf"{PAYLOAD}2 "), smp=2, mem="1G",
         append="selftest=gic_msi", machine="virt,gic-version=3", extra=("-device", "virtio-rng-pci"), exits=True,
         check=lambda ctx, text: "LPIs were left on" if "ooted with LPIs enabled" in text else None)
scenario("selftest/gicv2m", "messages by the frame beside GICv2", SIZE, (r"selftest: gic_msi +passed",), smp=4,
         append="selftest=gic_msi")

scenario("mem/600G", "memory beyond 512 GiB, where the kernel takes its own from", SIZE, (r"^SEEN cpus=2 online=2 memkb=629\d{6}$",),
         smp=2, mem="600G", machine="virt,memory-backend=m", extra=["-object", "memory-backend-ram,id=m,size=600G,reserve=off"],
         append="selftest=mm_pages,mm_vmap", exits=True, on_linux=False, long=True)
