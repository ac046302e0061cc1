"""What the simulated till asks about points, against the tills' port itself."""

from collections.abc import Iterator

import pytest

from hw_sim.till import Till
from hw_sim.till_loyalty import award, award_refund, points
from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.points import AwardAsk, AwardRefundAsk
from tests.pos_api.world import API_KEY, Store, make_certificate
from tests.wire.nexo.shapes import POIID, SALE


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(make_certificate(tmp_path_factory.mktemp("tls"))) as running:
        yield running
        assert running.troubles == []


def till_of(store: Store) -> Till:
    url, authority = f"https://127.0.0.1:{store.port}/nexo", str(store.files.certificate)
    return Till({"nexo_url": url, "api_key": API_KEY, "ca": authority, "poiid": POIID})


def test_an_award_by_the_payments_key_and_by_the_tills_name(store: Store):
    till = till_of(store)
    paid = till.pay("10.99", transaction_id="sale-7")
    for given in (
        award(till, "10.99", "CH-1", sale=paid.transaction),
        award(till, "10.99", "CH-1", transaction_id="sale-7"),
    ):
        assert (given.result, points(given), given.transaction) == ("Success", 10, paid.transaction)
    by_key, by_name = store.desk.awards
    assert isinstance(by_key, AwardAsk)
    assert isinstance(by_name, AwardAsk)
    assert (by_key.sale, by_key.amount, by_key.member) == (
        LegKey.parse(paid.transaction),
        Amount(10_99),
        Chouchous("CH-1"),
    )
    assert by_name.sale is None


def test_its_refund_whole_and_in_part(store: Store):
    till = till_of(store)
    assert points(award_refund(till, SALE)) == 10
    assert points(award_refund(till, SALE, "5.50", service_id="b2")) == 5
    whole, part = store.desk.awards
    assert isinstance(whole, AwardRefundAsk)
    assert isinstance(part, AwardRefundAsk)
    assert (whole.amount, part.amount) == (None, Amount(5_50))
    assert till.status("b2", category="Loyalty").repeated["LoyaltyResult"]


def test_without_a_member_or_a_choice_nothing_is_counted(store: Store):
    till = till_of(store)
    assert points(award(till, "10", None, sale=SALE)) is None
    assert award(till, "10", "CH-1", sale=SALE, loyalty=None).error == "NotAllowed"
    assert award(till, "10", "CH-1", sale=SALE, extra={"LoyaltyTransactionType": "Rebate"}).error == "NotAllowed"
