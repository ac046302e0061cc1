"""Vault, audit trail and journal, opened for one act beside a running engine; what goes wrong is told in a line.

The role is the privacy officer's: whoever may read the vault's key and write in the state's folder is one, and no
other may run this (docs/privacy/rights.md).
"""

import argparse
import asyncio
import os
import pwd
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pos_bridge.checkout.people import People
from pos_bridge.cli.person_input import WrongWordsError
from pos_bridge.cli.person_words import FAULTS, VAULT_FAULTS, say
from pos_bridge.clock import now
from pos_bridge.config.settings import Config
from pos_bridge.domain.access import Recorded
from pos_bridge.domain.audit import Actor, Role, TrailUnwritableError
from pos_bridge.domain.details import UnfitDetailError
from pos_bridge.domain.identity import VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import PersonFault
from pos_bridge.domain.purposes import Retention
from pos_bridge.dossier import names
from pos_bridge.identity.vault import Vault
from pos_bridge.journal.beside_engine import UNREADABLE, JournalBesideEngine
from pos_bridge.log.log import Event
from pos_bridge.registers.trail import Trail

_Found = TypeVar("_Found")

DONE, NOT_DONE, WRONG_WORDS, NOBODY, NOT_ACKNOWLEDGED = 0, 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Opened:
    people: People
    vault: Vault
    officer: Actor


class _CannotOpenError(Exception):
    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.word = word
        self.values = values


def act(args: argparse.Namespace, how: Callable[[Opened], Awaitable[int]]) -> int:
    """What `how` gives; or the status of what stopped it, which a line on standard error tells."""
    language: str = args.lang
    try:
        with _opened(args.loaded, args.operator) as opened:
            return asyncio.run(_awaited(how(opened)))
    except (_CannotOpenError, WrongWordsError) as error:
        status = WRONG_WORDS if isinstance(error, WrongWordsError) else NOT_DONE
        return told(status, say(error.word, language, **error.values))
    except VaultUnusableError as error:
        return told(NOT_DONE, VAULT_FAULTS[error.fault].to(language))
    except TrailUnwritableError:
        return told(NOT_DONE, say("no_trail", language))
    except JournalUnwritableError:
        return told(NOT_DONE, say("no_journal", language))
    except UnfitDetailError as error:
        field, why = names.FIELDS[error.field].to(language), names.UNFIT[error.why].to(language)
        return told(NOT_DONE, say("unfit", language, field=field, why=why))


def fault(args: argparse.Namespace, found: PersonFault) -> int:
    return told(NOBODY if found is PersonFault.UNKNOWN else NOT_DONE, FAULTS[found].to(args.lang))


def told(status: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return status


async def _awaited(asked: Awaitable[int]) -> int:
    return await asked


@contextmanager
def _opened(config: Config, operator: int) -> Iterator[Opened]:
    """Touches no disk but for the key: vault and trail are opened by what is asked of them."""
    identity = config.identity
    if identity is None:
        raise _CannotOpenError("keeps_nobody")
    _check_owner(config.state)
    path = config.path(identity.vault_key)
    try:
        vault = Vault.open(config.vault, path.read_bytes(), identity.return_window_days, config.erasures_copy)
    except (OSError, ValueError):
        raise _CannotOpenError("key_unusable", path=path) from None
    trail = Trail.open(config.audit)
    retention = Retention(identity.inactive_months, identity.return_window_days)
    sales = _Sales(JournalBesideEngine(config.journal, now))
    people = People(vault, trail, sales, _NoLog(), clock=now, retention=retention)
    try:
        yield Opened(people, vault, Actor(Role.PRIVACY_OFFICER, operator))
    finally:
        vault.close()
        trail.close()


def _check_owner(folder: Path) -> None:
    """Files that another user made beside the vault would shut the engine out of it: root's too."""
    try:
        owner = folder.stat().st_uid
    except OSError:
        raise _CannotOpenError("no_state", folder=folder) from None
    if owner != os.geteuid():
        try:
            user = pwd.getpwuid(owner).pw_name
        except KeyError:
            user = str(owner)
        raise _CannotOpenError("not_owner", user=user, folder=folder)


class _NoLog:
    """The engine's log is the engine's: whoever runs a command is told on the terminal."""

    def emit(self, event: Event) -> None:
        pass


class _Sales:
    """The journal beside an engine, as the checkout asks it."""

    def __init__(self, journal: JournalBesideEngine) -> None:
        self._journal = journal

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        return await _read(self._journal.find_leg(key))

    async def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        return await _read(self._journal.refunds_of(sale))

    async def recorded(self, key: LegKey) -> Recorded | None:
        return await _read(self._journal.recorded(key))


async def _read(asked: Awaitable[_Found]) -> _Found:
    try:
        return await asked
    except UNREADABLE:
        raise JournalUnwritableError from None
