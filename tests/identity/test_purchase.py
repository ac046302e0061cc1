"""A purchase changes of a record what it must: nothing mostly, or the month, a new consent, an order's last day."""

from dataclasses import replace
from datetime import date, timedelta

from pos_bridge.domain.identity import Channel, Chouchous, Consent, ConsentEnd, GivenBy, HomeDelivery, Purpose
from pos_bridge.domain.person import Month, Person
from pos_bridge.identity import purchase
from pos_bridge.identity.person_record import decode_person, encode_person
from tests.identity.makers import consent

NAME = bytes(range(32))
MEMBER = Person(NAME, Chouchous("1"), Month(2026, 11), (consent(),))
AGREED = consent(Purpose.DELIVERY)
ORDER = Person(NAME, HomeDelivery("1"), Month(2026, 11), (AGREED,), keep_until=date(2026, 12, 23))


def bought(person: Person, given: Consent, window_days: int = 30) -> Person | None:
    return purchase.bought(person, person.choice, given, window_days)


def later(days: int, given: Consent | None = None) -> Consent:
    given = given or consent()
    return replace(given, day=given.day + timedelta(days=days))


def test_a_purchase_in_the_same_month_changes_nothing():
    assert bought(MEMBER, later(5)) is MEMBER
    assert bought(MEMBER, later(-60)) is MEMBER, "nor does a clock that went back"


def test_a_purchase_in_another_month_is_noted_to_the_month():
    assert bought(MEMBER, later(30)) == replace(MEMBER, active=Month(2026, 12))


def test_another_text_or_another_purpose_is_another_consent():
    for other in (consent(version="2027-01"), consent(Purpose.OFFERS)):
        assert bought(MEMBER, other) == replace(MEMBER, history=(consent(), other))


def test_what_was_withdrawn_is_a_new_consent_when_it_is_chosen_again():
    end = ConsentEnd(Purpose.PROGRAMME, date(2026, 11, 24), Channel.WEB)
    again = bought(replace(MEMBER, history=(consent(), end)), later(2))
    assert again is not None
    assert again.history == (consent(), end, later(2))
    assert bought(again, later(3)) is again
    other = replace(MEMBER, history=(consent(), replace(end, purpose=Purpose.OFFERS)))
    assert bought(other, later(3)) is other, "another purpose was"


def test_an_orders_data_stays_for_the_return_window_from_its_first_payment():
    assert purchase.bought(None, HomeDelivery("1"), AGREED, 30) == replace(ORDER, id=bytes(32))
    assert bought(ORDER, later(3, AGREED)) is ORDER
    over = bought(ORDER, later(31, AGREED), 14)
    assert over is not None
    assert over.keep_until == date(2027, 1, 7), "bought again once it was over"
    assert bought(replace(ORDER, keep_until=None), AGREED, 45) == replace(ORDER, keep_until=date(2027, 1, 7))
    told = replace(ORDER, keep_until=date(2027, 6, 1))
    assert bought(told, AGREED) is told, "a day that was told is not shortened"
    member = purchase.bought(None, Chouchous("1"), consent(), 30)
    assert member is not None
    assert member.keep_until is None


def test_a_child_buys_under_what_a_parent_agreed_to():
    parents = replace(consent(), by=GivenBy.PARENT)
    child = replace(MEMBER, history=(parents,), child_until=Month(2027, 6))
    assert bought(child, consent()) is child
    assert bought(child, later(30)) == replace(child, active=Month(2026, 12))
    assert bought(child, consent(Purpose.OFFERS)) is None, "the parent did not agree to those"
    end = ConsentEnd(Purpose.PROGRAMME, date(2026, 11, 24), Channel.WEB)
    assert bought(replace(child, history=(parents, end)), later(2)) is None
    assert bought(child, later(220)) is None, "at 14 they are asked themself first"


def test_a_clock_that_is_wrong_stops_no_sale():
    for day in (date.min, date.max):
        person = purchase.bought(None, HomeDelivery("1"), replace(AGREED, day=day), 30)
        assert person is not None
        found = decode_person(encode_person(person), person.id)
        assert found == person
        assert bought(found, AGREED) is not None
