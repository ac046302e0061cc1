"""Erased: the person, their links, points and what is held of theirs are gone in one step, and nothing of others is."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from pos_bridge.domain.identity import (
    Channel,
    Chouchous,
    ConsentEnd,
    HomeDelivery,
    Purpose,
    VaultFault,
    VaultUnusableError,
)
from pos_bridge.domain.identity import ChoiceKind as Kind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Month, Person
from pos_bridge.domain.points import Earned, PointsFault
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.person_file import PersonFile
from tests.identity.failing_disk import fault
from tests.identity.makers import (
    MEMBER,
    ORDER,
    RULE,
    always,
    as_member,
    consent,
    content,
    forge,
    sold,
    stored,
    to_home,
    with_details,
)

WHO, WHERE = Chouchous(MEMBER), HomeDelivery(ORDER)


def test_all_that_is_theirs_goes_and_nothing_of_others(vault, persons, ledger, path):
    mine, both, others = sold(vault, as_member()), sold(vault), sold(vault, as_member("OTHER"), to_home("OTHER"))
    for leg in (mine, others):
        vault.returned(leg, 0, settled=False)
    held = LegKey.fresh()
    vault.hold(held, (as_member("OTHER"),), RULE)
    member = persons.change(WHO, with_details)
    assert persons.erase(WHO) == member.id
    assert ledger.entered == [member.id]
    assert persons.person(WHO) is None
    assert persons.sales_of(member.id) == ()
    assert [vault.known(leg) for leg in (mine, both, others)] == [frozenset(), {Kind.HOME_DELIVERY}, frozenset(Kind)]
    assert [vault.earned(leg) is None for leg in (mine, both, others)] == [True, True, False]
    assert vault.returning() == (others,)
    assert vault.held() == (held,)
    vault.close()
    assert set(content(path).whole) == {WHERE, Chouchous("OTHER"), HomeDelivery("OTHER")}
    assert len(stored(path)["points"]) == 1


def test_of_an_order_the_points_stay_the_members(vault, persons):
    leg = sold(vault)
    vault.returned(leg, 0, settled=False)
    assert persons.erase(WHERE) is not None
    assert vault.known(leg) == {Kind.CHOUCHOUS}
    assert vault.earned(leg) is not None
    assert vault.returning() == (leg,)


def test_nobody_is_erased_without_a_word_in_the_ledger(vault, persons, ledger, path):
    assert persons.erase(WHO) is None
    assert not path.exists()
    sold(vault)
    assert persons.erase(Chouchous("OTHER")) is None
    assert persons.erase(HomeDelivery(MEMBER)) is None
    assert ledger.entered == []
    assert persons.erase(WHO) is not None
    assert persons.erase(WHO) is None
    assert len(ledger.entered) == 1


def test_without_a_ledger_nobody_is_erased(vault):
    sold(vault)
    without = PersonFile(vault)
    with pytest.raises(VaultUnusableError) as caught:
        without.erase(WHO)
    assert caught.value.fault is VaultFault.PROGRAM
    assert without.person(WHO) is not None


def test_a_ledger_that_takes_nothing_deletes_nothing(vault, path):
    sold(vault)
    before = stored(path)

    def full(person: bytes) -> bytes:
        raise OSError(28, "no space")

    with pytest.raises(OSError, match="no space"):
        PersonFile(vault, full).erase(WHO)
    assert stored(path) == before


def test_the_vault_knows_what_the_ledger_was_like(vault, persons, ledger, path):
    sold(vault)
    assert vault._opened().erasures() is None
    persons.erase(WHO)
    persons.erase(WHERE)
    assert len(ledger.entered) == 2
    assert vault._opened().erasures() == Ledger(path.parent).entries().head.raw


# ---- a sale that runs ----


def test_what_a_running_sale_holds_goes_too(vault, persons, path):
    """Chosen before they asked to be forgotten: the sale is paid, and is nobody's."""
    sold(vault)
    running, other = LegKey.fresh(), LegKey.fresh()
    vault.hold(running, (as_member(), to_home()), RULE)
    vault.hold(other, (as_member(),), RULE)
    persons.erase(WHO)
    assert vault.held() == (running,)
    assert vault.earning(running, 10_00) is None
    for leg in (running, other):
        vault.keep(leg, 10_00)
        assert vault.earned(leg) is None
    assert vault.known(running) == {Kind.HOME_DELIVERY}
    assert vault.known(other) == frozenset()
    assert persons.person(WHO) is None


def test_who_is_nobody_yet_is_not_made_somebody_by_a_sale_that_runs(vault, persons, ledger):
    running = LegKey.fresh()
    vault.hold(running, (as_member(),), RULE)
    assert persons.erase(WHO) is None
    assert ledger.entered == []
    vault.keep(running, 10_00)
    assert vault.known(running) == frozenset()
    assert persons.person(WHO) is None


def test_what_is_chosen_afterwards_is_a_new_choice_of_somebody_new(vault, persons):
    before = sold(vault)
    erased = persons.erase(WHO)
    after = sold(vault)
    person = persons.person(WHO)
    assert person.id != erased
    assert person.history == (consent(),)
    assert [sale.key for sale in persons.sales_of(person.id)] == [after]
    assert vault.known(before) == {Kind.HOME_DELIVERY}


