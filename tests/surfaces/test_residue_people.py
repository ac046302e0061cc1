"""The residue proof for persons: marked names, addresses, e-mails and telephones, given by choice and without one.

Nowhere in clear, ever: not on the till's disk, not in the engine's memory once it has answered and the connection has
ended (but for eight bytes that the C library may leave of a freed block: docs/decisions/0009). Encrypted in the vault,
and there only what was chosen. After an erasure and the renewal of the vault's key, nowhere at all: not in the vault,
its log or its free pages, and not to be had from an older copy of it, with the older secret of its epoch or without.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest

from hw_sim.disguises import encodings, text_encodings
from hw_sim.memory import small_ints_of
from hw_sim.native_people import consents
from hw_sim.residue import Search
from hw_sim.store.config import PROGRAMME
from pos_bridge.domain.identity import Chouchous, HomeDelivery, VaultFault, VaultUnusableError
from pos_bridge.identity import file
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.rows import Rows
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.stores import whole_store
from tests.surfaces.book import until
from tests.surfaces.marked_people import (
    ADDRESS,
    CARD,
    GIVEN,
    MEMBER,
    ORDER,
    PATIENCE_S,
    SEARCH,
    UNASKED,
    UNASKED_PHONE,
    People,
    member,
    order,
)


@pytest.fixture(name="people", scope="module")
def some_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with whole_store(tmp_path_factory.mktemp("store"), "--native", "--answer-timeout", "1") as store:
        people = People(store)
        yield people
        people.close()
        assert people.on_disk() == []


# ---- said to the engine, chosen and not ----


def chosen(people: People) -> None:
    both = (pb.PURPOSE_PROGRAMME, pb.PURPOSE_OFFERS)
    assert people.customers.enrol(MEMBER, GIVEN, both).result == pb.PERSON_RESULT_DONE
    assert people.customers.deliver(ORDER, ADDRESS).result == pb.PERSON_RESULT_DONE
    assert people.till.pay(2105, cash=True, member=MEMBER, delivery=ORDER).known.chouchous


def asked_for(people: People) -> None:
    assert people.customers.look_up(member(), pb.PURPOSE_OFFERS).details.email == GIVEN["email"]
    assert people.customers.look_up(order(), pb.PURPOSE_DELIVERY).details.street == GIVEN["street"]
    assert people.customers.look_up(order(), pb.PURPOSE_OFFERS).result == pb.PERSON_RESULT_REFUSED
    given = people.office.access(member())
    assert GIVEN["email"].encode() in given.json
    assert GIVEN["last_name"].encode() in given.page_fr


def refused(people: People) -> None:
    """With a card number, without a parent or a consent, too long, of another script, with a line's end."""
    name, email, street = UNASKED
    for details in (
        {"last_name": f"{name} {CARD}"},
        {"last_name": name, "email": f"{email} "[:-1] + "\x07"},
        {"last_name": name * 800},
        {"last_name": name, "street": f"{street}\n{CARD}"},
        {"last_name": name, "phone": CARD},
        {"last_name": name[:6] + "\u0430" + name[6:], "email": email},
    ):
        _not_done(partial(people.customers.enrol, "QX-0", details))
    _not_done(lambda: people.customers.enrol("QX-0", {"last_name": name, "phone": UNASKED_PHONE}, ()))
    _not_done(lambda: people.customers.enrol(email, {"last_name": name}))
    _not_done(lambda: people.customers.deliver(f"{street} {UNASKED_PHONE}", {"last_name": name}))
    _not_done(lambda: people.customers.look_up(pb.Choice(chouchous=email), pb.PURPOSE_OFFERS))


def in_unchosen_places(people: People) -> None:
    """Of a native payment, and of a nexo one; the fields that nobody knows, what goes beside a call."""
    name, email, street = UNASKED
    request = pb.PayRequest(request_id=os.urandom(16), cents=1000, tender=pb.TENDER_CASH, reference="sale-8")
    hidden = b"".join(_unknown(text) for text in (*UNASKED, UNASKED_PHONE, CARD))
    call = people.over_tls.raw_stream("/pos_bridge.till.v1.Till/Pay")
    assert list(call(request.SerializeToString() + hidden, timeout=PATIENCE_S))
    beside = (("customer", name), ("x-email-bin", email.encode()), ("user-agent", f"{street} {UNASKED_PHONE}"))
    enrol = pb.EnrolRequest(operator=12, member="QX-1", consents=consents((pb.PURPOSE_PROGRAMME,)))
    with suppress(grpc.RpcError):
        people.till.people.Enrol(enrol, metadata=beside, timeout=PATIENCE_S)
    nexo = people.store.till()
    extra: dict[str, Any] = {
        "SaleData": {"SaleToAcquirerData": f"shopperEmail={email}&shopperName={name}", "Memo": street},
        "PaymentData": {"CustomerOrder": {"AccessedBy": name, "AdditionalInformation": UNASKED_PHONE}},
    }
    assert nexo.pay("12.00", cash=True, extra=extra).additional["warning"] == "identity-dropped"


def _not_done(call: Callable[[], pb.PersonAnswer]) -> None:
    try:
        answer = call()
    except grpc.RpcError as error:
        said = str(error.details())
    else:
        assert answer.result == pb.PERSON_RESULT_REFUSED
        said = str(answer)
    assert not list(SEARCH.in_bytes(said.encode())), "never repeated"


