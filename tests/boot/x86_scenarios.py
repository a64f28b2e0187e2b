# SPDX-License-Identifier: MIT
"""The boot scenarios that x86_64 alone has: its machines, loaders and kernel formats."""
import os
import re
import shutil
import subprocess
import tempfile

import images
from images import DL
from mkinitramfs import compress

from scenarios import LINUX, PAYLOAD, SIZE, TOOLS, scenario, with_kexec_tools

scenario("smp/16", "16 CPUs", SIZE, (r"^SEEN cpus=16 online=16 ",), smp=16, exits=True)

for machine in ("pc", "q35", "microvm"):
    for cpu in (None, "max"):
        scenario(f"machine/{machine}{'-' + cpu if cpu else ''}", f"{machine}, CPU model {cpu or 'of QEMU'}", SIZE,
                 (r"^SEEN cpus=2 online=2",), smp=2, machine=machine, cpu=cpu, exits=machine != "microvm")
scenario("machine/pvh", "the ELF itself, by its PVH note", SIZE, (r"^SEEN cpus=2 online=2",), smp=2,
         kernel=lambda ctx: ctx.elf, exits=True, on_linux=False)


def iso(ctx, loader):
    """A CD with the kernel under test, an initramfs and a loader; returns QEMU's words for it."""
    top = os.path.join(ctx.out, f"{loader}-cd")
    initrd = ctx.file("cd-initrd", lambda: SIZE(ctx))
    append = "console=ttyS0 panic=-1"
    if loader == "grub":
        files = {"boot/grub/grub.cfg": "set timeout=0\nserial --unit=0\nmenuentry k {\n"
                 f"linux /kernel {append}\ninitrd /initrd\n}}\n"}
        make = ["grub-mkrescue", "-o", top + ".iso", top]
    else:
        lib = "/usr/lib/syslinux/modules/bios"
        files = {"isolinux.cfg": f"default k\nprompt 0\nlabel k\nkernel /kernel\ninitrd /initrd\nappend {append}\n",
                 "isolinux.bin": open("/usr/lib/ISOLINUX/isolinux.bin", "rb").read(),
                 "ldlinux.c32": open(f"{lib}/ldlinux.c32", "rb").read()}
        make = ["xorriso", "-as", "mkisofs", "-quiet", "-o", top + ".iso", "-b", "isolinux.bin", "-no-emul-boot",
                "-boot-load-size", "4", "-boot-info-table", top]
    for name, source in (("kernel", ctx.kernel), ("initrd", initrd)):
        with open(source, "rb") as f:
            files[name] = f.read()
    shutil.rmtree(top, ignore_errors=True)
    for name, body in files.items():
        os.makedirs(os.path.dirname(f"{top}/{name}"), exist_ok=True)
        with open(f"{top}/{name}", "wb") as f:
            f.write(body if isinstance(body, bytes) else body.encode())
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return ["-cdrom", top + ".iso"]


for loader in ("grub", "isolinux"):
    scenario(f"loader/{loader}", f"started by {loader} from a CD", steps=(r"^SEEN cpus=2 online=2",), smp=2, kernel="",
             extra=lambda ctx, loader=loader: iso(ctx, loader), exits=True)




def uefi(ctx, initramfs, append="console=ttyS0 panic=-1"):
    """A disk for UEFI firmware with GRUB, the kernel under test and an initramfs; returns QEMU's words for it. GRUB starts
    the kernel by its 32-bit entry, and what firmware left is in the boot_params' efi_info alone."""
    top = tempfile.mkdtemp(prefix="uefi-", dir=ctx.out)
    grub = f"serial --unit=0\nset timeout=0\nmenuentry k {{\nsearch --set=root --file /kernel\nlinux /kernel {append}\ninitrd /initrd\n}}\n"
    with open(ctx.kernel, "rb") as f:
        kernel = f.read()
    with open(f"{DL}/ovmf/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi", "rb") as f:
        loader = f.read()
    for name, body in (("EFI/BOOT/BOOTX64.EFI", loader), ("EFI/debian/grub.cfg", grub.encode()), ("kernel", kernel),
                       ("initrd", initramfs(ctx))):
        os.makedirs(os.path.dirname(f"{top}/{name}"), exist_ok=True)
        with open(f"{top}/{name}", "wb") as f:
            f.write(body)
    rom = f"{DL}/ovmf/usr/share/OVMF/OVMF"
    return ["-drive", f"if=pflash,format=raw,readonly=on,file={rom}_CODE_4M.fd",
            "-drive", f"if=pflash,format=raw,snapshot=on,file={rom}_VARS_4M.fd",
            "-drive", f"format=raw,snapshot=on,file=fat:{top}"]


