"""What becomes of a person: each change is what was asked for, once, and nothing besides."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.details import NO_DETAILS, Field, UnfitDetailError
from pos_bridge.domain.identity import Channel, Choice, Consent, ConsentEnd, GivenBy, Purpose, kind_of
from pos_bridge.domain.person import Month, Person, PersonFault, Refusal, Right, RightRequest, Whose
from pos_bridge.domain.person_change import (
    MAX_HISTORY,
    MAX_REQUESTS,
    Change,
    answered,
    chosen,
    consented,
    delivered,
    enrolled,
    received,
    rectified,
    refused,
    withdrawn,
)
from pos_bridge.domain.purposes import TAKES
from tests.domain.people import (
    DOOR,
    MEMBER,
    ORDER,
    TODAY,
    ZOE,
    agreed,
    days,
    delivery,
    enrolment,
    happenings,
    purposes,
)

PROGRAMME, OFFERS, CONTACT, DELIVERY = Purpose.PROGRAMME, Purpose.OFFERS, Purpose.CONTACT, Purpose.DELIVERY
PARENT = GivenBy.PARENT
NEXT_YEAR = Month(2027, 11)


def there(changed: Person | PersonFault) -> Person:
    assert isinstance(changed, Person)
    return changed


def zoe(*purposes: Purpose, **given: Any) -> Person:
    return there(enrolled(None, enrolment(*purposes, **given), TODAY))


# ---- enrolment ----


def test_all_that_is_agreed_to_at_once_or_nothing():
    offers, contact = agreed(OFFERS, text="offers-2"), agreed(CONTACT, text="members-3")
    asked = replace(enrolment(PROGRAMME), more=(offers, contact))
    member = there(enrolled(None, asked, TODAY))
    assert member.history == (asked.consent, offers, contact)
    assert there(enrolled(member, asked, TODAY)) == member
    unserved = replace(asked, more=(offers, agreed(DELIVERY)))
    assert enrolled(None, unserved, TODAY) is PersonFault.NOT_FOR_PURPOSE
    order = replace(delivery(), more=(agreed(CONTACT, text="delivery-1"),))
    assert there(delivered(None, order, TODAY)).in_force(TODAY) == {DELIVERY, CONTACT}
    assert delivered(None, replace(order, more=(offers,)), TODAY) is PersonFault.NOT_FOR_PURPOSE


def test_a_member_is_enrolled():
    member = zoe(PROGRAMME, OFFERS)
    assert (member.choice, member.details, member.active) == (MEMBER, ZOE, Month(2026, 11))
    assert member.in_force(TODAY) == {PROGRAMME, OFFERS}
    assert (member.keep_until, member.child_until, member.requests) == (None, None, ())


def test_enrolled_again():
    member = zoe(PROGRAMME)
    assert enrolled(member, enrolment(PROGRAMME), TODAY) == member
    assert enrolled(member, enrolment(PROGRAMME, given=NO_DETAILS), TODAY) == member
    other = enrolment(PROGRAMME, given=ZOE.changed({Field.CITY: "Laval"}))
    assert enrolled(member, other, TODAY) is PersonFault.EXISTS
    more = there(enrolled(member, enrolment(PROGRAMME, OFFERS), TODAY))
    assert more.in_force(TODAY) == {PROGRAMME, OFFERS}


def test_a_member_known_by_purchases_alone_is_enrolled():
    bought = chosen(None, MEMBER, agreed(text="till-1"))
    member = there(enrolled(bought, enrolment(PROGRAMME, OFFERS), TODAY))
    assert member.details == ZOE
    assert len(member.history) == 2
    for _ in range(3):
        member = chosen(there(enrolled(member, enrolment(PROGRAMME, OFFERS), TODAY)), MEMBER, agreed(text="till-1"))
    assert len(member.history) == 2, "each text once, told in turn"


def test_consent_to_the_programme_is_wanted_and_to_deliveries_not_taken():
    assert enrolled(None, enrolment(OFFERS), TODAY) is PersonFault.NO_CONSENT
    assert enrolled(None, enrolment(PROGRAMME, DELIVERY), TODAY) is PersonFault.NOT_FOR_PURPOSE


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


# ---- deliveries ----


def test_a_delivery():
    order = there(delivered(None, delivery(DELIVERY, Purpose.ORDER_TRACKING), TODAY))
    assert (order.details, order.whose, order.keep_until) == (DOOR, Whose.OWN, date(2026, 12, 23))
    assert order.in_force(TODAY) == {DELIVERY, Purpose.ORDER_TRACKING}
    assert delivered(order, delivery(), TODAY) == order
    later = there(delivered(order, delivery(until=date(2027, 1, 5)), TODAY))
    assert later.keep_until == date(2027, 1, 5)
    assert there(delivered(later, delivery(), TODAY)).keep_until == date(2027, 1, 5)
    assert delivered(order, delivery(given=DOOR.changed({Field.CITY: "Laval"})), TODAY) is PersonFault.EXISTS
    assert delivered(order, delivery(whose=Whose.RECIPIENT), TODAY) is PersonFault.EXISTS


def test_a_delivery_of_an_order_that_was_paid():
    paid = chosen(None, ORDER, agreed(DELIVERY, text="delivery-1"))
    gift = there(delivered(paid, delivery(whose=Whose.RECIPIENT), TODAY))
    assert gift.whose is Whose.RECIPIENT
    assert gift.history == paid.history


@pytest.mark.parametrize("field", sorted(set(Field) - DOOR.fields - {Field.PROVINCE, Field.COUNTRY}, key=str))
def test_a_delivery_takes_no_more_than_it_needs(field):
    given = DOOR.changed({field: ZOE.get(field)})
    assert delivered(None, delivery(given=given), TODAY) is PersonFault.UNFIT
    order = there(delivered(None, delivery(), TODAY))
    assert rectified(order, {field: ZOE.get(field)}, TODAY) is PersonFault.UNFIT


def test_deliveries_that_cannot_be():
    assert delivered(None, delivery(Purpose.ORDER_TRACKING), TODAY) is PersonFault.NO_CONSENT
    assert delivered(None, delivery(DELIVERY, OFFERS), TODAY) is PersonFault.NOT_FOR_PURPOSE
    assert delivered(None, delivery(until=TODAY - timedelta(days=1)), TODAY) is PersonFault.UNFIT


# ---- rights ----


def test_nobody_has_nothing_changed():
    for changed in (
        consented(None, agreed(), TODAY),
        rectified(None, {}, TODAY),
        withdrawn(None, [OFFERS], Channel.TILL, TODAY),
        received(None, Right.ACCESS, TODAY, TODAY),
        refused(None, Right.ACCESS, Refusal.LAW, TODAY),
        answered(None, Right.ACCESS, TODAY),
    ):
        assert changed is PersonFault.UNKNOWN


def test_rectifying():
    asked = there(received(zoe(), Right.RECTIFY, TODAY, TODAY))
    later = date(2027, 1, 2)
    member = there(rectified(asked, {Field.CITY: " Laval ", Field.EMAIL: None}, later))
    assert member.details == ZOE.changed({Field.CITY: "Laval", Field.EMAIL: None})
    assert member.active == Month(2027, 1)
    assert member.requests == (RightRequest(Right.RECTIFY, TODAY, later),)
    with pytest.raises(UnfitDetailError):
        rectified(member, {Field.CITY: "Laval\u200b"}, later)


def test_withdrawing_one_purpose_leaves_the_others():
    member = there(received(zoe(PROGRAMME, OFFERS, CONTACT), Right.WITHDRAW, TODAY, TODAY))
    less = there(withdrawn(member, [OFFERS, Purpose.RETURN_TRACKING], Channel.WEB, TODAY))
    assert less.in_force(TODAY) == {PROGRAMME, CONTACT}
    assert less.history == (*member.history, ConsentEnd(OFFERS, TODAY, Channel.WEB))
    assert less.details == member.details
    assert less.requests == (RightRequest(Right.WITHDRAW, TODAY, TODAY),)
    assert there(withdrawn(less, [OFFERS], Channel.TILL, TODAY)) == less
    again = there(consented(less, agreed(OFFERS), TODAY))
    assert again.in_force(TODAY) == {PROGRAMME, OFFERS, CONTACT}


def test_a_number_given_after_a_withdrawal_is_a_new_choice():
    gone = there(withdrawn(zoe(), [PROGRAMME], Channel.WEB, TODAY))
    assert chosen(gone, MEMBER, agreed()).in_force(TODAY) == {PROGRAMME}


def test_requests():
    came, later = date(2026, 11, 1), date(2026, 12, 24)
    asked = there(received(zoe(), Right.ACCESS, came, TODAY))
    assert asked.requests == (RightRequest(Right.ACCESS, came),)
    assert received(asked, Right.ACCESS, TODAY, TODAY) == asked, "it is open"
    assert received(asked, Right.ERASE, TODAY + timedelta(days=1), TODAY) is PersonFault.UNFIT
    for slip in (date.min, date(2006, 11, 23), TODAY - timedelta(days=367)):  # of the hand: another day would be kept
        assert received(asked, Right.ERASE, slip, TODAY) is PersonFault.UNFIT
    done = there(answered(asked, Right.ACCESS, TODAY))
    assert done.requests == (RightRequest(Right.ACCESS, came, TODAY),)
    assert received(done, Right.ACCESS, came, TODAY) == done, "a message that came twice"
    assert len(there(received(done, Right.ACCESS, later, later)).requests) == 2
    no = there(refused(asked, Right.ACCESS, Refusal.NOT_VERIFIED, TODAY))
    assert no.requests == (RightRequest(Right.ACCESS, came, TODAY, Refusal.NOT_VERIFIED),)
    assert refused(no, Right.ACCESS, Refusal.NOT_VERIFIED, TODAY) == no
    at_once = there(refused(zoe(), Right.ERASE, Refusal.LAW, TODAY))
    assert at_once.requests == (RightRequest(Right.ERASE, TODAY, TODAY, Refusal.LAW),)


def test_histories_have_an_end_and_say_the_same_without_their_oldest():
    member = zoe(PROGRAMME, OFFERS)
    for _ in range(MAX_HISTORY):
        member = there(withdrawn(member, [OFFERS], Channel.WEB, TODAY))
        member = chosen(member, MEMBER, agreed(OFFERS, text="offers-1"))
    assert len(member.history) == MAX_HISTORY
    assert member.in_force(TODAY) == {PROGRAMME, OFFERS}
    assert there(withdrawn(member, [OFFERS], Channel.WEB, TODAY)).in_force(TODAY) == {PROGRAMME}
    for day in range(2 * MAX_REQUESTS):
        when = TODAY + timedelta(days=day)
        member = there(answered(received(member, Right.ACCESS, when, when), Right.ACCESS, when))  # type: ignore[arg-type]  # a person
    assert len(member.requests) == MAX_REQUESTS


# ---- of whatever happens ----


def stories(choice: Choice) -> st.SearchStrategy[list[tuple[str, Change]]]:
    return st.lists(happenings(choice), max_size=8)


def tell(story: list[tuple[str, Change]]) -> Person | None:
    person: Person | None = None
    for _, change in story:
        changed = change(person)
        person = person if isinstance(changed, PersonFault) else changed
    return person


SEVERAL = st.one_of(
    st.tuples(stories(MEMBER), happenings(MEMBER)),
    st.tuples(stories(ORDER), happenings(ORDER)),
)


@given(SEVERAL)
def test_asked_twice_is_asked_once(told):
    story, (_, change) = told
    once = change(tell(story))
    if isinstance(once, Person):
        assert change(once) == once


@given(SEVERAL)
def test_what_happened_stays(told):
    story, (name, change) = told
    before = tell(story)
    after = change(before)
    if before is None or isinstance(after, PersonFault):
        return
    assert (after.id, after.choice) == (before.id, before.choice)
    assert after.history[: len(before.history)] == before.history
    assert after.active >= before.active
    assert len(after.requests) >= len(before.requests)
    for was, now in zip(before.requests, after.requests, strict=False):
        assert (now.right, now.received) == (was.right, was.received)
        assert was.open or now == was, "what was answered is answered"
    assert name in {"enrolled", "delivered", "rectified"} or after.details == before.details
    assert before.keep_until is None or (after.keep_until or date.min) >= before.keep_until
    assert name in {"enrolled", "consented"} or after.child_until == before.child_until
    assert name in {"enrolled", "delivered", "consented", "chosen"} or consented_to(after) <= consented_to(before)


def consented_to(person: Person) -> set[Consent]:
    return {entry for entry in person.history if isinstance(entry, Consent)}


@given(SEVERAL)
def test_nobody_has_what_their_choice_does_not_take(told):
    story, last = told
    person = tell([*story, last])
    if person is None:
        return
    assert person.details.fields <= TAKES[kind_of(person.choice)]
    assert sum(request.open for request in person.requests if request.right is Right.ACCESS) <= 1


@given(SEVERAL, purposes, days)
def test_withdrawing_touches_that_purpose_alone(told, purpose, today):
    story, last = told
    before = tell([*story, last])
    if before is None:
        return
    after = there(withdrawn(before, [purpose], Channel.TILL, today))
    assert after.standing == {kept: by for kept, by in before.standing.items() if kept is not purpose}
    assert after.in_force(today) == before.in_force(today) - {purpose}
    assert (after.details, after.whose, after.child_until) == (before.details, before.whose, before.child_until)


@given(stories(MEMBER), days)
def test_a_child_is_never_of_age_by_a_till_or_a_parent(story, today):
    """Only their own consent at 14 or later, told by somebody who asked them, ends that they are a child."""
    child = there(enrolled(None, enrolment(by=PARENT, until=Month(2033, 1)), TODAY))
    person: Person = child
    for _, change in story:
        changed = change(person)
        person = person if isinstance(changed, PersonFault) else changed
    assert person.child_until == Month(2033, 1), "nothing of this was at 14"
    assert person.in_force(date(2033, 2, 1)) == set()
