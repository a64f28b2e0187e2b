# SPDX-License-Identifier: MIT
"""A guest whose device tree is the test's: one ELF with a loader's few instructions, kernel, initramfs and tree.

QEMU changes every tree that it passes on, and OpenSBI does; here what the kernel gets is what was written.
"""
import os
import struct
import subprocess
import tempfile

import images
import vm

import fdt

ARCH = images.ARCH
MB = 1 << 20
RAM = {"riscv64": 0x80000000, "aarch64": 0x40000000, "loongarch64": 0}[ARCH]
# Where things lie; the first 240 MB are RAM of every machine here.
LOADER = RAM + (2 * MB if ARCH == "riscv64" else 220 * MB)     # riscv64's QEMU starts the lowest address
KERNEL = RAM + (4 * MB if ARCH == "riscv64" else 2 * MB)
INITRD = RAM + 160 * MB
TREE = RAM + 200 * MB
SYSTAB = LOADER + 0x1000
CMDLINE = LOADER + 0x2000
FIRST_BYTES = 240 * MB
# Where more RAM is: from here to 64 MB times MORE on the machine that memory() gives.
MORE_RAM = 0x80000000 if ARCH == "loongarch64" else RAM + 256 * MB

CODE = {
    "riscv64": f"li a1, {TREE}\nli t0, {KERNEL}\njr t0\n",
    "aarch64": f"ldr x0, ={TREE}\nmov x1, xzr\nmov x2, xzr\nmov x3, xzr\nldr x4, ={KERNEL}\nbr x4\n",
    "loongarch64": f"li.w $a0, 1\nli.w $a1, {CMDLINE}\nli.w $a2, {SYSTAB}\nli.w $t0, ENTRY\njr $t0\n",
}[ARCH]
# riscv64: the loader has HART entered by SBI's HSM, if it does not run on it, and stops.
ON_HART = f"""li t0, HART
beq a0, t0, 1f
li a0, HART
li a1, {KERNEL}
li a2, {TREE}
li a6, 0
li a7, 0x48534d
ecall
li a6, 1
ecall
1:
"""
TARGET = {"riscv64": ["-march=rv64gc", "-mabi=lp64d"], "loongarch64": ["-mabi=lp64d"]}.get(ARCH, [])
FDT_GUID = bytes.fromhex("d521b6b19cf1a541830bd9152c69aae0")


def base_tree(smp, machine=None, cpu=None):
    """QEMU's own tree of the machine with 512 MB, as a Tree."""
    cpu = cpu or vm.CPU.get(ARCH)
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([vm.emulator(ARCH), "-machine", f"{machine or 'virt'},dumpdtb={d}/tree", *(["-cpu", cpu] if cpu else []),
                        "-smp", str(smp), "-m", "512M", "-display", "none", "-nic", "none"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(f"{d}/tree", "rb") as f:
            tree = fdt.parse(f.read())
    # Seeds are wiped from the tree by who takes them.
    for name in ("rng-seed", "kaslr-seed"):
        tree.find("/chosen").props.pop(name, None)
    if ARCH == "riscv64":
        # OpenSBI's own memory, which it protects: any access there is a fault.
        reserve(tree, "opensbi", RAM, 2 * MB, no_map=True)
    return tree


def drop_memory(tree):
    tree.root.children = [c for c in tree.root.children if not c.name.startswith("memory@")]


def memory(tree, start, size, **props):
    return tree.root.add(f"memory@{start:x}", device_type=fdt.text("memory"), reg=fdt.pairs(start, size), **props)


def reserve(tree, name, start, size, no_map=False):
    parent = tree.find("/reserved-memory") or \
        tree.root.add("reserved-memory", _address_cells=fdt.cells(2), _size_cells=fdt.cells(2), ranges=b"")
    node = parent.add(f"{name}@{start:x}", reg=fdt.pairs(start, size))
    if no_map:
        node.props["no-map"] = b""


def plain_image(kernel):
    """The bytes that start: of an EFI zboot file what is packed in it."""
    with open(kernel, "rb") as f:
        b = f.read()
    if b[:2] == b"MZ" and b[4:8] == b"zimg":
        offset, size = struct.unpack_from("<II", b, 8)
        packed = b[offset:offset + size]
        argv = next(argv for magic, argv in images.UNPACKERS if packed.startswith(magic))
        return subprocess.run(argv, input=packed, check=True, stdout=subprocess.PIPE).stdout
    if b.startswith(b"\x1f\x8b"):
        return subprocess.run(["gzip", "-dc"], input=b, check=True, stdout=subprocess.PIPE).stdout
    return b


def system_table():
    """EFI's, with one configuration table: the device tree."""
    return struct.pack("<8sIIII", b"IBI SYST", 0x2000a, 120, 0, 0).ljust(104, b"\0") + struct.pack("<QQ", 1, SYSTAB + 120) + \
        FDT_GUID + struct.pack("<Q", TREE)


def build(out, kernel, block, initrd, cmdline, more, hart=None):
    """Link the guest; returns its path. more: name -> (address, bytes). hart: where the kernel is entered (riscv64)."""
    os.makedirs(out, exist_ok=True)
    image = plain_image(kernel)
    parts = {"kernel": (KERNEL, image), "initrd": (INITRD, initrd), "tree": (TREE, block), **more}
    if ARCH == "loongarch64":
        parts |= {"systab": (SYSTAB, system_table()), "cmdline": (CMDLINE, cmdline.encode() + b"\0")}
    source = [".section .loader, \"ax\"", ".globl _start", "_start:", "" if hart is None else ON_HART.replace("HART", str(hart)),
              CODE.replace("ENTRY", str(struct.unpack_from("<Q", image, 8)[0] & 0xffffffffffff))]
    script = [f".loader {LOADER:#x} : {{ *(.loader) }} :loader"]
    for name, (at, data) in parts.items():
        with open(f"{out}/{name}", "wb") as f:
            f.write(data)
        source.append(f'.section .{name}, "a"\n.incbin "{out}/{name}"')
        script.append(f".{name} {at:#x} : {{ *(.{name}) }} :{name}")
    script.sort(key=lambda line: int(line.split()[1], 16))
    with open(f"{out}/guest.ld", "w", encoding="utf-8") as f:
        f.write("ENTRY(_start)\nPHDRS {\n" + "".join(f"{name} PT_LOAD;\n" for name in ("loader", *parts)) + "}\nSECTIONS {\n" + "\n".join(script) + "\n/DISCARD/ : { *(.riscv.attributes .ARM.attributes) }\n}\n")
    with open(f"{out}/guest.S", "w", encoding="utf-8") as f:
        f.write("\n".join(source) + "\n")
    subprocess.run(["clang-19", f"--target={ARCH}-none-elf", *TARGET, "-c", "-o", f"{out}/guest.o", f"{out}/guest.S"], check=True)
    subprocess.run(["ld.lld-19", "-static", "-z", "max-page-size=4096", "-T", f"{out}/guest.ld", "-o", f"{out}/guest.elf",
                    f"{out}/guest.o"], check=True)
    return f"{out}/guest.elf"
