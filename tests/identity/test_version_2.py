"""A vault of version 2, as that program made it: opened, read and gone on with, and nobody in it is lost."""

import base64
import gzip
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Month
from pos_bridge.identity import schema
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.report import known
from tests.identity.makers import KEY, MEMBER, ORDER, as_member, consent, content, stored, to_home, with_details

LEGS = [LegKey.parse(f"{number:08x}-0000-4000-8000-000000000000") for number in (1, 2, 3)]
BOTH = frozenset(ChoiceKind)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two sales of a member, the second being given back, an order, a member of 30 texts, and two choices held."""
    packed = Path(__file__).with_name("vault-2.db.gz.base64").read_text()
    path = tmp_path / "vault.db"
    path.write_bytes(gzip.decompress(base64.b64decode(packed)))
    return path


def version_of(path: Path) -> int | None:
    with closing(sqlite3.connect(path)) as connection:
        return schema.version_of(connection)


def test_a_command_beside_it_changes_nothing(path):
    before = path.read_bytes()
    assert known(path, KEY, LEGS[0]) == BOTH
    assert path.read_bytes() == before
    assert version_of(path) == 2


def test_everybody_is_there_and_the_rows_are_the_same(vault, path):
    persons = PersonFile(vault)
    before = {table: rows for table, rows in stored_of_2(path).items() if table != "sqlite_schema"}
    member = persons.person(Chouchous(MEMBER))
    assert member is not None
    assert member.history == (consent(), consent(version="2027-01"))
    assert (member.active, member.keep_until) == (Month(2026, 11), None)
    assert [(sale.key, sale.earned is not None) for sale in persons.sales_of(member.id)] == [
        (LEGS[0], True),
        (LEGS[1], True),
    ]
    order = persons.person(HomeDelivery(ORDER))
    assert order is not None
    assert order.keep_until == date(2026, 12, 23)
    assert len(persons.page(b"", 10)) == 3
    assert len(content(path).persons[Chouchous("LONG")]) == 30
    assert vault.held() == (LEGS[2],)
    assert vault.returning() == (LEGS[1],)
    assert {table: stored(path)[table] for table in before} == before
    assert version_of(path) == schema.VERSION


def stored_of_2(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = ("held", "persons", "links", "points", "returns", "verifier")
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables}


def test_it_goes_on_as_any_other(vault, path):
    persons = PersonFile(vault, vault.enter)
    vault.keep(LEGS[2], 7_00)
    assert vault.known(LEGS[2]) == BOTH
    told = persons.change(Chouchous(MEMBER), with_details)
    assert persons.person(Chouchous(MEMBER)) == told
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(), to_home()))
    vault.keep(leg)
    assert persons.erase(Chouchous(MEMBER)) is not None
    assert vault.known(LEGS[0]) == {ChoiceKind.HOME_DELIVERY}
    assert vault.known(LEGS[1]) == frozenset()
    assert vault.returning() == ()
    vault.close()
    everything = content(path)
    assert set(everything.persons) == {
        Chouchous("LONG"),
        Chouchous("HELD"),
        HomeDelivery(ORDER),
        HomeDelivery("HELD-1"),
    }
    assert everything.proofs == 1
