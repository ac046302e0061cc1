"""Random lives of a vault against dictionaries: restarts, tidying, and everything done twice."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from pos_bridge.domain.identity import Choice, ChoiceKind, Consent, kind_of
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.report import known
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import BESIDE, KEY, as_member, content, to_home

Choices = tuple[tuple[Choice, Consent], ...]
versions = st.sampled_from(("2026-11", "2027-01"))
member = st.builds(as_member, st.sampled_from(("A-1", "A-2", "a-1")), versions)
order = st.builds(to_home, st.sampled_from(("A-1", "WEB/2")), versions)
choices = st.tuples(member) | st.tuples(order) | st.tuples(member, order)


class Life(RuleBasedStateMachine):
    legs = Bundle("legs")

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(tempfile.mkdtemp(prefix="vault-")) / "state" / "vault.db"
        self.vault = VaultFile(self.path, KEY)
        self.held: dict[LegKey, Choices] = {}
        self.persons: dict[Choice, tuple[Consent, ...]] = {}
        self.links: dict[tuple[LegKey, ChoiceKind], Choice] = {}

    def teardown(self) -> None:
        self.vault.close()
        if self.path.exists():
            assert content(self.path).links == self.links
            assert {file.name for file in self.path.parent.iterdir()} == {"vault.db"} | BESIDE
        shutil.rmtree(self.path.parent.parent)

    @rule(target=legs)
    def leg(self) -> LegKey:
        return LegKey.fresh()

    @rule(leg=legs, chosen=choices)
    def hold(self, leg: LegKey, chosen: Choices) -> None:
        self.vault.hold(leg, chosen)
        self.held[leg] = chosen

    @rule(leg=legs)
    def keep(self, leg: LegKey) -> None:
        self.vault.keep(leg)
        for choice, consent in self.held.pop(leg, ()):
            given = self.persons.get(choice, ())
            if consent.text_version not in {each.text_version for each in given}:
                self.persons[choice] = (*given, consent)
            self.links[leg, kind_of(choice)] = choice

    @rule(leg=legs)
    def drop(self, leg: LegKey) -> None:
        self.vault.drop(leg)
        self.held.pop(leg, None)

    @rule()
    def rest(self) -> None:
        self.vault.rest()

    @rule()
    def restart(self) -> None:
        self.vault.close()
        self.vault = VaultFile(self.path, KEY)

    @rule(leg=legs)
    def look(self, leg: LegKey) -> None:
        held = {kind_of(choice) for choice, _ in self.held.get(leg, ())}
        kept = {kind for linked, kind in self.links if linked == leg}
        assert self.vault.known(leg) == known(self.path, KEY, leg) == held | kept

    @rule()
    def look_at_all(self) -> None:
        if self.path.exists():
            there = content(self.path)
            assert there.held == self.held
            assert there.persons == self.persons
            assert there.links == self.links

    @invariant()
    def held_is_what_was_held(self) -> None:
        assert set(self.vault.held()) == set(self.held)


Life.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
