"""The vault by person, for one thread: found, changed, and made to be gone. Each call is one transaction of the file.

An erasure is entered in the ledger before anything is deleted. From then on the person has to go: if the disk would not
have it, it is tried again whenever nobody waits, and at the next opening by what the ledger says.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from cryptography.exceptions import InvalidTag

from pos_bridge import clock
from pos_bridge.domain.identity import Choice, VaultFault, VaultUnusableError
from pos_bridge.domain.person import LinkedSale, Person, PersonFault
from pos_bridge.identity.fault import EXPECTED
from pos_bridge.identity.person_rows import Change, applied
from pos_bridge.identity.proof import Proof
from pos_bridge.identity.rows import Rows
from pos_bridge.identity.vault_file import VaultFile

# Enters a person's id in the ledger of erasures, durably; gives what the vault has to know of the ledger from then on
# (schema.HEAD_SIZE bytes).
Enter = Callable[[bytes], bytes]


class PersonFile:
    """Calls raise what fault.EXPECTED lists, and RuntimeError for a change that is none; `rest` raises nothing of it.

    `today`: the store's day, for the end of a consent. Without `enter` nobody can be erased.
    """

    def __init__(self, file: VaultFile, enter: Enter | None = None, today: Callable[[], date] = clock.today) -> None:
        self._file = file
        self._enter = enter
        self._today = today
        self._entered: dict[bytes, bytes] = {}  # in the ledger and maybe still here, with what it gave

    def person(self, choice: Choice) -> Person | None:
        return self._file.ask(lambda rows: rows.persons.person(choice), None)

    def change(self, choice: Choice, how: Change) -> Person | PersonFault:
        if self._file.absent():
            after = applied(how, None, choice)
            if isinstance(after, PersonFault):
                return after
            self._file.make()
        with self._file.writing() as rows:
            after, written = rows.persons.change(choice, how)
            if written:
                self._file.replaced()
        return after

    def sales_of(self, person: bytes) -> tuple[LinkedSale, ...]:
        return self._file.ask(lambda rows: rows.sales_of(person), ())

    def page(self, after: bytes, count: int) -> tuple[Person, ...]:
        return self._file.ask(lambda rows: rows.persons.page(after, count), ())

    def proof(self, choice: Choice) -> Proof | None:
        """What somebody of this number agreed to, who is gone."""
        return self._file.ask(lambda rows: rows.proofs.proof(choice), None)

    # ---- gone ----

    def erase(self, choice: Choice, *, rest: bool = True) -> bytes | None:
        """What is held for a sale that runs goes too. Raises VaultUnusableError without a ledger.

        Not `rest`: the file is to be rested before it is told.
        """
        if self._enter is None:
            raise VaultUnusableError(VaultFault.PROGRAM)
        if self._file.absent():
            return None
        with self._file.writing() as rows:
            with suppress(InvalidTag):  # unreadable, it is of use to nobody; readable and of another it is not touched
                rows.persons.person(choice)
            person = rows.persons.name(choice)
            if person is not None:
                if person not in self._entered:
                    self._entered[person] = self._enter(person)
                rows.note_erasures(self._last_entered())
            self._forget(rows, frozenset() if person is None else frozenset((person,)), frozenset((choice,)))
        self._entered.clear()
        if rest:
            self._file.rest()
        return person

    def forget(self, persons: tuple[bytes, ...], over: Callable[[Person], bool]) -> int:
        """Of these whoever's time is still over: since they were found somebody may have bought, or asked."""
        if not persons or self._file.absent():
            return 0
        with self._file.writing() as rows:
            going = frozenset(name for name in persons if _is(over, rows, name))
            gone = self._forget(rows, going)
        self._settled()
        return gone

    def forget_proofs(self) -> int:
        if self._file.absent():
            return 0
        with self._file.writing() as rows:
            gone = rows.proofs.forget(self._today())
            if gone:
                self._file.deleted()
        if gone:
            self._file.rest()
        return gone

    def rest(self) -> None:
        """Whoever is in the ledger and could not be deleted then goes now."""
        if not self._entered:
            return
        with suppress(*EXPECTED):
            with self._file.writing() as rows:
                rows.note_erasures(self._last_entered())
                self._forget(rows, frozenset())
            self._settled()

    def _last_entered(self) -> bytes:
        return next(reversed(self._entered.values()))

    def _forget(self, rows: Rows, persons: frozenset[bytes], choices: frozenset[Choice] = frozenset()) -> int:
        gone = rows.forget(persons | self._entered.keys(), self._today(), choices)
        (self._file.deleted if gone else self._file.replaced)()
        return gone

    def _settled(self) -> None:
        """The deletion is durable; now nothing of it stays in the file either, unless somebody reads there."""
        self._entered.clear()
        self._file.rest()


def _is(over: Callable[[Person], bool], rows: Rows, name: bytes) -> bool:
    """Of a record that cannot be read nobody knows when its time is over."""
    with suppress(InvalidTag, ValueError):
        person = rows.persons.named(name)
        return person is not None and over(person)
    return False
