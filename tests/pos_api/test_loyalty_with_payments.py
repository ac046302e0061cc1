"""The points that a payment gives: told with its answer, the same each time."""

import json

import pytest

from pos_bridge.domain.identity import VaultFault, VaultUnusableError
from tests.pos_api.choosing import MEMBER, with_member
from tests.pos_api.points import POINTS
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import Number, cash, payment, status


@pytest.mark.parametrize("sale", [payment("10.99"), cash("10.98")], ids=["card", "cash"])
def test_a_payment_with_a_member_tells_its_points_the_same_each_time(store: Store, sale):
    first = store.ask(with_member(sale))
    assert first["LoyaltyResult"] == POINTS
    assert store.ask(with_member(sale)) == first
    assert repeated(store.ask(status())) == first
    store.restart()
    assert store.ask(with_member(sale))["LoyaltyResult"] == POINTS
    assert repeated(store.ask(status()))["LoyaltyResult"] == POINTS
    assert MEMBER not in json.dumps(first)


def test_a_payment_of_nobody_tells_none(store: Store):
    assert "LoyaltyResult" not in store.ask(payment())
    store.desk.vault = VaultUnusableError(VaultFault.DAMAGED)
    assert "LoyaltyResult" not in repeated(store.ask(status()))


def test_a_silent_vault_tells_none_of_an_earlier_run(store: Store):
    store.ask(with_member(payment()))
    store.restart()
    store.desk.vault = VaultUnusableError(VaultFault.DAMAGED)
    assert "LoyaltyResult" not in repeated(store.ask(status()))


@pytest.mark.parametrize("amount", [{"AmountValue": 50}, {"LoyaltyUnit": "Monetary", "AmountValue": Number("5.00")}])
def test_a_payment_with_an_amount_of_loyalty_is_refused_never_ignored(store: Store, amount):
    data = [{"LoyaltyAccountID": {"LoyaltyID": MEMBER}, "LoyaltyAmount": amount}]
    answer = store.ask(with_member(payment(), data))
    assert result(answer) == ("Failure", "NotAllowed")
    assert more(answer)["field"] == "LoyaltyAmount"
    assert store.desk.asks == []
