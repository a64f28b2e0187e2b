# SPDX-License-Identifier: MIT
"""The boot scenarios of the architectures with a device tree: the variants of QEMU's virt machine."""
import images

from scenarios import PAYLOAD, SIZE, TOOLS, FILE_LOAD, scenario, with_kexec_tools

# Variants: name -> (-machine, -cpu).
VARIANTS = {
    "riscv64": {
        "cpu-max": (None, "max"),
        "sv39": (None, "rv64,sv48=off,sv57=off"),
        "sv48": (None, "rv64,sv57=off"),
        "no-sstc": (None, "rv64,sstc=off"),
        "aplic": ("virt,aia=aplic", None),
        "aplic-imsic": ("virt,aia=aplic-imsic", None),
        "imsic-guests": ("virt,aia=aplic-imsic,aia-guests=3", "rv64,v=on,vlen=256"),
    },
    "aarch64": {
        "cpu-max": (None, "max"),
        "gicv3": ("virt,gic-version=3", None),
        "el2": ("virt,virtualization=on", None),
        "el2-gicv3-max": ("virt,virtualization=on,gic-version=3", "max"),
    },
    "loongarch64": {
        "cpu-max": (None, "max"),
    },
}[images.ARCH]

for name, (machine, cpu) in VARIANTS.items():
    scenario(f"machine/{name}", f"virt, {machine or ''} {cpu or ''}", SIZE, (r"^SEEN cpus=2 online=2",), smp=2,
             machine=machine, cpu=cpu, exits=True)
    scenario(f"kexec/{name}", f"to Linux on virt, {machine or ''} {cpu or ''}",
             with_kexec_tools(TOOLS.replace("CALL", FILE_LOAD)), (rf"{PAYLOAD}2 ",), smp=2, mem="1G",
             machine=machine, cpu=cpu, exits=True)


if images.ARCH == "riscv64":
    scenario("kexec/imsic-messages", "to Linux after a device's message came by the IMSIC",
             with_kexec_tools('sed -n "s/.*\\(IMSIC\\).*virtio-rng/SEEN \\1/p" /proc/interrupts\n' + TOOLS.replace("CALL", FILE_LOAD)),
             (r"^SEEN IMSIC", rf"{PAYLOAD}2 "), smp=2, mem="1G", machine="virt,aia=aplic-imsic",
             extra=("-device", "virtio-rng-pci"), exits=True, on_linux=False)
    scenario("smp/16", "16 CPUs", SIZE, (r"^SEEN cpus=16 online=16 ",), smp=16, exits=True, timeout=120)


def nodes(*sizes):
    words = []
    for i, size in enumerate(sizes):
        words += ["-object", f"memory-backend-ram,id=m{i},size={size}M", "-numa", f"node,memdev=m{i}"]
    return words


scenario("mem/nodes", "memory in three nodes of the device tree", SIZE,
         (r"^SEEN cpus=4 online=4 memkb=7[0-9]{5}$",), smp=4, mem="768M", extra=nodes(384, 128, 256), exits=True)

if images.ARCH == "aarch64":
    import aarch64_scenarios     # noqa: F401
if images.ARCH == "loongarch64":
    import loongarch_scenarios   # noqa: F401
    import zone_scenarios        # noqa: F401