scenario("loader/grub-uefi", "started by GRUB on UEFI firmware", steps=(r"^SEEN cpus=2 online=2",), smp=2, kernel="",
         extra=lambda ctx: uefi(ctx, SIZE), exits=True)

# What firmware left, as Kindling shows it and as the Linux shows it that it hands over to. Not runtime: a Linux moves that.
EFI_LOOK = """
for f in systab fw_vendor config_table fw_platform_size; do echo "FIRMWARE $f $(cat /sys/firmware/efi/$f | tr '\\n' ' ')"; done
echo "FIRMWARE smbios $(md5sum </sys/firmware/dmi/tables/DMI)"
"""


def same_efi(ctx, text):
    """Both say the same, and Linux has EFI's runtime services."""
    said = re.findall(r"^FIRMWARE (.*)", text, re.M)
    ours, linux = said[:len(said) // 2], said[len(said) // 2:]
    if len(ours) != 5 or not all(len(line.split()) > 1 for line in ours):
        return f"not all of EFI is shown: {ours}"
    if ours != linux:
        return f"we say {ours}, Linux says {linux}"
    return None if "Registered efivars operations" in text else "Linux has no EFI runtime services"


scenario("kexec/uefi", "Linux has what UEFI firmware gave us", steps=(r"^FIRMWARE smbios", r"^FIRMWARE smbios", rf"{PAYLOAD}2 "), smp=2,
         kernel="", mem="1G", check=same_efi, exits=True, timeout=90, extra=lambda ctx: uefi(
             ctx, with_kexec_tools(EFI_LOOK + TOOLS.replace("CALL", "-s"), extra=EFI_LOOK)))


def recognised(ctx, s, log):
    said = subprocess.run(["file", "-L", ctx.kernel], text=True, check=True, stdout=subprocess.PIPE).stdout
    with open(log, "w", encoding="utf-8") as f:
        f.write(said)
    return None if "Linux kernel" in said and "bzImage" in said else said


scenario("loader/file", "file(1) knows the image", run=recognised)

DRAGON = ["xz", "-c", "--check=crc32", "--lzma2=dict=512KiB"]


def dragonboot(ctx):
    """u-root -uinitcmd="kexec --loadsyscall ./bzImage" -files .../bzImage:./bzImage core, xz as published."""
    kernel = ctx.file("dragon-linux", lambda: open(LINUX, "rb").read())
    cpio = images.u_root(["kexec", "--loadsyscall", "--reuse-cmdline", "-i", "/initrd", "./bzImage"], [("bzImage", kernel),
                         ("initrd", compress(images.payload().bytes(), "gzip"))])
    return subprocess.run(DRAGON, input=cpio.bytes(), check=True, stdout=subprocess.PIPE).stdout


scenario("kexec/dragonboot", "the published DragonBoot flow", dragonboot, (r"Welcome to u-root", PAYLOAD), smp=2, mem="1G",
         append="panic=-1", timeout=120, exits=True)


scenario("kexec/vmlinux-load", "an ELF vmlinux by kexec_load", with_kexec_tools(TOOLS.replace("CALL", "-c --args-linux"), vmlinux=True),
         (rf"{PAYLOAD}2 .*by=tools",), smp=2, mem="1G", exits=True)
# Linux's own file_load takes no ELF on x86, and kexec-tools do not hand one to the call: u-root's kexec does.
scenario("kexec/vmlinux-file-load", "an ELF vmlinux by kexec_file_load",
         lambda ctx: images.chain(linux=images.vmlinux(LINUX), append="by=file").bytes(),
         (rf"{PAYLOAD}2 .*by=file",), smp=2, mem="1G", exits=True, on_linux=False)
for linux in ("linux-5.10", "linux-6.1", "linux-sid"):
    for call, name in (("-c", "load"), ("-s", "file-load")):
        scenario(f"kexec/{linux}-{name}", f"Debian's {linux} with kexec-tools {call}",
                 with_kexec_tools(TOOLS.replace("CALL", call), linux), (rf"{PAYLOAD}2 .*by=tools",), smp=2, mem="1G",
                 exits=True, long=name == "load")
scenario("kexec/cpu-max", "with -cpu max, LA57 on", with_kexec_tools(TOOLS.replace("CALL", "-c")), (rf"{PAYLOAD}2 ",), smp=2,
         mem="1G", cpu="max", exits=True)

