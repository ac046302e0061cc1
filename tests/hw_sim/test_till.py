"""The simulated till against the tills' port itself: what it sends is read as it was meant."""

import gc
import select
import socket
import struct
from collections.abc import Iterator

import pytest

from hw_sim.till import Till
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import GiveBackAsk, RefundAsk
from pos_bridge.domain.totals import Reckoning, Total
from tests.pos_api.world import API_KEY, Store, make_certificate
from tests.wire.nexo.shapes import POIID, SALE


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(make_certificate(tmp_path_factory.mktemp("tls"))) as running:
        yield running
        assert running.troubles == []


@pytest.fixture
def till(store: Store) -> Till:
    for seen in (store.desk.asks, store.desk.backs):
        seen.clear()
    url, authority = f"https://127.0.0.1:{store.port}/nexo", str(store.files.certificate)
    return Till({"nexo_url": url, "api_key": API_KEY, "ca": authority, "poiid": POIID})


def test_a_payment_and_its_reversal(store: Store, till: Till):
    paid = till.pay("10.99")
    assert (paid.result, paid.transaction) == ("Success", paid.body["POIData"]["POITransactionID"]["TransactionID"])
    back = till.reverse(paid.transaction, reason="Malfunction", service_id="r1")
    assert (back.result, back.transaction) == ("Success", paid.transaction)
    (ask,) = store.desk.backs
    assert isinstance(ask, GiveBackAsk)
    assert (ask.sale, ask.amount, ask.void_only) == (LegKey.parse(paid.transaction), None, True)
    assert till.status("r1", category="Reversal").repeated == back.body


def test_a_part_of_it(store: Store, till: Till):
    assert till.reverse(SALE, "5.50", reason=None).body["ReversedAmount"] == 5.5
    (ask,) = store.desk.backs
    assert isinstance(ask, GiveBackAsk)
    assert (ask.amount, ask.void_only) == (Amount(550), False)


def test_refunds_to_a_card_and_in_cash(store: Store, till: Till):
    assert till.refund("3.20", SALE).result == "Success"
    assert till.refund("3.22", cash=True).additional["cashRefund"] == "3.20"
    assert till.refund("3.20").error == "NotAllowed"
    to_card, in_cash = store.desk.backs
    assert isinstance(to_card, RefundAsk)
    assert isinstance(in_cash, RefundAsk)
    assert (to_card.tender, to_card.sale, to_card.amount) == (Tender.CARD, LegKey.parse(SALE), Amount(320))
    assert (in_cash.tender, in_cash.sale, in_cash.amount) == (Tender.CASH, None, Amount(322))


def test_a_split_sale(store: Store, till: Till):
    till.pay("5", split=True, transaction_id="s")
    till.pay("4.99", split=True, paid="5", transaction_id="s", cash=True)
    first, second = (ask.split for ask in store.desk.asks)
    assert first is not None
    assert second is not None
    assert first.reference == second.reference
    assert (first.paid, second.paid) == (0, 500)


def test_the_day(store: Store, till: Till):
    store.desk.reckoning = Reckoning(3, {(Tender.CASH, Kind.SALE): Total(1, 500)}, 0, 0, ())
    (sums,) = till.totals().body["TransactionTotals"]
    closed = till.reconcile()
    assert closed.body["TransactionTotals"] == [sums]
    assert closed.body["POIReconciliationID"] == "3"
    assert "TransactionTotals" not in till.totals().body


def test_an_engine_that_dies_before_the_first_word_leaves_no_socket(till: Till, monkeypatch: pytest.MonkeyPatch):
    connect = socket.create_connection

    def reset_at_once(*where, **options):
        made = connect(*where, **options)
        peer, _ = door.accept()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        hung_up = select.poll()
        hung_up.register(made, select.POLLHUP)
        assert hung_up.poll(10_000)
        return made

    with socket.create_server(("127.0.0.1", 0)) as door:
        till._port = door.getsockname()[1]
        monkeypatch.setattr(socket, "create_connection", reset_at_once)
        with pytest.raises(ConnectionError):
            till.diagnosis()
    gc.collect()  # a socket that was left open would be told now, and a warning is an error