def test_a_sale_that_is_nobodys_now_can_be_counted_when_it_is_asked_anew(vault, persons):
    leg = sold(vault, as_member())
    persons.erase(WHO)
    given = vault.award(leg, WHO, consent(), Earned.of(RULE, 12_99, 12_99, b"a" * 16))
    assert not isinstance(given, PointsFault)
    assert len(persons.sales_of(persons.person(WHO).id)) == 1


# ---- what cannot be read ----


def test_one_bad_row_keeps_nobody(vault, persons, path):
    legs = [sold(vault, as_member()) for _ in range(3)]
    vault.hold(LegKey.fresh(), (as_member(),))
    vault.close()
    forge(
        path,
        "UPDATE links SET box = randomblob(length(box)) WHERE name = (SELECT max(name) FROM links)",
        "UPDATE held SET box = randomblob(length(box))",
        "UPDATE persons SET box = randomblob(length(box))",
    )
    assert persons.erase(WHO) is not None
    assert stored(path)["persons"] == []
    assert [vault.earned(leg) for leg in legs if fault(partial(vault.earned, leg)) is None] == [None] * 2
    assert len(stored(path)["links"]) == 1, "nobody's: it cannot be read, and it led to no more than a random name"


def test_another_persons_row_is_not_taken_for_theirs(vault, persons, ledger, path):
    for name in ("M-0", "M-1"):
        sold(vault, as_member(name))
    vault.close()
    forge(
        path,
        "CREATE TEMP TABLE t AS SELECT name, find FROM persons",
        "UPDATE persons SET find = CAST(substr(find, 2) || x'00' AS BLOB)",
        "UPDATE persons SET find = (SELECT find FROM t WHERE name <> persons.name)",
    )
    with pytest.raises(ValueError, match="another person"):
        persons.erase(Chouchous("M-0"))
    assert ledger.entered == []
    assert len(stored(path)["persons"]) == 2


# ---- what is left ----


def test_the_proof_is_of_nobody_and_shown_to_who_gives_the_number_again(vault, persons, path):
    sold(vault)
    end = ConsentEnd(Purpose.OFFERS, date(2027, 1, 5), Channel.WEB)

    def changed(person: Person | None) -> Person:
        known = with_details(person)
        return replace(known, history=(*known.history, consent(Purpose.OFFERS), end))

    persons.change(WHO, changed)
    persons.erase(WHO)
    proof = persons.proof(WHO)
    without_hour = [replace(consent(purpose), hour=0) for purpose in (Purpose.PROGRAMME, Purpose.OFFERS)]
    assert proof.history == (*without_hour, end)
    assert proof.end == Month(2027, 3), "one of them stood until today"
    assert persons.proof(Chouchous("OTHER")) is persons.proof(HomeDelivery(MEMBER)) is None
    sold(vault, as_member(version="2027-04"))
    persons.erase(WHO)
    assert len(persons.proof(WHO).history) == 4, "with what was agreed to before"
    vault.close()
    assert content(path).proofs == 1


def test_who_agreed_to_nothing_leaves_no_proof(vault, persons, path):
    persons.change(WHO, lambda person: Person(bytes(32), WHO, Month(2026, 11)))
    persons.erase(WHO)
    assert persons.proof(WHO) is None
    assert stored(path)["proofs"] == []


def test_proofs_go_five_years_after_their_end(vault, persons, ledger):
    sold(vault)
    end = ConsentEnd(Purpose.PROGRAMME, date(2026, 12, 31), Channel.TILL)
    persons.change(WHO, lambda person: replace(person, history=(*person.history, end)))
    persons.erase(WHO)
    persons.erase(WHERE)
    assert persons.proof(WHO).end == Month(2026, 12), "withdrawn long before they were erased"
    for today, gone, left in ((date(2031, 12, 31), 0, 2), (date(2032, 1, 1), 1, 1), (date(2032, 3, 31), 0, 1)):
        ledger.today = today
        assert persons.forget_proofs() == gone
        assert len([choice for choice in (WHO, WHERE) if persons.proof(choice) is not None]) == left
    ledger.today = date(2032, 4, 1)
    assert (persons.forget_proofs(), persons.proof(WHERE)) == (1, None)


def test_forgotten_is_as_erased_but_for_the_ledger(vault, persons, ledger, path):
    legs = [sold(vault, as_member(f"M-{n}"), to_home(f"W/{n}")) for n in range(4)]
    running = LegKey.fresh()
    vault.hold(running, (to_home("W/1"),))
    names = tuple(persons.person(HomeDelivery(f"W/{n}")).id for n in range(3))
    assert persons.forget((*names, bytes(32)), always) == 3
    assert persons.forget(names, always) == 0
    assert ledger.entered == []
    assert [vault.known(leg) for leg in legs] == [{Kind.CHOUCHOUS}] * 3 + [frozenset(Kind)]
    assert vault.held() == ()
    assert persons.proof(HomeDelivery("W/1")) is not None
    assert vault._opened().erasures() is None


def test_whose_time_is_not_over_any_more_is_not_forgotten(vault, persons):
    """They were found before somebody bought."""
    legs = [sold(vault, as_member(f"M-{n}")) for n in range(2)]
    first, second = (persons.person(Chouchous(f"M-{n}")) for n in range(2))
    assert persons.forget((first.id, second.id), lambda person: person == first) == 1
    assert (persons.person(Chouchous("M-0")), persons.person(Chouchous("M-1"))) == (None, second)
    assert [vault.known(leg) for leg in legs] == [frozenset(), {Kind.CHOUCHOUS}]
