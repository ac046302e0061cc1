"""Random lives of a vault against dictionaries: sales, persons and their rights, restarts, tidying, all of it twice."""

import shutil
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from pos_bridge.domain.details import Field
from pos_bridge.domain.identity import Channel, Choice, ChoiceKind, Chouchous, Consent, HomeDelivery, Purpose, kind_of
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Person, PersonFault, Right
from pos_bridge.domain.person_change import (
    Change,
    Delivery,
    Enrolment,
    chosen,
    delivered,
    enrolled,
    received,
    rectified,
    withdrawn,
)
from pos_bridge.domain.points import Earned, PointsFault
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewing import OWED, Progress, owe
from pos_bridge.identity.report import known
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import BESIDE, KEY, RULE, always, as_member, consent, content, given_details, to_home
from tests.identity.peopled import renewed

Choices = tuple[tuple[Choice, Consent], ...]
TODAY = date(2026, 12, 2)
PAID = 10_37
versions = st.sampled_from(("2026-11", "2027-01"))
member = st.builds(as_member, st.sampled_from(("A-1", "A-2", "a-1")), versions)
order = st.builds(to_home, st.sampled_from(("A-1", "WEB/2")), versions)
choices = st.tuples(member) | st.tuples(order) | st.tuples(member, order)
someone = (member | order).map(lambda pair: pair[0])
cities = st.sampled_from(("Trois-Rivières", "Montréal"))


