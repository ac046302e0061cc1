"""Programs that take a serial reader's port for a modem, a braille display, a receiver or a terminal.

Running now, or to be started with the machine. Reads /proc and systemd's folders; ends nothing.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, Line, good, mend, note, unseen
from pos_bridge.config.settings import Config
from pos_bridge.surroundings import ROOT, UnseenError, read
from pos_bridge.words import Words

RUNS = mend(
    "serial_port",
    Words(
        "{program} tourne et essaie les ports série : il peut prendre celui d'un lecteur. `systemctl disable --now "
        "{unit}`, ou qu'une règle udev l'en écarte (docs/readers.md).",
        "{program} runs and tries serial ports: it can take a reader's. `systemctl disable --now {unit}`, or keep it "
        "off by a udev rule (docs/readers.md).",
    ),
)
STARTS = note(
    "serial_port",
    Words(
        "{unit} démarre avec la machine et essaie les ports série. `systemctl disable {unit}` si rien ici n'en a "
        "besoin.",
        "{unit} starts with the machine and tries serial ports. `systemctl disable {unit}` if nothing here needs it.",
    ),
)
GETTY = mend(
    "serial_port",
    Words(
        "Une console de connexion (getty) occupe {device}, où est le lecteur {reader}. `systemctl disable --now "
        "serial-getty@{tty}.service`.",
        "A login prompt (getty) holds {device}, where the reader {reader} is. `systemctl disable --now "
        "serial-getty@{tty}.service`.",
    ),
)
CONSOLE = mend(
    "serial_port",
    Words(
        "Le noyau écrit ses messages sur {device}, où est le lecteur {reader}, et y ouvre une console. Enlevez "
        "`console={tty}` de ses paramètres et redémarrez la machine.",
        "The kernel writes its messages to {device}, where the reader {reader} is, and a login prompt is put there. "
        "Take `console={tty}` out of its parameters and restart the machine.",
    ),
)
HIDDEN = unseen(
    "serial_port",
    Words(
        "Des programmes qui tournent ne se laissent pas voir de qui lance cette commande : l'un d'eux peut tenir le "
        "port d'un lecteur. Lancez-la comme root.",
        "Some programs that run cannot be seen by whoever runs this command: one of them may hold a reader's port. Run "
        "it as root.",
    ),
)
FREE = good(
    "serial_port",
    Words(
        "Aucun programme connu pour cela n'essaie les ports série des lecteurs.",
        "No program that is known for it tries the readers' serial ports.",
    ),
)

_TAKERS = {  # the program's name as the kernel has it: the units that start it
    "ModemManager": ("ModemManager.service",),
    "brltty": ("brltty.service",),
    "gpsd": ("gpsd.service", "gpsd.socket"),
}
_UNITS = {unit: program for program, units in _TAKERS.items() for unit in units}
_GETTYS = frozenset({"agetty", "getty", "mgetty"})
_SERIAL = re.compile(r"tty(S|USB|ACM|AMA|O|mxc|THS|XRUSB)[0-9]+")


def look(config: Config) -> Iterator[Finding]:
    devices = {}
    for reader in config.readers:
        for text in (None if reader.reads_chips else reader.device, reader.pin_pad):
            if text is not None:
                devices[Path(os.path.realpath(config.path(text)))] = reader.name
    yield from look_at(ROOT, devices)


def look_at(root: Path, devices: dict[Path, str]) -> Iterator[Finding]:
    """`devices`: of each reader, its name. Nobody tries anything but real serial ports."""
    ports = {device.name: (device, reader) for device, reader in devices.items() if _SERIAL.fullmatch(device.name)}
    if not ports:
        return
    found = [*_running(root, ports), *_started(root, ports), *_consoles(root, ports)]
    yield from dict.fromkeys(found) or [FREE()]


def _running(root: Path, ports: dict[str, tuple[Path, str]]) -> Iterator[Finding]:
    if others_are_hidden(root):
        yield HIDDEN()
    for pid, program in processes(root):
        if program in _TAKERS:
            yield RUNS(program=program, unit=_TAKERS[program][0])
        elif program in _GETTYS:
            words = {word.rpartition("/")[2] for word in command(root, pid)[1:]}
            try:
                words.add(_input(root, pid))
            except PermissionError:
                yield HIDDEN()
            for tty in sorted(words & ports.keys()):
                yield _at(GETTY, tty, ports)


def _started(root: Path, ports: dict[str, tuple[Path, str]]) -> Iterator[Finding]:
    """Units wanted at the start: links in folders *.wants, to a unit that is not masked."""
    running = {program for _, program in processes(root)}
    for folder in sorted(root.glob("etc/systemd/system/*.wants")):
        for unit in sorted(_names(folder)):
            if unit in _UNITS and _UNITS[unit] not in running and not _is_masked(root, unit):
                yield STARTS(unit=unit)
            tty = unit.removeprefix("serial-getty@").removesuffix(".service")
            if unit == f"serial-getty@{tty}.service" and tty in ports and not _is_masked(root, unit):
                yield _at(GETTY, tty, ports)


def _consoles(root: Path, ports: dict[str, tuple[Path, str]]) -> Iterator[Finding]:
    for word in _told(root / "proc/cmdline").split():
        tty = word.removeprefix("console=").partition(",")[0]
        if word.startswith("console=") and tty in ports:
            yield _at(CONSOLE, tty, ports)


def _at(line: Line, tty: str, ports: dict[str, tuple[Path, str]]) -> Finding:
    device, reader = ports[tty]
    return line(device=str(device), reader=reader, tty=tty)


def _is_masked(root: Path, unit: str) -> bool:
    try:
        return (root / "etc/systemd/system" / unit).readlink() == Path("/dev/null")
    except OSError:
        return False


# ---- processes ----


def others_are_hidden(root: Path) -> bool:
    """Whether the kernel shows whoever asks their own processes only (hidepid= of proc(5), ProtectProc=)."""
    return not (_told(root / "proc/1/status") or _told(root / "proc/1/comm"))


def processes(root: Path) -> Iterator[tuple[int, str]]:
    """Each process's number and name, as far as they may be seen."""
    for name in _names(root / "proc"):
        if name.isdecimal() and name.isascii() and (program := _told(root / "proc" / name / "comm").strip()):
            yield int(name), program


def command(root: Path, pid: int) -> list[str]:
    """Its command line, which it can change; empty: it is none of a program, or is gone."""
    return [word for word in _told(root / f"proc/{pid}/cmdline").split("\0") if word]


def _input(root: Path, pid: int) -> str:
    """What it has as standard input: a getty its terminal, by systemd. Empty: none, or gone. PermissionError."""
    try:
        return (root / f"proc/{pid}/fd/0").readlink().name
    except PermissionError:
        raise
    except OSError:
        return ""


def _names(folder: Path) -> list[str]:
    try:
        return [one.name for one in folder.iterdir()]
    except OSError:
        return []


def _told(path: Path) -> str:
    try:
        return (read(path) or b"").decode(errors="replace")
    except UnseenError:
        return ""
