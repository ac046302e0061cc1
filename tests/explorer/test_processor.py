"""The explorer's processor does its duties as hw_sim's does: the same bytes, in any order, are answered alike."""

import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw_sim.cards import CARDS
from hw_sim.processor.modes import Mode, Word
from hw_sim.world import enrol
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.explorer.duties import Duties
from tests.explorer.processor import Processor
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import POIID, Counter, Store, open_counter

INTERAC_KEY = 1  # of the keys, that which is paid for by Interac
SALES, REFUNDS = 3, 3
LATE_MS = 60_000


class Both:
    """The two processors, and requests that are made once and sent again at will."""

    def __init__(self, real: Counter, draw: Random) -> None:
        self.real, self.draw = real, draw
        self.now_ms = real.clock.now_ms
        self.cards: dict[bytes, tuple[int, bool]] = {}
        self.ours = Processor(Duties(), lambda: self.real.clock.now_ms, self.cards)
        self.fences = (real.fence, 0)
        self.keys = [terminal.fresh_key() for _ in range(SALES + REFUNDS)]
        self._made: dict[tuple[object, ...], Any] = {}
        self.open_session()

    def open_session(self) -> None:
        head = pb.OpenSessionRequest(journal=terminal.row(self.draw.randrange(1, 9)))
        real = self.real.desk.open_session(self.real.till, head)
        ours = pb.OpenSessionResponse.FromString(self.ours.serve("OpenSession", head.SerializeToString()))
        self.fences = (real.fence, ours.fence)

    def authorise(self) -> None:
        draw, number = self.draw, self.draw.randrange(SALES)
        cents, one_message = draw.choice((600, 1000)), draw.random() < 0.5
        card = CARDS["interac" if number == INTERAC_KEY else "visa"]
        flow = pb.AuthoriseRequest.FLOW_ONE_MESSAGE if one_message else pb.AuthoriseRequest.FLOW_TWO_MESSAGES
        clear = terminal.clear_text(terminal.track2(card))
        name = (number, cents, one_message)
        if name not in self._made:
            self._made[name] = self.real.terminal.authorise(
                self.keys[number], 0, cents, flow=flow, clear=clear, not_after_ms=self.now_ms + LATE_MS // 2
            )
        request = self._made[name]
        self.cards[request.payment.room.ciphertext] = (number, number == INTERAC_KEY)
        self._send("Authorise", request, self.real.desk.authorise)

    def refund(self) -> None:
        draw = self.draw
        number, sale = draw.randrange(SALES, SALES + REFUNDS), draw.randrange(SALES)
        cents, card = draw.choice((600, 1000)), draw.choice((None, "visa", "interac"))
        key, of = self.keys[number], self.keys[sale]
        name = (number, sale, cents, card)
        if name not in self._made:
            made = (
                terminal.refund(key, of, 0, cents)
                if card is None
                else self.real.terminal.refund(key, of, 0, cents, card=card)
            )
            made.not_after_ms = self.now_ms + LATE_MS // 2
            self._made[name] = made
        request = self._made[name]
        if card is not None:
            of_card = sale if (sale == INTERAC_KEY) is (card == "interac") else -1
            self.cards[request.payment.room.ciphertext] = (of_card, card == "interac")
        self._send("Refund", request, self.real.desk.refund)

    def _send(self, method: str, request: Any, real: Callable[[Any, Any, Mode], Any]) -> None:
        declines = self.draw.random() < 0.15
        self.ours.verdict = lambda _, cents, __: 0 if declines else cents
        stale = self.draw.random() < 0.1
        request.context.fence = self.fences[0] - stale
        told = terminal.answer_of(real(self.real.till, request, Mode(Word.DECLINE) if declines else Mode()))
        request.context.fence = self.fences[1] - stale
        ours = self.ours.serve(method, request.SerializeToString())
        kind = pb.AuthoriseResponse if method == "Authorise" else pb.RefundResponse
        assert terminal.answer_of(kind.FromString(ours)) == told

    def capture(self) -> None:
        key, cents = self.draw.choice(self.keys), self.draw.choice((600, 1000))
        told = terminal.answer_of(self.real.desk.capture(self.real.till, terminal.capture(key, self.fences[0], cents)))
        ours = self.ours.serve("Capture", terminal.capture(key, self.fences[1], cents).SerializeToString())
        assert terminal.answer_of(pb.CaptureResponse.FromString(ours)) == told

    def reverse(self) -> None:
        key = self.draw.choice(self.keys)
        told = terminal.outcome_of(self.real.desk.reverse(self.real.till, terminal.reverse(key, self.fences[0])))
        ours = self.ours.serve("ReverseByKey", terminal.reverse(key, self.fences[1]).SerializeToString())
        assert terminal.outcome_of(pb.ReverseByKeyResponse.FromString(ours)) == told

    def close_batch(self) -> None:
        self.real.desk.settle()
        self.ours.close_batch()

    def time_passes(self) -> None:
        self.real.clock.now_ms += self.draw.choice((1000, LATE_MS, 4 * 86_400_000))

    def compare(self) -> None:
        """What each would tell of all keys, and what it remembers of the till's journal."""
        for key in self.keys:
            ask = pb.LookUpRequest(key=key)
            real = self.real.desk.look_up(self.real.till, ask)
            ours = pb.LookUpResponse.FromString(self.ours.serve("LookUp", ask.SerializeToString()))
            assert terminal.state_of(ours) == terminal.state_of(real)
            assert ours.HasField("receipt") is real.HasField("receipt")
            assert ours.receipt.amount == real.receipt.amount
        listed = pb.ReconcileRequest(from_ms=1)
        real_list = self.real.desk.reconcile(self.real.till, listed)
        our_list = pb.ReconcileResponse.FromString(self.ours.serve("Reconcile", listed.SerializeToString()))
        assert [(leg.key, leg.kind, leg.state, leg.amount.cents) for leg in our_list.legs] == [
            (leg.key, leg.kind, leg.state, leg.amount.cents) for leg in real_list.legs
        ]
        seen = self.real.ledger.last_seen(self.real.till.name)
        assert self.ours.seen == (seen.sequence, seen.hash)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("processor")
    made = Store(folder / "world", folder / "engine")
    enrol(made.world, made.engine, POIID)
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root: Path = tmp_path_factory.mktemp("ledgers")
    return (root / f"{number}.db" for number in itertools.count())


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_any_calls_in_any_order_are_answered_alike(store, files, seed):
    draw, real = Random(seed), open_counter(store, next(files))
    try:
        both = Both(real, draw)
        usual = [both.authorise] * 5 + [both.refund] * 5 + [both.capture] * 5 + [both.reverse] * 3
        for _ in range(30):
            draw.choice([*usual, both.open_session, both.close_batch, both.time_passes])()
        both.compare()
    finally:
        real.ledger.close()