class Life(RuleBasedStateMachine):
    legs = Bundle("legs")

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(tempfile.mkdtemp(prefix="vault-")) / "state" / "vault.db"
        self.entered: list[bytes] = []
        self.open()
        self.held: dict[LegKey, Choices] = {}
        self.whole: dict[Choice, Person] = {}
        self.links: dict[tuple[LegKey, ChoiceKind], Choice] = {}
        self.asked: dict[LegKey, bool] = {}  # sales with points, and whether a message of its own asked for them
        self.proofs: set[Choice] = set()

    def open(self) -> None:
        self.vault = VaultFile(self.path, KEY)
        self.persons = PersonFile(self.vault, self.vault.enter, lambda: TODAY)

    def teardown(self) -> None:
        self.vault.close()
        if self.path.exists():
            assert content(self.path).links == self.links
            assert {file.name for file in self.path.parent.iterdir()} <= {"vault.db", "erasures", OWED} | BESIDE
        shutil.rmtree(self.path.parent.parent)

    # ---- sales ----

    @rule(target=legs)
    def leg(self) -> LegKey:
        return LegKey.fresh()

    @rule(leg=legs, chosen=choices)
    def hold(self, leg: LegKey, chosen: Choices) -> None:
        self.vault.hold(leg, chosen, RULE)
        self.held[leg] = chosen

    @rule(leg=legs)
    def keep(self, leg: LegKey) -> None:
        self.vault.keep(leg, PAID)
        for choice, given in self.held.pop(leg, ()):
            self.buy(leg, choice, given)
            if isinstance(choice, Chouchous):
                self.asked.setdefault(leg, False)

    def buy(self, leg: LegKey, choice: Choice, given: Consent) -> None:
        after = chosen(self.whole.get(choice), choice, given)
        if isinstance(choice, HomeDelivery) and after.keep_until is None:
            after = replace(after, keep_until=given.day + timedelta(days=30))
        self.whole[choice] = after
        if self.links.get((leg, kind_of(choice)), choice) != choice:
            self.asked.pop(leg, None)
        self.links[leg, kind_of(choice)] = choice

    @rule(leg=legs)
    def drop(self, leg: LegKey) -> None:
        self.vault.drop(leg)
        self.held.pop(leg, None)

    @rule(leg=legs, pair=member)
    def award(self, leg: LegKey, pair: tuple[Chouchous, Consent]) -> None:
        given = self.vault.award(leg, *pair, Earned.of(RULE, PAID, PAID, b"asked" * 3 + b"!"))
        linked = self.links.get((leg, ChoiceKind.CHOUCHOUS), pair[0]) == pair[0]
        if leg in self.asked:
            assert isinstance(given, Earned) is self.asked[leg]
        elif not linked or any(isinstance(choice, Chouchous) for choice, _ in self.held.get(leg, ())):
            assert given is PointsFault.COUNTED
        else:
            assert isinstance(given, Earned)
            self.buy(leg, *pair)
            self.asked[leg] = True

    # ---- persons ----

    def change(self, choice: Choice, how: Change) -> None:
        """By the vault and by the domain alone: the same, but for the name that the vault draws."""
        expected, told = how(self.whole.get(choice)), self.persons.change(choice, how)
        if isinstance(told, Person):
            assert told == self.persons.person(choice)
            told = replace(told, id=bytes(32))
        assert told == expected
        if isinstance(expected, Person):
            self.whole[choice] = expected

    @rule(who=st.sampled_from(("A-1", "A-2")), city=cities, version=versions)
    def enrol(self, who: str, city: str, version: str) -> None:
        given = Enrolment(Chouchous(who), given_details(city=city), consent(version=version))
        self.change(given.choice, lambda person: enrolled(person, given, TODAY))

    @rule(where=st.sampled_from(("A-1", "WEB/2")), city=cities, days=st.integers(0, 90))
    def deliver(self, where: str, city: str, days: int) -> None:
        until = TODAY + timedelta(days=days)
        given = Delivery(HomeDelivery(where), given_details(city=city), consent(Purpose.DELIVERY), until)
        self.change(given.choice, lambda person: delivered(person, given, TODAY))

    @rule(who=someone, city=st.none() | cities)
    def rectify(self, who: Choice, city: str | None) -> None:
        self.change(who, lambda person: rectified(person, {Field.CITY: city}, TODAY))

    @rule(who=someone, purpose=st.sampled_from((Purpose.PROGRAMME, Purpose.DELIVERY)))
    def withdraw(self, who: Choice, purpose: Purpose) -> None:
        self.change(who, lambda person: withdrawn(person, {purpose}, Channel.TILL, TODAY))

    @rule(who=someone)
    def ask(self, who: Choice) -> None:
        self.change(who, lambda person: received(person, Right.ACCESS, TODAY, TODAY))

    @rule(who=someone)
    def refuse_a_change(self, who: Choice) -> None:
        self.change(who, lambda _: PersonFault.NOT_ALLOWED)

    @rule(who=someone)
    def erase(self, who: Choice) -> None:
        person = self.persons.erase(who)
        assert (person is not None) is (who in self.whole)
        self.entered += [] if person is None else [person]
        assert list(Ledger(self.path.parent).entries().persons) == self.entered
        self.gone({who})

    @rule()
    def renew(self) -> None:
        """Under a new key it is the same vault."""
        if self.path.exists():
            owe(self.path.parent)
            assert renewed(self.vault) is Progress.DONE

    @rule(who=st.sets(someone, min_size=1))
    def forget(self, who: set[Choice]) -> None:
        there = who & set(self.whole)
        found = [self.persons.person(choice) for choice in sorted(there, key=repr)]
        assert self.persons.forget(tuple(person.id for person in found if person is not None), always) == len(there)
        self.gone(there)

    def gone(self, who: set[Choice]) -> None:
        self.proofs |= who & set(self.whole)
        self.whole = {choice: person for choice, person in self.whole.items() if choice not in who}
        for (leg, kind), choice in list(self.links.items()):
            if choice in who:
                del self.links[leg, kind]
                if kind is ChoiceKind.CHOUCHOUS:
                    self.asked.pop(leg, None)
        left = {leg: tuple(each for each in held if each[0] not in who) for leg, held in self.held.items()}
        self.held = {leg: held for leg, held in left.items() if held}

    # ---- and in between ----

    @rule()
    def rest(self) -> None:
        self.persons.rest()
        self.vault.rest()

    @rule()
    def restart(self) -> None:
        self.vault.close()
        self.open()

    @rule(leg=legs)
    def look(self, leg: LegKey) -> None:
        held = {kind_of(choice) for choice, _ in self.held.get(leg, ())}
        kept = {kind for linked, kind in self.links if linked == leg}
        assert self.vault.known(leg) == known(self.path, KEY, leg) == held | kept
        assert (self.vault.earned(leg) is not None) is (leg in self.asked)

    @rule()
    def look_at_all(self) -> None:
        if self.path.exists():
            there = content(self.path)
            assert there.held == self.held
            assert {choice: replace(person, id=bytes(32)) for choice, person in there.whole.items()} == self.whole
            assert there.links == self.links
            assert there.proofs == len(self.proofs)
            assert set(self.persons.page(b"", 100)) == set(there.whole.values())

    @rule(who=someone)
    def look_at_somebody(self, who: Choice) -> None:
        person = self.persons.person(who)
        assert (person is not None) is (who in self.whole)
        assert (self.persons.proof(who) is not None) is (who in self.proofs)
        if person is not None:
            theirs = {leg for (leg, _), choice in self.links.items() if choice == who}
            sales = self.persons.sales_of(person.id)
            assert {sale.key for sale in sales} == theirs
            assert all((sale.earned is not None) is (sale.key in self.asked) for sale in sales if sale.earned)

    @invariant()
    def held_is_what_was_held(self) -> None:
        assert set(self.vault.held()) == set(self.held)


Life.TestCase.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
