# SPDX-License-Identifier: MIT
"""One QEMU guest on a serial line: start it, wait for lines, type, stop it. Used by tests and bench."""
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DL = os.path.realpath(os.environ.get("KINDLING_DL", os.path.join(TOP, "build", "dl")))

# The Linux and Kindling ways of saying that all is lost; waiting on would only cost time.
DEAD = re.compile(rb"Kernel panic - not syncing[^\n]*|kernel panic:[^\n]*", re.I)

# The machine of each architecture, and the CPU model where QEMU's default is none for us.
MACHINE = {"x86_64": "q35"}
CPU = {"aarch64": "cortex-a57", "loongarch64": "la464"}


def emulator(arch):
    return f"{DL}/qemu{'' if arch == 'x86_64' else '-' + arch}/bin/qemu-system-{arch}"


# What a Linux needs to be told in plain emulation. x86_64: it counts ten ticks of the PIT against the TSC and panics when
# a busy host delivers too few; on the hypervisors that it knows it leaves that check out itself. loongarch64: QEMU's
# machine has no i8042, which Debian's kernel believes it has found.
LINUX_WORDS = {"x86_64": "no_timer_check", "loongarch64": "initcall_blacklist=i8042_init"}


def loadable(kernel):
    """QEMU knows EFI zboot files with gzip alone: one with zstd is unpacked, beside it."""
    with open(kernel, "rb") as f:
        head = f.read(64)
    if head[:2] != b"MZ" or head[4:8] != b"zimg" or not head[24:].startswith(b"zstd"):
        return kernel
    image = kernel + ".Image"
    if not os.path.exists(image):
        with open(kernel, "rb") as f:
            f.seek(int.from_bytes(head[8:12], "little"))
            body = f.read(int.from_bytes(head[12:16], "little"))
        plain = subprocess.run(["zstd", "-dqc"], input=body, check=True, stdout=subprocess.PIPE).stdout
        with open(f"{image}.{os.getpid()}", "wb") as f:
            f.write(plain)
        os.rename(f"{image}.{os.getpid()}", image)
    return image


def tail(text, lines=16):
    """The end of a guest's log, for who sees nothing but a test's output."""
    return "".join(f"     | {line[:200]}\n" for line in text.rstrip().split("\n")[-lines:])


# Of all registers those that tell where a CPU is: program counter, return address, stack, halted or not, cause and
# address of the last trap.
REGISTERS = re.compile(r"\b(RIP|EIP|RSP|CR2|HLT|PC|X30|PSTATE|pc|sepc|scause|x1/ra|ERA|ESTAT|BADV)[ =]+([0-9a-f]+)")


# QEMU 10.0's emulation looks up the device behind an address in the map of now, by a number of the map that its TLB was
# filled from: a CPU that is at a device just when another CPU moves one (PCI's BARs are sized so) is at the wrong one.
# Mostly QEMU notices. Kindling does not move any while other CPUs run; the Linux at the end of a boot does.
QEMU_LOST = re.compile(rb"iotlb_to_section: Assertion [^\n]* failed")


class VmError(Exception):
    """The guest did not do what was awaited; the text says what it did."""


class KnownFault(VmError):
    """A known fault of QEMU or of a program in the guest, with any kernel: it has to be started again."""


