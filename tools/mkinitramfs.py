#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write an initramfs: a newc cpio that depends on nothing but what is asked for.

    tools/mkinitramfs.py -o OUT [--compress KIND] ENTRY...

ENTRY, in archive order:
    base:FILE                 every entry of another (plain newc) archive
    dir:PATH[,MODE]           file:PATH=SOURCE[,MODE]      text:PATH=TEXT (\\n is a line end)
    link:PATH=TARGET          hard:PATH=EARLIER PATH       node:PATH=c|b,MAJOR,MINOR[,MODE]
    fifo:PATH[,MODE]          elf:PATH=ROOT//FILE          (with the libraries it needs, found below ROOT)
KIND: none gzip xz zstd lz4 lzma bzip2 lzo. Missing parent folders are added.
The same input always gives the same bytes: times are zero, inode numbers count up.
"""
import os
import re
import stat
import subprocess
import sys

COMPRESSORS = {
    "none": None,
    "gzip": ["gzip", "-6nc"],
    "xz": ["xz", "-c", "--check=crc32", "--lzma2=preset=6,dict=512KiB"],
    "zstd": ["zstd", "-qc", "-10"],
    "lz4": ["lz4", "-lqc", "-6"],
    "lzma": ["xz", "-c", "--format=lzma", "-6"],
    "bzip2": ["bzip2", "-c"],
    "lzo": ["lzop", "-c", "-6"],
}


class Cpio:
    """One newc archive in memory, with its entries in the order they were added."""

    def __init__(self):
        self.data = bytearray()
        self.ino = 0
        self.paths = {}      # path -> (ino, mode, offset), for parents and hard links

    def _entry(self, path, mode, body=b"", ino=None, nlink=1, rdev=(0, 0), owner=(0, 0), mtime=0):
        name = path.encode() + b"\0"
        if ino is None:
            self.ino += 1
            ino = self.ino
        at = len(self.data)
        fields = (ino, mode, owner[0], owner[1], nlink, mtime, len(body), 0, 0, rdev[0], rdev[1], len(name), 0)
        self.data += b"070701" + b"".join(b"%08X" % f for f in fields) + name
        self._pad()
        self.data += body
        self._pad()
        self.paths[path] = (ino, mode, at)

    def _pad(self):
        self.data += b"\0" * (-len(self.data) % 4)

    def _parents(self, path):
        parent = os.path.dirname(path)
        if parent and parent not in self.paths:
            self.dir(parent)

    def dir(self, path, mode=0o755, **kw):
        path = path.strip("/")
        self._parents(path)
        if path not in self.paths:
            self._entry(path, stat.S_IFDIR | mode, nlink=2, **kw)

    def file(self, path, body, mode=0o755, **kw):
        path = path.strip("/")
        self._parents(path)
        self._entry(path, stat.S_IFREG | mode, body if isinstance(body, bytes) else body.encode(), **kw)

    def copy(self, path, source, mode=None):
        with open(source, "rb") as f:
            self.file(path, f.read(), mode if mode is not None else os.stat(source).st_mode & 0o777)

    def link(self, path, target):
        path = path.strip("/")
        self._parents(path)
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def hard(self, path, earlier, body=b""):
        """A second name of an earlier file. Like GNU cpio's, the body may come with the last name."""
        ino, mode, at = self.paths[earlier.strip("/")]
        self.data[at + 38:at + 46] = b"%08X" % 2     # a reader looks for more names only then
        self._entry(path.strip("/"), mode, body, ino=ino, nlink=2)

    def node(self, path, kind, major, minor, mode=0o600):
        path = path.strip("/")
        self._parents(path)
        self._entry(path, {"c": stat.S_IFCHR, "b": stat.S_IFBLK}[kind] | mode, rdev=(major, minor))

    def fifo(self, path, mode=0o600):
        path = path.strip("/")
        self._parents(path)
        self._entry(path, stat.S_IFIFO | mode)

    def base(self, source):
        """Add every entry of a plain newc archive."""
        with open(source, "rb") as f:
            b = f.read()
        at, first = 0, self.ino
        while b[at:at + 6] == b"070701":
            v = [int(b[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
            name = b[at + 110:at + 110 + v[11] - 1].decode()
            body = at + 110 + v[11]
            body += -body % 4
            if name == "TRAILER!!!":
                return
            if name not in self.paths or not stat.S_ISDIR(v[1]):
                ino = first + v[0] + 1
                self.ino = max(self.ino, ino)
                self._entry(name, v[1], b[body:body + v[6]], ino=ino, nlink=v[4], rdev=(v[9], v[10]),
                            owner=(v[2], v[3]), mtime=v[5])
            at = body + v[6]
            at += -at % 4
        raise ValueError(f"{source} is not a plain newc archive")

    def elf(self, path, root, file):
        """A program and, at their places below root, its loader and libraries."""
        self.copy(path, os.path.join(root, file.lstrip("/")), 0o755)
        todo, done = [os.path.join(root, file.lstrip("/"))], set()
        while todo:
            out = subprocess.run(["llvm-readelf-19", "-d", "-l", todo.pop()], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout
            interp = re.findall(r"interpreter: (\S+)\]", out)
            if interp and interp[0] not in done:
                done.add(interp[0])
                self.copy(interp[0], find_below(root, os.path.basename(interp[0])), 0o755)
            for lib in re.findall(r"\(NEEDED\).*\[(\S+)\]", out):
                if lib not in done:
                    done.add(lib)
                    source = find_below(root, lib)
                    todo.append(source)
                    if f"lib64/{lib}" not in self.paths:
                        self.copy(f"lib/{os.path.basename(os.path.dirname(source))}/{lib}", source, 0o755)

    def bytes(self):
        out = bytearray(self.data)
        trailer = Cpio()
        trailer._entry("TRAILER!!!", 0, ino=0)
        out += trailer.data
        out += b"\0" * (-len(out) % 512)
        return bytes(out)


def find_below(root, name):
    for folder, _, files in os.walk(root):
        if name in files:
            return os.path.join(folder, name)
    raise FileNotFoundError(f"{name} below {root}")


def compress(data, kind):
    argv = COMPRESSORS[kind]
    return subprocess.run(argv, input=data, check=True, stdout=subprocess.PIPE).stdout if argv else data


def split_mode(text, default):
    head, _, mode = text.rpartition(",")
    return (head, int(mode, 8)) if re.fullmatch(r"0?[0-7]{3,4}", mode) and head else (text, default)


def add(cpio, entry):
    kind, _, rest = entry.partition(":")
    path, _, value = rest.partition("=")
    if kind == "base":
        cpio.base(rest)
    elif kind == "dir":
        cpio.dir(*split_mode(rest, 0o755))
    elif kind == "file":
        cpio.copy(path, *split_mode(value, None))
    elif kind == "text":
        cpio.file(path, value.replace("\\n", "\n"))
    elif kind == "link":
        cpio.link(path, value)
    elif kind == "hard":
        cpio.hard(path, value)
    elif kind == "node":
        value, mode = split_mode(value, 0o600)
        c, major, minor = value.split(",")
        cpio.node(path, c, int(major), int(minor), mode)
    elif kind == "fifo":
        cpio.fifo(*split_mode(rest, 0o600))
    elif kind == "elf":
        root, _, file = value.partition("//")
        cpio.elf(path, root, file)
    else:
        sys.exit(f"mkinitramfs: what is '{entry}'?\n{__doc__}")


def main(argv):
    out, kind, cpio = None, "none", Cpio()
    while argv:
        a = argv.pop(0)
        if a == "-o":
            out = argv.pop(0)
        elif a == "--compress":
            kind = argv.pop(0)
        else:
            add(cpio, a)
    if not out or kind not in COMPRESSORS:
        sys.exit(__doc__)
    with open(out, "wb") as f:
        f.write(compress(cpio.bytes(), kind))


if __name__ == "__main__":
    main(sys.argv[1:])
