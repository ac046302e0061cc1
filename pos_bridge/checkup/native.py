"""Where the native API is served: its sockets, and the folders that they stand in."""

import stat
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, mend, stop
from pos_bridge.config.checks import check_native_folder
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.start_fault import StartFault
from pos_bridge.words import Words

FOLDER_UNFIT = stop(
    "native_folder",
    Words(
        "{reason}. Qui peut y mettre une autre prise se fait passer pour ce programme : docs/native-api.md dit "
        "comment le dossier doit être.",
        "{reason}. Whoever can put another socket there is taken for this program: docs/native-api.md says how the "
        "folder must be.",
    ),
)
SOCKET_MISSING = mend(
    "native_socket",
    Words(
        "{setting} : {path} n'est pas une prise. Si le service tourne, redémarrez-le : quelqu'un l'a enlevée.",
        "{setting}: {path} is no socket. If the service runs, restart it: somebody took it away.",
    ),
)
SOCKET_OPEN = stop(
    "native_socket",
    Words(
        "{setting} : tout utilisateur de cette machine peut ouvrir {path}. `chmod 0660 {path}`.",
        "{setting}: every user of this machine can open {path}. `chmod 0660 {path}`.",
    ),
)
SOCKET_CLOSED = good(
    "native_socket",
    Words(
        "{setting} : {path} n'est ouverte qu'à son groupe.",
        "{setting}: {path} is open to its group alone.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    if config.native is None or not config.native.sockets:
        return
    try:
        check_native_folder(config)
    except ConfigError as error:
        if error.fault is StartFault.FILE_CLOSED:
            raise PermissionError from None
        yield FOLDER_UNFIT(reason=Words(error.to("fr"), error.to("en")))
    for setting, text in config.native.sockets:
        yield look_at(setting, config.path(text))


def look_at(setting: str, path: Path) -> Finding:
    at = {"setting": setting, "path": str(path)}
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return SOCKET_MISSING(**at)
    if not stat.S_ISSOCK(mode):
        return SOCKET_MISSING(**at)
    return (SOCKET_OPEN if mode & stat.S_IRWXO else SOCKET_CLOSED)(**at)
