# SPDX-License-Identifier: MIT
"""gdb commands that know the kernel's structures; ./kindling debug loads them.

    k-cpus              what each CPU runs
    k-threads           every thread of every process, its state and where it sleeps
    k-bt THREAD         backtrace of a sleeping thread (an address from k-threads)
    k-maps PID          memory map of a process
    k-log [N]           the kernel's log (the last N lines)
"""
import gdb

STATES = ("running", "interruptible", "killable", "uninterruptible", "stopped", "traced", "new", "dead")


def sym(name):
    return gdb.parse_and_eval(name)


def read_u64(address):
    return int(gdb.Value(int(address)).cast(gdb.lookup_type("unsigned long").pointer()).dereference())


def each(head, type_name, member):
    """The records on a circular list whose head is given."""
    record = gdb.lookup_type(type_name)
    offset = next(f.bitpos // 8 for f in record.fields() if f.name == member)
    node = head["next"]
    while node and int(node) != int(head.address):
        yield gdb.Value(int(node) - offset).cast(record.pointer())
        node = node["next"]


def place(address):
    """An address as function+offset, with its line."""
    block = gdb.execute(f"info symbol {int(address):#x}", to_string=True).split(" in section")[0].strip()
    line = gdb.find_pc_line(int(address))
    where = f" at {line.symtab.filename}:{line.line}" if line.symtab else ""
    return f"{block}{where}"


# Of each architecture (port/unwind.h): where the switch pushed (frame pointer, return address), and where these two
# stand seen from a frame pointer.
UNWIND = {"x86": (40, 0), "riscv": (96, -16), "aarch64": (0, 0), "loongarch": (80, -16)}


def frames(thread):
    """Return addresses of a thread that is switched away: what arch_context_switch pushed, then frame pointers."""
    arch = gdb.selected_inferior().architecture().name()
    switched, record = next((u for name, u in UNWIND.items() if name in arch), UNWIND["x86"])
    sp = int(thread["arch"]["kernel_sp"])
    bp, address = read_u64(sp + switched), read_u64(sp + switched + 8)
    low, high = int(thread["stack"]), int(thread["arch"]["stack_top"])
    for _ in range(40):
        yield address
        if not low <= bp + record < high - 16:
            return
        bp, address = read_u64(bp + record), read_u64(bp + record + 8)


def state(thread):
    n = int(thread["state"])
    return STATES[n] if n < len(STATES) else str(n)


def processes():
    def walk(process, depth):
        yield process, depth
        for child in each(process["children"], "struct process", "sibling"):
            yield from walk(child, depth + 1)
    init = sym("init_process")
    if int(init):
        yield from walk(init, 0)


class Command(gdb.Command):
    """Registers itself under its class' name attribute."""

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_USER)


class Cpus(Command):
    name = "k-cpus"

    def invoke(self, arg, tty):
        cpus = sym("cpus")
        for i in range(int(sym("nr_cpus"))):
            cpu = cpus[i]
            cpu = cpu if cpu.type.code == gdb.TYPE_CODE_PTR else cpu.address
            running = cpu["running"]
            what = running["name"].string() if int(running) else "-"
            print(f"cpu {int(cpu['id'])} hw {int(cpu['hw_id'])} {'online' if cpu['online'] else 'offline'} "
                  f"runs {int(running):#x} {what}")


class Threads(Command):
    name = "k-threads"

    def invoke(self, arg, tty):
        for process, depth in processes():
            for thread in each(process["threads"], "struct thread", "process_node"):
                pid = int(thread["pid"]["nr"]) if int(thread["pid"]) else 0
                where = ""
                if state(thread) != "running":
                    trail = [place(a).split("+")[0].split(" ")[0] for a in list(frames(thread))[:6]]
                    where = " < ".join(t for t in trail if t not in ("schedule", "sched_switch"))
                print(f"{pid:6} {'  ' * depth}{thread['name'].string():16} {int(thread):#x} {state(thread):15} {where}")


class Backtrace(Command):
    name = "k-bt"

    def invoke(self, arg, tty):
        thread = gdb.parse_and_eval(arg).cast(gdb.lookup_type("struct thread").pointer())
        for i, address in enumerate(frames(thread)):
            print(f"#{i:<3} {address:#x} {place(address)}")


class Maps(Command):
    name = "k-maps"

    def invoke(self, arg, tty):
        for process, _ in processes():
            if not int(process["pid"]) or int(process["pid"]["nr"]) != int(arg):
                continue
            for thread in each(process["threads"], "struct thread", "process_node"):
                if int(thread["vm"]):
                    for vma in each(thread["vm"]["vma_list"], "struct vma", "list_node"):
                        print(f"{int(vma['start']):016x}-{int(vma['end']):016x} flags {int(vma['flags']):#x} "
                              f"pgoff {int(vma['pgoff']):#x} file {int(vma['file']):#x}")
                    return
        print(f"no process {arg} with memory")


class Log(Command):
    name = "k-log"

    def invoke(self, arg, tty):
        ring, first, end = sym("ring"), sym("'printk.c'::first"), sym("'printk.c'::end")
        size, lines = ring.type.sizeof, []
        data = bytes(gdb.selected_inferior().read_memory(int(ring.address), size))
        header = gdb.lookup_type("struct ring_header").sizeof
        pos, last = int(first["pos"]), int(end["pos"])
        while pos < last:
            at = pos % size
            length = int.from_bytes(data[at + 8:at + 10], "little")
            if length == 0xffff:
                pos += size - at
                continue
            seconds = int.from_bytes(data[at:at + 8], "little") / 1e9
            text = data[at + header:at + header + length].decode(errors="replace").rstrip("\n")
            lines.append(f"[{seconds:12.6f}] {text}")
            pos += (header + length + header - 1) // header * header
        for line in lines[-int(arg):] if arg else lines:
            print(line)


for command in (Cpus, Threads, Backtrace, Maps, Log):
    command()
gdb.execute("set print pretty on")
gdb.execute("set pagination off")
print(__doc__)
