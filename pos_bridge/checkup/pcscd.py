"""The daemon behind each chip reader: does it write down what cards say, and who may use its socket?"""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.cardlink.pcscd_log import logs_apdus
from pos_bridge.checkup.finding import Finding, good, mend, stop, unseen
from pos_bridge.checkup.programs import others_are_hidden
from pos_bridge.config.settings import Config
from pos_bridge.surroundings import ROOT
from pos_bridge.words import Words

_WITHIN_S = 2.0

ABSENT = mend(
    "pcscd",
    Words(
        "Personne n'écoute sur {socket}, derrière quoi est le lecteur {reader}. Démarrez pcscd (`systemctl start "
        "pcscd.socket`) ou corrigez `reader.pcscd`.",
        "Nobody listens on {socket}, behind which the reader {reader} is. Start pcscd (`systemctl start "
        "pcscd.socket`), or mend `reader.pcscd`.",
    ),
)
NOT_OPEN = unseen(
    "pcscd",
    Words(
        "{socket} ne s'ouvre pas à qui lance cette commande : que pcscd y réponde, pour le lecteur {reader}, n'a pas "
        "été regardé. Lancez-la comme root.",
        "{socket} is not open to whoever runs this command: whether pcscd answers there, for the reader {reader}, was "
        "not looked at. Run it as root.",
    ),
)
LOGS = stop(
    "pcscd_log",
    Words(
        "pcscd derrière {socket} écrit dans son journal tout ce que disent les cartes, numéros compris : aucune carte "
        "n'est lue sur {reader}. Retirez --apdu et --debug de sa ligne de commande (`systemctl cat pcscd`, "
        "/etc/default/pcscd), redémarrez-le, et effacez ce qui est écrit déjà.",
        "pcscd behind {socket} writes all that cards say into its log, numbers too: no card is read on {reader}. Take "
        "--apdu and --debug off its command line (`systemctl cat pcscd`, /etc/default/pcscd), restart it, and erase "
        "what it wrote already.",
    ),
)
NOT_SEEN = unseen(
    "pcscd_log",
    Words(
        "pcscd derrière {socket} ne se laisse pas voir de qui lance cette commande, ni s'il écrit ce que disent les "
        "cartes. Lancez-la comme root.",
        "pcscd behind {socket} cannot be seen by whoever runs this command, nor whether it writes what cards say. Run "
        "it as root.",
    ),
)
SILENT = good(
    "pcscd_log",
    Words(
        "pcscd derrière {socket} n'écrit pas ce que disent les cartes.",
        "pcscd behind {socket} does not write what cards say.",
    ),
)
OPEN = mend(
    "pcscd_socket",
    Words(
        "Tout utilisateur de cette machine peut se servir de {socket}, donc de la carte dans le lecteur {reader}. "
        "Réservez-le au groupe de la chambre des cartes : `systemctl edit pcscd.socket`, puis [Socket], "
        "SocketMode=0660 et SocketGroup= ce groupe; `systemctl restart pcscd.socket`.",
        "Every user of this machine can use {socket}, and so the card in the reader {reader}. Keep it to the card "
        "room's group: `systemctl edit pcscd.socket`, then [Socket], SocketMode=0660 and SocketGroup= that group; "
        "`systemctl restart pcscd.socket`.",
    ),
)
CLOSED = good(
    "pcscd_socket",
    Words(
        "Les autres utilisateurs de cette machine n'atteignent pas {socket}.",
        "Other users of this machine do not reach {socket}.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    for reader in config.readers:
        if reader.reads_chips:
            yield from look_at(reader.name, config.pcscd(reader))


def look_at(reader: str, at: Path) -> Iterator[Finding]:
    """`at` is pcscd's socket."""
    try:
        listens = _listens(at)
    except PermissionError:
        yield NOT_OPEN(reader=reader, socket=str(at))
        return
    if not listens:
        yield ABSENT(reader=reader, socket=str(at))
        return
    if logs_apdus(at):
        yield LOGS(reader=reader, socket=str(at))
    else:
        yield (NOT_SEEN if others_are_hidden(ROOT) else SILENT)(socket=str(at))
    if at.stat().st_mode & stat.S_IWOTH and _others_get_to(at):
        yield OPEN(reader=reader, socket=str(at))
    else:
        yield CLOSED(socket=str(at))


def _listens(at: Path) -> bool:
    """PermissionError."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(_WITHIN_S)
            probe.connect(str(at))
    except PermissionError:
        raise
    except OSError:
        return False
    return True


def _others_get_to(path: Path) -> bool:
    """Whether every folder above it lets everybody through."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)
