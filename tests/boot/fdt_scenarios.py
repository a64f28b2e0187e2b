# SPDX-License-Identifier: MIT
"""Device trees as firmware may have them, and as it should not."""
import gzip
import hashlib
import os
import re

import images
import vm

import fdt
import fdt_guest as guest
from fdt_guest import MB, RAM
from scenarios import PAYLOAD, PROMPT, TOOLS, scenario, say, with_kexec_tools

PANIC = "panic=-1"


def tree_scenario(name, about, edit=None, steps=(), script="", smp=1, block=None, words="", console=True, initramfs=None, parts=None,
                  hart=None, **kw):
    """edit(tree) changes QEMU's tree before it is packed; block(bytes) the packed one."""
    make = initramfs or say(script)

    def kernel(ctx):
        tree = guest.base_tree(smp, kw.get("machine"), kw.get("cpu"))
        initrd = make(ctx)
        cmdline = " ".join(w for w in (f"console={images.CONSOLE}" if console else "", PANIC, vm.LINUX_WORDS.get(guest.ARCH, ""), words) if w)
        chosen = tree.find("/chosen")
        chosen.props |= {"bootargs": fdt.text(cmdline), "linux,initrd-start": fdt.pairs(guest.INITRD),
                         "linux,initrd-end": fdt.pairs(guest.INITRD + len(initrd))}
        if edit:
            edit(tree)
        data = tree.bytes()
        return guest.build(os.path.join(ctx.out, name.replace("/", "-")), ctx.kernel, block(data) if block else data, initrd, cmdline,
                           parts or {}, hart)

    scenario(name, about, None, steps, kernel=kernel, smp=smp, **kw)


# --- memory ---------------------------------------------------------------------------------------

MAP = 'sed -n "s/^/MAP /p" /proc/iomem; echo "SEEN memkb=$(sed -n "s/MemTotal: *//p" /proc/meminfo | tr -d " kB")"'


def nodes(tree):
    guest.drop_memory(tree)
    guest.memory(tree, RAM, guest.FIRST_BYTES)
    for i in (0, 2):
        guest.memory(tree, guest.MORE_RAM + i * 64 * MB, 32 * MB)
    guest.memory(tree, guest.MORE_RAM + 160 * MB, 64 * MB, status=fdt.text("disabled"))


def merged(ranges):
    out = []
    for a, b in sorted(ranges):
        if out and out[-1][1] == a:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def ram_is(*ranges):
    """The ranges of System RAM in /proc/iomem, (start, bytes); what is reserved in them may be cut out or listed below."""
    def check(ctx, text):
        found = [(int(a, 16), int(b, 16) + 1) for a, b in re.findall(r"^MAP ([0-9a-f]+)-([0-9a-f]+) : System RAM", text, re.M)]
        inside = merged((a, a + n) for a, n in ranges)
        wrong = [f"{a:x}-{b:x}" for a, b in found if not any(x <= a and b <= y for x, y in inside)]
        missing = [f"{x:x}-{y:x}" for x, y in inside if not any(x <= a and b <= y for a, b in found)]
        return f"System RAM that is none: {wrong}, not there: {missing}" if wrong or missing else None
    return check


tree_scenario("fdt/nodes", "several memory nodes, holes, one that is disabled", nodes, (r"^SEEN memkb=(1[89]|2\d|30|31)\d{4}$",), MAP,
              check=ram_is((RAM, guest.FIRST_BYTES), (guest.MORE_RAM, 32 * MB), (guest.MORE_RAM + 128 * MB, 32 * MB)), exits=True)


def narrow(tree):
    """Addresses and sizes of one cell, which the initramfs' place is given in, too."""
    def shorten(data, per):
        return b"".join(fdt.cells(*[int.from_bytes(data[i + 8 * j:i + 8 * j + 8], "big") for j in range(per)])
                        for i in range(0, len(data), 8 * per))

    tree.root.remove(lambda n: n.name.startswith(("pci", "platform-bus")))
    for path, node in list(tree.root.walk()):
        if path.startswith("/cpus") or node.props.get("#address-cells") != fdt.cells(2):
            continue
        node.props |= {"#address-cells": fdt.cells(1), "#size-cells": fdt.cells(1)}
        for child in node.children:
            if "reg" in child.props:
                child.props["reg"] = shorten(child.props["reg"], 1)
    chosen = tree.find("/chosen").props
    for name in ("linux,initrd-start", "linux,initrd-end"):
        chosen[name] = chosen[name][4:]


