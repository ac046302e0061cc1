"""The journal of sales with Chouchous and delivery looks like that of the same sales without: on real files."""

import asyncio
import hashlib
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_bridge.checkout.identify import Consents, Identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.settle import Settler
from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.identity import Choice, ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import PaidByCard, PaidInCash
from pos_bridge.domain.points import PointsRule
from pos_bridge.identity.vault import Vault
from pos_bridge.journal.journal import Journal
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.processor.terminal import Terminal
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api import bounds
from pos_bridge.till_api.asks import Asks
from tests.checkout.fakes import SEALED, MemoryLog, ScriptedProcessor, ScriptedReaders, ask

CHOICES = (Chouchous("CH-7788"), HomeDelivery("WEB/2026.11-7"))
YES = Yes(Amount(12_34), "A1B2C3")
# (tender, what the processor answers, what the reader gives): one sale each, in this order
SALES: tuple[tuple[Tender, list[Yes | No | Unknown], Any], ...] = (
    (Tender.CASH, [], None),
    (Tender.CARD, [YES], SEALED),
    (Tender.CARD, [No(Cause.ISSUER)], SEALED),
    (Tender.CARD, [Unknown()], SEALED),
    (Tender.CARD, [], ReadFailure.UNREADABLE),
    (Tender.CASH, [], None),
    (Tender.CARD, [Unknown(), YES], SEALED),
)


def now() -> datetime:
    return datetime(2026, 11, 23, 14, 40, tzinfo=UTC)


def till_keys(number: int) -> TillKeys:
    return TillKeys(*(hashlib.sha256(f"{name} {number}".encode()).digest() for name in ("request", "content", "sale")))


SECRET = bytes(range(32))
OFFERED = Offered("Chouchous", delivery=True)
NATIVE = TillKeyMaker(SECRET, "native")
ASKS = Asks(NATIVE, "P400-123456789")


def request(number: int, tender: Tender, choices: tuple[Choice, ...]) -> pb.PayRequest:
    """As a native till asks."""
    return pb.PayRequest(
        request_id=number.to_bytes(16, "big"),
        cents=12_34,
        tender=pb.TENDER_CASH if tender is Tender.CASH else pb.TENDER_CARD,
        reference=f"sale-{number}",
        choices=[
            pb.Choice(chouchous=each.member) if isinstance(each, Chouchous) else pb.Choice(home_delivery=each.order)
            for each in choices
        ],
    )


_NATIVE_NAMES = [ASKS.request_of(n.to_bytes(16, "big")) for n in range(1, len(SALES) + 1)]
_HASHES = {
    hashed
    for n in range(1, len(SALES) + 1)
    for hashed in (till_keys(n).request, till_keys(n).content, till_keys(n).sale)
} | set(_NATIVE_NAMES)


async def trade(folder: Path, choices: tuple[Choice, ...], *, native: bool) -> list[frozenset[ChoiceKind]]:
    """All the sales, with these choices each (`native`: as a native till asks); what is known of those paid."""
    with ExitStack() as stack:
        journal = Journal.open(folder / "journal", 7, now)
        stack.callback(journal.close)
        vault = Vault.open(folder / "vault.db", bytes(32))
        stack.callback(vault.close)
        log, readers = MemoryLog(), ScriptedReaders()
        processor = ScriptedProcessor(now_ms=int(now().timestamp() * 1000))
        settler = Settler(journal, processor, log)
        rule = PointsRule("2026-11", 1, 100)
        identify = Identify(vault, Consents("members-3", "delivery-1", "fr", now), journal, log, rule)
        parts = Parts(journal, readers, processor, Terminal(Ed25519PrivateKey.generate()), settler, log, 120)
        lane = Lane(parts, identify)
        outcomes = []
        for number, (tender, answers, card) in enumerate(SALES, 1):
            processor.answers, readers.card = list(answers), card
            asked = replace(ask(number, tender=tender, choices=choices), till=till_keys(number))
            if native:
                asked, _ = ASKS.payment(bounds.payment(request(number, tender, choices), OFFERED), now())
            outcomes.append(await lane.pay(asked))
            while settler.busy:
                await asyncio.sleep(0.005)
        await identify.close()
        paid = [outcome for outcome in outcomes if isinstance(outcome, PaidByCard | PaidInCash)]
        assert [await vault.known(outcome.key) for outcome in paid] == [outcome.known for outcome in paid]
        assert await vault.held() == ()
        return [outcome.known for outcome in paid]


def told_apart_by(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, every row, every column: numbers and words as they are, of what is random or a hash its length.

    The keyed hashes of a till's request are the same for the same request, so they are compared as they are.
    """
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: sorted(map(_seen, connection.execute(f"SELECT * FROM {table}")), key=repr) for table in tables}


def _seen(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(len(value) if isinstance(value, bytes) and value not in _HASHES else value for value in row)


@pytest.mark.parametrize("choices", [CHOICES, CHOICES[:1], CHOICES[1:]], ids=["both", "chouchous", "delivery"])
@pytest.mark.parametrize("native", [False, True], ids=["nexo", "native"])
def test_the_journals_are_alike(tmp_path, choices, native):
    known = asyncio.run(trade(tmp_path / "with", choices, native=native))
    nobody = asyncio.run(trade(tmp_path / "without", (), native=native))
    assert len(known) == len(nobody) == 4
    assert all(known)
    assert not any(nobody)
    files = {
        kind: {path.name: path for path in (tmp_path / kind / "journal").iterdir()} for kind in ("with", "without")
    }
    assert set(files["with"]) == set(files["without"])
    for name, path in files["with"].items():
        other = files["without"][name]
        assert path.stat().st_size == other.stat().st_size, name
        if name.endswith(".db"):
            assert told_apart_by(path) == told_apart_by(other), name
    assert not (tmp_path / "without" / "vault.db").exists()
    assert (tmp_path / "with" / "vault.db").exists()
