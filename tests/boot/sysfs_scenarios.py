# SPDX-License-Identifier: MIT
"""What /sys and /proc show of devices: on Linux first (--kernel), then here, word for word."""
import re

import images

from scenarios import say, scenario

# A root port with a device behind it, and one beside it.
DEVICES = ("-device", "pcie-root-port,id=rp", "-device", "virtio-rng-pci,bus=rp", "-device", "virtio-rng-pci")

# Numbers only that hold wherever the functions are placed: identity, the sizes of the BARs with their low flags, where
# it stands below the host bridge.
SHOW = r"""
for d in /sys/bus/pci/devices/*; do
	cd $d
	id=$(cat vendor device | tr -d '\n')
	case $id in 0x1b360x000c|0x1af4*) ;; *) continue ;; esac
	bars=$(head -7 resource | while read from to flags; do
		[ $((from)) = 0 -a $((to)) = 0 ] && echo -n "- " || printf "%x/%x " $((to - from + 1)) $((flags & 0x10f)); done)
	echo "DEV $id $(cat class revision subsystem_vendor subsystem_device modalias numa_node | tr '\n' ' ')bars ${bars% }" \
		"config $(cat config | wc -c) $(basename $(readlink subsystem)) $(pwd -P | sed 's/.*pci0000:00//')" \
		"rows $(wc -l <resource) slot $(sed -n 's/PCI_SLOT_NAME=//p' uevent) head $(head -c 4 config | hexdump -e '4/1 "%02x"')"
done
while read where id irq b0 b1 b2 b3 b4 b5 rom sizes; do
	case $id in 1b36000c|1af4*) echo "PROC $where $id $(echo $sizes | cut -d' ' -f1-7)" ;; esac
done </proc/bus/pci/devices
echo SEEN end"""


def shown(ctx, text):
    devices = sorted(re.findall(r"^DEV (.*)", text, re.M))
    slot = 2 if images.ARCH == "x86_64" else 1
    port, plain = f"0000:00:0{slot}.0", f"0000:00:0{slot + 1}.0"
    want = sorted((
        f"0x1b360x000c 0x060400 0x00 0x1b36 0x0000 pci:v00001B36d0000000Csv00001B36sd00000000bc06sc04i00 -1 bars 1000/0 - - - - - - "
        f"config 4096 pci /{port} rows 17 slot {port} head 361b0c00",
        f"0x1af40x1005 0x00ff00 0x00 0x1af4 0x0004 pci:v00001AF4d00001005sv00001AF4sd00000004bc00scFFi00 -1 "
        f"bars 20/101 1000/0 - - 4000/c - - config 256 pci /{plain} rows 13 slot {plain} head f41a0510",
        f"0x1af40x1044 0x00ff00 0x01 0x1af4 0x1100 pci:v00001AF4d00001044sv00001AF4sd00001100bc00scFFi00 -1 "
        f"bars - 1000/0 - - 4000/c - - config 4096 pci /{port}/0000:01:00.0 rows 13 slot 0000:01:00.0 head f41a4410",
    ))
    proc = sorted(re.findall(r"^PROC (.*)", text, re.M))
    want_proc = sorted((f"00{slot * 8:02x} 1b36000c 1000 0 0 0 0 0 0", f"00{slot * 8 + 8:02x} 1af41005 20 1000 0 0 4000 0 0",
                        "0100 1af41044 0 1000 0 0 4000 0 0"))
    if devices != want:
        return f"/sys/bus/pci: {[d for d in devices if d not in want]} in place of {[d for d in want if d not in devices]}"
    return None if proc == want_proc else f"/proc/bus/pci/devices: {proc}"


# Debian's loong64 kernel has no driver for the host bridge that the device tree describes.
scenario("pci/sysfs", "/sys/bus/pci and /proc/bus/pci with a bridge, one device behind it and one beside it", say(SHOW),
         (r"^SEEN end",), extra=DEVICES, check=shown, exits=True, smp=2, on_linux=images.ARCH != "loongarch64")