class Vm:
    """A running guest. log is all serial output so far, without carriage returns."""

    def __init__(self, kernel, initrd=None, append="", smp=1, mem="512M", machine=None, cpu=None,
                 arch="x86_64", icount=False, extra=(), dead=DEAD):
        argv = [emulator(arch), "-machine", machine or MACHINE.get(arch, "virt"), "-smp", str(smp), "-m", mem,
                "-display", "none", "-no-reboot",
                "-chardev", "stdio,id=line,signal=off", "-serial", "chardev:line"]
        if cpu or CPU.get(arch):
            argv += ["-cpu", cpu or CPU[arch]]
        if icount:
            argv += ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off",
                     "-rtc", "base=2025-01-01,clock=vm", "-seed", "1"]
        if not any(str(e).startswith("-nic") or e == "-netdev" for e in extra):
            argv += ["-nic", "none"]
        # Under -icount the host's load does not show, and Linux is measured as it comes.
        if kernel and os.path.basename(kernel) == "vmlinuz" and not (icount and arch == "x86_64"):
            append = f"{LINUX_WORDS.get(arch, '')} {append}".strip()
        kernel = loadable(kernel) if kernel else kernel
        if kernel:
            argv += ["-kernel", kernel, "-append", append]
            argv += ["-initrd", initrd] if initrd else []
        self.folder = tempfile.mkdtemp(prefix="kindling-vm-")
        argv += ["-monitor", f"unix:{self.folder}/monitor,server=on,wait=off"]
        self.argv = argv + [str(e) for e in extra]
        self.dead = dead
        self.log = b""
        self.at = 0        # everything before was matched by an expect
        self.proc = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, bufsize=0)

    def _read(self, seconds):
        """Take what the line has; False at its end."""
        fd = self.proc.stdout.fileno()
        if not select.select([fd], [], [], seconds)[0]:
            return True
        data = os.read(fd, 65536)
        self.log += data.replace(b"\r", b"")
        return bool(data)

    def expect(self, pattern, timeout):
        """Wait until pattern matches what has not been matched yet; returns the match."""
        end = time.monotonic() + timeout
        rx = re.compile(pattern.encode() if isinstance(pattern, str) else pattern, re.M)
        alive = True
        while True:
            m = rx.search(self.log, self.at)
            if m:
                self.at = m.end()
                return m
            lost = self.dead.search(self.log) if self.dead else None
            if lost:
                raise VmError(f"'{lost.group(0).decode(errors='replace')}' while waiting for /{pattern}/")
            if not alive:
                raise self._ended(f"QEMU ended while waiting for /{pattern}/")
            left = end - time.monotonic()
            if left <= 0:
                raise VmError(f"no /{pattern}/ in {timeout:.0f} s")
            alive = self._read(min(left, 1))

    def _ended(self, text):
        return KnownFault(f"{text} by an assertion of its own") if QEMU_LOST.search(self.log) else VmError(text)

    def send(self, text):
        try:
            self.proc.stdin.write(text.encode() if isinstance(text, str) else text)
        except BrokenPipeError:
            raise self._ended("QEMU has ended, nobody to type to") from None

    def wait_exit(self, timeout):
        end = time.monotonic() + timeout
        while self._read(min(1, max(0, end - time.monotonic()))):
            if time.monotonic() > end:
                raise VmError(f"did not power off in {timeout:.0f} s")
        if QEMU_LOST.search(self.log):
            raise self._ended("QEMU ended")
        return self.proc.wait()

    def ask(self, question):
        """What QEMU's monitor answers; nothing when it is not there."""
        answer = b""
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(f"{self.folder}/monitor")
                for line in ("", question):
                    s.sendall(line.encode() + b"\n" if line else b"")
                    answer = b""
                    while not answer.endswith(b"(qemu) "):
                        data = s.recv(65536)
                        if not data:
                            break
                        answer += data
        except OSError:
            pass
        return answer.decode(errors="replace").replace("\r", "")

    def where(self):
        """For a guest that stands still: every CPU's registers, twice, so that one sees whether it moves."""
        if self.proc.poll() is not None:
            return f"QEMU ended with status {self.proc.returncode}\n"
        text = ""
        for _ in range(2):
            for cpu in self.ask("info registers -a").split("CPU#")[1:]:
                text += f"CPU {cpu.split()[0]}: " + " ".join(f"{r}={v}" for r, v in REGISTERS.findall(cpu)) + "\n"
            time.sleep(0.2)
        return text

    def stop(self):
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.proc.stdin.close()
        self.proc.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def text(self):
        return self.log.decode(errors="replace")
