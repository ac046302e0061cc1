"""The vault under a new key: it says what it said, and nothing of the old file is in the new one or opens any more."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pos_bridge.checkout.person_ports import Owed
from pos_bridge.domain.identity import Chouchous, VaultFault
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import epoch, renewing, schema
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.keys import Keys
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewal import NEXT, SORT
from pos_bridge.identity.renewing import OWED, Owing, Progress, owe
from pos_bridge.identity.report import known
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import BESIDE, KEY, TABLES, always, as_member, content, forge, stored
from tests.identity.peopled import PEOPLE, renewed, said
from tests.identity.test_residue import everything, windows

_HEADER = 100  # of SQLite's file


@pytest.fixture
def in_slices(monkeypatch):
    """A batch a step."""
    monkeypatch.setattr(renewing, "SLICE_S", 0.0)
    monkeypatch.setattr("pos_bridge.identity.renewal._BATCH", 2)


def names(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()} - {"vault.db-wal", "vault.db-shm"}


def values(path: Path) -> list[bytes]:
    return [each for rows in stored(path).values() for row in rows for each in row if isinstance(each, bytes)]


def test_it_says_what_it_said(vault, path, legs):
    before = said(vault, path, legs)
    assert set(before.content.persons) == set(PEOPLE)
    assert all(stored(path)[table] for table in TABLES), "something of everything"
    owe(path.parent)
    assert renewed(vault) is Progress.DONE
    assert said(vault, path, legs) == before
    vault.close()
    again = VaultFile(path, KEY)
    assert said(again, path, legs) == before
    again.close()
    assert names(path) == {"vault.db", "erasures"} | BESIDE


def test_nothing_is_as_it_was_but_persons_ids_records_and_the_names_of_proofs(vault, path, legs):
    vault.rest()
    before = stored(path)
    secret = epoch.candidates(path.parent)
    owe(path.parent)
    renewed(vault)
    after = stored(path)
    assert epoch.candidates(path.parent) != secret
    assert [row[0] for row in after["persons"]] == [row[0] for row in before["persons"]]
    assert [row[3] for row in after["persons"]] == [row[3] for row in before["persons"]]
    assert [row[0] for row in after["proofs"]] == [row[0] for row in before["proofs"]]
    stays = {value for row in before["persons"] for value in (row[0], row[3])} | {row[0] for row in before["proofs"]}
    assert {table: len(rows) for table, rows in after.items()} == {table: len(rows) for table, rows in before.items()}
    olds = {value for rows in before.values() for row in rows for value in row if isinstance(value, bytes)}
    assert not (olds - stays) & set(values(path))


def test_not_a_piece_of_the_old_keys_is_left(vault, path, legs):
    vault.rest()
    before = stored(path)
    (secret,) = epoch.candidates(path.parent)
    verifier = before["verifier"][0]
    assert isinstance(verifier[1], bytes)
    old = Keys.derive(KEY, secret, verifier[1])
    PersonFile(vault, vault.enter).erase(Chouchous("M-1"))
    renewed(vault)
    raw = everything(path.parent)
    made = [
        value for table in ("links", "points", "held", "returns", "verifier") for row in before[table] for value in row
    ]
    wrapped = [value for row in before["persons"] for value in row[1:3]]
    keys = [getattr(old, name) for name in Keys.__slots__]
    assert not any(piece in raw for piece in windows(*made, *wrapped, *keys, secret, KEY))
    vault.close()
    assert not any(piece in everything(path.parent) for piece in windows(*made, *wrapped, *keys, secret, KEY))


def test_rows_lie_in_the_order_of_their_names(vault, path, legs):
    """As in a file that any other order of sales would have given."""
    owe(path.parent)
    renewed(vault)
    vault.close()
    other = path.with_name("other.db")
    with closing(sqlite3.connect(path)) as connection:
        dump = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        schema.create(connection)
        for table, rows in dump.items():
            for row in sorted(rows, reverse=True):
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.execute("VACUUM")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("VACUUM")
    assert path.read_bytes()[_HEADER:] == other.read_bytes()[_HEADER:]


def test_none_is_made_where_none_is_owed(vault, path):
    assert vault.renew() is Progress.DONE
    assert vault.owed() == Owing(0, renewal=False)
    assert not path.parent.exists()
    vault.hold(LegKey.fresh(), (as_member(),))
    before = (path.parent / epoch.NAME).read_bytes()
    assert vault.renew() is Progress.DONE
    assert (path.parent / epoch.NAME).read_bytes() == before


def test_an_erasure_and_the_end_of_a_persons_time_owe_one(vault, path, legs):
    persons = PersonFile(vault, vault.enter)
    persons.erase(Chouchous("NOBODY"))
    assert not vault.owed().renewal
    persons.erase(Chouchous("M-1"))
    assert vault.owed().renewal
    assert renewed(vault) is Progress.DONE
    owed: Owed = vault.owed()
    assert not owed.renewal
    (other,) = [person.id for person in persons.page(b"", 99) if person.choice == Chouchous("M-2")]
    assert persons.forget((other,), always) == 1
    assert vault.owed().renewal
    renewed(vault)
    assert set(content(path).persons) & {Chouchous("M-1"), Chouchous("M-2")} == set()


def test_in_slices_while_others_ask(vault, path, legs, in_slices):
    before = said(vault, path, legs)
    owe(path.parent)
    steps = 0
    while vault.renew() is Progress.WORKING:
        steps += 1
        assert vault.known(legs[0])
        assert names(path) == {"vault.db", "erasures", OWED, epoch.NEXT, "vault.db" + NEXT, "vault.db" + SORT} | BESIDE
    assert steps > 10
    assert said(vault, path, legs) == before


@pytest.mark.parametrize("at", [1, 5, -1])
@pytest.mark.parametrize("by", ["itself", "another", "nobody"])
@pytest.mark.usefixtures("in_slices")
def test_a_change_meanwhile_is_not_lost(vault, path, legs, at, by):
    vault.rest()
    owe(path.parent)
    steps, leg = 0, LegKey.fresh()
    while vault.renew() is Progress.WORKING and steps != at:
        steps += 1
    secret = epoch.following(path.parent)
    if at == -1:
        assert secret is None, "it was in place before"
        owe(path.parent)
        vault.renew()
        secret = epoch.following(path.parent)
    match by:
        case "itself":
            vault.hold(leg, (as_member("NEW"),))
        case "another":
            with closing(VaultFile(path, KEY)) as other:
                other.hold(leg, (as_member("NEW"),))
        case "nobody":
            assert not known(path, KEY, leg)
    expected = said(vault, path, [*legs, leg])
    assert renewed(vault) is (Progress.DONE if by == "nobody" else Progress.CHANGED)
    if by != "nobody":
        assert epoch.following(path.parent) is None
        assert renewed(vault) is Progress.DONE
    assert secret is not None
    assert (secret in epoch.candidates(path.parent)) is (by == "nobody")
    assert said(vault, path, [*legs, leg]) == expected
    assert bool(vault.known(leg)) is (by != "nobody")


def test_it_waits_for_whoever_has_the_vault_open(vault, path, legs):
    before = said(vault, path, legs)
    owe(path.parent)
    other = VaultFile(path, KEY)
    other.held()
    assert renewed(vault) is Progress.WAITING
    assert other.renew() is Progress.WAITING, "one at a time makes one"
    assert renewed(vault) is Progress.WAITING
    assert vault.owed().renewal
    other.close()
    assert renewed(vault) is Progress.CHANGED, "it cut off the log: nobody can say that it did nothing else"
    assert renewed(vault) is Progress.DONE
    assert said(vault, path, legs) == before


def test_who_opens_it_afterwards_opens_the_new_one(vault, path, legs):
    before = said(vault, path, legs)
    other = VaultFile(path, KEY)
    other.held()
    other.close()
    owe(path.parent)
    renewed(vault)
    assert said(other, path, legs) == before
    other.close()


def test_at_once_when_it_is_told_or_overdue(vault, path, legs, in_slices):
    owe(path.parent)
    assert vault.renew(whole=True) is Progress.DONE
    for seconds in (renewing.OVERDUE_S + 1, -60):
        owe(path.parent)
        since = (path.parent / OWED).stat().st_mtime
        owe(path.parent)
        assert (path.parent / OWED).stat().st_mtime == since, "since the first of them"
        os.utime(path.parent / OWED, (since - seconds, since - seconds))
        assert vault.renew() is Progress.DONE


def test_a_vault_that_is_closed_meanwhile_leaves_nothing_of_it(vault, path, legs, in_slices):
    owe(path.parent)
    assert vault.renew() is Progress.WORKING
    vault.close()
    assert names(path) == {"vault.db", "erasures", OWED} | BESIDE
    assert renewed(vault) is Progress.DONE


def test_a_full_disk_loses_nothing(vault, path, legs, in_slices, monkeypatch):
    before = said(vault, path, legs)
    owe(path.parent)
    assert vault.renew() is Progress.WORKING
    attempt = vault._renewing._attempt
    assert attempt is not None
    attempt._next.connection.execute("PRAGMA main.max_page_count = 3")
    attempt._next.connection.execute("PRAGMA sort.max_page_count = 1")
    with pytest.raises(EXPECTED) as caught:
        renewed(vault)
    assert fault_of(caught.value) is VaultFault.DISK_FULL
    assert epoch.following(path.parent) is None
    assert said(vault, path, legs) == before
    assert renewed(vault) is Progress.DONE
    assert said(vault, path, legs) == before


@pytest.mark.parametrize("table", ["held", "links", "points", "returns", "persons", "proofs"])
def test_what_cannot_be_read_goes_on_to_be_told(vault, path, legs, table):
    """As damage, and it keeps nobody's old key in use."""
    vault.close()
    column = "wrapped" if table == "persons" else "box"
    first = f"name = (SELECT min(name) FROM {table})"
    forge(path, f"UPDATE {table} SET {column} = randomblob(length({column})) WHERE {first}")
    counts = {name: len(rows) for name, rows in stored(path).items()}
    owe(path.parent)
    assert renewed(vault) is Progress.DONE
    vault.close()
    lost = {"persons": {"points"}}.get(table, set()) | ({"points"} if table == "links" else set())
    assert {n: len(r) for n, r in stored(path).items() if n not in lost} == {
        n: c for n, c in counts.items() if n not in lost
    }
    again = VaultFile(path, KEY)
    if table in {"held", "links"}:
        with again.reading() as rows, pytest.raises(EXPECTED) as caught:
            rows.check()
        assert fault_of(caught.value) is VaultFault.DAMAGED
    readable = sum(leg in again.held() for leg in legs)
    assert readable == (1 if table == "held" else 2)
    again.close()
