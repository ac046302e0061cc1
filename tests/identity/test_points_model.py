"""Random lives of the points against dictionaries: whatever is asked twice or crossed, none is made or lost."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned, PointsFault, PointsRule
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.earning import points_of
from tests.identity.makers import KEY, as_member, consent

MEMBERS = ("A-1", "B-2")
PAID = 10_37
rules = st.sampled_from((PointsRule("2026-11", 1, 100), PointsRule("2027-01", 7, 33)))
members = st.sampled_from(MEMBERS)
marks = st.sampled_from((b"1" * 16, b"2" * 16, b"3" * 16))
amounts = st.integers(1, PAID)


class Life(RuleBasedStateMachine):
    legs = Bundle("legs")

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(tempfile.mkdtemp(prefix="points-")) / "state" / "vault.db"
        self.vault = VaultFile(self.path, KEY)
        self.held: dict[LegKey, tuple[str, PointsRule]] = {}
        self.whose: dict[LegKey, str] = {}
        self.earned: dict[LegKey, Earned] = {}
        self.pending: set[LegKey] = set()

    def teardown(self) -> None:
        self.vault.close()
        shutil.rmtree(self.path.parent.parent)

    @rule(target=legs)
    def leg(self) -> LegKey:
        return LegKey.fresh()

    @rule(leg=legs, member=members, by=rules)
    def hold(self, leg: LegKey, member: str, by: PointsRule) -> None:
        self.vault.hold(leg, (as_member(member),), by)
        self.held[leg] = member, by

    @rule(leg=legs)
    def keep(self, leg: LegKey) -> None:
        self.vault.keep(leg, PAID)
        if leg in self.held:
            member, by = self.held.pop(leg)
            if self.whose.get(leg, member) != member:
                del self.earned[leg]
            self.whose[leg] = member
            self.earned.setdefault(leg, Earned.of(by, PAID, PAID))

    @rule(leg=legs)
    def drop(self, leg: LegKey) -> None:
        self.vault.drop(leg)
        self.held.pop(leg, None)

    @rule(leg=legs, member=members, by=rules, mark=marks, counted=amounts)
    def award(self, leg: LegKey, member: str, by: PointsRule, mark: bytes, counted: int) -> None:
        given = self.vault.award(leg, Chouchous(member), consent(), Earned.of(by, PAID, counted, mark))
        if leg in self.earned:
            same = self.earned[leg].by == mark
            assert given == (self.earned[leg] if same else PointsFault.COUNTED)
        elif leg in self.held:
            assert given is PointsFault.COUNTED
        else:
            assert isinstance(given, Earned)
            self.earned[leg], self.whose[leg] = given, member

    @rule(leg=legs, mark=marks, cents=st.none() | amounts)
    def withdraw(self, leg: LegKey, mark: bytes, cents: int | None) -> None:
        taken = self.vault.withdraw(leg, mark, cents)
        if leg not in self.earned:
            assert taken is (PointsFault.VAULT if leg in self.held else PointsFault.NO_POINTS)
            return
        after = self.earned[leg].after_withdrawal(mark, cents)
        if isinstance(after, PointsFault):
            assert taken is after
        else:
            assert taken == after.withdrawal(mark)
            self.earned[leg] = after

    @rule(leg=legs, cents=st.integers(0, PAID), settled=st.booleans())
    def returned(self, leg: LegKey, cents: int, settled: bool) -> None:
        self.vault.returned(leg, cents, settled=settled)
        if leg in self.earned:
            self.earned[leg] = self.earned[leg].after_returns(cents)
            (self.pending.discard if settled else self.pending.add)(leg)

    @rule()
    def rest(self) -> None:
        self.vault.rest()

    @rule()
    def restart(self) -> None:
        self.vault.close()
        self.vault = VaultFile(self.path, KEY)

    @invariant()
    def each_member_has_what_stands(self) -> None:
        if self.path.exists():
            for member in MEMBERS:
                theirs = [earned for leg, earned in self.earned.items() if self.whose[leg] == member]
                assert points_of(self.vault, member) == sum(earned.standing for earned in theirs) >= 0
            assert set(self.vault.returning()) == self.pending


Life.TestCase.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