tree_scenario("fdt/cells-1", "#address-cells and #size-cells of 1", narrow, (r"^SEEN memkb=\d{6}$",), MAP,
              check=ram_is((RAM, 256 * MB), (guest.MORE_RAM, 256 * MB)), exits=True)

# Three kinds of reservation in RAM; what lies there is still there when everything else was written to.
NO_MAP, PLAIN, HEADER = (guest.MORE_RAM + n * MB for n in (32, 64, 96))
MARK = bytes.fromhex("5a17c0de") * (1 << 18)


def reservations(tree):
    guest.drop_memory(tree)
    guest.memory(tree, RAM, guest.FIRST_BYTES)
    guest.memory(tree, guest.MORE_RAM, 128 * MB)
    guest.reserve(tree, "firmware", NO_MAP, MB, no_map=True)
    guest.reserve(tree, "table", PLAIN, MB)
    tree.reserved.append((HEADER, MB))


FILL = MAP + f"""
mount -t tmpfs -o size=100% none /tmp
dd if=/dev/zero of=/tmp/fill bs=64k count=$(( ($(sed -n 's/MemFree: *//p' /proc/meminfo | tr -d ' kB') - 12000) / 64 )) 2>/dev/null
for at in {' '.join(hex(at + off) for at in (NO_MAP, PLAIN, HEADER) for off in (0, MB - 8192))}; do
	echo "WORD $at $(busybox devmem $at 32 2>&1)"
done
echo "SEEN filled=$(du -m /tmp/fill | cut -f1)"
"""


def kept(ctx, text):
    ranges = [(int(a, 16), int(b, 16)) for a, b in re.findall(r"^MAP +([0-9a-f]+)-([0-9a-f]+) : [Rr]eserved", text, re.M)]
    for at in (NO_MAP, PLAIN, HEADER):
        if not any(a <= at and at + MB - 1 <= b for a, b in ranges):
            return f"{at:x} is not reserved in /proc/iomem"
    words = dict(re.findall(r"^WORD 0x(\w+) (.*)$", text, re.M))
    # Linux does not let anybody look at RAM.
    wrong = {at: w for at, w in words.items() if w.upper() != "0XDEC0175A" and not (ctx.is_linux and int(at, 16) >= PLAIN)}
    return f"words at reserved addresses: {wrong}" if wrong or len(words) != 6 else None


tree_scenario("fdt/reserved", "reserved-memory with and without no-map and the header's reservations are nobody's", reservations,
              (r"^SEEN filled=[1-3]\d\d$",), FILL, check=kept, exits=True, timeout=90,
              parts={"mark1": (NO_MAP, MARK), "mark2": (PLAIN, MARK), "mark3": (HEADER, MARK)})

# --- console --------------------------------------------------------------------------------------

SERIAL = {"aarch64": "arm,pl011"}.get(guest.ARCH, "ns16550a")


def serial(tree):
    """The port that QEMU's line is connected to, and its path."""
    return next((n, p) for p, n in tree.root.walk() if n.compatible(SERIAL) and (guest.ARCH != "loongarch64" or n.name.endswith("1e0")))


def stdout_path(tree):
    _, path = serial(tree)
    aliases = tree.find("/aliases") or tree.root.add("aliases")
    aliases.props = {"serial2": fdt.text(path)}
    tree.find("/chosen").props["stdout-path"] = fdt.text("serial2:115200n8")


tree_scenario("fdt/stdout", "without console=, the port of stdout-path (an alias, with options) is the console", stdout_path,
              (rf"^SEEN active=(tty0 )?{images.CONSOLE[:-1]}2 speed=115200",), "echo SEEN active=$(cat /sys/class/tty/console/active) "
              "speed=$(stty speed </dev/console)", console=False, exits=True)


def polled(change):
    def edit(tree):
        node, _ = serial(tree)
        inherited = tree.root.props.pop("interrupt-parent", None)
        if inherited:                                       # all others say it themselves
            for _, other in tree.root.walk():
                if "interrupts" in other.props:
                    other.props.setdefault("interrupt-parent", inherited)
        change(tree, node)
    return edit


