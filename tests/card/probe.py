"""A card room with one more driver: it attacks, from inside, at the two moments that matter. Started like entry.py.

Driver `probe` opens a real msr_plain reader; before its port is open and again when all doors are shut it tries what
a room must not be able to do, and writes to the port what became of it: `stage name refused|done` lines, then the
room's own list of modules.
"""

import _thread
import ctypes
import errno
import mmap
import os
import resource
import select
import sys
from collections.abc import Callable

# As entry.py finds its packages, which a probe must do before it can add a driver.
CHECKOUT = __file__.removesuffix("tests/card/probe.py")
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
sys.path += [CHECKOUT, f"{sys.executable.rsplit('/', 2)[0]}/lib/{VERSION}/site-packages"]

from drivers.reader import Event, Reader, SealingPlace, Tender  # noqa: E402 - the path comes first
from drivers.serial.msr_plain import MsrPlain  # noqa: E402 - same
from pos_bridge.card import entry  # noqa: E402 - same

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
TARGET = f"{sys.argv[2]}.target"  # beside the trust file: a file that everybody may write
SHARED = f"/dev/shm/pos-bridge-probe-{os.getpid()}"
REFUSALS = (errno.EPERM, errno.EACCES, errno.EFBIG, errno.EMFILE)
REPORT: list[str] = []


def write_file() -> None:
    descriptor = os.open(TARGET, os.O_WRONLY)
    os.write(descriptor, b"leak")


def socket(family: int) -> Callable[[], None]:
    def attack() -> None:
        check(libc.socket(family, 1, 0))

    return attack


def process_vm_readv() -> None:
    word = ctypes.create_string_buffer(8)
    vector = (ctypes.c_size_t * 2)(ctypes.addressof(word), 8)
    if libc.process_vm_readv(PARENT, vector, 1, vector, 1, 0) < 0 and ctypes.get_errno() != errno.EFAULT:
        raise OSError(ctypes.get_errno(), "")  # EFAULT: let in, only nothing lies there


def executable_later() -> None:
    page = mmap.mmap(-1, mmap.PAGESIZE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    check(libc.mprotect(ctypes.c_void_p(address), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC))


def check(answer: int) -> None:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "")


PARENT = os.getppid()
ATTACKS: dict[str, Callable[[], object]] = {
    "write-file": write_file,
    "read-file": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "list-folder": lambda: os.listdir("/"),  # noqa: PTH208 - as the room does
    "create-file": lambda: os.open(TARGET + ".new", os.O_WRONLY | os.O_CREAT),
    "create-shared-memory": lambda: os.open(SHARED, os.O_WRONLY | os.O_CREAT),
    "truncate-file": lambda: os.truncate(TARGET, 0),
    "delete-file": lambda: os.unlink(TARGET),  # noqa: PTH108 - as the room does
    "rename-file": lambda: os.rename(TARGET, TARGET + ".moved"),  # noqa: PTH104 - as the room does
    "make-folder": lambda: os.mkdir(TARGET + ".folder"),  # noqa: PTH102 - as the room does
    "unix-socket": socket(1),
    "internet-socket": socket(2),
    "packet-socket": socket(17),
    "new-program": lambda: os.execv("/bin/true", ["true"]),
    "new-process": os.fork,
    "new-thread": lambda: _thread.start_new_thread(int, ()),
    "ptrace": lambda: check(libc.ptrace(0, 0, 0, 0)),
    "read-parent": process_vm_readv,
    "signal-parent": lambda: os.kill(PARENT, 0),
    "become-dumpable": lambda: check(libc.prctl(4, 1, 0, 0, 0)),
    "raise-limit": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1)),
    "executable-page": lambda: mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_EXEC),
    "executable-later": executable_later,
    "secret-memory-elsewhere": lambda: check(libc.syscall(447, 0)),
    "change-user": lambda: os.setuid(0),
    "new-namespace": lambda: check(libc.unshare(0x10000000)),
    "type-into-terminal": lambda: check(libc.ioctl(0, 0x5412, ctypes.create_string_buffer(b"x"))),
    "open-device": lambda: os.close(os.open("/dev/null", os.O_RDWR)),  # stage one only: a room must open its port
}


def outcome(attack: Callable[[], object]) -> str:
    """done; refused by a lock; or failed for a reason of its own, which would prove nothing."""
    try:
        attack()
    except OSError as error:
        return "refused" if error.errno in REFUSALS else "failed"
    except (ValueError, RuntimeError):  # Python's words for a limit and for a thread that could not be made
        return "refused"
    return "done"


def attack_all(stage: str) -> None:
    for name, attack in ATTACKS.items():
        REPORT.append(f"{stage} {name} {outcome(attack)}")


def attack_without_locks() -> None:
    """Each in a process of its own that is no room: what is done here and not in a room, a lock has refused."""
    for name, attack in ATTACKS.items():
        with open(TARGET, "w"):  # noqa: PTH123 - the attacks' own plain ways
            pass
        child = os.fork()
        if child == 0:
            os._exit(0 if outcome(attack) == "done" else 1)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"free {name} {'done' if status == 0 else 'failed'}\n")
    os.unlink(SHARED)  # noqa: PTH108 - same


def tell(descriptor: int, text: bytes) -> None:
    while text:
        select.select([], [descriptor], [])
        text = text[os.write(descriptor, text) :]


class ProbeReader:
    """A reader that attacks once, when the first of its events tells that the room is at work."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._told = False
        self.fileno = reader.fileno
        self.due = reader.due
        self.again = reader.again
        self.tell = reader.tell
        self.stop = reader.stop

    def turn(self, now: float, *, readable: bool) -> Event | None:
        event = self._reader.turn(now, readable=readable)
        if event is not None and not self._told:
            self._told = True
            attack_all("shut")
            modules = [f"module {name}" for name in sorted(sys.modules)]
            tell(self.fileno(), "\n".join([*REPORT, *modules, "end"]).encode())
        return event


class ProbeDriver:
    sealed_in = SealingPlace.CARD_ROOM
    memory_needed = MsrPlain.memory_needed

    def probe(self, device: str) -> None:
        MsrPlain().probe(device)

    def open(self, device: str, tender: Tender, memory: memoryview, now: float) -> Reader:
        attack_all("open")
        return ProbeReader(MsrPlain().open(device, tender, memory, now))


def main() -> int:
    from drivers.registry import DRIVERS

    DRIVERS["probe"] = ProbeDriver()
    return entry.main(sys.argv[1:])


if sys.argv[1] == "--without-locks":
    attack_without_locks()
else:
    os._exit(main())
