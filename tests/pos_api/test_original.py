"""Which sale is meant: any text is a sale's key or none, and no request to give money back raises."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.original import original_of, read_original
from pos_bridge.pos_api.reversal_ask import ReversalAsk, names_someone, review_reversal
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.wire.nexo.request import OriginalPOITransaction, ReversalRequest, ReversalSaleData, TransactionID

KEYS = st.uuids(version=4)
LETTERS = st.characters(categories=("L", "N", "P"), include_characters=" \u00a0")  # a message has no other spaces
TEXTS = st.text(LETTERS, min_size=1, max_size=128)
SPELLINGS = [str, lambda key: str(key).upper(), lambda key: key.hex, lambda key: f" {key}  "]


def named(text: str, stamp: str | None = None) -> OriginalPOITransaction:
    return OriginalPOITransaction(TransactionID(text, stamp))


@given(KEYS, st.sampled_from(SPELLINGS))
def test_a_key_is_the_same_in_every_spelling(key, spelling):
    sale = read_original(named(spelling(key)))
    assert sale == LegKey(key)
    assert isinstance(sale, LegKey)
    assert original_of(named(spelling(key), "then"), sale) == (str(key), "then")


@given(TEXTS)
def test_any_other_text_is_no_sale(text):
    read = read_original(named(text))
    match read:
        case LegKey(value):
            assert value == UUID(text.strip())
        case Instead(situation):
            assert situation in {Situation.UNKNOWN_REFERENCE, Situation.CARD_IN_REQUEST}


@pytest.mark.parametrize("version", [1, 3, 5])
@given(data=st.data())
def test_a_uuid_that_is_not_random_is_none_of_ours(version, data):
    key = data.draw(st.uuids(version=version))
    assert read_original(named(str(key))) == Instead(Situation.UNKNOWN_REFERENCE)


RAWS = st.sampled_from([b"", b"null", b"0", b"5", b"5.00", b"-5", b"1e9", b'"5"', b"[5]", b"{}", b"0.001", b"9" * 40])
REASONS = st.none() | st.sampled_from(["MerchantCancel", "Malfunction", "Unable2Compl"]) | st.text(LETTERS, max_size=32)


@given(KEYS.map(str) | TEXTS, RAWS, REASONS, RAWS)
def test_a_reversal_is_asked_for_or_refused_and_never_raises(text, amount, reason, person):
    data = ReversalSaleData(sale_to_poi_data=Raw(person))
    request = ReversalRequest(named(text), reason, Raw(amount), data)
    match review_reversal(request):
        case ReversalAsk() as ask:
            assert ask.void_only is (reason in {"Malfunction", "Unable2Compl"})
            assert (ask.amount is None) is (amount in {b"", b"null"})
            assert ask.identity_dropped is names_someone(request) is (person not in {b"", b"null", b"{}"})
        case Instead(situation, field):
            assert field in {"", "ReversalRequest.ReversedAmount"}
            assert situation is not Situation.MESSAGE_FORMAT or field


@given(KEYS, st.integers(1, 99_999_999), st.booleans())
def test_every_part_of_a_reversal_makes_another_request(key, cents, void_only):
    def content(*, of: UUID = key, amount: int = cents, only: bool = void_only) -> tuple[str, ...]:
        reason = "Malfunction" if only else None
        ask = review_reversal(
            ReversalRequest(named(str(of)), reason, Raw(f"{amount // 100}.{amount % 100:02}".encode()))
        )
        assert isinstance(ask, ReversalAsk)
        return ask.content()

    changed = (content(of=UUID(int=key.int ^ 1)), content(amount=cents % 99_999_999 + 1), content(only=not void_only))
    assert content() == content()
    assert content() not in changed
