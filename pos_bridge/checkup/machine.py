"""What of this machine carries memory elsewhere: swap, hibernation, kdump, usbmon, core dumps, a host above it.

Reads /proc, /sys and the kernel's own settings in /boot. The first four keep cards from being read (surroundings.py).
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, Line, good, mend, note, stop, unseen
from pos_bridge.config.settings import Config
from pos_bridge.domain.surroundings import Unfit
from pos_bridge.surroundings import ROOT, UnseenError, is_covered, read, swap_areas
from pos_bridge.surroundings import look as unfit
from pos_bridge.words import Words


def _unfit(check: str, why: Words, accepted: Words, fit: Words) -> tuple[Line, Line, Line]:
    """Of a reason for which no card is read: where it is so, where it is so and accepted, where it is not so."""
    refused = Words(f"Aucune carte n'est lue : {why.fr}", f"No card is read: {why.en}")
    let = Words(
        f"{accepted.fr}; `card_room.accepts` l'accepte et les cartes sont lues. Le magasin en répond.",
        f"{accepted.en}; `card_room.accepts` accepts it and cards are read. The shop answers for that.",
    )
    return stop(check, refused), note(check, let), good(check, fit)


SWAP, SWAP_ACCEPTED, SWAP_FIT = _unfit(
    "swap",
    Words(
        "la mémoire peut être écrite en clair sur {areas}. Chiffrez cette mémoire d'échange ou enlevez-la (`swapoff "
        "-a`, /etc/fstab); docs/surroundings.md dit comment.",
        "memory can be written in clear to {areas}. Encrypt this swap or take it away (`swapoff -a`, /etc/fstab); "
        "docs/surroundings.md says how.",
    ),
    Words("La mémoire peut être écrite en clair sur {areas}", "Memory can be written in clear to {areas}"),
    Words("La mémoire n'est écrite en clair sur aucun disque.", "No disk gets memory in clear."),
)
SWAP_COVERED = stop(
    "swap",
    Words(
        "Aucune carte n'est lue : on ne voit pas quelle mémoire d'échange a cette machine, car /proc/swaps n'est pas "
        "celui du noyau (lxcfs, dans un conteneur). Chiffrez celle de l'hôte ou enlevez-la, puis `umount /proc/swaps` "
        "ici; docs/surroundings.md dit le reste.",
        "No card is read: which swap this machine has cannot be seen, for /proc/swaps is not the kernel's (lxcfs, in a "
        "container). Encrypt the host's or take it away, then `umount /proc/swaps` here; docs/surroundings.md says "
        "the rest.",
    ),
)
SWAP_COVERED_ACCEPTED = unseen(
    "swap",
    Words(
        "On ne voit pas quelle mémoire d'échange a cette machine, car /proc/swaps n'est pas celui du noyau; "
        "`card_room.accepts` l'accepte et les cartes sont lues. Le magasin en répond.",
        "Which swap this machine has cannot be seen, for /proc/swaps is not the kernel's; `card_room.accepts` accepts "
        "it and cards are read. The shop answers for that.",
    ),
)
HIBERNATION, HIBERNATION_ACCEPTED, HIBERNATION_FIT = _unfit(
    "hibernation",
    Words(
        "cette machine peut hiberner et écrire toute sa mémoire sur un disque. Ajoutez `nohibernate` aux paramètres du "
        "noyau (/etc/default/grub, `update-grub`) et redémarrez-la.",
        "this machine can hibernate and write all of its memory to a disk. Add `nohibernate` to the kernel's "
        "parameters (/etc/default/grub, `update-grub`) and restart it.",
    ),
    Words("Cette machine peut hiberner", "This machine can hibernate"),
    Words("Cette machine n'hiberne pas.", "This machine does not hibernate."),
)
CRASH_DUMP, CRASH_DUMP_ACCEPTED, CRASH_DUMP_FIT = _unfit(
    "crash_dump",
    Words(
        "un second noyau attend une panne pour écrire toute la mémoire (kdump). `systemctl disable --now kdump-tools`, "
        "enlevez `crashkernel=` des paramètres du noyau et redémarrez la machine.",
        "a second kernel waits for a crash to write all of memory down (kdump). `systemctl disable --now kdump-tools`, "
        "take `crashkernel=` out of the kernel's parameters, and restart the machine.",
    ),
    Words("kdump est prêt", "kdump is ready"),
    Words("kdump n'est pas chargé.", "kdump is not loaded."),
)
USB_MONITOR, USB_MONITOR_ACCEPTED, USB_MONITOR_FIT = _unfit(
    "usb_monitor",
    Words(
        "usbmon est là, et ce que dit un lecteur USB peut être enregistré. `rmmod usbmon`, et `install usbmon "
        "/bin/false` dans /etc/modprobe.d/pos-bridge.conf.",
        "usbmon is there, and what a USB reader says can be recorded. `rmmod usbmon`, and `install usbmon /bin/false` "
        "in /etc/modprobe.d/pos-bridge.conf.",
    ),
    Words("usbmon est là", "usbmon is there"),
    Words("usbmon n'est pas là.", "usbmon is not there."),
)
UNSEEN = stop(
    "surroundings",
    Words(
        "On ne voit pas tout de cette machine (/proc/swaps, /sys). Si le service ne le voit pas non plus, aucune carte "
        "n'est lue : docs/surroundings.md.",
        "Not all of this machine can be seen (/proc/swaps, /sys). If the service does not see it either, no card is "
        "read: docs/surroundings.md.",
    ),
)
HIDDEN = unseen(
    "surroundings",
    Words(
        "Qui lance cette commande ne voit pas tout de cette machine (/proc/swaps, /sys). Lancez-la comme root.",
        "Whoever runs this command does not see all of this machine (/proc/swaps, /sys). Run it as root.",
    ),
)
CORES_TAKEN = note(
    "core_dumps",
    Words(
        "{program} prend les vidages mémoire des programmes qui tombent. Ceux de ce produit n'en donnent pas : leur "
        "limite est 0, et le noyau n'en fait aucun d'une chambre des cartes.",
        "{program} takes the core dumps of programs that crash. Those of this product give none: their limit is 0, and "
        "of a card room the kernel makes none.",
    ),
)
CORES_OF_ALL = mend(
    "core_dumps",
    Words(
        "fs.suid_dumpable est 1 : le noyau vide aussi la mémoire de programmes qui ont changé d'utilisateur. `sysctl "
        "-w fs.suid_dumpable=0`, et la même ligne dans /etc/sysctl.d.",
        "fs.suid_dumpable is 1: the kernel dumps programs that changed their user, too. `sysctl -w "
        "fs.suid_dumpable=0`, and the same line in /etc/sysctl.d.",
    ),
)
NOT_READ = unseen(
    "kernel_files",
    Words(
        "{path} ne s'ouvre pas à qui lance cette commande, ou n'est pas celui du noyau (conteneur) : cela n'a pas été "
        "regardé. Lancez-la comme root, sur la machine même.",
        "{path} is not open to whoever runs this command, or is not the kernel's (a container): it was not looked at. "
        "Run it as root, on the machine itself.",
    ),
)
CORES_FIT = good(
    "core_dumps",
    Words("Aucun programme ne prend les vidages mémoire des autres.", "No program takes the core dumps of others."),
)
VIRTUAL = note(
    "virtual_machine",
    Words(
        "Cette caisse est une machine virtuelle : son hôte peut lire et enregistrer toute sa mémoire, cartes "
        "comprises. Pour un magasin réel, prenez une vraie machine ou un lecteur qui chiffre lui-même.",
        "This till is a virtual machine: its host can read and save all of its memory, cards too. For a live store "
        "take a real machine, or a reader that encrypts by itself.",
    ),
)
REAL = good(
    "virtual_machine",
    Words("Cette caisse ne semble pas être une machine virtuelle.", "This till does not look like a virtual machine."),
)
KEPT_ON_FREE = note(
    "init_on_free",
    Words(
        "Le noyau n'efface pas la mémoire dès qu'elle est rendue. Ajoutez `init_on_free=1` à ses paramètres "
        "(/etc/default/grub, `update-grub`) et redémarrez la machine.",
        "The kernel does not overwrite memory as soon as it is given back. Add `init_on_free=1` to its parameters "
        "(/etc/default/grub, `update-grub`) and restart the machine.",
    ),
)
WIPED_ON_FREE = good(
    "init_on_free",
    Words("Le noyau efface la mémoire dès qu'elle est rendue.", "The kernel overwrites memory once it is given back."),
)

_LINES: dict[Unfit, tuple[Line, Line, Line]] = {  # refused, accepted, not so
    Unfit.SWAP: (SWAP, SWAP_ACCEPTED, SWAP_FIT),
    Unfit.HIBERNATION: (HIBERNATION, HIBERNATION_ACCEPTED, HIBERNATION_FIT),
    Unfit.CRASH_DUMP: (CRASH_DUMP, CRASH_DUMP_ACCEPTED, CRASH_DUMP_FIT),
    Unfit.USB_MONITOR: (USB_MONITOR, USB_MONITOR_ACCEPTED, USB_MONITOR_FIT),
}
_YES = frozenset({b"1", b"y", b"yes", b"on", b"true"})  # kstrtobool
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]*")
_HOSTS = (
    b"QEMU",
    b"VMware",
    b"innotek",
    b"Xen",
    b"Microsoft Corporation Virtual",
    b"Parallels",
    b"Amazon EC2",
    b"Google",
)


def look(config: Config) -> Iterator[Finding]:
    yield from look_at(ROOT, config.card_room.accepted, as_root=os.geteuid() == 0)


def look_at(root: Path, accepted: frozenset[Unfit], *, as_root: bool = True) -> Iterator[Finding]:
    found = unfit(root)
    if Unfit.UNSEEN in found:
        yield (UNSEEN if as_root else HIDDEN)()
    for reason, (refused, let, fit) in _LINES.items():
        if reason is Unfit.SWAP and is_covered(root, "proc/swaps"):
            yield (SWAP_COVERED_ACCEPTED if reason in accepted else SWAP_COVERED)()
        elif reason in found:
            areas = {"areas": _bare(root)} if reason is Unfit.SWAP else {}
            yield (let if reason in accepted else refused)(**areas)
        elif Unfit.UNSEEN not in found:
            yield fit()
    for look_into in (_cores, _host, _freed):
        try:
            yield from look_into(root)
        except UnseenError as closed:
            yield NOT_READ(path=str(closed))


def _bare(root: Path) -> str:
    try:
        return ", ".join(swap.name.encode(errors="replace").decode() for swap in swap_areas(root) if not swap.fit)
    except UnseenError:  # in between
        return "?"


def _cores(root: Path) -> Iterator[Finding]:
    """core(5): a pattern that begins with | is a program that is given each dump."""
    if is_covered(root, "proc/sys/kernel/core_pattern"):
        raise UnseenError(root / "proc/sys/kernel/core_pattern")
    pattern = _told(root / "proc/sys/kernel/core_pattern").strip()
    if _told(root / "proc/sys/fs/suid_dumpable").strip() == b"1":
        yield CORES_OF_ALL()
    if pattern.startswith(b"|"):
        words = pattern[1:].split()
        yield CORES_TAKEN(program=os.path.basename(words[0]).decode(errors="replace") if words else "?")  # noqa: PTH119 - bytes
    else:
        yield CORES_FIT()


def _host(root: Path) -> Iterator[Finding]:
    yield (VIRTUAL if _is_virtual(root) else REAL)()


def _freed(root: Path) -> Iterator[Finding]:
    yield (WIPED_ON_FREE if _wipes_on_free(root) else KEPT_ON_FREE)()


def _is_virtual(root: Path) -> bool:
    flags = re.search(rb"^flags\s*:.*\bhypervisor\b", _told(root / "proc/cpuinfo"), re.MULTILINE)
    told = (root / place for place in ("sys/hypervisor/type", "proc/device-tree/hypervisor/compatible"))
    maker = b" ".join(_told(root / "sys/class/dmi/id" / name).strip() for name in ("sys_vendor", "product_name"))
    return bool(flags) or any(_told(path) for path in told) or maker.startswith(_HOSTS)


def _wipes_on_free(root: Path) -> bool:
    """By the kernel's parameters, the last of which counts; without one, as it was built."""
    words = [word for word in _told(root / "proc/cmdline").split() if word.startswith(b"init_on_free=")]
    if words:
        return words[-1].removeprefix(b"init_on_free=").lower() in _YES
    release = _told(root / "proc/sys/kernel/osrelease").decode(errors="replace").strip()
    built = _told(root / f"boot/config-{release}") if _RELEASE.fullmatch(release) else b""
    return b"CONFIG_INIT_ON_FREE_DEFAULT_ON=y" in built.split(b"\n")


def _told(path: Path) -> bytes:
    """UnseenError."""
    return read(path) or b""
