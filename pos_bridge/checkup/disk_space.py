"""Room on the disks that the till writes to. How many days that is, is not guessed.

Where there is enough, the figure is coarse: whoever looks each minute would see each sale in a finer one.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, mend, stop
from pos_bridge.config.settings import Config
from pos_bridge.words import Words

STOP_BELOW = 64 * 2**20  # bytes; a day of a busy till is under 10 MiB, and the vault is written anew beside itself
MEND_BELOW = 512 * 2**20
NODES_BELOW = 1_000  # files that can still be made
_MIB = 2**20
_COARSE = 1024  # MiB

ROOM = good(
    "disk_space",
    Words("{setting} : au moins {free} Mio libres pour {path}.", "{setting}: at least {free} MiB free for {path}."),
)
LITTLE = mend(
    "disk_space",
    Words(
        "{setting} : il ne reste que {free} Mio pour {path}. Faites de la place sur ce disque, ou agrandissez-le.",
        "{setting}: only {free} MiB are left for {path}. Make room on that disk, or a larger one.",
    ),
)
ALMOST_NONE = stop(
    "disk_space",
    Words(
        "{setting} : il ne reste que {free} Mio pour {path}. Un disque plein arrête les paiements : faites de la place "
        "maintenant.",
        "{setting}: only {free} MiB are left for {path}. A full disk stops payments: make room now.",
    ),
)
NO_NODES = stop(
    "disk_space",
    Words(
        "{setting} : il ne reste que {free} fichiers (inodes) à créer là où est {path}. Effacez-y des fichiers qui ne "
        "sont pas à pos-bridge.",
        "{setting}: only {free} more files (inodes) can be made where {path} is. Delete files there that are not "
        "pos-bridge's.",
    ),
)
READ_ONLY = stop(
    "disk_space",
    Words(
        "{setting} : le disque de {path} est monté en lecture seule. Une erreur de disque? Voyez `dmesg`, puis "
        "remontez-le ou remplacez-le.",
        "{setting}: the disk of {path} is mounted read-only. A disk error? Look at `dmesg`, then mount it again or "
        "replace it.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    named = [("till.state_dir", config.state)]
    if config.log is not None:
        named.append(("log.file", config.path(config.log.file).parent))
    if config.backup is not None:
        named.append(("backup.folder", config.path(config.backup.folder)))
    seen: set[int] = set()
    for setting, folder in named:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        device = there.stat().st_dev
        if device not in seen:
            seen.add(device)
            yield look_at(setting, there)


def look_at(setting: str, folder: Path) -> Finding:
    """For whoever is not root: what is kept for root does not count."""
    disk = os.statvfs(folder)
    at = {"setting": setting, "path": str(folder)}
    free = disk.f_bavail * disk.f_frsize
    if disk.f_flag & os.ST_RDONLY and _is_read_only(folder):
        return READ_ONLY(**at)
    if free < STOP_BELOW:
        return ALMOST_NONE(**at, free=str(free // _MIB))
    if disk.f_files and disk.f_favail < NODES_BELOW:  # some file systems count none
        return NO_NODES(**at, free=str(disk.f_favail))
    if free < MEND_BELOW:
        return LITTLE(**at, free=str(free // _MIB))
    return ROOM(**at, free=str(max(free // _MIB // _COARSE * _COARSE, MEND_BELOW // _MIB)))


def _is_read_only(folder: Path) -> bool:
    """The file system itself, and not a unit's view of it (the status page's is read-only but for one folder).

    By the number of the mount: on btrfs a folder's device is none that mountinfo names.
    """
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        told = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
    finally:
        os.close(descriptor)
    number = next(line.split()[1] for line in told.splitlines() if line.startswith("mnt_id:"))
    mounts = (line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return any("ro" in mount[-1].split(",") for mount in mounts if mount[0] == number)
