"""The vault as the checkout uses it: checkout.ports.Vault and person_ports.Persons on a thread of its own.

What it raises holds no data: an exception made on the thread, with the values its frames refer to, stays there. A
choice is taken out of the call that carries it, so that a thread that waits for work remembers nobody.
"""

import asyncio
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from pos_bridge import clock
from pos_bridge.domain.details import UnfitDetailError
from pos_bridge.domain.identity import Choice, ChoiceKind, Chouchous, Consent, VaultUnusableError, kind_of
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import LinkedSale, Person, PersonFault
from pos_bridge.domain.points import Earned, PointsFault, PointsRule, Withdrawal
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.keys import LENGTH
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.person_record import RETURN_WINDOW_DAYS
from pos_bridge.identity.person_rows import Change
from pos_bridge.identity.proof import Proof
from pos_bridge.identity.renewing import Owing, Progress
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.log import faults
from pos_bridge.storage.worker import REST_S, Job, Worker

_TRIES = 5  # of one call: the engine asks again by the hour
_AGAIN_S = 0.5  # a command has the vault open for less

Result = TypeVar("Result")


class Vault:
    """See the ports for what each call does. Raises VaultUnusableError for whatever goes wrong inside."""

    def __init__(self, file: VaultFile, persons: PersonFile | None = None, rest_s: float = REST_S) -> None:
        self._file = file
        self._persons = persons or PersonFile(file)
        self._worker = Worker("vault", _work, self._rest, rest_s)

    @classmethod
    def open(
        cls,
        path: Path,
        key: bytes,
        return_window_days: int = RETURN_WINDOW_DAYS,
        erasures_copy: Path | None = None,
        today: Callable[[], date] = clock.today,
    ) -> Self:
        """Touches no disk: the file is opened when first needed, and made when somebody first chooses.

        `key` is the vault key, 32 bytes: ValueError otherwise. The others are as in VaultFile and PersonFile.
        """
        if len(key) != LENGTH:
            raise ValueError(f"a vault key has {LENGTH} bytes")
        file = VaultFile(path, key, return_window_days, erasures_copy)
        return cls(file, PersonFile(file, file.enter, today))

    def close(self) -> None:
        """Finish what was asked, then tidy up and close the file. Blocking, idempotent."""
        self._worker.close()
        self._file.close()

    async def hold(
        self, key: LegKey, choices: tuple[tuple[Choice, Consent], ...], rule: PointsRule | None = None
    ) -> None:
        kinds = [kind_of(choice) for choice, _ in choices]
        if len(set(kinds)) != len(kinds):
            raise ValueError("a sale has one choice of each kind")
        if not choices:
            return
        carried = [choices]
        await self._ask(lambda: self._file.hold(key, carried.pop(), rule))

    async def keep(self, key: LegKey, paid: int | None = None, returned: int = 0) -> None:
        await self._ask(partial(self._file.keep, key, paid, returned))

    async def drop(self, key: LegKey) -> None:
        await self._ask(partial(self._file.drop, key))

    async def held(self) -> tuple[LegKey, ...]:
        return await self._ask(self._file.held)

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        return await self._ask(partial(self._file.known, key))

    async def award(self, key: LegKey, choice: Chouchous, consent: Consent, earned: Earned) -> Earned | PointsFault:
        carried = [(choice, consent)]
        return await self._ask(lambda: self._file.award(key, *carried.pop(), earned))

    async def withdraw(self, key: LegKey, mark: bytes, cents: int | None) -> Withdrawal | PointsFault:
        return await self._ask(partial(self._file.withdraw, key, mark, cents))

    async def earned(self, key: LegKey) -> Earned | None:
        return await self._ask(partial(self._file.earned, key))

    async def earning(self, key: LegKey, paid: int) -> int | None:
        return await self._ask(partial(self._file.earning, key, paid))

    async def returned(self, key: LegKey, cents: int, *, settled: bool) -> None:
        await self._ask(partial(self._file.returned, key, cents, settled=settled))

    async def returning(self) -> tuple[LegKey, ...]:
        return await self._ask(self._file.returning)

    # ---- persons ----

    async def person(self, choice: Choice) -> Person | None:
        carried = [choice]
        return await self._ask(lambda: self._persons.person(carried.pop()))

    async def change(self, choice: Choice, how: Change) -> Person | PersonFault:
        """What `how` raises of an UnfitDetailError is raised here; it says which field, and not what was in it."""
        carried = [(choice, how)]
        return await self._ask(lambda: self._persons.change(*carried.pop()))

    async def sales_of(self, person: bytes) -> tuple[LinkedSale, ...]:
        return await self._ask(partial(self._persons.sales_of, person))

    async def erase(self, choice: Choice) -> bytes | None:
        carried = [choice]
        gone = await self._ask(lambda: self._persons.erase(carried.pop(), rest=False))
        await self._ask(self._file.rest)  # a turn of its own: whoever chooses just then waits for one of the two
        return gone

    async def page(self, after: bytes, count: int) -> tuple[Person, ...]:
        return await self._ask(partial(self._persons.page, after, count))

    async def forget(self, persons: tuple[bytes, ...], over: Callable[[Person], bool]) -> int:
        return await self._ask(partial(self._persons.forget, persons, over))

    async def forget_proofs(self) -> int:
        return await self._ask(self._persons.forget_proofs)

    async def proof(self, choice: Choice) -> Proof | None:
        """What somebody of this number agreed to, who is gone."""
        carried = [choice]
        return await self._ask(lambda: self._persons.proof(carried.pop()))

    # ---- what erasures wait for ----

    async def renew(self) -> bool:
        """In slices, so that a sale waits for one at most. False: it changes too often, or another has it open.

        Brings the copy of the ledger off the till up to date as well, as `owed` does.
        """
        done = await self._renew()
        await self.owed()
        return done

    async def _renew(self) -> bool:
        for _ in range(_TRIES):
            while (progress := await self._ask(self._file.renew)) is Progress.WORKING:
                continue
            if progress is Progress.DONE:
                return True
            if progress is Progress.WAITING:
                await asyncio.sleep(_AGAIN_S)
        await self._ask(self._file.give_up_renewal)
        return False

    async def owed(self) -> Owing:
        """Tries to bring the copy off the till up to date. Raises ERASURES_BEHIND where that says something else."""
        return await self._ask(self._file.owed)

    def _rest(self) -> None:
        try:
            self._persons.rest()
            self._file.rest()
        except Exception as error:  # noqa: BLE001 - the thread must not end: somebody may pay next
            faults.tell(error)

    async def _ask(self, call: Callable[[], Result]) -> Result:
        try:
            return await self._worker.ask(call)
        except (VaultUnusableError, UnfitDetailError) as error:
            told = (error.fault,) if isinstance(error, VaultUnusableError) else (error.field, error.why)
        # The thread remembers what it raised until its next job: from here on another one collects the asker's frames.
        raise VaultUnusableError(*told) if len(told) == 1 else UnfitDetailError(*told)


def _work(jobs: list[Job]) -> list[object]:
    return [_outcome(job) for job in jobs]


def _outcome(job: Job) -> object:
    try:
        return job.call()
    except UnfitDetailError as error:
        return UnfitDetailError(error.field, error.why)
    except EXPECTED as error:
        fault = fault_of(error)
    except Exception as error:  # noqa: BLE001 - money does not stop for a fault in here; standard error tells where it was
        faults.tell(error)
        fault = fault_of(error)
    return VaultUnusableError(fault)  # a new one, behind the handlers: no frame and no other exception hangs on it
