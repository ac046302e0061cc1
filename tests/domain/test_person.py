"""What is in force for a person today: their history, replayed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.identity import Channel, Consent, ConsentEnd, GivenBy, Purpose
from pos_bridge.domain.person import Month, Person, Refusal, Right, RightRequest
from tests.domain.people import MEMBER, TODAY, agreed, consents, days, months, purposes

ID = bytes(32)
PROGRAMME, OFFERS = Purpose.PROGRAMME, Purpose.OFFERS


def person(*history: Consent | ConsentEnd, child_until: Month | None = None) -> Person:
    return Person(ID, MEMBER, Month.of(TODAY), tuple(history), child_until=child_until)


def end(purpose: Purpose) -> ConsentEnd:
    return ConsentEnd(purpose, TODAY, Channel.WEB)


def test_nothing_is_in_force_without_consent():
    assert person().in_force(TODAY) == set()


def test_consent_withdrawal_and_consent_again():
    there = person(agreed(PROGRAMME, OFFERS))
    assert there.in_force(TODAY) == {PROGRAMME, OFFERS}
    there = replace(there, history=(*there.history, end(OFFERS)))
    assert there.in_force(TODAY) == {PROGRAMME}
    there = replace(there, history=(*there.history, agreed(OFFERS, text="offers-1")))
    assert there.in_force(TODAY) == {PROGRAMME, OFFERS}


def test_a_parents_consent_ends_with_the_month_of_14():
    there = person(agreed(PROGRAMME, OFFERS, by=GivenBy.PARENT), child_until=Month(2027, 2))
    assert there.in_force(date(2027, 2, 28)) == {PROGRAMME, OFFERS}
    assert not there.asked_again(date(2027, 2, 28))
    assert there.in_force(date(2027, 3, 1)) == set()
    assert there.asked_again(date(2027, 3, 1))
    own = replace(there, history=(*there.history, agreed(PROGRAMME)), child_until=None)
    assert own.in_force(date(2027, 3, 1)) == {PROGRAMME}, "what a parent agreed to is not the child's own"


def test_a_parents_consent_without_an_end_holds_for_nothing():
    assert person(agreed(by=GivenBy.PARENT)).in_force(TODAY) == set()


@given(st.lists(consents | st.builds(ConsentEnd, purposes, days, st.sampled_from(Channel))), months, days)
def test_in_force_is_what_was_said_last_of_each_purpose(history, until, today):
    there = person(*history, child_until=until)
    for purpose in Purpose:
        last = None
        for entry in history:
            if isinstance(entry, Consent) and purpose in entry.purposes:
                last = entry
            elif isinstance(entry, ConsentEnd) and entry.purpose is purpose:
                last = None
        parents = until is not None and (today.year, today.month) <= (until.year, until.month)
        expected = last is not None and (last.by is GivenBy.SELF or parents)
        assert (purpose in there.in_force(today)) is expected


@given(st.lists(consents), months, days, days)
def test_time_alone_puts_nothing_in_force(history, until, earlier, later):
    there = person(*history, child_until=until)
    first, second = sorted((earlier, later))
    assert there.in_force(second) <= there.in_force(first)


# ---- months and requests ----


def test_months():
    assert Month(2026, 11) < Month(2027, 1)
    assert Month(2027, 2).since(Month(2026, 11)) == 3
    assert Month(2028, 2).last_day == date(2028, 2, 29)
    assert (Month.of(date(1, 1, 1)), Month.of(date.max)) == (Month(1970, 1), Month(2149, 12))
    for wrong in ((1969, 12), (2150, 1), (2026, 0), (2026, 13)):
        with pytest.raises(ValueError, match="month"):
            Month(*wrong)


def test_a_request_is_due_in_30_days_and_a_refusal_can_be_disputed_for_30():
    came = date(2026, 11, 1)
    asked = RightRequest(Right.ACCESS, came)
    assert (asked.open, asked.due) == (True, date(2026, 12, 1))
    assert asked.keeps(date(2036, 1, 1)), "as long as nobody has answered"
    granted = replace(asked, ended=TODAY)
    assert not granted.keeps(TODAY)
    refused = replace(asked, ended=TODAY, refusal=Refusal.LAW)
    assert refused.keeps(TODAY + timedelta(days=30))
    assert not refused.keeps(TODAY + timedelta(days=31))
    with pytest.raises(ValueError, match="refused"):
        RightRequest(Right.ACCESS, came, refusal=Refusal.LAW)


@pytest.mark.parametrize(("right", "disputed"), [(right, right in {Right.ACCESS, Right.RECTIFY}) for right in Right])
def test_a_request_to_erase_or_withdraw_is_no_reason_to_keep_it_from_erasing(right, disputed):
    there = replace(person(), requests=(RightRequest(right, TODAY),))
    assert there.keeps(TODAY)
    assert there.disputed(TODAY) is disputed


def test_a_person_is_named_by_32_bytes_and_shows_nothing():
    with pytest.raises(ValueError, match="32 bytes"):
        Person(b"", MEMBER, Month.of(TODAY))
    assert "CH-1001" not in repr(person())