def _unknown(text: str) -> bytes:
    """A field of bytes whose number nobody has."""
    return b"\xfa\x3f" + bytes((len(text),)) + text.encode()


SAID = (chosen, asked_for, refused, in_unchosen_places)


def test_the_search_finds_what_is_there(people: People, tmp_path: Path):
    plants = [*text_encodings(GIVEN["email"]).values(), *encodings(CARD).values()]
    for number, plant in enumerate(plants):
        (tmp_path / str(number)).write_bytes(b"before" + plant + b"after")
    assert len({find.where for find in SEARCH.in_files(tmp_path)}) == len(plants)
    there = Search((), None, (PROGRAMME,)).at(small_ints_of(people.engine))
    assert list(there.in_memory(people.engine)), "what the engine does hold"


def test_nothing_that_was_said_stays_in_clear(people: People):
    for said in SAID:
        said(people)
        people.hang_up()
        on_disk, in_memory = people.on_disk(), people.in_memory()
        people.connect()
        assert [str(find) for find in on_disk] == [], said.__name__
        assert [str(find) for find in in_memory] == [], said.__name__
    people.restart()
    assert people.on_disk() == []


def test_the_vault_holds_what_was_chosen_and_nothing_else(people: People):
    chosen(people)  # by a worker of its own, perhaps
    with file.reading(people.vault, people.key()) as rows:
        persons = rows.persons.page(b"", 100)
    assert {person.choice for person in persons} <= {Chouchous(MEMBER), HomeDelivery(ORDER), Chouchous("QX-1")}
    found = {text for person in persons for _, text in person.details.given}
    assert {GIVEN["email"], GIVEN["street"], GIVEN["last_name"], "+14185552917"} <= found
    assert not any(unasked in text for unasked in (*UNASKED, UNASKED_PHONE, CARD) for text in found)


# ---- erased ----


@dataclass(frozen=True)
class Backup:
    """Copies from before the erasure, and what stood in the vault of the person: boxes, keys and names."""

    folder: Path
    pieces: list[bytes]


@pytest.fixture(name="backup", scope="module")
def one_backup(people: People, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    """Made, then the persons are erased and the key renewed."""
    folder = tmp_path_factory.mktemp("backup")
    chosen(people)
    with file.reading(people.vault, people.key()) as rows:
        pieces = [box[at : at + 16] for row in _theirs(rows) for box in row for at in range(0, len(box) - 15, 16)]
        with closing(sqlite3.connect(folder / "vault.db")) as copy:
            rows.connection.backup(copy)
    shutil.copy(people.vault.with_name("vault.epoch"), folder)
    assert all(any(piece in raw for raw in _raw(folder)) for piece in pieces)
    for who in (member(), order()):
        assert people.office.erase(who).result == pb.PERSON_RESULT_DONE
    people.restart()
    until(lambda: not people.vault.with_name("vault.renew").exists())
    return Backup(folder, pieces)


def _theirs(rows: Rows) -> list[tuple[bytes, ...]]:
    connection = rows.connection
    ids = {rows.persons.name(choice) for choice in (Chouchous(MEMBER), HomeDelivery(ORDER))}
    assert None not in ids
    persons = connection.execute("SELECT name, find, wrapped, box FROM persons").fetchall()
    return [*(row[1:] for row in persons if row[0] in ids), *connection.execute("SELECT name, box FROM links")]


def _raw(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_after_the_erasure_nothing_stays_not_even_a_ciphertext(people: People, backup: Backup):
    left = {piece for piece in backup.pieces for raw in _raw(people.layout.engine) if piece in raw}
    assert left == set()
    assert people.on_disk() == []
    assert [str(find) for find in people.in_memory()] == []
    assert people.customers.look_up(member(), pb.PURPOSE_PROGRAMME).cause == "unknown"


def test_an_older_vault_opens_with_no_key_that_the_till_has(people: People, backup: Backup, tmp_path: Path):
    state = _restored(people, backup, tmp_path, "vault.db")
    with pytest.raises(VaultUnusableError) as refusal, file.reading(state / "vault.db", people.key()):
        pass
    assert refusal.value.fault is VaultFault.WRONG_KEY


def test_an_older_vault_with_its_older_secret_forgets_again(people: People, backup: Backup, tmp_path: Path):
    """The ledger of erasures is replayed before anybody is found, and a renewal is owed again."""
    state = _restored(people, backup, tmp_path, "vault.db", "vault.epoch")
    with closing(VaultFile(state / "vault.db", people.key())) as vault:
        persons = PersonFile(vault, vault.enter)
        assert [persons.person(choice) for choice in (Chouchous(MEMBER), HomeDelivery(ORDER))] == [None, None]
        assert vault.owed().renewal
    assert [piece for piece in backup.pieces for raw in _raw(state) if piece in raw] == []
    assert list(SEARCH.in_files(state)) == []


def _restored(people: People, backup: Backup, to: Path, *names: str) -> Path:
    """The state folder as it is, but for these files of the backup."""
    state = to / "state"
    shutil.copytree(people.layout.state, state)
    for name in ("vault.db-wal", "vault.db-shm"):
        (state / name).unlink(missing_ok=True)
    for name in names:
        shutil.copy(backup.folder / name, state / name)
    return state
