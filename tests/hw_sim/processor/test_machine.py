"""Any order of any calls about a few keys, over a real ledger with crashes: the promises about money hold."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hw_sim.cards import CARDS
from hw_sim.processor.facts import Entry, Kind, State
from hw_sim.processor.modes import Mode, Word
from hw_sim.world import enrol
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import POIID, Store, open_counter
from tests.hw_sim.processor.terminal import answer_of, clear_text, fresh_key, outcome_of, track2

# Few keys, cards and amounts, so that calls meet each other often. Sales of key 1 are paid by Interac.
SALES = st.integers(0, 1)
PRESENT = st.sampled_from([None, "visa", "interac"])
REFUNDS = st.integers(2, 4)
KEYS = st.integers(0, 4)
CENTS = st.sampled_from([600, 1000])
MODES = st.sampled_from([Mode(), Mode(), Mode(), Mode(Word.DECLINE), Mode(Word.PARTIAL, cents=700)])


@dataclass
class Told:
    """What a till was told about one key, in full."""

    approved: set[tuple[int, int]] = field(default_factory=set)
    declined: bool = False
    ended: bool = False


Request = pb.AuthoriseRequest | pb.RefundRequest


class Money(RuleBasedStateMachine):
    """Requests are kept and resent at will, as a network would."""

    store: ClassVar[Store]

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "ledger.db"
        self._at = open_counter(self.store, self._file)
        self._keys = [fresh_key() for _ in range(5)]
        self._requests: dict[tuple[object, ...], Request] = {}
        self._answers: dict[tuple[object, ...], str] = {}
        self._told = [Told() for _ in self._keys]

    def teardown(self) -> None:
        self._at.ledger.close()
        self._folder.cleanup()

    @initialize()
    def start_with_a_sale_that_stands(self) -> None:
        self.authorise(0, 1000, one=True, mode=Mode())

    @rule(which=KEYS, cents=CENTS, one=st.booleans(), mode=MODES)
    def authorise(self, which: int, cents: int, one: bool, mode: Mode) -> None:
        name = (which, cents, one)
        flow = pb.AuthoriseRequest.FLOW_ONE_MESSAGE if one else pb.AuthoriseRequest.FLOW_TWO_MESSAGES
        if name not in self._requests:
            clear = clear_text(track2(CARDS["interac" if which == 1 else "visa"]))
            self._requests[name] = self._at.terminal.authorise(
                self._keys[which], self._at.fence, cents, flow=flow, clear=clear
            )
        self._send(name, mode)

    @rule(which=KEYS, mode=MODES)
    def resend_the_first(self, which: int, mode: Mode) -> None:
        sent = next((name for name in self._requests if name[0] == which), None)
        if sent is not None:
            self._send(sent, mode)

    @rule(which=REFUNDS, sale=SALES, cents=CENTS, card=PRESENT, mode=MODES)
    def refund(self, which: int, sale: int, cents: int, card: str | None, mode: Mode) -> None:
        name, key, of = (which, sale, cents, card), self._keys[which], self._keys[sale]
        if name not in self._requests:
            self._requests[name] = (
                terminal.refund(key, of, self._at.fence, cents)
                if card is None
                else self._at.terminal.refund(key, of, self._at.fence, cents, card=card)
            )
        self._send(name, mode)

    def _send(self, name: tuple[object, ...], mode: Mode) -> None:
        request, which = self._requests[name], self._keys.index(self._requests[name].key)
        request.context.fence = self._at.fence
        answer = (
            self._at.desk.refund(self._at.till, request, mode)
            if isinstance(request, pb.RefundRequest)
            else self._at.desk.authorise(self._at.till, request, mode)
        )
        self._hear(which, answer)
        told = answer_of(answer)
        first = self._answers.setdefault(name, told)
        assert told == first or (told == "KEY_ENDED" and self._told[which].ended), "same request, same answer"

    @rule(which=KEYS, cents=CENTS)
    def capture(self, which: int, cents: int) -> None:
        request = terminal.capture(self._keys[which], self._at.fence, cents)
        if answer_of(self._at.desk.capture(self._at.till, request)) == "captured":
            assert not self._told[which].ended

    @rule(which=KEYS)
    def reverse(self, which: int) -> None:
        request = terminal.reverse(self._keys[which], self._at.fence)
        outcome = outcome_of(self._at.desk.reverse(self._at.till, request))
        if outcome in {"REVERSED", "WAS_DECLINED", "TOMBSTONED"}:
            self._told[which].ended = True
            entry = self._entry(which)
            assert entry is not None
            assert entry.ended

    @rule()
    def settle(self) -> None:
        self._at.desk.settle()

    @rule()
    def restart(self) -> None:
        fence, clock = self._at.fence, self._at.clock
        self._at.ledger.close()
        self._at = open_counter(self.store, self._file)
        self._at.clock.now_ms = clock.now_ms
        assert self._at.fence == fence + 1

    @invariant()
    def no_key_is_charged_twice_or_after_its_end(self) -> None:
        for which, told in enumerate(self._told):
            assert len(told.approved) <= 1
            assert not (told.approved and told.declined)
            entry = self._entry(which)
            if told.ended:
                assert entry is not None
                assert entry.state in {State.REVERSED, State.TOMBSTONE, State.DECLINED}

    @invariant()
    def interac_is_given_back_to_its_card_only(self) -> None:
        entries = {entry.key: entry for entry in self._at.ledger.entries()}
        for entry in entries.values():
            if entry.kind is Kind.REFUND and entry.state is State.REFUNDED and entry.sale_key is not None:
                paid_with = entries[entry.sale_key].card
                assert entry.card == paid_with or (entry.card is None and paid_with == CARDS["visa"].number)

    @invariant()
    def no_more_is_given_back_than_was_taken(self) -> None:
        entries = self._at.ledger.entries()
        assert len({entry.key for entry in entries}) == len(entries)
        for sale in entries:
            if sale.kind is Kind.SALE:
                back = sum(
                    entry.approved_cents or 0
                    for entry in entries
                    if entry.sale_key == sale.key and entry.state is State.REFUNDED
                )
                reversed_too = (sale.captured_cents or 0) if sale.state is State.REVERSED else 0
                assert back + reversed_too <= (sale.captured_cents or 0) <= (sale.approved_cents or 0)

    def _hear(self, which: int, answer: pb.AuthoriseResponse | pb.RefundResponse) -> None:
        told = self._told[which]
        match answer.WhichOneof("answer"):
            case "approved":
                assert not told.ended
                told.approved.add((answer.approved.amount.cents, answer.approved.approval_code))
            case "declined":
                told.declined = True
            case _:
                assert answer_of(answer) not in {"FENCED", "MALFORMED", "BINDING", "UNREADABLE", "LATE"}

    def _entry(self, which: int) -> Entry | None:
        return self._at.ledger.find(self._at.till.merchant, self._keys[which])


def test_the_promises_hold_in_any_order(tmp_path: Path) -> None:
    enrol(tmp_path / "world", tmp_path / "engine", POIID)
    machine = type("Machine", (Money,), {"store": Store(tmp_path / "world", tmp_path / "engine")})
    run_state_machine_as_test(machine, settings=settings(max_examples=40, stateful_step_count=20, deadline=None))
