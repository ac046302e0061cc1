"""A machine as /proc and /sys show it, made of files in a folder: for what the machine of the tests cannot have."""

from dataclasses import dataclass
from pathlib import Path

HEADER = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
ROOT_MOUNT = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"


@dataclass(frozen=True, slots=True)
class Machine:
    """Nothing of it is unfit until a test says so. Block devices are sda with its partitions 1 and 2."""

    root: Path

    def __post_init__(self) -> None:
        self.write("proc/swaps", HEADER)
        self.write("proc/self/mountinfo", ROOT_MOUNT)
        self.write("proc/cmdline", "quiet init_on_free=1\n")
        self.write("sys/kernel/kexec_crash_loaded", "0\n")
        self.write("sys/power/state", "freeze mem\n")
        for number in (1, 2):
            self.device(f"sda{number}", f"8:{number}", inside="sda/")
            self.write(f"sys/devices/sda/sda{number}/partition", f"{number}\n")

    def write(self, place: str, text: str) -> None:
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def device(self, name: str, number: str, *below: str, uuid: str | None = None, inside: str = "") -> None:
        """A block device; `below`: the devices that it lies on; `uuid`: the device mapper's."""
        folder = self.root / "sys/devices" / (inside + name)
        folder.mkdir(parents=True, exist_ok=True)
        for place in ("class/block", "block") if not inside else ("class/block",):
            self._link(f"sys/{place}/{name}", folder)
        self._link(f"sys/dev/block/{number}", folder)
        if uuid is not None:
            self.write(f"sys/devices/{name}/dm/uuid", f"{uuid}\n")
            self.write(f"sys/devices/{name}/dm/name", f"{name}-name\n")
        for other in below:
            self._link(f"sys/devices/{name}/slaves/{other}", (self.root / "sys/class/block" / other).resolve())

    def swap(self, *areas: str, kind: str = "partition") -> None:
        lines = (f"{area:<39} {kind}\t8388604\t\t0\t\t-2\n" for area in areas)
        self.write("proc/swaps", HEADER + "".join(lines))

    def hibernates(self) -> None:
        self.write("sys/power/state", "freeze mem disk\n")
        self.write("sys/power/disk", "[platform] shutdown reboot suspend test_resume\n")

    def _link(self, place: str, to: Path) -> None:
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(to)
