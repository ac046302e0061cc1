"""Whether the bill of materials that came with the package names what is installed, version by version."""

from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import msgspec

import pos_bridge
from pos_bridge.checkup.finding import Finding, good, mend, note
from pos_bridge.config.settings import Config
from pos_bridge.words import Words

CHECK = "bill_of_materials"
_BILL = Path("/usr/share/doc/pos-bridge/sbom.cdx.json")
_PLACE = Path(pos_bridge.__file__).parents[1]
_SHOWN = 3

TRUE = good(
    CHECK,
    Words(
        "La nomenclature {path} nomme les {count} composants installés, chacun dans sa version, et aucun autre.",
        "The bill of materials {path} names the {count} components that are installed, each in its version, and no "
        "other.",
    ),
)
UNTRUE = mend(
    CHECK,
    Words(
        "La nomenclature {path} et ce qui est installé diffèrent ({names}). Réinstallez le paquet.",
        "The bill of materials {path} and what is installed differ ({names}). Install the package again.",
    ),
)
UNREADABLE = mend(
    CHECK,
    Words(
        "La nomenclature {path} ne peut pas être lue comme CycloneDX. Réinstallez le paquet.",
        "The bill of materials {path} cannot be read as CycloneDX. Install the package again.",
    ),
)
ABSENT = note(
    CHECK,
    Words(
        "Il n'y a pas de nomenclature à {path} : ce programme ne vient pas du paquet.",
        "There is no bill of materials at {path}: this program did not come with the package.",
    ),
)


class _Component(msgspec.Struct, frozen=True):
    name: str
    version: str


class _Metadata(msgspec.Struct, frozen=True):
    component: _Component


class _Bill(msgspec.Struct, frozen=True):
    """CycloneDX 1.6, as far as it is compared."""

    metadata: _Metadata
    components: tuple[_Component, ...]


def look(_config: Config) -> Iterator[Finding]:
    return look_at(_BILL, _PLACE)


def look_at(bill: Path, place: Path) -> Iterator[Finding]:
    """`place`: the folder that the packages lie in."""
    try:
        told = msgspec.json.decode(bill.read_bytes(), type=_Bill)
    except FileNotFoundError:
        yield ABSENT(path=str(bill))
        return
    except (OSError, msgspec.DecodeError):
        yield UNREADABLE(path=str(bill))
        return
    named = {(_canonical(each.name), each.version) for each in (told.metadata.component, *told.components)}
    there = {(_canonical(found.metadata["Name"]), found.version) for found in distributions(path=[str(place)])}
    differ = sorted({name for name, _ in named ^ there})
    if differ:
        names = ", ".join(differ[:_SHOWN]) + ("" if len(differ) <= _SHOWN else ", ...")
        yield UNTRUE(path=str(bill), names=names)
    else:
        yield TRUE(path=str(bill), count=str(len(there)))


def _canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
