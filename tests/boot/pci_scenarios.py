# SPDX-License-Identifier: MIT
"""PCI and virtio: what is found, that messages come, and that nothing is left on for the next kernel."""
import re

import images
from scenarios import IS_X86, LINUX, PAYLOAD, TOOLS, say, scenario, with_kexec_tools

# A function on the root bus, one behind a root port, one with a line only.
DEVICES = ("-device", "virtio-rng-pci", "-device", "pci-serial", "-device", "pcie-root-port,id=rp",
           "-device", "virtio-rng-pci,bus=rp")
# Windows of bridges and expansion ROMs are placed by Linux after its own rules: BARs alone. The 0x110 is a quirk of
# Linux: the ports of an IDE controller in compatibility mode, which has no BARs.
LIST = r"""
cd /sys/bus/pci/devices
for d in *; do
	echo "PCI $d $(cat $d/vendor $d/device $d/class $d/revision $d/subsystem_vendor $d/subsystem_device $d/modalias | tr '\n' ' ')" \
		config=$(wc -c <$d/config):$(head -c 4 $d/config | md5sum | cut -c1-8)
	n=0
	head -6 $d/resource | while read start end flags; do
		[ $((end)) = 0 ] || echo "PCI $d bar $n $((end-start+1)) $flags"
		n=$((n+1))
	done
done
cut -f1,2 /proc/bus/pci/devices | sed 's/^/PCI proc /'
echo SEEN list
"""


def found(text):
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines() if line.startswith("PCI ") and
            "0000000000110" not in line]


def same_list(ctx, s, log):
    linux = found(ctx.boot(s, log, kernel=LINUX, append="quiet"))
    ours = found(ctx.boot(s, log))
    if len(ours) < 10:
        return f"only {len(ours)} lines"
    # Debian's loong64 kernel finds no host bridge where QEMU starts it without firmware.
    if images.ARCH == "loongarch64" and not any(" 0x" in line for line in linux):
        return None
    return None if ours == linux else f"only on Linux: {sorted(set(linux) - set(ours))}; only here: {sorted(set(ours) - set(linux))}"


for machine in ("pc", "q35") if IS_X86 else (None,):
    name = f"-{machine}" if machine else ""
    scenario(f"pci/same-list{name}", "functions and their BARs as Linux' sysfs has them", say(LIST), ("SEEN list",), run=same_list,
             machine=machine, exits=True, extra=DEVICES if machine != "pc" else ("-device", "virtio-rng-pci", "-device", "pci-serial"))

COUNT = """
n=0; until dmesg | grep -q 'random: 64 bytes from virtio0' || [ $n = 50 ]; do usleep 100000; n=$((n+1)); done
grep virtio-rng /proc/interrupts
dmesg | grep 'random: .* from virtio'
echo SEEN end
"""
MESSAGES = [("", {}, ("-device", "virtio-rng-pci"), "MSI" if IS_X86 else r"\S*(MSI|GIC|IMSIC|PLIC)\S*"),
            ("-line", {}, ("-device", "virtio-rng-pci,vectors=0"), r"\S+")]
if images.ARCH == "aarch64":
    MESSAGES.append(("-its", {"machine": "virt,gic-version=3"}, ("-device", "virtio-rng-pci"), "ITS-MSI"))
if images.ARCH == "riscv64":
    MESSAGES.append(("-imsic", {"machine": "virt,aia=aplic-imsic"}, ("-device", "virtio-rng-pci"), "IMSIC"))
if images.ARCH in ("aarch64", "riscv64"):
    MESSAGES.append(("-mmio", {}, ("-global", "virtio-mmio.force-legacy=false", "-device", "virtio-rng-device"), r"\S+"))
    MESSAGES.append(("-mmio-legacy", {}, ("-device", "virtio-rng-device"), r"\S+"))
for name, machine, devices, chip in MESSAGES:
    scenario(f"virtio/rng{name}", "random bytes come, by one interrupt", say(COUNT),
             (rf"^ *\d+: +1 +{chip} .*virtio-rng", r"random: 64 bytes from virtio0", "SEEN end"), exits=True, extra=devices,
             on_linux=False, **machine)

# Linux says so when a device does what it was not told to; it lists the same functions.
AFTER = LIST.replace("SEEN list", "AFTER list") + r"""
dmesg -r | grep -E '^<[0-4]>' | grep -iE 'pci|virtio|irq [0-9]+:|nobody cared|spurious' | sed 's/^/WARN /'
echo AFTER end
"""


def quiet(ctx, text):
    warnings = [line for line in text.splitlines() if line.startswith("WARN ") and
                "exceeds max for 32 bits" not in line]   # of the tree's windows: without us as well
    return f"warnings: {warnings}" if warnings else None


scenario("pci/handover", "after kexec Linux finds what it finds without us, and no device that acts by itself",
         with_kexec_tools(TOOLS.replace("CALL", ""), own=True, extra=AFTER), ("AFTER list", "AFTER end", PAYLOAD), smp=2, mem="1G", timeout=90,
         extra=DEVICES[:2], check=quiet, exits=True, on_linux=False)
