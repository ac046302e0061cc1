"""Two tills that number their sales alike, behind an upgrade: what nobody paid is not begun under a former name.

And what is kept under one ends with its answer, as `pos-bridge journal --unresolved` advises.
"""

import pytest

from pos_bridge.domain.authorisation import No
from pos_bridge.domain.leg import Cause
from tests.checkout.story import story
from tests.pos_api.test_two_tills import A, B, Tills, before
from tests.pos_api.world import more, result
from tests.wire.nexo.shapes import cash, split, status


@pytest.mark.parametrize("again", [cash("100.00"), split("100.00")])
def test_a_split_sale_of_before_that_nobody_paid_is_begun_under_its_tills_own_name(again):
    @story
    async def run():
        tills = Tills()
        tills.world.processor.answers = [No(Cause.ISSUER)] * 2
        with before():
            assert result(await tills.ask(A, split("100.00"))) == ("Failure", "Refusal")
        await tills.ask(A, again)
        body = await tills.ask(B, cash("100.00"))
        assert result(body) == ("Success", None), "another till's sale"
        assert "remaining" not in more(body)

    run()


@story
async def test_an_approval_of_before_is_taken_for_no_other_sale_once_its_answer_was_collected():
    tills = Tills()
    with before():
        assert result(await tills.ask(A, cash("12.35"))) == ("Success", None)
    assert result(await tills.ask(B, cash("12.35"))) == ("Failure", "NotAllowed"), "for all that can be known, that one"
    asked = status("1")  # the first request
    asked["SaleToPOIRequest"]["TransactionStatusRequest"]["MessageReference"]["SaleID"] = A
    assert result(await tills.ask(B, asked, collects=True)) == ("Success", None)
    assert result(await tills.ask(B, cash("12.35"))) == ("Success", None)
    assert len(tills.world.journal.legs) == 2
