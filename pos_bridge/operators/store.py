"""Who may what at this till, and whether somebody is who they say: <state>/operators/operators.db.

A try is written down as failed before the password is looked at, and taken back when it was right: a process that is
killed meanwhile has tried. A number that nobody has is delayed and costs the same work as one that somebody has.
"""

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pos_bridge.domain.audit import MAX_OPERATOR, MAY, Act, Role
from pos_bridge.domain.operator import HELD, Checked, Operator, OperatorsUnusableError, Refused, Wait
from pos_bridge.operators import file, password, schema, since
from pos_bridge.operators.schema import Door
from pos_bridge.operators.since import Moment

__all__ = ["Checked", "NumberTakenError", "Operator", "Operators", "OperatorsUnusableError", "Refused", "Wait"]

FIRST_WAIT_S, LONGEST_WAIT_S = 1, 15 * 60
_DOUBLED_UNTIL = 10  # 2^10 s is over a quarter of an hour
_EPOCH = date(1970, 1, 1)


class NumberTakenError(ValueError):
    """Somebody has that number, or had it and is in the audit trail."""


class Operators:
    """Blocking; for any thread and process. Calls raise OperatorsUnusableError. Without a file nobody is known.

    `door`: where whoever is checked stands.
    """

    def __init__(self, path: Path, now: Callable[[], Moment] = since.now, door: Door = Door.COMMAND) -> None:
        self._path = path
        self._now = now
        self._door = door

    @property
    def path(self) -> Path:
        return self._path

    def check(self, number: int, password_typed: str, roles: frozenset[Role] = HELD) -> Checked:
        """Takes some tenths of a second, whoever asks, but for Wait. Two at once for one number: the second waits.

        `roles`: whoever is in none of these fails with any password, their own too: whether it is theirs is not told.
        """
        if not 1 <= number <= MAX_OPERATOR:  # it could not be anybody's
            password.verifies(None, password_typed)
            return Refused()
        file.make(self._path)
        tried = self._try(number, roles)
        if isinstance(tried, Wait):
            return tried
        moment, failures, stored = tried
        if not password.verifies(stored, password_typed) or stored is None:
            return Refused()
        newer = password.hashed(password_typed) if password.is_old(stored) else stored
        with file.transaction(self._path) as connection:
            if _hash(connection, number, roles) != stored:
                return Refused()  # taken away, or given another password or role, meanwhile
            connection.execute("UPDATE operators SET password = ? WHERE number = ?", (newer, number))
            connection.execute(  # not what somebody else tried since
                "DELETE FROM tries WHERE number = ? AND door = ? AND failures = ? AND boot = ? AND at_ms = ?",
                (number, self._door.value, failures, moment.boot, moment.at_ms),
            )
            return as_now(connection, number) or Refused()

    def find(self, number: int) -> Operator | None:
        """By number alone: who that is, not whether they are here."""
        return next((each for each in self.all() if each.number == number), None)

    def standing(self, number: int) -> bytes | None:
        """Operator.standing, now: whoever let somebody in compares it with what it was then. None: nobody's number."""
        found = self.find(number)
        return None if found is None else found.standing

    def all(self) -> tuple[Operator, ...]:
        """In the order of their numbers; whoever was removed is not there."""
        if not self._path.exists():
            return ()
        with file.transaction(self._path) as connection:
            return everybody(connection)

    def add(self, operator: Operator, password_typed: str) -> None:
        """Raises WeakPasswordError, NumberTakenError."""
        password.check(password_typed, operator.number, operator.name)
        made = password.hashed(password_typed)
        file.make(self._path)
        with file.transaction(self._path) as connection:
            if connection.execute("SELECT 1 FROM operators WHERE number = ?", (operator.number,)).fetchone():
                raise NumberTakenError
            connection.execute(
                "INSERT INTO operators (number, name, password) VALUES (?, ?, ?)",
                (operator.number, operator.name, made),
            )
            _give(connection, operator.number, operator.roles)
            connection.execute("DELETE FROM tries WHERE number = ?", (operator.number,))

    def set_roles(self, number: int, roles: frozenset[Role]) -> bool:
        """False: nobody has that number. ValueError for no role, or for this program's."""
        if not roles or not roles <= HELD:
            raise ValueError("an operator has a role")

        def change(connection: sqlite3.Connection) -> None:
            _give(connection, number, roles)
            if not roles & MAY[Act.APPROVE_REFUND]:
                _take_back(connection, number)

        return self._change(number, change)

    def set_password(self, number: int, password_typed: str) -> bool:
        """Whoever waited need not any more. False: nobody has that number. Raises WeakPasswordError."""
        found = self.find(number)
        if found is None:
            return False
        password.check(password_typed, number, found.name)
        made = password.hashed(password_typed)

        def change(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE operators SET password = ? WHERE number = ?", (made, number))
            connection.execute("DELETE FROM tries WHERE number = ?", (number,))
            _take_back(connection, number)  # whoever knew the other one may have approved it

        return self._change(number, change)

    def remove(self, number: int, today: date) -> bool:
        """Password and roles are gone; name and number stay until no row of the audit trail can name them."""

        def change(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM roles WHERE number = ?", (number,))
            day = min(max((today - _EPOCH).days, 18262), 47481)
            connection.execute("UPDATE operators SET password = NULL, removed = ? WHERE number = ?", (day, number))
            _take_back(connection, number)

        return self._change(number, change)

    def forget(self, before: date, today: date, named: Callable[[], frozenset[int]]) -> None:
        """Whoever was removed before that day, and whom no row of the audit trail names: the number is free again.

        A day that is to come is that of a clock that was wrong: whoever was removed on it is not kept until then.
        """
        if not self._path.exists():
            return
        still = named()
        with file.transaction(self._path) as connection:
            days = (before - _EPOCH).days, (today - _EPOCH).days + 1
            gone = connection.execute("SELECT number FROM operators WHERE removed < ? OR removed > ?", days).fetchall()
            for (number,) in gone:
                if number not in still:
                    connection.execute("DELETE FROM operators WHERE number = ?", (number,))

    def _try(self, number: int, roles: frozenset[Role]) -> Wait | tuple[Moment, int, str | None]:
        """Written down as a failure, with the moment and the count; and the hash to hold the password against."""
        moment = self._now()
        with file.transaction(self._path) as connection:
            row = connection.execute(
                "SELECT failures, boot, at_ms FROM tries WHERE number = ? AND door = ?", (number, self._door.value)
            ).fetchone()
            failures = 0
            if row is not None:
                failures, boot, at_ms = row
                rest_ms = delay_s(failures) * 1000 - moment.since(Moment(boot, at_ms))
                if rest_ms > 0:
                    return Wait(-(-rest_ms // 1000))
            failures = min(failures + 1, schema.MOST_FAILURES)
            connection.execute(
                "INSERT OR REPLACE INTO tries VALUES (?, ?, ?, ?, ?)",
                (number, self._door.value, failures, moment.boot, moment.at_ms),
            )
            return moment, failures, _hash(connection, number, roles)

    def _change(self, number: int, change: Callable[[sqlite3.Connection], None]) -> bool:
        if not self._path.exists():
            return False
        with file.transaction(self._path) as connection:
            if as_now(connection, number) is None:
                return False
            change(connection)
        return True


def delay_s(failures: int) -> int:
    """After so many failures in a row: 1 s, 2 s, 4 s ... a quarter of an hour."""
    return min(FIRST_WAIT_S << min(failures - 1, _DOUBLED_UNTIL), LONGEST_WAIT_S)


def everybody(connection: sqlite3.Connection) -> tuple[Operator, ...]:
    """Operators.all, in the caller's transaction."""
    numbers = connection.execute("SELECT number FROM operators WHERE removed IS NULL ORDER BY number").fetchall()
    found = [as_now(connection, number) for (number,) in numbers]
    return tuple(each for each in found if each is not None)


def as_now(connection: sqlite3.Connection, number: int) -> Operator | None:
    """Whoever has that number, as the store has them in the caller's transaction."""
    row = connection.execute(
        "SELECT name, password FROM operators WHERE number = ? AND removed IS NULL", (number,)
    ).fetchone()
    if row is None:
        return None
    roles = sorted(role for (role,) in connection.execute("SELECT role FROM roles WHERE number = ?", (number,)))
    standing = hashlib.sha256(repr((row[1], roles)).encode()).digest()
    try:
        return Operator(number, row[0], frozenset(map(Role, roles)), standing)
    except ValueError:
        raise OperatorsUnusableError from None


def _hash(connection: sqlite3.Connection, number: int, roles: frozenset[Role]) -> str | None:
    """Of whoever has that number and one of these roles."""
    found = as_now(connection, number)
    if found is None or not found.roles & roles:
        return None
    row = connection.execute("SELECT password FROM operators WHERE number = ?", (number,)).fetchone()
    return row[0]  # type: ignore[no-any-return]  # as the table has it


def _give(connection: sqlite3.Connection, number: int, roles: frozenset[Role]) -> None:
    connection.execute("DELETE FROM roles WHERE number = ?", (number,))
    connection.executemany("INSERT INTO roles VALUES (?, ?)", [(number, role.value) for role in roles])


def _take_back(connection: sqlite3.Connection, number: int) -> None:
    """What that operator approved. Of a refund that was begun nothing is asked again."""
    connection.execute("DELETE FROM approvals WHERE number = ?", (number,))
