# SPDX-License-Identifier: MIT
"""Slow virtual CPUs: while run.py --starve runs, each guest has now and then one CPU that hardly gets any time.

Between two instructions of that CPU the others do whole jobs, as on a host that is busy or a board whose firmware
interrupts: what was a race of some instructions becomes one of milliseconds.
"""
import glob
import os
import random
import subprocess
import threading
import time

SECONDS = (.05, .2, .5, 1, 3)


def virtual_cpus():
    """The threads of each QEMU below this process that emulate a CPU."""
    guests = {}
    for path in glob.glob("/proc/[0-9]*/task/*/comm"):
        try:
            with open(path) as f:
                name = f.read()
            pid, thread = path.split("/")[2], int(path.split("/")[4])
            if not name.endswith("/TCG\n"):
                continue
            with open(f"/proc/{pid}/stat") as f:
                parent = int(f.read().rpartition(")")[2].split()[1])
        except OSError:            # it has ended
            continue
        if parent == os.getpid():
            guests.setdefault(pid, []).append(thread)
    return guests


def schedule(thread, policy):
    try:
        os.sched_setscheduler(thread, policy, os.sched_param(0))
        return True
    except OSError:
        return False


class Starver:
    """Between enter and exit; keeps every CPU of the host busy, else a slow thread would not wait."""

    def __enter__(self):
        self.busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(os.cpu_count())]
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def __exit__(self, *exc):
        self.stop.set()
        self.thread.join()
        for p in self.busy:
            p.kill()
            p.wait()

    def _run(self):
        slow = {}                # thread: until when
        while not self.stop.wait(.05):
            now = time.monotonic()
            for thread in [t for t, end in slow.items() if end < now]:
                schedule(thread, os.SCHED_OTHER)
                del slow[thread]
            for threads in virtual_cpus().values():
                if len(threads) > 1 and not any(t in slow for t in threads) and random.random() < .5:
                    chosen = random.choice(threads)
                    if schedule(chosen, os.SCHED_IDLE):
                        slow[chosen] = now + random.choice(SECONDS)
