"""Two tills that number their sales alike, behind an upgrade: what nobody paid is not begun under a former name."""

import pytest

from pos_bridge.domain.authorisation import No
from pos_bridge.domain.leg import Cause
from tests.checkout.story import story
from tests.pos_api.test_two_tills import A, B, Tills, before
from tests.pos_api.world import more, result
from tests.wire.nexo.shapes import cash, split


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
