"""The files that the card room believes: the service must not be able to change them."""

from collections.abc import Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, mend, stop
from pos_bridge.checkup.user import User, engines_user
from pos_bridge.config.settings import Config
from pos_bridge.words import Words

MISSING = stop(
    "believed_file",
    Words(
        "{setting} : {path} n'est pas là. Remettez ce fichier, ou corrigez la configuration.",
        "{setting}: {path} is not there. Restore that file, or mend the configuration.",
    ),
)
WRITABLE = mend(
    "believed_file",
    Words(
        "{setting} : l'utilisateur du service ({user}) peut changer {path}, donc décider pour qui les cartes sont "
        "scellées et lesquelles sont acceptées. Donnez-le à root, dans un dossier à root : `chown root:root {path} && "
        "chmod 0644 {path}`.",
        "{setting}: the service's user ({user}) can change {path}, and so decide for whom cards are sealed and which "
        "are taken. Give it to root, in a folder of root's: `chown root:root {path} && chmod 0644 {path}`.",
    ),
)
KEPT = good(
    "believed_file",
    Words(
        "{setting} : l'utilisateur du service ({user}) ne peut pas changer {path}.",
        "{setting}: the service's user ({user}) cannot change {path}.",
    ),
)
AS_ROOT = mend(
    "service_user",
    Words(
        "Le service tourne comme root : rien ne lui est fermé. Donnez-lui un utilisateur à lui (docs/privilege-"
        "separation.md).",
        "The service runs as root: nothing is closed to it. Give it a user of its own (docs/privilege-separation.md).",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    room, user = config.card_room, engines_user(config)
    named = (("card_room.trust", room.trust), ("card_room.emv", room.emv))
    if user.uid == 0:
        yield AS_ROOT()
        return
    for setting, text in named:
        if text is not None:
            yield look_at(setting, config.path(text), user)


def look_at(setting: str, path: Path, user: User) -> Finding:
    """A file that the card room believes: who can change it, or put another in its place, decides about cards."""
    try:
        writable = user.may_write(path) or user.may_write(path.resolve().parent)
    except FileNotFoundError:
        return MISSING(setting=setting, path=str(path))
    return (WRITABLE if writable else KEPT)(setting=setting, path=str(path), user=user.name)
