# SPDX-License-Identifier: MIT
"""A start with all registers zero and a device tree in the image, as a hypervisor's zone starts a guest (loongarch64)."""
import os
import struct
import subprocess

import fdt
import fdt_guest
import images

from scenarios import PAYLOAD, TOOLS, say, scenario, with_kexec_tools

ZONE_KERNEL, ZONE_INITRD, ZONE_LOADER = 0x4200000, 0x8000000, 0xa000000    # not where the image was linked


def zone(initramfs, smp):
    """An ELF that QEMU starts, which enters the image with all registers zero but the one that holds the address; what a
    loader would tell stands in the tree within the image."""
    def make(ctx):
        out = os.path.join(ctx.out, f"zone{smp}")
        os.makedirs(out, exist_ok=True)
        initrd = initramfs(ctx)
        tree = fdt_guest.base_tree(smp)
        tree.find("/chosen").props |= {"bootargs": fdt.text("console=ttyS0 panic=-1 zone=yes"),
                                       "linux,initrd-start": fdt.pairs(ZONE_INITRD),
                                       "linux,initrd-end": fdt.pairs(ZONE_INITRD + len(initrd))}
        for name, data in (("tree", tree.bytes()), ("initrd", initrd)):
            with open(f"{out}/{name}", "wb") as f:
                f.write(data)
        built = f"build/{ctx.arch}-zone{smp}"
        subprocess.run(f"rm -rf {built} && cp -a build/{ctx.arch} {built} && make -s ARCH={ctx.arch} OUT={built} DTB={out}/tree kindling.img",
                       shell=True, cwd=images.TOP, check=True, stdout=subprocess.DEVNULL)
        image = f"{images.TOP}/{built}/kindling.img"
        with open(image, "rb") as f:
            entry, _, linked = struct.unpack_from("<QQQ", f.read(32), 8)
        registers = [f"$r{i}" for i in range(1, 32) if i != 12]
        with open(f"{out}/zone.S", "w", encoding="utf-8") as f:
            f.write('.section .loader, "ax"\n.globl _start\n_start:\n' + "".join(f"move {r}, $zero\n" for r in registers) +
                    f"li.w $r12, {entry - linked + ZONE_KERNEL}\njr $r12\n"
                    f'.section .kernel, "a"\n.incbin "{image}"\n.section .initrd, "a"\n.incbin "{out}/initrd"\n')
        with open(f"{out}/zone.ld", "w", encoding="utf-8") as f:
            f.write(f"ENTRY(_start)\nSECTIONS {{\n.kernel {ZONE_KERNEL} : {{ *(.kernel) }}\n.initrd {ZONE_INITRD} : {{ *(.initrd) }}\n"
                    f".loader {ZONE_LOADER} : {{ *(.loader) }}\n}}\n")
        subprocess.run(["clang-19", "--target=loongarch64-none-elf", "-mabi=lp64s", "-c", "-o", f"{out}/zone.o", f"{out}/zone.S"], check=True)
        subprocess.run(["ld.lld-19", "-static", "-z", "max-page-size=4096", "-T", f"{out}/zone.ld", "-o", f"{out}/zone.elf",
                        f"{out}/zone.o"], check=True)
        return f"{out}/zone.elf"
    return make


for smp in (1, 4):
    scenario(f"zone/smp{smp}", "entered with all registers zero, the device tree is in the image", None,
             (rf"^SEEN {smp} yes",), smp=smp, kernel=zone(say("echo SEEN $(nproc) $zone"), smp), exits=True, on_linux=False)
scenario("zone/kexec", "from there to Linux", None, (r"^loaded=1", rf"{PAYLOAD}2 .*by=tools"), smp=2, mem="1G",
         kernel=zone(with_kexec_tools(TOOLS.replace("CALL", "-s")), 2), exits=True, on_linux=False)
