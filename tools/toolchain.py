# SPDX-License-Identifier: MIT
"""Build static programs for guests: clang-19 and lld-19 with Debian's musl and clang's builtins."""
import glob
import os
import subprocess
import threading

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DL = os.path.realpath(os.environ.get("KINDLING_DL", os.path.join(TOP, "build", "dl")))
UAPI_ARCH = {"x86_64": "x86", "aarch64": "arm64", "riscv64": "riscv", "loongarch64": "loongarch"}
# As Debian's own programs of the architecture are compiled.
MACHINE = {"riscv64": ["-march=rv64gc", "-mabi=lp64d", "-mno-relax"], "loongarch64": ["-mabi=lp64d"]}


def musl_root(arch):
    return f"{DL}/musl{'' if arch == 'x86_64' else '-' + arch}/usr"


def fresh(out):
    """Where to make it: scenarios that run side by side may make the same program, and each is there whole or not at all."""
    return f"{out}.{os.getpid()}.{threading.get_ident()}"


def is_made(source, out):
    """Out is newer than its source and the headers beside and below that."""
    headers = glob.glob(os.path.join(os.path.dirname(source), "**", "*.h"), recursive=True)
    return os.path.exists(out) and os.path.getmtime(out) > max(os.path.getmtime(f) for f in [source, __file__, *headers])


def musl_program(source, out, arch="x86_64", flags=(), strip=False):
    """Compile and link one C file, where it is not made already."""
    if is_made(source, out):
        return
    musl = musl_root(arch)
    lib = f"{musl}/lib/{arch}-linux-musl"
    new = fresh(out)
    obj = new + ".o"
    subprocess.run(["clang-19", f"--target={arch}-linux-musl", *MACHINE.get(arch, []), "-std=gnu23", "-O2", "-g", "-Wall", "-Wextra",
                    "-Wno-unused-parameter", "-nostdlibinc", "-isystem", f"{musl}/include/{arch}-linux-musl",
                    "-isystem", f"{DL}/uapi/usr/lib/linux/uapi/{UAPI_ARCH[arch]}", "-isystem", f"{DL}/uapi/usr/include",
                    "-fno-pie", "-D_GNU_SOURCE", *flags, "-c", source, "-o", obj], check=True, stderr=subprocess.PIPE)
    builtins = glob.glob(f"{musl}/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.builtins-{arch}.a")
    subprocess.run(["ld.lld-19", "-static", "--gc-sections", *(["-s"] if strip else []), "-o", new, f"{lib}/crt1.o", f"{lib}/crti.o", obj,
                    f"{lib}/libc.a", *builtins, f"{lib}/crtn.o"], check=True, stderr=subprocess.PIPE)
    os.remove(obj)
    os.replace(new, out)


def bare_program(source, out, arch="x86_64", flags=()):
    """A program of its own _start, without a libc."""
    if is_made(source, out):
        return
    musl, new = musl_root(arch), fresh(out)
    subprocess.run(["clang-19", f"--target={arch}-linux-musl", *MACHINE.get(arch, []), "-O2", "-Wall", "-ffreestanding", "-nostdlibinc", "-isystem",
                    f"{musl}/include/{arch}-linux-musl", "-isystem", f"{DL}/uapi/usr/lib/linux/uapi/{UAPI_ARCH[arch]}", "-isystem",
                    f"{DL}/uapi/usr/include", "-fno-pie", *flags, "-c", source, "-o", new + ".o"], check=True)
    subprocess.run(["ld.lld-19", "-static", "-o", new, new + ".o"], check=True)
    os.remove(new + ".o")
    os.replace(new, out)
