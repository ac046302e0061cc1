"""Random lives of a journal against a dictionary: restarts, refusals, hours and months passing."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, precondition, rule

from pos_bridge.domain.ledger import Advance, JournalHead, Opening
from pos_bridge.domain.leg import SETTLED, Cause, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.lookups import MOVED
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import Clock, binding, card, cash, opened

NEXT = {
    State.INTENT: (State.DECLINED, State.ENDED, State.CAPTURING, State.CAPTURED, State.REVERSING),
    State.CAPTURING: (State.CAPTURED, State.CAPTURE_LOST, State.REVERSING),
    State.REVERSING: (State.REVERSED, State.UNRESOLVED),
    State.CAPTURED: (State.REVERSING,),
}


class Life(RuleBasedStateMachine):
    legs = Bundle("legs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="journal-")) / "journal"
        self.clock = Clock()
        self.journal = opened(self.folder, self.clock)
        self.heads = [JournalHead(0, bytes(32))]
        self.states: dict[LegKey, State] = {}
        self.openings: dict[LegKey, Opening] = {}
        self.told: set[LegKey] = set()
        self.asked_at: dict[bytes, object] = {}

    def teardown(self) -> None:
        self.journal.close()
        assert all(isinstance(report, SoundFile) for report in verify(self.folder))
        shutil.rmtree(self.folder.parent)

    def opened_leg(self, opening: Opening, head: JournalHead) -> LegKey:
        assert head.sequence == len(self.heads)
        self.heads.append(head)
        self.states[opening.key] = opening.state
        self.openings[opening.key] = opening
        self.asked_at[opening.till.request] = self.clock.now
        return opening.key

    @rule(target=legs, cents=st.integers(1, 99_999_999), in_cash=st.booleans(), partial_ok=st.booleans())
    def open_leg(self, cents: int, in_cash: bool, partial_ok: bool) -> LegKey:
        opening = cash(cents) if in_cash else card(cents, partial_ok=partial_ok)
        return self.opened_leg(opening, self.journal.open_leg(opening))

    @rule(target=legs, count=st.integers(2, 4))
    def open_together(self, count: int) -> object:
        openings = [card() for _ in range(count)]
        doubled = openings[0]
        writes = [lambda opening=o: self.journal.open_leg(opening) for o in (*openings, doubled)]
        *heads, refused = self.journal.together(writes)
        assert isinstance(refused, JournalRefusedError)
        keys = []
        for opening, head in zip(openings, heads, strict=True):
            assert isinstance(head, JournalHead)
            keys.append(self.opened_leg(opening, head))
        return multiple(*keys)

    @rule(key=legs, choice=st.integers(0, 4), cause=st.sampled_from(Cause))
    def advance(self, key: LegKey, choice: int, cause: Cause) -> None:
        ways = NEXT.get(self.states[key], ())
        if not ways:
            return
        state = ways[choice % len(ways)]
        approved = self.openings[key].amount if state in {State.CAPTURING, State.CAPTURED} else None
        if approved is not None and self.openings[key].partial_ok and self.states[key] is State.INTENT:
            approved = Amount(1)
        bound = binding() if self.states[key] is State.INTENT else None
        head = self.journal.advance(Advance(key, state, cause, approved, bound))
        assert head.sequence == len(self.heads)
        self.heads.append(head)
        self.states[key] = state

    @rule(key=legs)
    def tell(self, key: LegKey) -> None:
        self.journal.mark_told(key)
        self.told.add(key)

    @rule(key=consumes(legs))
    def repeat(self, key: LegKey) -> None:
        if self.clock.now - self.asked_at[self.openings[key].till.request] > timedelta(hours=48):  # type: ignore[operator] # never None here
            return
        try:
            self.journal.open_leg(self.openings[key])
        except JournalRefusedError:
            return
        raise AssertionError("a doubled key")

    @rule(hours=st.integers(1, 30))
    def hours_pass(self, hours: int) -> None:
        self.clock.turn(hours=hours)

    @rule(days=st.integers(2, 40))
    def days_pass(self, days: int) -> None:
        self.clock.turn(days=days)

    @rule()
    def rest(self) -> None:
        self.journal.rest()

    @rule()
    def restart(self) -> None:
        self.journal.close()
        self.journal = opened(self.folder, self.clock)

    @invariant()
    def head_is_the_last_row(self) -> None:
        assert self.journal.head == self.heads[-1]

    @invariant()
    def unsettled_is_what_is_not_settled(self) -> None:
        stored = {leg.key: leg.state for leg in self.journal.unsettled()}
        assert stored == {key: state for key, state in self.states.items() if state not in SETTLED}

    @precondition(lambda self: self.states)
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.states, key=str)))
        opening = self.openings[key]
        leg = self.journal.find_leg(key)
        assert leg is not None
        assert (leg.state, leg.amount, leg.due) == (self.states[key], opening.amount, opening.due)
        request = self.journal.find_request(opening.till.request)
        age = self.clock.now - self.asked_at[opening.till.request]  # type: ignore[operator] # never None here
        approved = self.states[key] in MOVED and key not in self.told
        if age <= timedelta(hours=48) or self.states[key] not in SETTLED or approved:
            assert request is not None
            assert request.leg == leg
            assert self.journal.approved_untold(opening.till.sale) == (key if approved else None)
        elif age >= timedelta(hours=49):
            assert request is None
        for head in (self.heads[len(self.heads) // 2], self.heads[-1]):
            assert self.journal.holds(head.sequence, head.hash) is True
            assert self.journal.holds(head.sequence, bytes(31) + b"x") is False


Life.TestCase.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
