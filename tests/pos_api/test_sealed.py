"""Encrypted tills over real HTTPS: who is heard, what comes back, and whose answers are whose."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hw_sim.sealing import NotSealedError
from pos_bridge.pos_api.reception import Reception
from pos_bridge.wire.nexo.secured import MessageKey
from tests.pos_api.by_hand import errors
from tests.pos_api.sealed_till import KEYS, NEW, OLD, OTHER, Sealed
from tests.pos_api.world import API_KEY, Certificate, Store, repeated, result
from tests.wire.nexo.shapes import abort, encode, header, payment, request, status


@pytest.fixture
def store(leaf: Certificate) -> Iterator[Store]:
    """Its till may speak in clear as well."""
    with Store(leaf, keys=KEYS) as running:
        yield running
        assert running.troubles == []


@pytest.fixture
def till(store: Store) -> Sealed:
    return Sealed(store, *OLD)


@pytest.mark.parametrize("path", ["/nexo", "/sync"])
def test_a_payment(store: Store, till: Sealed, path: str):
    assert result(till.ask(payment(), path)) == ("Success", None)
    assert len(store.told()) == 1


def test_in_clear_with_the_api_key_as_before(store: Store):
    assert result(store.ask(payment())) == ("Success", None)
    assert store.post(payment(service_id="2"), "/sync")[0] == 200


@pytest.mark.parametrize("key", ["", "0" * 32, API_KEY[:-1]])
@pytest.mark.parametrize("path", ["/nexo", "/sync"])
def test_in_clear_without_it_as_before(store: Store, key: str, path: str):
    assert errors(store.post(payment(), path, **{"X-API-Key": key})) == (401, ["api-key-refused"])
    assert store.desk.asks == []


def test_a_wrong_api_key_disturbs_no_encrypted_message(store: Store, till: Sealed):
    """Client libraries send the key that they have for other addresses along."""
    answer = store.post(till.sealed(payment()), **{"X-API-Key": "of another service"})
    assert "PaymentResponse" in till.opened(answer)["SaleToPOIResponse"]


def test_each_answer_has_a_nonce_of_its_own(till: Sealed):
    raw = till.sealed(payment())
    one, two = (json.loads(till.post(raw)[1])["SaleToPOIResponse"] for _ in range(2))
    assert one["SecurityTrailer"]["Nonce"] != two["SecurityTrailer"]["Nonce"]
    assert one["NexoBlob"] != two["NexoBlob"]
    assert one["SecurityTrailer"]["Hmac"] == two["SecurityTrailer"]["Hmac"]


def test_the_same_bytes_again_are_the_same_payment(store: Store, till: Sealed):
    raw = till.sealed(payment())
    first = till.opened(till.post(raw))
    assert till.opened(till.post(raw)) == first
    store.restart()
    again, told = (each["SaleToPOIResponse"]["PaymentResponse"] for each in (till.opened(till.post(raw)), first))
    assert (again["Response"], again["POIData"]) == (told["Response"], told["POIData"])
    assert len({ask.till.request for ask in store.desk.asks}) == 1


def test_two_versions_are_one_till(store: Store, till: Sealed):
    """A key is changed between a payment and the question what became of it."""
    paid = till.ask(payment())
    renewed = Sealed(store, *NEW)
    assert repeated(renewed.ask(status())) == paid
    assert renewed.ask(payment()) == paid


def test_an_answer_comes_under_the_key_that_asked(store: Store, till: Sealed):
    renewed = Sealed(store, *NEW)
    raw = renewed.post(renewed.sealed(payment()))[1]
    trailer = json.loads(raw)["SaleToPOIResponse"]["SecurityTrailer"]
    assert (trailer["KeyIdentifier"], trailer["KeyVersion"]) == ("caisse", 2)
    with pytest.raises(NotSealedError):
        till.opened((200, raw))


def test_answers_are_given_to_nobody_else(store: Store, till: Sealed):
    assert result(till.ask(payment())) == ("Success", None)
    other = Sealed(store, *OTHER)
    assert result(other.ask(status())) == ("Failure", "NotFound")
    assert result(store.ask(status())) == ("Failure", "NotFound")
    last = request("TransactionStatus", {})
    assert result(other.ask(last)) == result(store.ask(last)) == ("Failure", "NotFound")
    assert result(till.ask(last)) == ("Success", None)


def test_one_payment_at_a_time_whoever_asks(store: Store, till: Sealed):
    """And the last payment of a credential is never the one that another has running."""
    store.hold()
    paying = store.asking(payment())
    store.wait_for(lambda: store.desk.live == 1)
    assert result(till.ask(payment(service_id="2"))) == ("Failure", "Busy")
    assert result(till.ask(request("TransactionStatus", {}))) == ("Failure", "NotFound")
    store.release()
    assert result(paying.answer()) == ("Success", None)


def test_an_abort_that_matched_is_answered_with_nothing(store: Store, till: Sealed):
    store.hold()
    paying = Asking(till, payment())
    store.wait_for(lambda: store.desk.live == 1)
    assert till.post(till.sealed(abort())) == (200, b"")
    assert result(paying.answer()) == ("Failure", "Aborted")


def test_an_event_comes_under_the_key_of_an_answer(till: Sealed):
    """Nothing to abort: what is inside is a request, as nexo has events, and outside it says SaleToPOIResponse."""
    inner = till.opened(till.post(till.sealed(abort())))
    assert inner["SaleToPOIRequest"]["EventNotification"]["EventToNotify"] == "Reject"


def test_a_refusal_in_nexo_is_encrypted_too(till: Sealed):
    told = till.ask(request("CardAcquisition", {}))
    assert result(told) == ("Failure", "UnavailableService")


# ---- who is not heard ----


def test_an_unknown_identifier_or_version_names_nothing(store: Store):
    for name, version in (("caisse", 3), ("Caisse", 1), ("x", 1), ("caisse", -1)):
        other = Sealed(store, name, version, OLD[2])
        answer = other.post(other.sealed(payment()))
        assert errors(answer) == (401, ["message-key-refused"])
    assert store.desk.asks == []


def test_a_wrong_passphrase(store: Store):
    other = Sealed(store, "caisse", 1, "another passphrase")
    assert errors(other.post(other.sealed(payment()))) == (401, ["sealed-refused"])


@pytest.mark.parametrize(
    "change", [{"ServiceID": "9"}, {"SaleID": "x"}, {"DeviceID": "x"}, {"MessageCategory": "Abort"}]
)
def test_the_outer_header_says_what_the_inner_one_says(store: Store, till: Sealed, change: dict[str, str]):
    raw = till.sealed(payment(), header() | change)
    assert errors(till.post(raw)) == (401, ["sealed-refused"])
    assert store.desk.asks == []
    assert result(till.ask(payment())) == ("Success", None)


def other(character: str) -> str:
    return "A" if character != "A" else "B"


def test_blob_nonce_hmac_and_header_are_refused_in_one_way(store: Store, till: Sealed):
    good = json.loads(till.sealed(payment()))
    seen = set()
    for path in (("NexoBlob",), ("SecurityTrailer", "Nonce"), ("SecurityTrailer", "Hmac"), ("MessageHeader", "SaleID")):
        for change in (
            lambda text: text[1:],
            lambda text: other(text[0]) + text[1:],
            lambda text: text[:-1],
            lambda _: "",
        ):
            document = json.loads(json.dumps(good))
            place = document["SaleToPOIRequest"]
            for name in path[:-1]:
                place = place[name]
            place[path[-1]] = change(place[path[-1]])
            seen.add(till.post(json.dumps(document).encode()))
    assert seen == {(401, b'{"errors":["sealed-refused"]}')}
    assert store.desk.asks == []


@pytest.mark.parametrize("part", ["MessageHeader", "NexoBlob", "SecurityTrailer"])
def test_a_part_is_missing(store: Store, till: Sealed, part: str):
    document = json.loads(till.sealed(payment()))
    del document["SaleToPOIRequest"][part]
    assert errors(till.post(json.dumps(document).encode())) == (400, ["sealed-malformed"])


def test_what_is_inside_is_judged_as_in_clear(till: Sealed):
    for clear, kind in ((b"{", "not-json"), (b"{}", "no-request")):
        raw = till.sealing.sealed(clear, header(), "SaleToPOIRequest")
        assert errors(till.post(raw)) == (400, [kind])


def test_an_encrypted_message_in_an_encrypted_one_is_no_payment(store: Store, till: Sealed):
    inner = till.sealed(payment())
    raw = till.sealing.sealed(inner, header(), "SaleToPOIRequest")
    told = till.opened(till.post(raw))["SaleToPOIResponse"]["PaymentResponse"]
    assert result(told) == ("Failure", "MessageFormat")
    assert store.desk.asks == []


def test_without_keys_nothing_can_be_opened(leaf: Certificate):
    with Store(leaf) as store:
        till = Sealed(store, *OLD)
        raw = till.sealed(payment())
        assert errors(till.post(raw)) == (401, ["api-key-refused"])
        assert errors(store.post(raw)) == (401, ["message-key-refused"])


def test_where_only_encrypted_tills_are_served(leaf: Certificate):
    with Store(leaf, keys=KEYS[:1], api_key=None) as store:
        for key in ("", API_KEY):
            assert errors(store.post(payment(), **{"X-API-Key": key})) == (401, ["api-key-refused"])
        assert result(Sealed(store, *OLD).ask(payment())) == ("Success", None)


def test_who_could_be_heard(store: Store):
    service = store.service
    with pytest.raises(ValueError, match="one identifier"):
        Reception(service, [(KEYS[0], service), (MessageKey.derive("caisse", 1, b"x" * 16), service)])
    with pytest.raises(ValueError, match="nobody"):
        Reception(None)


def test_clear_text_is_wiped_before_anything_is_waited_for(store: Store, till: Sealed, monkeypatch):
    """Both the request as it came and what was in it: a payment waits for a card for minutes."""
    opened: list[bytearray] = []
    hear = type(store.service).hear

    def seen(self, raw, meant=None):
        opened.append(raw)
        return hear(self, raw, meant)

    monkeypatch.setattr(type(store.service), "hear", seen)
    store.hold()
    paying = Asking(till, payment())
    store.wait_for(lambda: store.desk.live == 1)
    (clear,) = opened
    assert set(clear) == {0}
    assert len(clear) == len(encode(payment()))
    store.release()
    assert result(paying.answer()) == ("Success", None)


class Asking:
    """An encrypted till that waits for its answer while the test does other things."""

    def __init__(self, till: Sealed, message: Any) -> None:
        import threading

        self._answers: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=lambda: self._answers.append(till.ask(message)))
        self._thread.start()

    def answer(self) -> dict[str, Any]:
        self._thread.join(60)
        (answer,) = self._answers
        return answer
