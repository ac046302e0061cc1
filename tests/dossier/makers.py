"""All that could ever be kept about somebody, drawn by hypothesis: any text in any field."""

from datetime import date

from hypothesis import strategies as st

from pos_bridge.domain.access import Access, KnownSale, Recorded
from pos_bridge.domain.details import Details, Field
from pos_bridge.domain.identity import (
    Channel,
    ChoiceKind,
    Chouchous,
    Consent,
    ConsentEnd,
    GivenBy,
    HomeDelivery,
    Purpose,
)
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import Cause, Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.person import LinkedSale, Month, Person, Refusal, Right, RightRequest, Whose
from pos_bridge.domain.points import Earned, PointsRule

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror="alert(1)">',
    "</td></table></body></html>",
    "&lt;b&gt; &amp; &#x3c;",
    'O\'Brien "Zoë" `Roy`',
    "\u202e\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd\u202c",
    "עברית العربية",
    "]]><!-- --!> <![CDATA[",
    "javascript:alert(1)",
    "{name} %s ${x}",
)
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
details = st.dictionaries(st.sampled_from(Field), texts).map(
    lambda given: Details(tuple(sorted(given.items(), key=lambda each: each[0].value)))
)
days = st.dates(date(1971, 1, 1), date(2149, 1, 1))
months = st.builds(Month, st.integers(1970, 2149), st.integers(1, 12))
purposes = st.frozensets(st.sampled_from(Purpose))
keys = st.uuids(version=4).map(LegKey)
cents = st.integers(1, 999_999)
amounts = st.builds(Amount, cents)

members = st.from_regex(r"[A-Za-z0-9-]{1,32}", fullmatch=True).map(Chouchous)
orders = st.from_regex(r"[A-Za-z0-9._/-]{1,64}", fullmatch=True).map(HomeDelivery)
consents = st.builds(
    Consent,
    st.from_regex(r"[A-Za-z0-9._-]{1,32}", fullmatch=True),
    st.sampled_from(["fr", "en"]),
    days,
    st.integers(0, 23),
    st.sampled_from(Channel),
    st.frozensets(st.sampled_from(Purpose), min_size=1),
    st.sampled_from(GivenBy),
)
ends = st.builds(ConsentEnd, st.sampled_from(Purpose), days, st.sampled_from(Channel))
requests = st.builds(RightRequest, st.sampled_from(Right), days) | st.builds(
    RightRequest, st.sampled_from(Right), days, days, st.none() | st.sampled_from(Refusal)
)
persons = st.builds(
    Person,
    st.binary(min_size=32, max_size=32),
    members | orders,
    months,
    st.lists(consents | ends, max_size=5).map(tuple),
    details,
    st.just(Whose.OWN),
    st.none() | months,
    st.none() | days,
    st.lists(requests, max_size=4).map(tuple),
)
legs = st.builds(
    KnownLeg,
    keys,
    st.sampled_from(Tender),
    st.sampled_from(State),
    amounts,
    st.booleans(),
    st.sampled_from(Flow),
    st.none() | st.sampled_from(Cause),
    st.none() | amounts,
    st.none() | cents,
    st.sampled_from(Kind),
)


@st.composite
def given_points(draw: st.DrawFn) -> Earned:
    paid = draw(cents)
    counted = draw(st.integers(1, paid))
    earned = Earned.of(PointsRule("2026-1", 3, 100), paid, counted)
    earned = earned.after_returns(draw(st.integers(0, paid)))
    if draw(st.booleans()):
        taken = earned.after_withdrawal(b"m" * 16, draw(st.integers(1, counted)))
        assert isinstance(taken, Earned)
        earned = taken
    return earned


sales = st.builds(
    KnownSale,
    st.builds(LinkedSale, keys, st.sampled_from(ChoiceKind), st.none() | given_points()),
    st.none() | legs,
    st.none() | st.builds(Recorded, days, st.integers(0, 23)),
    st.lists(legs, max_size=2).map(tuple),
)
accesses = st.builds(
    Access, days, persons, st.just(False), purposes, st.lists(sales, max_size=3).map(tuple), st.none() | st.integers(0)
)
