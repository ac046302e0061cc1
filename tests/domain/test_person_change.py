"""What becomes of a person: each change is what was asked for, once, and nothing besides."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_bridge.domain.details import NO_DETAILS, Field, UnfitDetailError
from pos_bridge.domain.identity import Channel, ConsentEnd, Purpose
from pos_bridge.domain.person import Month, PersonFault, Refusal, Right, RightRequest, Whose
from pos_bridge.domain.person_change import (
    MAX_HISTORY,
    MAX_REQUESTS,
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
from tests.domain.people import (
    CONTACT,
    DELIVERY,
    DOOR,
    MEMBER,
    OFFERS,
    ORDER,
    PROGRAMME,
    TODAY,
    ZOE,
    agreed,
    delivery,
    enrolment,
    there,
    zoe,
)

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
