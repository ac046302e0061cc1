"""The locks in force in the running engine and its card rooms, as the kernel tells them of each process.

Reads /proc/PID/status and limits; talks to no process, traces none. What a room promises stands in card/lockdown.py,
what the engine does in its unit and in cli/run.py.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pos_bridge.checkup.finding import Finding, Line, good, mend, note, stop, unseen
from pos_bridge.checkup.programs import command, others_are_hidden, processes
from pos_bridge.config.settings import Config
from pos_bridge.domain.surroundings import Unfit
from pos_bridge.surroundings import ROOT, UnseenError, read
from pos_bridge.words import Words

NO_ENGINE = unseen(
    "locks",
    Words(
        "Aucun service qui tourne avec cette configuration n'a été trouvé : ses verrous n'ont pas été regardés.",
        "No engine that runs on this configuration was found: its locks were not looked at.",
    ),
)
NO_ROOM = unseen(
    "locks",
    Words(
        "Aucune chambre des cartes n'attend en ce moment : ses verrous n'ont pas été regardés.",
        "No card room is waiting at this moment: its locks were not looked at.",
    ),
)
HIDDEN = unseen(
    "locks",
    Words(
        "Les processus du service ne se laissent pas voir de qui lance cette commande : leurs verrous n'ont pas été "
        "regardés. Lancez-la comme root.",
        "The service's processes cannot be seen by whoever runs this command: their locks were not looked at. Run it "
        "as root.",
    ),
)
SWAP_HIDDEN = unseen(
    "swapped",
    Words(
        "Si la mémoire du service, ou d'une chambre des cartes, est dans la mémoire d'échange n'a pas été regardé : "
        "leurs processus ne se laissent pas voir de qui lance cette commande. Lancez-la comme root.",
        "Whether memory of the service, or of a card room, is in swap was not looked at: their processes cannot be "
        "seen by whoever runs this command. Run it as root.",
    ),
)
LOCKED = good("locks", Words("{what} : verrous en vigueur ({locks}).", "{what}: locks in force ({locks})."))
UNLOCKED = stop(
    "locks",
    Words(
        "{what}, processus {pid} : sans les verrous {locks}. Redémarrez le service; si cela revient, arrêtez les "
        "cartes et signalez-le : un réglage du système, ou quelqu'un, les enlève.",
        "{what}, process {pid}: without the locks {locks}. Restart the service; if it comes back, take no cards and "
        "report it: a setting of the system, or somebody, takes them off.",
    ),
)
TRACED = stop(
    "traced",
    Words(
        "{what}, processus {pid} : un autre programme le suit (ptrace, processus {tracer}) et peut lire sa mémoire. "
        "Trouvez qui l'a lancé; d'ici là, ne prenez aucune carte.",
        "{what}, process {pid}: another program traces it (ptrace, process {tracer}) and can read its memory. Find out "
        "who started it; take no card until then.",
    ),
)
# Neither how much nor of which process: this is read in reports that leave the till, and mended the same.
SWAPPED = mend(
    "swapped",
    Words(
        "{what} : une partie de sa mémoire est dans la mémoire d'échange. docs/surroundings.md dit comment l'éviter; "
        "redémarrez ensuite le service.",
        "{what}: a part of its memory is in swap. docs/surroundings.md says how to avoid that; then restart the "
        "service.",
    ),
)
SWAPPED_ACCEPTED = note(
    "swapped",
    Words(
        "{what} : une partie de sa mémoire est dans la mémoire d'échange, que `card_room.accepts` accepte.",
        "{what}: a part of its memory is in swap, which `card_room.accepts` accepts.",
    ),
)
ROOM_IS_ENGINE = note(
    "room_user",
    Words(
        "Les chambres des cartes sont du même utilisateur que le service ({uid}). Pour un magasin réel, que systemd "
        "les lance : `card_room.socket` (docs/install-on-a-till.md).",
        "Card rooms are of the same user as the engine ({uid}). For a live store have systemd start them: "
        "`card_room.socket` (docs/install-on-a-till.md).",
    ),
)

ENGINE, ROOM = Words("Le service", "The engine"), Words("Une chambre des cartes", "A card room")
_WITHIN_S = 2.0  # a room that is just starting comes, and puts its locks on
_PAUSE_S = 0.05
_FILTERED = "2"  # seccomp(2), SECCOMP_MODE_FILTER
_DEFAULT = Path("/etc/pos-bridge/pos-bridge.toml")  # where `pos-bridge run` looks without --config


@dataclass(frozen=True, slots=True)
class Process:
    """What the kernel says of one: the fields of proc(5) status, its limits (soft, hard), and whose its status is."""

    pid: int
    status: dict[str, str]
    limits: dict[str, tuple[str, str]]
    owner: int

    @property
    def uid(self) -> int:
        return int(self.status["Uid"].split()[1])

    @property
    def parent(self) -> int:
        return int(self.status["PPid"])


Held = Callable[[Process], bool]


def _limit(name: str) -> Held:
    return lambda process: process.limits.get(name) == ("0", "0")


def _says(name: str, value: str) -> Held:
    return lambda process: process.status.get(name) == value


def _hidden(process: Process) -> bool:
    """The kernel gives what is in the folder of a process that is not dumpable to root (the folder itself it does not:
    proc(5)); of root's own it cannot be told.
    """
    return process.owner != process.uid or process.uid == 0


def _powerless(process: Process) -> bool:
    return all(set(process.status.get(name, "")) == {"0"} for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"))


_CORE_SIZE, _FILE_SIZE = "Max core file size", "Max file size"  # rows of /proc/PID/limits
_CORE = Words("aucun vidage mémoire", "no core file")
_WRITES = Words("aucun fichier écrit", "no file written")
_PRIVILEGES = Words("aucun nouveau privilège", "no new privileges")
_SECCOMP = Words("appels au noyau filtrés", "system calls filtered")
_CAPABILITIES = Words("aucune capacité", "no capabilities")
_HIDDEN = Words("mémoire fermée aux autres", "memory closed to others")

_OF_ENGINE: dict[Words, Held] = {_CORE: _limit(_CORE_SIZE)}
_OF_UNIT: dict[Words, Held] = {  # what systemd adds: pos_bridge/system/pos-bridge.service
    _PRIVILEGES: _says("NoNewPrivs", "1"),
    _SECCOMP: _says("Seccomp", _FILTERED),
    _CAPABILITIES: _powerless,
}
_OF_ROOM: dict[Words, Held] = {
    _CORE: _limit(_CORE_SIZE),
    _WRITES: _limit(_FILE_SIZE),
    **_OF_UNIT,
    _HIDDEN: _hidden,
}


def look(config: Config) -> Iterator[Finding]:
    yield from look_at(ROOT, config)


def look_at(root: Path, config: Config) -> Iterator[Finding]:
    by_systemd = config.card_room.socket is not None or config.card_room.chip_socket is not None
    accepted = Unfit.SWAP in config.card_room.accepted
    promised = _OF_ENGINE | _OF_UNIT if by_systemd else _OF_ENGINE
    found = [*_engines(root, config.file)]
    engine = next((process for process in found if process is not None), None)
    if engine is None:
        yield from _not_seen(NO_ENGINE, hidden=bool(found) or others_are_hidden(root))
        return
    yield from _look_at(root, ENGINE, engine, promised, swap_accepted=accepted)
    until = time.monotonic() + _WITHIN_S
    while not (rooms := list(_rooms(root, engine, by_systemd=by_systemd))) and time.monotonic() < until:
        time.sleep(_PAUSE_S)  # doctor has just asked the engine how its readers are: the next room is on its way
    # What is said of each alike is said once: while a card is asked for there is a room more.
    said = (found for room in rooms for found in _look_at(root, ROOM, room, _OF_ROOM, swap_accepted=accepted))
    yield from dict.fromkeys(said)
    if not rooms:
        yield from _not_seen(NO_ROOM, hidden=others_are_hidden(root))
    elif any(room.uid == engine.uid for room in rooms):
        yield ROOM_IS_ENGINE(uid=str(engine.uid))


def _not_seen(absent: Line, *, hidden: bool) -> Iterator[Finding]:
    """What is not there holds no memory; of what is hidden nothing is known."""
    yield from (HIDDEN(), SWAP_HIDDEN()) if hidden else (absent(),)


def _look_at(
    root: Path, what: Words, process: Process, promised: dict[Words, Held], *, swap_accepted: bool
) -> Iterator[Finding]:
    until = time.monotonic() + _WITHIN_S
    lacking = _lacking(process, promised)
    while lacking and time.monotonic() < until:
        time.sleep(_PAUSE_S)
        again = seen(root, process.pid)
        if again is None or again.uid != process.uid:
            return  # it has ended: a room does, and another one is ready
        process, lacking = again, _lacking(again, promised)
    told: dict[str, str | Words] = {"what": what, "pid": str(process.pid)}
    if lacking:
        yield UNLOCKED(**told, locks=_listed(lacking))
    else:
        yield LOCKED(what=what, locks=_listed(promised))
    if process.status.get("TracerPid", "0") != "0":
        yield TRACED(**told, tracer=process.status["TracerPid"])
    if process.status.get("VmSwap", "0 kB") != "0 kB":
        yield (SWAPPED_ACCEPTED if swap_accepted else SWAPPED)(what=what)


def _listed(locks: Iterable[Words]) -> Words:
    return Words(", ".join(lock.fr for lock in locks), ", ".join(lock.en for lock in locks))


def _lacking(process: Process, promised: dict[Words, Held]) -> list[Words]:
    return [name for name, held in promised.items() if not held(process)]


# ---- which processes ----


def _engines(root: Path, file: Path) -> Iterator[Process | None]:
    """None: one that does not show whether it is."""
    for pid, _ in processes(root):
        words = command(root, pid)
        named = any(Path(word).name == "pos-bridge" for word in words[:4]) or "pos_bridge" in words[1:4]
        if not named or "run" not in words:
            continue
        try:
            is_ours = _config_of(root, pid, words) == file
        except PermissionError:
            yield None
            continue
        if is_ours and (process := seen(root, pid)) is not None:
            yield process


def _config_of(root: Path, pid: int, words: list[str]) -> Path | None:
    """Which configuration it was started with; a relative one from where it runs. PermissionError."""
    given = [later for word, later in pairwise(words) if word == "--config"]
    given += [word.removeprefix("--config=") for word in words if word.startswith("--config=")]
    path = Path(given[-1]) if given else _DEFAULT
    try:
        return path if path.is_absolute() else (root / f"proc/{pid}/cwd").readlink() / path
    except PermissionError:
        raise
    except OSError:
        return None


def _rooms(root: Path, engine: Process, *, by_systemd: bool) -> Iterator[Process]:
    """Its children; or those that systemd started, which are told the engine's user."""
    for pid, _ in processes(root):
        words = command(root, pid)
        if not any(word.endswith("/pos_bridge/card/entry.py") for word in words):
            continue
        room = seen(root, pid)
        if room is not None and (room.parent == engine.pid or (by_systemd and "--engine" in words)):
            yield room


def seen(root: Path, pid: int) -> Process | None:
    """None: it is gone, or nothing of it may be seen."""
    folder = root / f"proc/{pid}"
    try:
        status = (read(folder / "status") or b"").decode(errors="replace")
        limits = (read(folder / "limits") or b"").decode(errors="replace")
        owner = (folder / "status").stat().st_uid
    except (OSError, UnseenError):
        return None
    fields = {name: value.strip() for name, _, value in (line.partition(":") for line in status.split("\n"))}
    if not re.fullmatch(r"[0-9]+(\s+[0-9]+){3}", fields.get("Uid", "")) or not fields.get("PPid", "").isdecimal():
        return None
    found = re.finditer(r"^(Max [a-z -]+?) {2,}(\S+) +(\S+)", limits, re.MULTILINE)
    return Process(pid, fields, {match[1]: (match[2], match[3]) for match in found}, owner)
