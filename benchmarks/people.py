"""A vault of 100 000 persons with three sales each: what access, an erasure, a look-up and an enrolment take there.

Made once, in half a minute, by the vault's own rows, and kept in the bench's folder for the next run, which works on a
copy. Each stands beside what no program can avoid (a sync; the opening of every link's box), or beside the same in a
vault of 1000 persons.
"""

import hashlib
import itertools
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.figures import Figure, Unit, beside, in_turn
from benchmarks.floor import Floor
from pos_bridge.domain.details import Details, Field, details
from pos_bridge.domain.identity import Channel, ChoiceKind, Chouchous, Consent, Purpose
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Person
from pos_bridge.domain.person_change import Enrolment, enrolled
from pos_bridge.identity import file, person_record, record, schema
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.record import LINK_SIZE, Link
from pos_bridge.identity.vault_file import VaultFile

FEW = 1000
SALES_EACH = 3
_KEY = hashlib.sha256(b"the vault key of the bench").digest()
_TODAY = date(2026, 12, 15)
_AGREED = Consent("2026-11", "fr", _TODAY, 14, Channel.TILL, frozenset({Purpose.PROGRAMME}))
_NONCE = 12
_GIVEN: Details = details(
    {
        Field.LAST_NAME: "Tremblay-Chouette",
        Field.FIRST_NAME: "Zoë",
        Field.STREET: "12, rue des Érables",
        Field.CITY: "Trois-Rivières",
        Field.POSTAL_CODE: "G9A 1A1",
        Field.EMAIL: "zoe@example.com",
    }
)


@dataclass(frozen=True, slots=True)
class Vault:
    """An open one, and numbers of members that were not yet erased from it, or never in it."""

    persons: PersonFile
    members: "itertools.count[int]"
    strangers: "itertools.count[int]"

    def look_up(self) -> None:
        if self.persons.person(_member(0)) is None:
            raise RuntimeError("a member of the made vault is not found")

    def access(self) -> None:
        """A person with all their sales, as the right of access reads them."""
        person = self.persons.person(_member(0))
        if person is None or len(self.persons.sales_of(person.id)) != SALES_EACH:
            raise RuntimeError("the sales of a member of the made vault are not found")

    def enrol(self) -> None:
        choice = Chouchous(f"NEW-{next(self.strangers)}")
        given = Enrolment(choice, _GIVEN, _AGREED)
        if not isinstance(self.persons.change(choice, partial(enrolled, given=given, today=_TODAY)), Person):
            raise RuntimeError("a stranger is not enrolled")  # noqa: TRY004 - a fault is an answer, no wrong type

    def erase(self) -> None:
        if self.persons.erase(_member(next(self.members))) is None:
            raise RuntimeError("a member of the made vault is not erased")


def people(cache: Path, folder: Path, floor: Floor, persons: int, rounds: int) -> list[Figure]:
    named, what = f"at {persons:,} persons".replace(",", " "), f"the same at {FEW}"
    few = max(2, rounds // 20)
    with ExitStack() as stack:
        old = _opened(kept(cache, persons), folder / "people", stack)
        young = _opened(kept(cache, FEW), folder / "few-people", stack)
        boxes = _boxes(persons * SALES_EACH)
        sync = in_turn(few, {"enrol": old.enrol, "sync": floor.append})
        finds = in_turn(rounds * 5, {"old": old.look_up, "young": young.look_up})
        enrols = in_turn(rounds, {"old": old.enrol, "young": young.enrol})
        reads = in_turn(few, {"old": old.access, "boxes": boxes})
        less = in_turn(few, {"old": old.access, "young": young.access})
        erased = in_turn(2, {"old": old.erase, "young": young.erase})
        synced = in_turn(2, {"old": old.erase, "sync": floor.append})
    us, ms = Unit.MICROSECONDS, Unit.MILLISECONDS
    return [
        beside(f"vault: look-up {named}", us, finds, what),
        beside(f"vault: enrolment {named}", us, enrols, what),
        beside("  beside an append and its sync", us, sync, "append+fdatasync of 400 bytes"),
        beside(f"vault: access to a person's data {named}", ms, reads, "every link's box opened, nothing read"),
        beside(f"  beside {what}", ms, less, what),
        beside(f"vault: erasure {named}, the file written anew", ms, erased, what),
        beside("  beside an append and its sync", ms, synced, "append+fdatasync of 400 bytes"),
    ]


def _opened(made: Path, to: Path, stack: ExitStack) -> Vault:
    shutil.copytree(made, to)
    vault = VaultFile(to / "vault.db", _KEY)
    stack.enter_context(closing(vault))
    persons = PersonFile(vault, vault.enter, lambda: _TODAY)
    return Vault(persons, itertools.count(1), itertools.count())


def _boxes(count: int) -> Callable[[], None]:
    """That many of a link's length under one key, opened one after the other into one buffer."""
    cipher, name = AESGCM(os.urandom(32)), os.urandom(32)
    nonce = os.urandom(_NONCE)
    box, content = cipher.encrypt(nonce, bytes(LINK_SIZE), name), bytearray(LINK_SIZE)

    def open_all() -> None:
        for _ in range(count):
            cipher.decrypt_into(nonce, box, name, content)

    return open_all


# ---- making one ----


def kept(cache: Path, persons: int) -> Path:
    """Made now, or found as an earlier run of the same schema left it."""
    sources = (schema, record, person_record)
    version = hashlib.sha256(b"".join(Path(str(part.__file__)).read_bytes() for part in sources)).hexdigest()
    folder = cache / f"vault-{persons}-{version[:8]}"
    if not folder.exists():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _make(part / "vault.db", persons)
        part.rename(folder)
    return folder


def _make(path: Path, persons: int) -> None:
    file.make(path, _KEY)
    rows = file.opened(path, _KEY)
    with closing(rows.connection) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")  # our own rows; looking would take longer
        connection.execute("BEGIN IMMEDIATE")
        for number in range(persons):
            choice = _member(number)
            how = partial(enrolled, given=Enrolment(choice, _GIVEN, _AGREED), today=_TODAY)
            person, _ = rows.persons.change(choice, how)
            if not isinstance(person, Person):
                raise RuntimeError("nobody was enrolled")  # noqa: TRY004 - as above
            for _ in range(SALES_EACH):
                rows.links.put(Link(ChoiceKind.CHOUCHOUS, LegKey.fresh(), person.id))
        connection.execute("COMMIT")
        connection.execute("VACUUM")


def _member(number: int) -> Chouchous:
    return Chouchous(f"CH-{number:08}")
