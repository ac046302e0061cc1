"""Choices, vaults and their whole content decrypted, for the vault's tests."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from pos_bridge.domain.details import Details, Field
from pos_bridge.domain.identity import (
    Channel,
    Choice,
    ChoiceKind,
    Chouchous,
    Consent,
    ConsentEnd,
    GivenBy,
    HomeDelivery,
    Purpose,
)
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Month, Person
from pos_bridge.domain.points import PointsRule
from pos_bridge.identity import file, schema
from pos_bridge.identity.keys import unsealed
from pos_bridge.identity.person_record import decode_person
from pos_bridge.identity.proof import decode_proof
from pos_bridge.identity.record import decode_held, decode_link
from pos_bridge.identity.vault_file import VaultFile

KEY = hashlib.sha256(b"the vault key of the tests").digest()
MEMBER = "6277009218344"
ORDER = "WEB/2026.11_77-GRISE"
RULE = PointsRule("2026-11", 1, 100)
HEADER = 100  # bytes of SQLite's file: it counts changes
BESIDE = {"vault.epoch", "vault.lock"}  # the files that any vault has
TABLES = ("held", "persons", "links", "points", "returns", "proofs", "head", "verifier")


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
    st.sampled_from(GivenBy),
)
days = st.dates(date(1970, 1, 1), date(2149, 1, 1))
ends = st.builds(ConsentEnd, st.sampled_from(Purpose), days, st.sampled_from(Channel))
months = st.builds(Month, st.integers(1970, 2149), st.integers(1, 12))


def given_details(
    last_name: str = "Tremblay-Chouette", street: str = "12, rue des Érables", city: str = "Trois-Rivières"
) -> Details:
    return Details(((Field.LAST_NAME, last_name), (Field.STREET, street), (Field.CITY, city)))


def with_details(person: Person | None) -> Person:
    assert person is not None
    return replace(person, details=given_details())


def always(_person: Person) -> bool:
    """Whose time is over: everybody's."""
    return True


def sold(vault: VaultFile, *choices: tuple[Choice, Consent], paid: int = 12_99) -> LegKey:
    """A sale that was paid; of a member with an order, unless others are told."""
    leg = LegKey.fresh()
    vault.hold(leg, choices or (as_member(), to_home()), RULE)
    vault.keep(leg, paid)
    return leg


class Entering:
    """What was entered in the ledger of a vault, in its order; and a day."""

    def __init__(self, vault: VaultFile) -> None:
        self.entered: list[bytes] = []
        self.today = date(2027, 3, 9)
        self._vault = vault

    def enter(self, person: bytes) -> bytes:
        self.entered.append(person)
        return self._vault.enter(person)


@dataclass(frozen=True)
class Content:
    """Everything that a vault says to whoever has its key."""

    held: dict[LegKey, tuple[tuple[Choice, Consent], ...]]
    persons: dict[Choice, tuple[Consent | ConsentEnd, ...]]
    links: dict[tuple[LegKey, ChoiceKind], Choice]
    whole: dict[Choice, Person]
    proofs: int


def content(path: Path, key: bytes = KEY) -> Content:
    """Opened as a report opens it, so that nothing changes."""
    with file.reading(path, key) as rows:
        held, links, whole, by_name = {}, {}, {}, {}
        for name, box in rows.connection.execute("SELECT * FROM held"):
            with unsealed(rows.keys.held, name, box) as raw:
                found = decode_held(raw)
                held[found.leg] = found.choices
        for name, _, wrapped, box in rows.connection.execute("SELECT * FROM persons"):
            with unsealed(rows.keys.wrap, name, wrapped) as own, unsealed(own, name, box) as raw:
                person = decode_person(raw, name)
            assert person.choice not in whole
            whole[person.choice] = person
            by_name[name] = person.choice
        for name, box in rows.connection.execute("SELECT * FROM links"):
            with unsealed(rows.keys.link, name, box) as raw:
                link = decode_link(raw)
                links[link.leg, link.kind] = by_name[link.person]
        proofs = 0
        for name, box in rows.connection.execute("SELECT * FROM proofs"):
            with unsealed(rows.keys.proof, name, box) as raw:
                assert decode_proof(raw).history
            proofs += 1
    return Content(held, {choice: person.history for choice, person in whole.items()}, links, whole, proofs)


def stored(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows as they are, without the key."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}


def in_another_order(path: Path) -> bytes:
    """The file as it would be if its rows had come in their order turned round, without SQLite's own header."""
    other = path.with_name("other.db")
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        schema.create(connection)
        for table, rows in stored(path).items():
            for row in sorted(rows, reverse=True):
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.execute("VACUUM")
    raw = other.read_bytes()
    other.unlink()
    return raw[HEADER:]


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
