"""Choices, vaults and their whole content decrypted, for the vault's tests."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from pos_bridge.domain.identity import Channel, Choice, ChoiceKind, Chouchous, Consent, HomeDelivery, Purpose
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import file
from pos_bridge.identity.keys import unsealed
from pos_bridge.identity.record import decode_held, decode_link, decode_record

KEY = hashlib.sha256(b"the vault key of the tests").digest()
MEMBER = "6277009218344"
ORDER = "WEB/2026.11_77-GRISE"
BESIDE = {"vault.epoch", "vault.lock"}  # the files that any vault has
TABLES = ("held", "persons", "links", "points", "returns", "verifier")


def consent(purpose: Purpose = Purpose.PROGRAMME, version: str = "2026-11", language: str = "fr") -> Consent:
    return Consent(version, language, date(2026, 11, 23), 14, Channel.TILL, frozenset({purpose}))


def as_member(member: str = MEMBER, version: str = "2026-11") -> tuple[Choice, Consent]:
    return Chouchous(member), consent(Purpose.PROGRAMME, version)


def to_home(order: str = ORDER, version: str = "2026-11") -> tuple[Choice, Consent]:
    return HomeDelivery(order), consent(Purpose.DELIVERY, version)


members = st.from_regex(r"[A-Za-z0-9-]{1,32}", fullmatch=True).map(Chouchous)
orders = st.from_regex(r"[A-Za-z0-9._/-]{1,64}", fullmatch=True).map(HomeDelivery)
consents = st.builds(
    Consent,
    st.from_regex(r"[A-Za-z0-9._-]{1,32}", fullmatch=True),
    st.sampled_from(("fr", "en")),
    st.dates(date(1970, 1, 1), date(2149, 1, 1)),
    st.integers(0, 23),
    st.sampled_from(Channel),
    st.frozensets(st.sampled_from(Purpose), min_size=1),
)


@dataclass(frozen=True)
class Content:
    """Everything that a vault says to whoever has its key."""

    held: dict[LegKey, tuple[tuple[Choice, Consent], ...]]
    persons: dict[Choice, tuple[Consent, ...]]
    links: dict[tuple[LegKey, ChoiceKind], Choice]


def content(path: Path, key: bytes = KEY) -> Content:
    """Opened as a report opens it, so that nothing changes."""
    with file.reading(path, key) as rows:
        held, persons, links, by_name = {}, {}, {}, {}
        for name, box in rows.connection.execute("SELECT * FROM held"):
            with unsealed(rows.keys.held, name, box) as raw:
                found = decode_held(raw)
                held[found.leg] = found.choices
        for name, _, wrapped, box in rows.connection.execute("SELECT * FROM persons"):
            with unsealed(rows.keys.wrap, name, wrapped) as own, unsealed(own, name, box) as raw:
                record = decode_record(raw)
            assert record.choice not in persons
            persons[record.choice] = record.consents
            by_name[name] = record.choice
        for name, box in rows.connection.execute("SELECT * FROM links"):
            with unsealed(rows.keys.link, name, box) as raw:
                link = decode_link(raw)
                links[link.leg, link.kind] = by_name[link.person]
    return Content(held, persons, links)


def stored(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows as they are, without the key."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}


def shapes(path: Path) -> dict[str, list[tuple[int, ...]]]:
    """What of the rows can be seen without the key: how many, and how long."""
    return {
        table: [tuple(len(value) for value in row if isinstance(value, bytes)) for row in rows]
        for table, rows in stored(path).items()
    }


def forge(path: Path, *statements: str) -> None:
    """Change a closed vault behind its back, as a foreign hand or a fault of the disk would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
