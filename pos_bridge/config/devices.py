"""The sections of the configuration that are about devices around the till, whom to tell of it, and its network."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from pos_bridge.config.section import PathText, Section

_Baud = Literal[9600, 19200, 38400, 57600, 115200]  # devices.line.BAUDS
_ADDRESS = re.compile(
    r"https://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::([0-9]{1,5}))?(/[!-~]*)?"
)
_USUAL_PORT, _LAST_PORT = 443, 65535
_Encoding = Literal["cp437", "cp850", "cp858"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where something is posted to, over HTTPS."""

    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> "Address":
        """`https://host[:port][/path]`, printable ASCII, no user, no fragment. ValueError for anything else."""
        found = _ADDRESS.fullmatch(url)
        if found is None or "#" in url:
            raise ValueError("an address is https://host[:port][/path]")
        port = int(found[2] or _USUAL_PORT)
        if not 0 < port <= _LAST_PORT:
            raise ValueError("a port is 1 to 65535")
        return cls(found[1].strip("[]"), port, found[3] or "/")

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL_PORT else f"{host}:{self.port}"


class CustomerDisplay(Section, frozen=True):
    """A pole display of 2 lines of 20 characters that knows the ESC/POS commands."""

    device: PathText
    baud: _Baud = 9600
    encoding: _Encoding = "cp858"


class Printer(Section, frozen=True):
    """An ESC/POS receipt printer. `answers`: it answers questions about its paper; `cut`: it has a cutter."""

    device: PathText
    columns: Annotated[int, Meta(ge=20, le=80)] = 42
    baud: _Baud = 9600
    encoding: _Encoding = "cp858"
    cut: bool = True
    answers: bool = True


class CustomerPad(Section, frozen=True):
    """What a customer answers yes, no or a menu on. `shared`: it is part of a reader, as a pad that a reader has as
    `pin_pad` always is: one thing at a time.
    """

    device: PathText
    baud: _Baud = 9600
    shared: bool = False


class Events(Section, frozen=True):
    """Where event notifications go. `sale_id`: how the till that is told is named; without it, by its number."""

    url: Annotated[str, Meta(min_length=1, max_length=255)]
    ca: PathText
    sale_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()-]{0,63}$")] | None = None

    @property
    def address(self) -> Address:
        return Address.parse(self.url)


class Network(Section, frozen=True):
    """What is allowed follows from the other settings. `dns`: the name servers, where one of them holds a name.

    `denied`: where the program that reads the firewall's counters leaves them.
    """

    dns: Annotated[tuple[Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]{2,45}$")], ...], Meta(max_length=3)] = ()
    denied: PathText = "/run/pos-bridge-watch/denied"


def unfit_device(path: Path) -> bool:
    """Whether what is there is no device that one writes characters to. One that is not there may come yet."""
    try:
        return not stat.S_ISCHR(path.stat().st_mode)
    except OSError:
        return False
