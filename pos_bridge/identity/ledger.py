"""What the ledger of erasures says, as bytes and as facts: who must never come back. Random ids, of nobody any more.

A line an erasure: `number id hash`, the last two in 64 hexadecimal digits, each hash over the one before. What a crash
leaves of the last line is no entry, unless only its end is missing. A line that was changed is refused.
"""

import hashlib
from dataclasses import dataclass
from typing import Self

from pos_bridge.domain.person import ID_LENGTH

DIGEST = 32  # bytes: SHA-256
_COUNT = 8
_LABEL = b"pos-bridge erasures v1"


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries a ledger has, and the hash of the last one: it names all of them."""

    count: int
    digest: bytes

    def __post_init__(self) -> None:
        if self.count < 0 or len(self.digest) != DIGEST:
            raise ValueError("a ledger's head is a count and a SHA-256")

    @property
    def raw(self) -> bytes:
        """40 bytes, as the vault keeps it."""
        return self.count.to_bytes(_COUNT, "big") + self.digest

    @classmethod
    def of(cls, raw: bytes) -> Self:
        return cls(int.from_bytes(raw[:_COUNT], "big"), raw[_COUNT:])


START = Head(0, hashlib.sha256(_LABEL).digest())


def after(head: Head, person: bytes) -> Head:
    """The head once this person is entered."""
    number = head.count + 1
    return Head(number, hashlib.sha256(_LABEL + head.digest + number.to_bytes(8, "big") + person).digest())


@dataclass(frozen=True, slots=True, repr=False)
class Entries:
    """What a ledger says: ids in the order in which they went, and the head after each.

    `whole`: the bytes of its entries, of which the last one may lack the end of its line (`unended`). `torn`: there is
    something to mend.
    """

    persons: tuple[bytes, ...] = ()
    heads: tuple[Head, ...] = (START,)
    whole: int = 0
    unended: bool = False
    torn: bool = False

    @property
    def head(self) -> Head:
        return self.heads[-1]

    def has(self, head: Head) -> bool:
        """Whether these are the entries that `head` names, or begin with them."""
        return head.count < len(self.heads) and self.heads[head.count] == head

    def lines(self, since: int = 0) -> bytes:
        return b"".join(map(line_of, self.persons[since:], self.heads[since + 1 :]))


def parse(raw: bytes) -> Entries:
    """Raises ValueError, without the data, for a whole line that is not as it was written."""
    persons, heads, at, unended = [], [START], 0, False
    lines = raw.split(b"\n")
    last = lines.pop()
    for number, line in enumerate(lines):
        found = _entry(line, heads[-1])
        if found is None:
            if number + 1 == len(lines) and not last and b"\0" in line:
                break  # its end reached the disk before its beginning
            raise ValueError("a line of the ledger is not as it was written")
        persons.append(found)
        heads.append(after(heads[-1], found))
        at += len(line) + 1
    else:
        found = _entry(last, heads[-1])
        if found is not None:
            persons.append(found)
            heads.append(after(heads[-1], found))
            at, unended = at + len(last), True
    return Entries(tuple(persons), tuple(heads), at, unended, unended or at < len(raw))


def _entry(line: bytes, before: Head) -> bytes | None:
    """Whom a line names, if it is the one that follows."""
    words = line.split(b" ")
    if len(words) != 3 or len(words[1]) != 2 * ID_LENGTH:  # noqa: PLR2004 - number, id, hash
        return None
    try:
        person = bytes.fromhex(words[1].decode("ascii"))
    except ValueError:
        return None
    return person if len(person) == ID_LENGTH and line + b"\n" == line_of(person, after(before, person)) else None


def line_of(person: bytes, head: Head) -> bytes:
    return f"{head.count} {person.hex()} {head.digest.hex()}\n".encode()
