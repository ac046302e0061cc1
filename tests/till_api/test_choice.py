"""A choice of a native till, by the rules of the nexo gate."""

import pytest

from pos_bridge.domain.identity import Chouchous, HomeDelivery
from pos_bridge.pos_api.choice import Chosen, Offered
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.choice import card_among, read_choices

BOTH = Offered("Chouchous", delivery=True)
MEMBER, ORDER = pb.Choice(chouchous="CH-1"), pb.Choice(home_delivery="WEB/1")


@pytest.mark.parametrize(
    ("choices", "offered", "chosen"),
    [
        ([], BOTH, Chosen((), dropped=False)),
        ([MEMBER], BOTH, Chosen((Chouchous("CH-1"),), dropped=False)),
        ([ORDER, MEMBER], BOTH, Chosen((Chouchous("CH-1"), HomeDelivery("WEB/1")), dropped=False)),
        ([MEMBER, MEMBER], BOTH, Chosen((Chouchous("CH-1"),), dropped=False)),
        ([MEMBER, pb.Choice(chouchous="CH-2")], BOTH, Chosen((), dropped=True)),
        ([MEMBER, ORDER], Offered("Chouchous"), Chosen((Chouchous("CH-1"),), dropped=True)),
        ([MEMBER, ORDER], Offered(None, delivery=True), Chosen((HomeDelivery("WEB/1"),), dropped=True)),
        ([MEMBER], Offered(), Chosen((), dropped=True)),
        ([pb.Choice(chouchous="anne@example.org")], BOTH, Chosen((), dropped=True)),
        ([pb.Choice(home_delivery="12 rue Principale")], BOTH, Chosen((), dropped=True)),
        ([pb.Choice(), pb.Choice(chouchous="")], BOTH, Chosen((), dropped=False)),
    ],
)
def test_what_was_chosen(choices, offered, chosen):
    assert read_choices(choices, offered) == chosen


def test_a_card_is_no_choice():
    assert card_among([MEMBER, pb.Choice(home_delivery="5413330089020011")])
    assert not card_among([MEMBER, ORDER])
