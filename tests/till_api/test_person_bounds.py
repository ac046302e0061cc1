"""The gate of people: whatever is asked is whole and fits, or a word or a sentence says what does not; never more."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.details import Details, Field, UnfitDetailError
from pos_bridge.domain.identity import Channel, GivenBy, Purpose
from pos_bridge.domain.person import Month, Right
from pos_bridge.domain.person_change import Enrolment
from pos_bridge.domain.purposes import SERVES
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api import person_bounds as bounds
from pos_bridge.till_api.bounds import RefusedError
from pos_bridge.till_api.person_bounds import Texts, UntakenError
from pos_bridge.till_api.person_told import REFUSED, why_not
from pos_bridge.till_api.said_of_people import Untaken

TEXTS = Texts("members-3", "delivery-1", "offers-2")
AT = datetime(2026, 11, 23, 14, 40, tzinfo=UTC)
CARD = "4921817844445119"


def agreed(*purposes: pb.Purpose, text: str = "members-3", by: pb.GivenBy = pb.GIVEN_BY_SELF) -> pb.Consent:
    return pb.Consent(text_version=text, language=pb.LANGUAGE_EN, purposes=purposes, by=by)


def enrol(*consents: pb.Consent, member: str = "CH-1", **more: str) -> pb.EnrolRequest:
    return pb.EnrolRequest(operator=12, member=member, consents=consents, **more)  # type: ignore[arg-type] # texts


def test_what_the_choice_is_for_comes_first():
    offers, member = agreed(pb.PURPOSE_OFFERS, text="offers-2"), agreed(pb.PURPOSE_PROGRAMME, pb.PURPOSE_CONTACT)
    asked = bounds.enrolment(enrol(offers, member), TEXTS, AT)
    assert asked.consent.purposes == {Purpose.PROGRAMME, Purpose.CONTACT}
    (more,) = asked.more
    assert (more.text_version, set(more.purposes), more.by) == ("offers-2", {Purpose.OFFERS}, GivenBy.SELF)
    assert (more.day, more.hour, more.language, more.channel) == (date(2026, 11, 23), 14, "en", Channel.TILL)


@pytest.mark.parametrize("texts", [Texts("members-3"), Texts("members-3", offers="offers-2")])
def test_what_is_not_configured_is_not_offered(texts: Texts):
    request = pb.DeliveryRequest(operator=1, order="W-1", consents=[agreed(pb.PURPOSE_DELIVERY, text="delivery-1")])
    with pytest.raises(UntakenError, match=Untaken.NOT_OFFERED.value):
        bounds.delivery(request, texts, AT, lambda day: day)
    if texts.offers is None:
        with pytest.raises(UntakenError, match=Untaken.NOT_OFFERED.value):
            bounds.enrolment(enrol(agreed(pb.PURPOSE_OFFERS, text="offers-2")), texts, AT)


def test_a_delivery_is_kept_from_its_day_on():
    request = pb.DeliveryRequest(operator=1, order="W-1", consents=[agreed(pb.PURPOSE_DELIVERY, text="delivery-1")])
    window = timedelta(days=30)
    assert bounds.delivery(request, TEXTS, AT, lambda day: day + window).keep_until == AT.date() + window
    request.expected = "2027-11-24"
    assert bounds.delivery(request, TEXTS, AT, lambda day: day + window).keep_until == date(2027, 12, 24)
    request.expected = "2027-11-25"
    with pytest.raises(UntakenError, match=Untaken.NO_DAY.value):
        bounds.delivery(request, TEXTS, AT, lambda day: day + window)


def test_a_correction_names_each_field_once():
    request = pb.RectifyRequest(operator=7, set=pb.Details(city="Laval"), clear=["email", "child_size"])
    assert bounds.changes(request) == {Field.CITY: "Laval", Field.EMAIL: None, Field.CHILD_SIZE: None}
    for wrong in (
        pb.RectifyRequest(operator=7),
        pb.RectifyRequest(operator=7, set=pb.Details(city="Laval"), clear=["city"]),
        pb.RectifyRequest(operator=7, clear=["CITY"]),
    ):
        with pytest.raises(RefusedError, match="unfit: clear"):
            bounds.changes(wrong)


def test_every_word_of_the_protocol_has_its_value_and_back():
    ends: list[Any] = [each for each in pb.Purpose.values() if each != pb.PURPOSE_UNSPECIFIED]
    assert bounds.purposes(ends) == set(Purpose)
    assert bounds.said_of_purposes(Purpose) == ends
    channels: list[Any] = pb.Channel.values()
    rights: list[Any] = [each for each in pb.Right.values() if each != pb.RIGHT_UNSPECIFIED]
    assert [bounds.right(each) for each in rights] == list(Right)
    assert [bounds.said_of_right(each) for each in (*Right, None)] == [*rights, pb.RIGHT_UNSPECIFIED]
    assert {bounds.channel(each) for each in channels} == set(Channel)
    assert [field.name.lower() for field in Field] == [field.name for field in pb.Details.DESCRIPTOR.fields]


@pytest.mark.parametrize("operator", [0, 10_000, 2**32 - 1])
def test_an_operator_has_a_number(operator: int):
    with pytest.raises(RefusedError, match="unfit: operator"):
        bounds.operator(operator)


@given(st.text(max_size=12))
def test_a_day_and_a_month_are_written_one_way(text: str):
    try:
        found = bounds.day(text, "expected")
    except UntakenError:
        pass
    else:
        assert text == ("" if found is None else found.isoformat())
    try:
        asked = bounds.enrolment(enrol(agreed(pb.PURPOSE_PROGRAMME), child_until=text), TEXTS, AT)
    except UntakenError:
        pass
    else:
        until = asked.child_until
        assert text == ("" if until is None else f"{until.year:04d}-{until.month:02d}")
        assert until is None or isinstance(until, Month)


# ---- anything ----

_TEXTS = st.text(max_size=40) | st.sampled_from(
    [CARD, "members-3", "offers-2", "CH-1", "2031-03", "x" * 10_000, "\x1b["]
)
_CONSENTS = st.builds(
    pb.Consent,
    text_version=_TEXTS,
    language=st.integers(0, 5),
    channel=st.integers(0, 6),
    purposes=st.lists(st.integers(0, 8), max_size=4),
    by=st.integers(0, 4),
)
_DETAILS = st.builds(pb.Details, **dict.fromkeys((field.name.lower() for field in Field), _TEXTS))
_ENROLMENTS = st.builds(
    pb.EnrolRequest,
    operator=st.integers(0, 20_000),
    member=_TEXTS,
    details=_DETAILS | st.just(pb.Details()),
    consents=st.lists(_CONSENTS, max_size=3),
    child_until=st.just("") | _TEXTS,
)


WORDS = {
    *("unfit: member", "unfit: consents.purposes", "unfit: consents.language"),
    *("unfit: consents.by", "unfit: consents.channel"),
}


def tried(
    request: pb.EnrolRequest,
) -> tuple[Enrolment | None, RefusedError | None, UntakenError | UnfitDetailError | None]:
    try:
        return bounds.enrolment(request, TEXTS, AT), None, None
    except RefusedError as refused:
        return None, refused, None
    except (UntakenError, UnfitDetailError) as why:
        return None, None, why


@settings(max_examples=200)
@given(_ENROLMENTS)
def test_whatever_is_asked_is_whole_or_refused_without_a_word_of_it(request: pb.EnrolRequest):
    asked, refusal, why = tried(request)
    if refusal is not None:
        assert str(refusal) in WORDS
    elif why is not None:
        told = why_not(why)
        assert told.result == REFUSED
        said = f"{told.text_fr} {told.text_en} {told.cause} {told.field}"
        assert not any(text in said for text in (CARD, "\x1b", "xxx", "CH-1", "members-3", "2031-03"))
    else:
        assert asked is not None
        assert isinstance(asked.details, Details)
        for consent in (asked.consent, *asked.more):
            assert consent.text_version == ("offers-2" if Purpose.OFFERS in consent.purposes else "members-3")
            assert Purpose.OFFERS not in consent.purposes or len(consent.purposes) == 1
        first = SERVES[next(iter(SERVES))][0]
        assert first in asked.consent.purposes or all(first not in each.purposes for each in asked.more)
