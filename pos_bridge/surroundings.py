"""Whether this machine can carry a card's data out of memory: swap, hibernation, kdump, usbmon. Reads /proc and /sys.

It starts no program, changes nothing and raises nothing. What is there and cannot be understood counts as unfit, a
table of swaps that is not the kernel's as swap in clear, and what cannot be seen is `Unfit.UNSEEN`. A look takes 0.1
ms, 0.4 with swap on layers of devices.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.domain.surroundings import Unfit

ROOT = Path("/")

_MOST = 1 << 20  # of a file; mountinfo on a machine with thousands of mounts is the longest
_MOST_LAYERS = 8  # a device on a device on a device
# /proc/swaps (mm/swapfile.c, swap_show): name, type, kilobytes, kilobytes in use, priority.
_SWAP = re.compile(rb"(.+?)[ \t]+(partition|file)[ \t]+[0-9]+[ \t]+[0-9]+[ \t]+-?[0-9]+[ \t]*")
_ESCAPED = re.compile(rb"\\([0-3][0-7]{2})")
_NAME = re.compile(r"[A-Za-z0-9_+!:-][A-Za-z0-9._+!:-]*")
_ZRAM = re.compile(r"zram[0-9]+")
# The first words of a device mapper's uuid that cryptsetup gives to what it encrypts. CRYPT-VERITY, CRYPT-INTEGRITY and
# CRYPT-SUBDEV encrypt nothing.
_ENCRYPTED = re.compile(rb"CRYPT-(PLAIN|LUKS1|LUKS2|LOOPAES|TCRYPT|BITLK|FVAULT2)-.*", re.DOTALL)
_MOUNT = re.compile(rb"[0-9]+ [0-9]+ ([0-9]+:[0-9]+) [^ ]+ ([^ ]+) ")
_CRASH_KERNEL = ("sys/kernel/kexec_crash_loaded", "sys/kernel/kexec/crash_loaded")  # the second from Linux 6.19 on
_USB_MONITOR = ("sys/module/usbmon", "sys/class/usbmon", "dev/usbmon0")  # as a module, built in, and its device
_KERNELS = {b"proc", b"sysfs"}  # file systems
_NO_SWAP = re.compile(rb"^SwapTotal:[ \t]+0 kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Swap:
    """An active swap area. `name`: as the kernel tells it, for whoever mends it. `in_memory`: it never is on a disk."""

    name: str
    in_memory: bool
    encrypted: bool

    @property
    def fit(self) -> bool:
        return self.in_memory or self.encrypted


# The kernel's table is covered by another file system's, such as lxcfs's of a container: the host's swap does not show.
COVERED = Swap("?", in_memory=False, encrypted=False)


class UnseenError(Exception):
    """It is there, or should be, and cannot be read. It says which file, if it is one."""


def look(root: Path = ROOT) -> frozenset[Unfit]:
    """Every reason why a card should not be read here; none: fit. `root`: where proc, sys and dev are."""
    found = set()
    swaps: tuple[Swap, ...] = ()
    try:
        swaps = swap_areas(root)
    except UnseenError:
        found.add(Unfit.UNSEEN)
    if not os.path.isdir(root / "sys/kernel"):  # noqa: PTH112 - Path.is_dir raises where a folder may not be entered
        found.add(Unfit.UNSEEN)
    if not all(swap.fit for swap in swaps):
        found.add(Unfit.SWAP)
    looks = [(Unfit.CRASH_DUMP, crash_kernel_loaded), (Unfit.USB_MONITOR, usb_monitored)]
    if not all(swap.in_memory for swap in swaps):
        looks.append((Unfit.HIBERNATION, can_hibernate))
    for reason, is_so in looks:
        try:
            if is_so(root):
                found.add(reason)
        except UnseenError:
            found.add(Unfit.UNSEEN)
    return frozenset(found)


def can_hibernate(root: Path = ROOT) -> bool:
    """Whether the kernel would write its memory to a swap area, if there is one on a disk. UnseenError.

    It would not where it was started with `nohibernate`, is locked down, or a card room holds a secret page. `noresume`
    is no help: the memory is written all the same, and only not read again.
    """
    states, ways = (_of_the_kernel(root, f"sys/power/{name}") for name in ("state", "disk"))
    return b"disk" in (states or b"").split() and b"[disabled]" not in (ways or b"").split()


def crash_kernel_loaded(root: Path = ROOT) -> bool:
    """UnseenError."""
    told = (_of_the_kernel(root, place) for place in _CRASH_KERNEL)
    return any(text is not None and text.strip() != b"0" for text in told)


def usb_monitored(root: Path = ROOT) -> bool:
    """UnseenError."""
    if is_covered(root, "sys/class/usbmon"):  # which is there whenever one of the others is
        raise UnseenError
    return any(_is_there(root / place) for place in _USB_MONITOR)


def swap_areas(root: Path = ROOT) -> tuple[Swap, ...]:
    """Those in use. UnseenError where nothing says which there are; COVERED alone where something else does."""
    if is_covered(root, "proc/swaps"):
        return (COVERED,)
    told = read(root / "proc/swaps")
    if told is None and _NO_SWAP.search(_of_the_kernel(root, "proc/meminfo") or b""):
        return ()  # a kernel without swap
    if told is None or not told.startswith(b"Filename"):
        raise UnseenError
    return tuple(_swap(line, root) for line in told.split(b"\n")[1:] if line.strip())


def _swap(line: bytes, root: Path) -> Swap:
    fields = _SWAP.fullmatch(line)
    if fields is None:
        return Swap("?", in_memory=False, encrypted=False)
    name, kind = unescaped(fields[1]), fields[2]
    if kind == b"file":
        return Swap(name, in_memory=False, encrypted=_file_is_encrypted(name, root, _MOST_LAYERS))
    device = _device(name, root)
    if device is None:
        return Swap(name, in_memory=False, encrypted=False)
    return Swap(name, _in_memory(device), _is_encrypted(device, root, _MOST_LAYERS))


def unescaped(name: bytes) -> str:
    r"""A path as the kernel writes it in its tables, with \040 for a space (fs/seq_file.c, mangle_path)."""
    return os.fsdecode(_ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), name))


# ---- what is below a swap area ----


def _device(name: str, root: Path) -> Path | None:
    """Where /sys has the block device of this name. None: nowhere."""
    if name.startswith("/dev/mapper/"):
        wanted = os.fsencode(name.removeprefix("/dev/mapper/"))
        return next((found for found in _mapped(root) if (_told(found / "dm/name") or b"").strip() == wanted), None)
    last = name.removeprefix("/dev/").replace("/", "!")
    if not name.startswith("/dev/") or not _NAME.fullmatch(last):
        return None
    return _resolved(root / "sys/class/block" / last)


def _mapped(root: Path) -> list[Path]:
    return [root / "sys/block" / name for name in _names(root / "sys/block") if name.startswith("dm-")]


def _in_memory(device: Path) -> bool:
    """A zram that writes nothing to a disk behind it."""
    if not _ZRAM.fullmatch(device.name):
        return False
    try:
        behind = read(device / "backing_dev")
    except UnseenError:
        return False
    return behind is None or behind.strip() == b"none"


def _is_encrypted(device: Path, root: Path, layers: int) -> bool:
    """Whether nothing of it comes to a disk in clear: it is encrypted, or all that it lies on is."""
    if layers == 0:
        return False
    if _ENCRYPTED.fullmatch(_told(device / "dm/uuid") or b"") or _in_memory(device):
        return True
    if _is_there(device / "partition", unseen=False):
        return _is_encrypted(device.parent, root, layers - 1)
    if _ZRAM.fullmatch(device.name):
        behind = _device(os.fsdecode((_told(device / "backing_dev") or b"").strip()), root)
        return behind is not None and _is_encrypted(behind, root, layers - 1)
    file = _told(device / "loop/backing_file")
    if file is not None:
        return _file_is_encrypted(os.fsdecode(file.removesuffix(b"\n")), root, layers - 1)
    below = [_resolved(device / "slaves" / name) for name in _names(device / "slaves")]
    return bool(below) and all(one is not None and _is_encrypted(one, root, layers - 1) for one in below)


def _file_is_encrypted(path: str, root: Path, layers: int) -> bool:
    """By the block device of the file system that it is in: proc(5), /proc/pid/mountinfo, fields 3 and 5.

    A file system of several devices (btrfs, zfs) names none there, and counts as not encrypted.
    """
    if layers == 0:
        return False
    deepest, number = "", ""
    for line in (_told(root / "proc/self/mountinfo") or b"").split(b"\n"):
        mount = _MOUNT.match(line)
        if mount is not None:
            point = unescaped(mount[2])
            if len(point) >= len(deepest) and (path == point or path.startswith(point.rstrip("/") + "/")):
                deepest, number = point, mount[1].decode()  # of two on one point the later hides the earlier
    device = _resolved(root / "sys/dev/block" / number) if number else None
    return device is not None and _is_encrypted(device, root, layers - 1)


# ---- files ----


def is_covered(root: Path, place: str) -> bool:
    """Whether something lies over this place of /proc or /sys, or over a folder above it, that is not the kernel's.

    Whatever the kernel tells there is of one file system, and has its device number; or is of another mount of such a
    one, as where systemd-nspawn puts parts of /sys together: then what it left out counts as covered.
    """
    top, *below = place.split("/")
    path = f"{root}/{top}"  # a dozen of these in each look: strings are as good, and sooner made
    device = _device_number(path)
    for part in below:
        path += f"/{part}"
        there = _device_number(path)
        if there is not None and there != device and not _types(root, there) & _KERNELS:
            return True
    return _device_number(f"{root}/{top}/{below[0]}") is None and bool(_types(root, device) - _KERNELS)


def _types(root: Path, device: int | None) -> set[bytes]:
    """Of a file system, by its mounts: proc(5), /proc/pid/mountinfo, field 3 and the one behind the hyphen."""
    number = b"" if device is None else f"{os.major(device)}:{os.minor(device)}".encode()
    mounts = [line.split(b" ") for line in (_told(root / "proc/self/mountinfo") or b"").split(b"\n")]
    return {mount[mount.index(b"-") + 1] for mount in mounts if b"-" in mount[:-1] and mount[2:3] == [number]}


def _device_number(path: str) -> int | None:
    """None: it is not there, or may not be seen, which whoever reads it is told."""
    try:
        return os.lstat(path).st_dev
    except (OSError, ValueError):
        return None


def _of_the_kernel(root: Path, place: str) -> bytes | None:
    """As `read`; UnseenError, too, where what is there is not the kernel's."""
    if is_covered(root, place):
        raise UnseenError(root / place)
    return read(root / place)


def read(path: Path) -> bytes | None:
    """What it says, at most a megabyte. None: it is not there. UnseenError: it is, and may not be read."""
    try:
        with path.open("rb", buffering=0) as file:
            said = b""
            while len(said) < _MOST and (more := file.read(_MOST - len(said))):
                said += more
            return said
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        raise UnseenError(path) from None


def _told(path: Path) -> bytes | None:
    """As `read`, where what cannot be read is as good as nothing: it makes nothing fit."""
    try:
        return read(path)
    except UnseenError:
        return None


def _is_there(path: Path, *, unseen: bool = True) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        if unseen:
            raise UnseenError from None
        return False
    return True


def _names(folder: Path) -> list[str]:
    try:
        return sorted(one.name for one in folder.iterdir())
    except (OSError, ValueError):
        return []


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle (pathlib of Python 3.11)
        return None
