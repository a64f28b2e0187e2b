# SPDX-License-Identifier: MIT
"""Device trees as Python objects: read, change, write (Devicetree Specification 0.4, chapter 5). For tests."""
import re
import struct

MAGIC = 0xd00dfeed
BEGIN, END, PROP, NOP, LAST = 1, 2, 3, 4, 9


def cells(*values):
    """32-bit numbers as a property has them."""
    return struct.pack(f">{len(values)}I", *values)


def pairs(*values):
    """Addresses and sizes of two cells each."""
    return struct.pack(f">{len(values)}Q", *values)


def text(*words):
    return b"".join(w.encode() + b"\0" for w in words)


class Node:
    def __init__(self, name="", props=None):
        self.name = name
        self.props = dict(props or {})
        self.children = []

    def add(self, name, **props):
        """A new child; '_' in the names of properties stands for '-', a leading one for '#'."""
        child = Node(name, {k if k == "device_type" else re.sub("^_", "#", k).replace("_", "-"): v for k, v in props.items()})
        self.children.append(child)
        return child

    def find(self, path):
        """The node at a path; each part is a name with or without @address. None: there is none."""
        node = self
        for part in path.strip("/").split("/") if path.strip("/") else []:
            node = next((c for c in node.children if part in (c.name, c.name.split("@")[0])), None)
            if node is None:
                return None
        return node

    def walk(self, path=""):
        """Every node with its path, this one first."""
        yield path or "/", self
        for c in self.children:
            yield from c.walk(f"{path}/{c.name}")

    def remove(self, test):
        """Drops all children, at any depth, for which test(node) holds."""
        self.children = [c for c in self.children if not test(c)]
        for c in self.children:
            c.remove(test)

    def compatible(self, word):
        return word.encode() in self.props.get("compatible", b"").split(b"\0")


class Tree:
    def __init__(self, root=None, reserved=(), boot_cpu=0):
        self.root = root or Node()
        self.reserved = list(reserved)      # the header's: (address, bytes)
        self.boot_cpu = boot_cpu

    def find(self, path):
        return self.root.find(path)

    def add(self, path, name, **props):
        return self.find(path).add(name, **props)

    def find_compatible(self, word):
        return next((n for _, n in self.root.walk() if n.compatible(word)), None)

    def bytes(self):
        strings, struct_block = bytearray(), bytearray()
        offsets = {}

        def put(node):
            struct_block.extend(cells(BEGIN) + padded(node.name.encode() + b"\0"))
            for name, value in node.props.items():
                if name not in offsets:
                    offsets[name] = len(strings)
                    strings.extend(name.encode() + b"\0")
                struct_block.extend(cells(PROP, len(value), offsets[name]) + padded(value))
            for child in node.children:
                put(child)
            struct_block.extend(cells(END))

        put(self.root)
        struct_block.extend(cells(LAST))
        return assemble(bytes(struct_block), bytes(strings), self.reserved, self.boot_cpu)


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def assemble(struct_block, strings=b"", reserved=(), boot_cpu=0):
    """A block of its parts, sound or not."""
    map_block = b"".join(pairs(*r) for r in [*reserved, (0, 0)])
    at_struct = 40 + len(map_block)
    at_strings = at_struct + len(struct_block)
    return cells(MAGIC, at_strings + len(strings), at_struct, at_strings, 40, 17, 16, boot_cpu, len(strings),
                 len(struct_block)) + map_block + struct_block + strings


def parse(b):
    """A sound block as a Tree."""
    magic, _, at, at_strings, at_map, _, _, boot_cpu = struct.unpack_from(">8I", b)
    if magic != MAGIC:
        raise ValueError("no device tree")
    tree = Tree(boot_cpu=boot_cpu)
    while struct.unpack_from(">QQ", b, at_map) != (0, 0):
        tree.reserved.append(struct.unpack_from(">QQ", b, at_map))
        at_map += 16
    stack = []
    while True:
        token, = struct.unpack_from(">I", b, at)
        at += 4
        if token == BEGIN:
            end = b.index(b"\0", at)
            node = Node(b[at:end].decode())
            at = end + 1 + -(end + 1) % 4
            if stack:
                stack[-1].children.append(node)
            else:
                tree.root = node
            stack.append(node)
        elif token == END:
            stack.pop()
        elif token == PROP:
            length, name = struct.unpack_from(">II", b, at)
            name += at_strings
            stack[-1].props[b[name:b.index(b"\0", name)].decode()] = bytes(b[at + 8:at + 8 + length])
            at += 8 + length + -length % 4
        elif token == LAST:
            return tree
        elif token != NOP:
            raise ValueError(f"token {token} at {at - 4}")
