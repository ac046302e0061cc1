"""Somebody in a till's real vault, and commands that read who is meant from standard input."""

import asyncio
import io
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from pos_bridge.config import settings
from pos_bridge.domain.identity import Channel, Choice, Consent, GivenBy, Purpose
from pos_bridge.domain.person import Month, Person, Whose
from pos_bridge.domain.person_change import Change, Delivery, Enrolment, delivered, enrolled
from pos_bridge.identity.vault import Vault
from tests.domain.people import DOOR, MEMBER, ORDER, ZOE

KEY = bytes(range(32))


def today() -> date:
    return datetime.now().astimezone().date()


class Piped:
    """Standard input that is no terminal."""

    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)

    def isatty(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Office:
    """A till with a vault, and the officer who answers there."""

    config: settings.Config
    command: Callable[..., tuple[int, str, str]]
    monkeypatch: pytest.MonkeyPatch

    def person(
        self, act: str, *words: str, typed: str | bytes = "member CH-1001\n", loaded: settings.Config | None = None
    ) -> tuple[int, str, str]:
        """Status, output, errors: in English, unless the words say otherwise."""
        self.monkeypatch.setattr("sys.stdin", Piped(typed.encode() if isinstance(typed, str) else typed))
        language = () if "--lang" in words else ("--lang", "en")
        return self.command("person", act, "--operator", "12", *language, *words, loaded=loaded or self.config)

    def vault(self, ask: Callable[[Vault], Coroutine[Any, Any, Any]]) -> Any:
        vault = Vault.open(self.config.vault, KEY)
        try:
            return asyncio.run(_of(ask, vault))
        finally:
            vault.close()

    def change(self, choice: Choice, how: Change) -> Person:
        found = self.vault(lambda vault: vault.change(choice, how))
        assert isinstance(found, Person)
        return found

    def known(self, choice: Choice = MEMBER) -> Person | None:
        found: Person | None = self.vault(lambda vault: vault.person(choice))
        return found

    def enrol(
        self, *purposes: Purpose, by: GivenBy = GivenBy.SELF, until: Month | None = None, language: str = "fr"
    ) -> Person:
        ends = frozenset(purposes or (Purpose.PROGRAMME, Purpose.OFFERS))
        consent = Consent("members-3", language, today(), 14, Channel.TILL, ends, by)
        given = Enrolment(MEMBER, ZOE, consent, until)
        return self.change(MEMBER, partial(enrolled, given=given, today=today()))

    def deliver(self, whose: Whose = Whose.OWN) -> Person:
        consent = Consent("delivery-1", "en", today(), 9, Channel.WEB, frozenset({Purpose.DELIVERY}))
        given = Delivery(ORDER, DOOR, consent, today() + timedelta(days=30), whose)
        return self.change(ORDER, partial(delivered, given=given, today=today()))


async def _of(ask: Callable[[Vault], Coroutine[Any, Any, Any]], vault: Vault) -> Any:
    return await ask(vault)
