"""Persons on real SQLite: found by what they gave, changed whole or not at all, and listed."""

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag

from pos_bridge.domain.details import Details
from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery, Purpose
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Month, Person, PersonFault
from pos_bridge.domain.points import PointsRule
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, MEMBER, always, as_member, consent, forge, given_details, shapes, stored, to_home
from tests.identity.search import finds
from tests.identity.test_residue import everything, windows

WHO = Chouchous(MEMBER)
NOBODY = bytes(32)
NOW = Month(2026, 11)


def enrolled(choice: Chouchous | HomeDelivery = WHO, month: Month = NOW) -> Person:
    return Person(NOBODY, choice, month, (consent(),), given_details())


def test_without_a_vault_there_is_nobody_and_none_is_made(persons, path):
    assert persons.person(WHO) is None
    assert persons.sales_of(NOBODY) == persons.page(b"", 5) == ()
    assert persons.proof(WHO) is None
    assert (persons.forget((NOBODY,), always), persons.forget_proofs()) == (0, 0)
    assert persons.change(WHO, lambda person: PersonFault.UNKNOWN) is PersonFault.UNKNOWN
    assert not path.parent.exists()


def test_who_enrols_is_found_by_their_number_alone(persons):
    told = persons.change(WHO, lambda person: enrolled())
    assert isinstance(told, Person)
    assert told == replace(enrolled(), id=told.id)
    assert told.id != NOBODY, "the vault's to draw"
    assert persons.person(WHO) == told
    assert persons.person(Chouchous("OTHER")) is None
    assert persons.person(HomeDelivery(MEMBER)) is None, "two choices are two persons"


def test_a_change_sees_what_is_there_and_keeps_the_id(persons, vault):
    first = persons.change(WHO, lambda person: enrolled())
    seen = []

    def rectified(person: Person | None) -> Person:
        assert person is not None
        seen.append(person)
        return replace(person, id=NOBODY, details=given_details(city="Québec"))

    told = persons.change(WHO, rectified)
    assert seen == [first]
    assert told == replace(first, details=given_details(city="Québec"))
    vault.close()
    assert persons.person(WHO) == told


def test_a_fault_or_no_change_writes_nothing(persons, path):
    first = persons.change(WHO, lambda person: enrolled())
    before = stored(path)
    assert persons.change(WHO, lambda person: PersonFault.EXISTS) is PersonFault.EXISTS
    assert persons.change(WHO, lambda person: person) == first
    assert persons.change(Chouchous("OTHER"), lambda person: PersonFault.UNKNOWN) is PersonFault.UNKNOWN
    assert stored(path) == before


@pytest.mark.parametrize("there", [False, True])
def test_a_change_that_is_none_is_a_fault_of_this_program(persons, path, there):
    if there:
        persons.change(WHO, lambda person: enrolled())

    def raises(person):
        raise ValueError(MEMBER)

    for how in (raises, lambda person: enrolled(Chouchous("OTHER"))):
        with pytest.raises(RuntimeError) as caught:
            persons.change(WHO, how)
        assert MEMBER not in str(caught.value)
        assert caught.value.__cause__ is None
    assert (persons.person(WHO) is not None) is there


def test_more_than_fits_is_refused_before_anything_is_written(persons, path):
    persons.change(WHO, lambda person: enrolled())
    before = stored(path)
    for choice in (WHO, Chouchous("OTHER")):
        with pytest.raises(ValueError, match="room"):
            persons.change(choice, lambda person, choice=choice: replace(enrolled(choice), details=too_much()))
    assert stored(path) == before


def too_much() -> Details:
    return given_details(street="x" * 9000)


def test_nobody_can_tell_who_gave_an_address(persons, path, vault):
    persons.change(WHO, lambda person: enrolled())
    vault.hold(LegKey.fresh(), (as_member("OTHER"),))
    vault.keep(vault.held()[0])
    assert len(set(shapes(path)["persons"])) == 1
    assert list(finds(path.parent, MEMBER, *(text for _, text in given_details().given))) == []


def test_what_was_rectified_goes_with_the_log(persons, vault, path):
    persons.change(WHO, lambda person: enrolled())
    vault.rest()
    ((_, _, _, before),) = stored(path)["persons"]
    persons.change(WHO, lambda person: replace(person, details=given_details(city="Québec")))
    vault.rest()
    assert not any(piece in everything(path.parent) for piece in windows(before))


def test_a_purchase_is_added_to_who_is_there(persons, vault):
    first = persons.change(WHO, lambda person: enrolled(month=Month(2026, 9)))
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(), to_home()), PointsRule("2026-11", 1, 100))
    vault.keep(leg, 12_99)
    assert persons.person(WHO) == replace(first, active=Month(2026, 11))
    (sale,) = persons.sales_of(first.id)
    assert (sale.key, sale.kind, sale.earned.points) == (leg, ChoiceKind.CHOUCHOUS, 12)
    order = persons.person(to_home()[0])
    (sale,) = persons.sales_of(order.id)
    assert (sale.key, sale.kind, sale.earned) == (leg, ChoiceKind.HOME_DELIVERY, None)


def test_the_return_window_is_the_shops(path):
    vault = VaultFile(path, KEY, 45)
    leg = LegKey.fresh()
    vault.hold(leg, (to_home(),))
    vault.keep(leg)
    order = PersonFile(vault).person(to_home()[0])
    assert order is not None
    assert order.keep_until is not None
    assert (order.keep_until - consent(Purpose.DELIVERY).day).days == 45
    vault.close()


def test_sales_are_in_the_order_of_their_random_keys(persons, vault):
    legs = [LegKey.fresh() for _ in range(9)]
    for number, leg in enumerate(legs):
        vault.hold(leg, (as_member("OTHER" if number % 3 == 0 else MEMBER),))
        vault.keep(leg)
    person = persons.person(WHO)
    theirs = sorted((leg for number, leg in enumerate(legs) if number % 3), key=lambda leg: leg.raw)
    assert [sale.key for sale in persons.sales_of(person.id)] == theirs


def test_pages_tell_everybody_once(persons):
    everybody = {
        persons.change(Chouchous(f"M-{n}"), lambda person, n=n: enrolled(Chouchous(f"M-{n}"))) for n in range(11)
    }
    pages, after = [], b""
    while page := persons.page(after, 4):
        pages.append(page)
        after = page[-1].id
    assert [len(page) for page in pages] == [4, 4, 3]
    assert {person for page in pages for person in page} == everybody


def test_one_bad_record_stands_in_nobodys_way(persons, vault, path):
    names = sorted(
        persons.change(Chouchous(f"M-{n}"), lambda person, n=n: enrolled(Chouchous(f"M-{n}"))).id for n in range(4)
    )
    vault.close()
    for bad in (names[1], names[3]):
        forge(path, f"UPDATE persons SET wrapped = randomblob(60) WHERE name = x'{bad.hex()}'")
    assert [person.id for person in persons.page(b"", 2)] == [names[0], names[2]]
    with pytest.raises(InvalidTag):
        persons.page(names[2], 2)


def test_sales_are_told_whole_or_not_at_all(persons, vault, path):
    for _ in range(3):
        leg = LegKey.fresh()
        vault.hold(leg, (as_member(),))
        vault.keep(leg)
    person = persons.person(WHO)
    vault.close()
    forge(path, "UPDATE links SET box = randomblob(length(box)) WHERE name = (SELECT max(name) FROM links)")
    with pytest.raises(InvalidTag):
        persons.sales_of(person.id)
