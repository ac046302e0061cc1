"""The gate, complete: whatever a till sends, by whichever protocol, and however the sale is paid.

What was not chosen is nowhere afterwards. What was chosen is in the vault, and nowhere else.
"""

import asyncio
import string
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.leg import Tender
from pos_bridge.pos_api.choice import NOTHING_OFFERED, Offered
from tests.till_api.gate import LEAKS, Asked, Gate, encodings

CARD, CASH = Tender.CARD, Tender.CASH
PARTS = ((CARD,), (CASH,), (CASH, CARD), (CARD, CASH), (CARD, CARD, CASH))
_WORDS = st.text(string.ascii_letters, min_size=8, max_size=12)


@st.composite
def sales(draw: st.DrawFn) -> Asked:
    """Each text is one that stands nowhere else."""
    texts = draw(st.lists(_WORDS, min_size=5, max_size=5, unique_by=str.lower))
    member, order, *others = (f"Zq{text}" for text in texts)
    places = draw(st.lists(st.integers(0, len(LEAKS) - 1), max_size=3, unique=True))
    offered = draw(
        st.sampled_from(
            [Offered("Chouchous", delivery=True), Offered("Chouchous"), Offered(delivery=True), NOTHING_OFFERED]
        )
    )
    return Asked(
        draw(st.booleans()),
        draw(st.sampled_from(PARTS)),
        draw(st.sampled_from([None, member])),
        draw(st.booleans()),
        draw(st.sampled_from([None, order])),
        tuple(zip(places, others, strict=False)),
        offered,
    )


def sold(asked: Asked) -> tuple[Gate, list[bool]]:
    async def sell() -> tuple[Gate, list[bool]]:
        gate = Gate(asked.offered)
        return gate, await gate.sell(asked)

    return asyncio.run(sell())


@settings(max_examples=100)
@given(sales())
def test_what_was_chosen_is_in_the_vault_and_nowhere_else_and_all_the_rest_is_nowhere(asked: Asked):
    gate, dropped = sold(asked)
    found = gate.everywhere()
    assert [mark for mark in asked.marks for form in encodings(mark) if form in found] == []
    assert gate.vault == set(asked.given)
    assert gate.troubles == []
    unchosen = set(asked.marks) - set(asked.given)
    if not unchosen:
        assert not any(dropped), "told of nothing that was dropped"
    if {asked.member, asked.order} & unchosen or (asked.read_leaks and not asked.native):
        assert all(dropped), "each part is told"


@settings(max_examples=40)
@given(sales())
def test_the_same_sale_of_nobody_leaves_a_journal_that_cannot_be_told_apart(asked: Asked):
    gate, _ = sold(asked)
    nobody, _ = sold(replace(asked, member=None, order=None, leaks=()))
    assert gate.shapes() == nobody.shapes()
    assert not nobody.world.vault.asked


@settings(max_examples=20)
@given(sales())
def test_cash_card_and_a_sale_in_parts_behave_alike(asked: Asked):
    kept = []
    for parts in PARTS:
        gate, dropped = sold(replace(asked, parts=parts))
        assert len(set(dropped)) == 1
        kept.append((gate.vault, dropped[0], len(gate.world.vault.kept) // len(parts)))
    assert kept == kept[:1] * len(PARTS)


def test_the_search_sees_what_it_looks_for():
    mark = "ZqSomebodyKnown"
    for number, form in enumerate(encodings(mark)):
        gate, _ = sold(Asked(native=True, parts=(CASH,), member=mark))
        assert form not in gate.everywhere()
        places = (gate.told.append, lambda planted, gate=gate: gate.answers.kept.update({b"": planted}))
        places[number % 2](b"before " + form + b" after")
        assert form in gate.everywhere()
