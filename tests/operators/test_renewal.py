"""A store of the version before: nobody is lost, no delay is shortened, and what is none of ours is left as it lies."""

import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from pos_bridge.domain.audit import Role
from pos_bridge.domain.operator import Operator, OperatorsUnusableError, Refused, Wait
from pos_bridge.operators import schema
from pos_bridge.operators.approvals import Approvals
from pos_bridge.operators.schema import Door
from pos_bridge.operators.since import Moment
from pos_bridge.operators.store import NumberTakenError, Operators
from tests.operators import former


@pytest.fixture(params=[1, 2])
def version(request) -> int:
    found: int = request.param
    return found


@pytest.fixture
def path(tmp_path: Path, version: int) -> Path:
    former.lay(tmp_path / "operators" / "operators.db", version)
    return tmp_path / "operators" / "operators.db"


def at(path: Path, door: Door) -> Operators:
    return Operators(path, lambda: former.NOW, door)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_it_is_a_file_of_the_version_before(path, version):
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version_before(connection) == version
        assert not schema.is_ours(connection)


def test_everybody_is_there_as_before(path):
    kept = "SELECT * FROM operators ORDER BY number"
    before = rows(path, kept), rows(path, "SELECT * FROM roles ORDER BY number, role")
    found = Operators(path).all()
    assert found == (
        Operator(7, "Marie Tremblay", frozenset({Role.SUPERVISOR, Role.CASHIER})),
        Operator(9, "Zoé", frozenset({Role.IT, Role.PRIVACY_OFFICER})),
    )
    assert (rows(path, kept), rows(path, "SELECT * FROM roles ORDER BY number, role")) == before
    assert at(path, Door.COUNTER).check(*former.MARIE) == found[0]
    with pytest.raises(NumberTakenError):
        Operators(path).add(Operator(8, "Jean", frozenset({Role.CASHIER})), "deux girafes à pied")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("door", Door)
def test_whoever_had_to_wait_waits_where_they_had_to(path, version, door):
    for number, (failures, at_ms) in former.TRIED.items():
        earlier = Moment(former.BOOT, at_ms + 500)
        told = Operators(path, partial(replace, earlier), door).check(number, former.ZOE[1])
        assert (told == Wait(1 << (failures - 1))) is (door in former.DOORS[version][number])
    assert isinstance(at(path, door).check(*former.ZOE), Operator)
    assert at(path, door).check(4242, former.ZOE[1]) == Refused()
    assert at(path, door).check(4242, former.ZOE[1]) == Wait(4 if door in former.DOORS[version][4242] else 2)


def test_what_may_have_been_used_up_is_approved_no_more(path, version):
    """The first version did not write down whether it was."""
    assert (45_00,) in rows(path, "SELECT cents FROM approvals")
    taken = Approvals(path, lambda: former.NOW).take(bytes(32), 45_00, bytes(32))
    assert taken == (None if version == 1 else 7)
    assert len(rows(path, "SELECT * FROM approvals")) == (0 if version == 1 else 2)


@pytest.mark.parametrize("version", [2], indirect=True)
def test_what_was_taken_is_still_of_its_request_and_row(path):
    approvals, (request, cents, row) = Approvals(path, lambda: former.NOW), former.TAKEN
    assert approvals.taken_at(request) == row
    assert approvals.take(request, cents, row, row) == 7
    assert approvals.take(bytes(32), 45_00, row) == 7
    assert approvals.take(request, cents, bytes(32), bytes(32)) is None


def test_two_renew_it_at_once(path):
    with get_context("fork").Pool(2) as pool:
        found = pool.starmap(Operators.find, [(Operators(path), number) for number in (7, 9, 7, 9)])
    assert all(isinstance(each, Operator) for each in found)


def test_killed_at_any_line_it_is_of_one_version_whole(path, version):
    ends: list[int | None] = []
    while 0 not in ends:
        former.lay(path, version)
        child = get_context("fork").Process(target=die_at, args=(path, len(ends)))
        child.start()
        child.join()
        ends.append(child.exitcode)
        tried = sum(map(len, former.DOORS[version].values()))
        with closing(sqlite3.connect(path)) as connection:  # which undoes what was cut off
            assert schema.is_ours(connection) or schema.version_before(connection) == version
        assert [each.number for each in Operators(path).all()] == [7, 9]
        assert len(rows(path, "SELECT * FROM tries")) == tried
        assert list(path.parent.iterdir()) == [path]
    assert set(ends[:-1]) == {-signal.SIGKILL}
    assert len(ends) > 15


def die_at(path: Path, line: int) -> None:
    """Before that statement: BEGIN, COMMIT and what reads are some, too."""
    left = iter(range(line))

    def next_line() -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    class Dying(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            next_line()
            return super().execute(sql, *values)  # type: ignore[arg-type]  # as above

        def executemany(self, sql: str, *values: object) -> sqlite3.Cursor:
            next_line()
            return super().executemany(sql, *values)  # type: ignore[arg-type]  # as above

    connect = sqlite3.connect
    sqlite3.connect = lambda *words, **named: connect(*words, factory=Dying, **named)  # type: ignore[assignment]  # in a process that ends
    Operators(path).all()


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 4", "CREATE TABLE other (x)", "DROP TABLE approvals"])
def test_what_is_none_of_ours_is_left_as_it_lies(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    before = path.read_bytes()
    with pytest.raises(OperatorsUnusableError):
        Operators(path).all()
    assert path.read_bytes() == before
