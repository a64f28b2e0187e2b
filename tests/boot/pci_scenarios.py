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

# Both functions are masters of the bus here: one that is driven, one that is not. Linux is told to drive neither.
COMMANDS = """
for d in /sys/bus/pci/devices/*; do
	case $(cat $d/vendor $d/device | tr '\\n' :) in
	0x8086:0x10*) WRITE printf '\\007' | dd of=$d/config bs=1 seek=4 conv=notrunc 2>/dev/null;;
	0x1af4:*) ;;
	*) continue
	esac
	echo "MASTER WHEN $(cat $d/vendor) $(od -An -tu1 -j4 -N1 $d/config)"
done
"""


def masters(ctx, text):
    bits = {when: {vendor: int(command) & 4 for vendor, command in re.findall(rf"^MASTER {when} (\S+) +(\d+)", text, re.M)}
            for when in ("here", "next")}
    if bits["here"] != {"0x1af4": 4, "0x8086": 4} or bits["next"] != {"0x1af4": 0, "0x8086": 0}:
        return f"bus masters: {bits}"
    return None


if images.ARCH != "loongarch64":     # its Linux finds no host bridge where there is no firmware
    scenario("pci/masters", "no function is a bus master for the next kernel, not one that a program has made so", with_kexec_tools(
        COMMANDS.replace("WHEN", "here").replace("WRITE", "") + TOOLS.replace("CALL", "").replace(" by=tools", " initcall_blacklist=virtio_pci_driver_init"),
        own=True, extra=COMMANDS.replace("WHEN", "next").replace("WRITE", ": ")), (r"^MASTER here", r"^MASTER next", PAYLOAD), smp=2, mem="1G",
        extra=("-device", "virtio-rng-pci", "-device", "e1000,romfile="), check=masters, exits=True, on_linux=False)

# The port that is not the console; its number is the first free one, on x86's Linux behind the four of the ISA bus.
SERIAL = f"""
port=$(dmesg | grep -v {images.CONSOLE} | sed -n 's/.*\\(ttyS[0-9]*\\):* .*at .*/\\1/p' | tail -1)
echo "PORT $port"
exec 3<>/dev/$port
stty 115200 raw -echo <&3
echo "out by PCI $(seq 200 | tr '\\n' ' ')" >&3
while read -r line <&3; do case $line in *"in by PCI") break; esac; done
echo "SEEN $line"
"""


def with_files(ctx):
    """The port's line: a file for each direction. What comes before the port is open may be lost."""
    lines = ctx.file("pci-serial.in", lambda: b"\n" * 64 + b"in by PCI\n")
    ctx.file("pci-serial.out", lambda: b"")
    return ("-chardev", f"file,id=pci,path={lines[:-2]}out,input-path={lines}", "-device", "pci-serial,chardev=pci")


def written(ctx, text):
    with open(f"{ctx.out}/pci-serial.out", "rb") as f:
        data = f.read()
    want = b"out by PCI " + b"".join(b"%d " % i for i in range(1, 201))
    return None if want in data else f"the line got {data[:100]}"


scenario("pci/serial", "a serial port on PCI: bytes go out and come in", say(SERIAL), (r"^SEEN in by PCI",), extra=with_files, check=written, exits=True,
         on_linux=images.ARCH != "loongarch64")
