"""Under 14: a parent consents and says until when; at 14 they are asked themselves, and nothing else ends it."""

from datetime import date, timedelta

import pytest

from pos_bridge.domain.details import NO_DETAILS, Field
from pos_bridge.domain.identity import GivenBy
from pos_bridge.domain.person import Month, Person, PersonFault
from pos_bridge.domain.person_change import chosen, consented, enrolled, rectified
from tests.domain.people import (
    CONTACT,
    MEMBER,
    NEXT_YEAR,
    OFFERS,
    PARENT,
    PROGRAMME,
    TODAY,
    ZOE,
    agreed,
    enrolment,
    there,
    zoe,
)


@pytest.mark.parametrize(
    ("by", "until", "fault"),
    [
        (GivenBy.SELF, NEXT_YEAR, PersonFault.NO_PARENT),
        (GivenBy.SELF, Month(2026, 11), PersonFault.NO_PARENT),
        (PARENT, None, PersonFault.UNFIT),
        (PARENT, Month(2026, 11), None),  # may be 13 still
        (PARENT, Month(2026, 10), PersonFault.UNFIT),
        (PARENT, Month(2040, 12), PersonFault.UNFIT),  # more than 14 years ahead
        (PARENT, Month(2040, 11), None),
        (PARENT, Month(2026, 12), None),
    ],
)
def test_under_14_a_parent_consents_and_says_until_when(by, until, fault):
    enrolling = enrolled(None, enrolment(PROGRAMME, by=by, until=until), TODAY)
    if fault is None:
        assert there(enrolling).child_until == until
    else:
        assert enrolling is fault


def test_a_child_is_asked_at_14():
    child = zoe(PROGRAMME, OFFERS, by=PARENT, until=NEXT_YEAR)
    fourteen = date(2027, 12, 1)  # surely: on the first of November they may be 13
    before = fourteen - timedelta(days=1)
    assert enrolled(child, enrolment(PROGRAMME), TODAY) is PersonFault.NO_PARENT
    assert consented(child, agreed(), before) is PersonFault.NO_PARENT
    assert chosen(child, MEMBER, agreed(day=fourteen)).in_force(fourteen) == set(), "a number at a till is no answer"
    assert consented(child, agreed(by=PARENT), fourteen) is PersonFault.UNFIT
    for asked in (consented(child, agreed(), fourteen), enrolled(child, enrolment(given=NO_DETAILS), fourteen)):
        own = there(asked)
        assert own.in_force(fourteen) == {PROGRAMME}
        assert own.child_until is None
        assert own.history[:1] == child.history
    more = there(consented(child, agreed(CONTACT, by=PARENT), before))
    assert more.in_force(before) == {PROGRAMME, OFFERS, CONTACT}


def test_what_a_child_agreed_to_alone_ends_where_a_parent_speaks():
    """A number at a till, before anybody said that it is a child's."""
    alone = there(enrolled(chosen(None, MEMBER, agreed()), enrolment(PROGRAMME, OFFERS, given=NO_DETAILS), TODAY))
    assert alone.in_force(TODAY) == {PROGRAMME, OFFERS}
    child = there(enrolled(alone, enrolment(PROGRAMME, by=PARENT, until=NEXT_YEAR), TODAY))
    assert child.in_force(TODAY) == {PROGRAMME}
    fourteen = date(2027, 12, 1)
    assert child.in_force(fourteen) == set()
    assert there(consented(child, agreed(), fourteen)).in_force(fourteen) == {PROGRAMME}, "nor does it come back"
    assert enrolled(child, enrolment(PROGRAMME, by=PARENT, until=NEXT_YEAR), TODAY) == child


def test_a_parent_cannot_make_a_child_of_a_member():
    member = zoe()
    assert enrolled(member, enrolment(by=PARENT, until=NEXT_YEAR), TODAY) is PersonFault.EXISTS
    child = zoe(by=PARENT, until=NEXT_YEAR)
    assert enrolled(child, enrolment(by=PARENT, until=Month(2030, 1)), TODAY) is PersonFault.EXISTS
    assert consented(member, agreed(by=PARENT), TODAY) is PersonFault.UNFIT


@pytest.mark.parametrize(
    ("month", "fits"), [("2026-11", True), ("2026-12", False), ("2008-11", True), ("2008-10", False)]
)
def test_a_childs_month_is_of_a_child(month, fits):
    given = ZOE.changed({Field.CHILD_MONTH: month})
    assert isinstance(enrolled(None, enrolment(given=given), TODAY), Person) is fits
    assert isinstance(rectified(zoe(), {Field.CHILD_MONTH: month}, TODAY), Person) is fits
    later = date(2030, 1, 1)
    assert isinstance(rectified(zoe(), {Field.CITY: "Laval"}, later.replace(year=2048)), Person), (
        "it stood there before"
    )
