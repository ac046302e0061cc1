"""What a program did to its disk, in order: the operations of a tape. Paths are relative to the folder that is watched.

Pure values: a tape can be played again onto a modelled disk (disk.py) as often as there are ways to lose power.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """A new, empty file."""

    path: str


@dataclass(frozen=True, slots=True)
class MadeFolder:
    path: str


@dataclass(frozen=True, slots=True)
class Wrote:
    path: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Renamed:
    """Whatever had the new name is gone with it."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Removed:
    path: str


@dataclass(frozen=True, slots=True)
class Synced:
    """A file's content, or the names in a folder ("" is the watched one)."""

    path: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Written to standard output: what the outside knows from here on."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """A call that changes the folder in a way that the model does not know: a tape with one proves nothing."""

    call: str
    path: str


Change = Made | MadeFolder | Wrote | Resized | Renamed | Removed | Synced | Unmodelled
Operation = Change | Said
