#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run boot scenarios in QEMU and wait for what they print.

    tests/boot/run.py [--arch A] [--list] [-k WORD] [--repeat N] [--all | --brief] [--jobs N] [--kernel FILE]
                      [--slow FACTOR] [--starve]

The scenarios are data: scenarios.py for every architecture, x86_scenarios.py and port_scenarios.py for what
differs. --brief leaves out those that hold for all architectures when they hold for one. --kernel starts
another kernel in Kindling's place: with Debian's vmlinuz it shows that a scenario asks for what Linux does.
--starve slows down virtual CPUs, one of a guest at a time, to find races (starve.py); --slow 8 goes well
with it. Logs: build/test/ARCH/NAME.log.
The last line is 'N passed, N failed'.
"""
import argparse
import os
import re
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(TOP, "tools"), HERE]
# Images are made for one architecture, known before they are.
if "--arch" in sys.argv[:-1]:
    os.environ["KINDLING_ARCH"] = sys.argv[sys.argv.index("--arch") + 1]
import images                   # noqa: E402
import vm                       # noqa: E402
import scenarios                # noqa: E402
import starve                   # noqa: E402
import pci_scenarios            # noqa: E402, F401
if images.ARCH == "x86_64":
    import x86_scenarios        # noqa: E402, F401
else:
    import port_scenarios       # noqa: E402, F401
    import fdt_scenarios        # noqa: E402, F401
import sysfs_scenarios          # noqa: E402, F401


def log_end(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return vm.tail(f.read())


class Context:
    """What a scenario may need: the kernel under test, folders, and files that are built once."""

    def __init__(self, arch, kernel, slow):
        self.arch = arch
        self.is_linux = kernel is not None
        self.kernel = kernel or os.path.join(TOP, "build", arch, "kindling.img")
        self.elf = os.path.join(TOP, "build", arch, "kindling.elf")
        self.out = os.path.join(TOP, "build", "test", arch)
        self.slow = slow
        self.locks, self.lock = {}, threading.Lock()
        self.fresh = set()
        os.makedirs(self.out, exist_ok=True)

    def file(self, name, make):
        """A file below out that make() gives the bytes of, made once in this run."""
        with self.lock:
            lock = self.locks.setdefault(name, threading.Lock())
        path = os.path.join(self.out, name)
        with lock:
            if name not in self.fresh:
                data = make()
                with open(path, "wb") as f:
                    f.write(data)
                self.fresh.add(name)
        return path

    def boot(self, s, log, **changed):
        """Start the scenario's guest (some of its fields changed) and walk through its steps."""
        f = {**s.__dict__, **changed}
        initrd = self.file(f"{s.name.replace('/', '-')}.initrd", lambda: f["initramfs"](self)) if f["initramfs"] else None
        kernel = f["kernel"](self) if callable(f["kernel"]) else self.kernel if f["kernel"] is None else f["kernel"]
        extra = f["extra"](self) if callable(f["extra"]) else f["extra"]
        where = ""
        guest = vm.Vm(kernel, initrd, f"console={images.CONSOLE} {f['append']}".strip(), f["smp"], f["mem"], f["machine"],
                      f["cpu"], self.arch, extra=extra, **({"dead": None} if f["may_panic"] else {}))
        try:
            for step in f["steps"]:
                pattern, reply = step if isinstance(step, tuple) else (step, None)
                guest.expect(pattern, f["timeout"] * self.slow)
                if reply is not None:
                    guest.send(reply)
            if f["exits"]:
                guest.wait_exit(f["timeout"] * self.slow)
        except vm.VmError as e:
            where = guest.where()
            if f["fault"] and re.search(f["fault"], guest.text()):
                raise vm.KnownFault(f"{e}, by a known fault") from None
            raise
        finally:
            guest.stop()
            with open(log, "a") as out:
                out.write(f"$ {' '.join(map(repr, guest.argv))}\n{guest.text()}\n{where}")
        return guest.text()

    def log_path(self, s):
        return os.path.join(self.out, s.name.replace("/", "-") + ".log")


def run_one(ctx, s, attempts=3):
    """Returns (error or None, seconds)."""
    begin = time.monotonic()
    log = ctx.log_path(s)
    open(log, "w").close()
    try:
        if s.run:
            error = s.run(ctx, s, log)
        else:
            text = ctx.boot(s, log)
            error = s.check(ctx, text) if s.check else None
    except vm.KnownFault as e:
        if attempts > 1:
            print(f"again {s.name}: {e}", flush=True)
            return run_one(ctx, s, attempts - 1)
        error = str(e)
    except vm.VmError as e:
        error = str(e)
    except Exception:                # a broken scenario is a failure with a name, not the end of the run
        error = traceback.format_exc(limit=-2)
    return error, time.monotonic() - begin


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--list", action="store_true")
    p.add_argument("-k", metavar="WORD", action="append", default=[])
    p.add_argument("--repeat", type=int, default=1)
    p.add_argument("--all", action="store_true", help="the long ones as well")
    p.add_argument("--brief", action="store_true", help="without those that do not depend on the architecture")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--arch", default=images.ARCH)
    p.add_argument("--kernel")
    p.add_argument("--slow", type=float, default=float(os.environ.get("KINDLING_SLOW", "1")))
    p.add_argument("--starve", action="store_true")
    o = p.parse_args()
    ctx = Context(o.arch, o.kernel, o.slow)
    chosen = [s for s in scenarios.SCENARIOS
              if (not o.k or any(w in s.name for w in o.k))
              and (o.all or o.k or not s.long) and not (o.brief and s.neutral) and not (ctx.is_linux and not s.on_linux)]
    if o.list:
        for s in chosen:
            print(f"{s.name:32} {'(long) ' if s.long else ''}{s.about}")
        return 0
    if not os.path.exists(ctx.kernel):
        sys.exit(f"no {ctx.kernel}: ./kindling build")
    passed, failed, lock = 0, [], threading.Lock()

    def job(s):
        nonlocal passed
        error, seconds = run_one(ctx, s)
        with lock:
            if error:
                failed.append(s.name)
                print(f"FAIL {s.name} ({seconds:.0f} s): {error}\n     log: {os.path.relpath(ctx.log_path(s))}\n{log_end(ctx.log_path(s))}",
                      end="", flush=True)
            else:
                passed += 1
                print(f"ok   {s.name} ({seconds:.0f} s)", flush=True)

    with starve.Starver() if o.starve else nullcontext():
        for _ in range(o.repeat):
            # Guests with many CPUs or much memory go alone at the end; QEMU uses a thread for each CPU.
            small = [s for s in chosen if s.smp <= 4 and not s.alone]
            with ThreadPoolExecutor(o.jobs) as pool:
                list(pool.map(job, small))
            for s in chosen:
                if s not in small:
                    job(s)
    if failed:
        print("failed: " + " ".join(failed))
    print(f"{passed} passed, {len(failed)} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