def undriven(tree, node):
    tree.root.add("pic", compatible=fdt.text("nobody,pic"), interrupt_controller=b"", _interrupt_cells=fdt.cells(
        len(node.props["interrupts"]) // 4), phandle=fdt.cells(0x7777))
    node.props["interrupt-parent"] = fdt.cells(0x7777)


POLLED = {
    "none": ("a serial node without interrupt-parent", lambda tree, node: node.props.pop("interrupt-parent")),
    "dangling": ("one that names no node", lambda tree, node: node.props.update({"interrupt-parent": fdt.cells(0xdead)})),
    "undriven": ("one that names a controller without driver", undriven),
}
for name, (about, change) in POLLED.items():
    tree_scenario(f"fdt/polled/{name}", f"{about}: a console by polling, which one line says", polled(change), (
        rf"{images.CONSOLE}: [^\n]*polling",
        (PROMPT, "echo rea\"\"dy; cat\n"), (r"^ready", "typed\n"), (r"^typed\ntyped", "\x04"),
        (PROMPT, "sh -c 'echo be\"\"gun; exec sleep 1000'\n"), (r"^begun", "\x03"), (PROMPT, "echo st=$?\n"), r"^st=130",
        (PROMPT, "seq 3000\n"), r"^2998\n2999\n3000",
        (PROMPT, "poweroff -f\n")),
        initramfs=lambda ctx: images.shell().bytes(), exits=True, on_linux=False)

# --- harts ----------------------------------------------------------------------------------------


def some_harts(tree):
    """Of four harts the first and the third are disabled."""
    for hart in (0, 2):
        tree.find(f"/cpus/cpu@{hart}").props["status"] = fdt.text("disabled")


HARTS = """echo "SEEN cpus=$(grep -c ^processor /proc/cpuinfo) online=$(nproc) harts=$(sed -n 's/^hart[^i]*: //p' /proc/cpuinfo | tr '\\n' ' ')"
taskset 2 sh -c 'read line; echo ON-SECOND $line'
"""
if guest.ARCH == "riscv64":
    for name, machine in (("plic", None), ("imsic", "virt,aia=aplic-imsic")):
        tree_scenario(f"fdt/harts-{name}", "harts 3 and 1 alone, entered on 3: the others are left alone, interrupts and calls find their way",
                      some_harts, ((r"^SEEN cpus=2 online=2 harts=3 1 $", "word\n"), r"^ON-SECOND word"), HARTS, smp=4, hart=3, machine=machine,
                      exits=True)
    tree_scenario("fdt/harts-kexec", "and the next kernel starts the same two", some_harts, (rf"{PAYLOAD}2 ",), smp=4, hart=3, mem="1G",
                  initramfs=with_kexec_tools(TOOLS.replace("CALL", ""), own=True), exits=True)

# --- the tree as files, and what the next kernel gets ---------------------------------------------

TREE_FILES = """
echo "BLOCK $(md5sum </sys/firmware/fdt)"
cd /proc/device-tree/ && find . -type f | sort | while read -r f; do echo "TREE $f $(md5sum <"$f" | cut -c1-32)"; done
echo SEEN
"""


def digests(tree):
    return {f".{path if path != '/' else ''}/{name}": hashlib.md5(value).hexdigest()
            for path, node in tree.root.walk() for name, value in node.props.items()}


def received(ctx, s):
    with open(os.path.join(ctx.out, s.name.replace("/", "-"), "tree"), "rb") as f:
        return f.read()


def same_files(ctx, s, log):
    text = ctx.boot(s, log)
    block = received(ctx, s)
    seen = dict(re.findall(r"^TREE (\S+) (\w{32})$", text, re.M))
    want = digests(fdt.parse(block))
    wrong = [p for p in want if seen.get(p) != want[p]]
    more = [p for p in seen if p not in want and not ctx.is_linux]      # Linux adds a property with each node's name
    errors = [f"not as received: {wrong[:5]}, not received: {more[:5]}"] if wrong or more else []
    if hashlib.md5(block).hexdigest() not in text:
        errors.append("/sys/firmware/fdt is not the block that was received")
    return "; ".join(errors) or None


def deep(tree):
    """Forty nodes inside each other, and properties without a value, of odd lengths, with odd names."""
    node = tree.root.add("deep")
    for i in range(40):
        node = node.add(f"level{i}", here=bytes(range(i)))
    node.props |= {"empty": b"", "odd,name+with.all_of-them#?": b"\0\xff\x80"}


tree_scenario("fdt/files", "/proc/device-tree and /sys/firmware/fdt are the tree that was received", deep, ("^SEEN",), TREE_FILES,
              run=same_files, exits=True)

DUMP = 'echo "BLOCK begin"; gzip -c /sys/firmware/fdt | od -An -v -tx1; echo "BLOCK end"'


def for_next(tree):
    deep(tree)
    reservations(tree)
    tree.find("/chosen").props |= {"kaslr-seed": fdt.pairs(0x123456789abcdef), "rng-seed": bytes(range(64)), "some,word": fdt.cells(7)}


def next_tree(ctx, s, log):
    text = ctx.boot(s, log)
    block = gzip.decompress(bytes.fromhex("".join(text.rpartition("BLOCK begin")[2].partition("BLOCK end")[0].split())))
    ours, theirs = fdt.parse(received(ctx, s)), fdt.parse(block)
    chosen, next_chosen = (t.find("/chosen").props for t in (ours, theirs))
    errors = []
    for name in ("bootargs", "linux,initrd-start", "linux,initrd-end", "kaslr-seed", "rng-seed"):
        old, new = chosen.pop(name, None), next_chosen.pop(name, None)
        # The seeds are gone or zeros: Linux takes them out before anybody sees the tree.
        if new == old:
            errors.append(f"{name} was not changed")
    if [(p, n.props) for p, n in ours.root.walk()] != [(p, n.props) for p, n in theirs.root.walk()]:
        errors.append("other nodes or properties than those of /chosen are changed")
    if not set(ours.reserved) <= set(theirs.reserved):
        errors.append(f"reservations {ours.reserved} became {theirs.reserved}")
    return "; ".join(errors) or None


tree_scenario("fdt/next", "the next kernel's tree is the firmware's, but for /chosen", for_next, ("^BLOCK end", PAYLOAD), run=next_tree,
              initramfs=with_kexec_tools(TOOLS.replace("CALL", ""), own=True, extra=DUMP), mem="1G", exits=True, on_linux=False)

# --- trees that make no sense ---------------------------------------------------------------------


def cycles(tree):
    """Controllers above each other in a circle, a phandle twice, a node that is its own parent, a list that ends amid."""
    one = dict(interrupt_controller=b"", _interrupt_cells=fdt.cells(1))
    for me, parent in ((0x500, 0x501), (0x501, 0x500), (0x502, 0x502), (0x502, 0x500)):
        tree.root.add(f"circle@{len(tree.root.children):x}", compatible=fdt.text("nobody,circle"), phandle=fdt.cells(me),
                      interrupt_parent=fdt.cells(parent), interrupts=fdt.cells(1), **one)
    for i, name in enumerate(("interrupts", "interrupts-extended", "clocks", "interrupt-map")):
        node = tree.root.add(f"user@{i}", compatible=fdt.text("syscon-poweroff", "ns16550a", "arm,pl011"), regmap=fdt.cells(0x502))
        node.props |= {name: fdt.cells(0x500, 1, 0x502), "interrupt-parent": fdt.cells(0x502)}


def depth(tree):
    node = tree.root
    for _ in range(400):
        node = node.add("d")
    node.props |= {"compatible": fdt.text(SERIAL), "reg": fdt.pairs(1, 2), "interrupts": fdt.cells(1)}


def numbers(tree):
    """Cells and addresses that do not fit, wrap, overlap, or are only half there."""
    top = 1 << 64
    bus = tree.root.add("bus", _address_cells=fdt.cells(0xffffffff), _size_cells=fdt.cells(0xffffffff), ranges=fdt.cells(1, 2, 3),
                        compatible=fdt.text("simple-bus"))
    bus.add("port@0", compatible=fdt.text(SERIAL), reg=fdt.cells(0, 0, 1))
    half = tree.root.add("half", _address_cells=fdt.cells(2), _size_cells=b"\0", ranges=fdt.pairs(0, 1)[:-3])
    half.add("port@0", compatible=fdt.text(SERIAL), reg=fdt.pairs(0, 16), interrupts=b"\0")
    tree.root.add("port@1", compatible=SERIAL.encode(), reg=fdt.pairs(RAM)[:5])
    for start, size in ((top - 4096, 8192), (0, 0), (top - 1, top - 1), (guest.MORE_RAM + 3, 17)):
        guest.reserve(tree, "odd", start, size)
        tree.reserved.append((start, size or 1))
    tree.find("/reserved-memory").add("cut", reg=b"\0\0\0")
    for start, size in ((RAM, guest.FIRST_BYTES), (RAM + MB, MB), (top - MB, 2 * MB)):
        guest.memory(tree, start, size)
    tree.find("/chosen").props |= {"stdout-path": b"/nowhere:::", "kaslr-seed": b"x", "rng-seed": b""}


def crowd(tree):
    """Thousands of nodes that drivers, memory and reservations look at."""
    port, _ = serial(tree)
    for i in range(2000):
        tree.root.add(f"port@{i:x}", compatible=fdt.text(SERIAL), reg=port.props["reg"])
    for i in range(1500):
        guest.memory(tree, guest.MORE_RAM + 8192 * i, 4096)
        tree.reserved.append((guest.MORE_RAM + 8192 * i + 512, 512))


def over_kernel(tree):
    guest.reserve(tree, "kernel", guest.KERNEL + 65536, 2 * MB)
    guest.reserve(tree, "initrd", guest.INITRD + 65536, 1 * MB)


# Linux takes minutes over a crowd; loongarch64's does not come to a console with these.
ON_LINUX_NOT = ("crowd", "depth", "numbers") if guest.ARCH == "loongarch64" else ("crowd",)
HERE = 'echo "SEEN cpus=$(nproc)"; ls -R /proc/device-tree/ | wc -l'
for name, edit in (("cycles", cycles), ("depth", depth), ("numbers", numbers), ("crowd", crowd), ("over-kernel", over_kernel)):
    tree_scenario(f"fdt/bad/{name}", edit.__doc__ or f"{name} makes no sense, and the system runs", edit, (r"^SEEN cpus=2",), HERE,
                  smp=2, exits=True, timeout=30, on_linux=name not in ON_LINUX_NOT)


def header(block, **fields):
    """The block with other numbers in its header."""
    names = ("magic", "bytes", "struct_at", "strings_at", "map_at", "version", "last", "cpu", "strings_bytes", "struct_bytes")
    out = bytearray(block)
    for name, value in fields.items():
        out[4 * names.index(name):4 * names.index(name) + 4] = fdt.cells(value)
    return bytes(out)


def numbers_of(block):
    return [int.from_bytes(block[i:i + 4], "big") for i in range(0, 40, 4)]


DAMAGED = {
    "magic": lambda b: header(b, magic=0xd00dbeef),
    "truncated": lambda b: header(b, bytes=len(b) // 2),
    "truncated-struct": lambda b: header(b, struct_bytes=numbers_of(b)[9] // 2 & ~3),
    "huge": lambda b: header(b, bytes=0xfffffff0),
    "outside": lambda b: header(b, struct_at=0x7ffffff8),
    "overlapping": lambda b: header(b, strings_at=0xfffffff0, strings_bytes=0x40),
    "no-nul": lambda b: b[:-1] + b"x" if b[-1:] == b"\0" else b,
    "name-no-nul": lambda b: fdt.assemble(fdt.cells(fdt.BEGIN) + b"x" * 4096),
    "property-too-long": lambda b: fdt.assemble(fdt.cells(fdt.BEGIN, 0, fdt.PROP, 0xffffff00, 0, fdt.END, fdt.LAST), b"a\0"),
    "token": lambda b: fdt.assemble(fdt.cells(fdt.BEGIN, 0, 77, fdt.END, fdt.LAST)),
    "never-ends": lambda b: fdt.assemble(fdt.cells(*[fdt.BEGIN, 0] * 100000)),
    "two-roots": lambda b: fdt.assemble(fdt.cells(fdt.BEGIN, 0, fdt.END, fdt.BEGIN, 0, fdt.END, fdt.LAST)),
}
# Only riscv64's firmware gives a console without a tree; on loongarch64 the command line can name one.
EARLY = {"loongarch64": "earlycon=uart8250,mmio,0x1fe001e0"}.get(guest.ARCH, "")
if guest.ARCH != "aarch64":
    for name, damage in DAMAGED.items():
        tree_scenario(f"fdt/damaged/{name}", "a tree that is none is named, and the machine does not hang", None,
                      (r"boot: device tree: damaged, not used", r"[Kk]ernel panic[^\n]*"), "", block=damage, words=EARLY, may_panic=True,
                      timeout=20, on_linux=False)


def damaged_image(ctx):
    """The kernel under test with other bytes amid what is packed."""
    with open(ctx.kernel, "rb") as f:
        b = bytearray(f.read())
    b[len(b) // 2:len(b) // 2 + 64] = b"\xa5" * 64
    path = os.path.join(ctx.out, "damaged.img")
    with open(path, "wb") as f:
        f.write(b)
    return path


scenario("image/damaged", "an image that does not unpack says so", None, (r"^Kindling: the image is damaged",), kernel=damaged_image,
         on_linux=False)
if guest.ARCH == "aarch64":
    scenario("image/damaged-el2", "the same, entered at EL2", None, (r"^Kindling: the image is damaged",), kernel=damaged_image,
             machine="virt,virtualization=on", on_linux=False)
