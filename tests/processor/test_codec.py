"""Answers about money: what each word means, and that nothing but an answer to our question means anything."""

from collections.abc import Callable

import pytest
from google.protobuf.message import DecodeError, Message
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.authorisation import Ask, AskRefund, Holding, No, PresentCard, Unknown, Yes
from pos_bridge.domain.card import SEALED_LENGTH, Brand, CardFacts, EntryMode, SealedByRoom, SealedCard
from pos_bridge.domain.chip import HostWord, IssuerAnswer
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.ledger import Binding, JournalHead
from pos_bridge.domain.leg import Cause, Flow
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import MAX_CENTS, Amount
from pos_bridge.processor import books, codec
from pos_bridge.protocol import processor_v1_pb2 as pb

KEY, SALE = LegKey.fresh(), LegKey.fresh()
ASKED = Amount(1000)
CARD = SealedCard(CardFacts(Brand.INTERAC, 1933, EntryMode.CHIP), SealedByRoom(bytes(8), bytes(SEALED_LENGTH)))
BINDING = Binding(bytes(32), bytes(range(64)))
PRESENT = PresentCard(CARD, bytes(16), bytes(32), BINDING)
CONTEXT = codec.context(3, JournalHead(7, bytes(range(32))))


def sale(*, partial_ok: bool = False) -> Ask:
    return Ask(KEY, ASKED, partial_ok, Flow.TWO_MESSAGES, CARD, 1, bytes(16), bytes(32), BINDING)


REFUND = AskRefund(KEY, SALE, ASKED, 5, None)


def read_sale(answer: pb.AuthoriseResponse) -> Yes | No | Unknown:
    return codec.read_authorise(sale(), answer)


def read_partial(answer: pb.AuthoriseResponse) -> Yes | No | Unknown:
    return codec.read_authorise(sale(partial_ok=True), answer)


def read_refund(answer: pb.RefundResponse) -> Yes | No | Unknown:
    return codec.read_refund(REFUND, answer)


def approved(cents: int, currency: int = 124, code: int = 35) -> pb.Approved:
    return pb.Approved(amount=pb.Money(cents=cents, currency=currency), approval_code=code)


# ---- requests ----


def test_a_refund_by_reference_has_no_part_of_a_card():
    request = codec.refund(REFUND, CONTEXT)
    assert not request.HasField("payment")
    assert not request.HasField("binding")
    assert (request.entry_mode, request.not_after_ms, request.amount.cents) == (0, 5, 1000)
    assert (request.key, request.sale_key, request.context.fence) == (KEY.raw, SALE.raw, 3)


def test_a_refund_to_a_card_that_is_there_has_it_whole():
    request = codec.refund(AskRefund(KEY, SALE, ASKED, 5, PRESENT), CONTEXT)
    assert request.entry_mode == pb.ENTRY_MODE_CHIP
    assert request.payment == codec.authorise(sale(), CONTEXT).payment
    assert request.binding == codec.authorise(sale(), CONTEXT).binding


# ---- yes ----


@pytest.mark.parametrize("read", [read_sale, read_partial, read_refund])
@given(cents=st.integers(1, MAX_CENTS) | st.integers(998, 1002), currency=st.sampled_from([124, 124, 840, 0]))
def test_only_what_was_asked_is_approved(read, cents, currency):
    kind = pb.RefundResponse if read is read_refund else pb.AuthoriseResponse
    told = read(kind(key=KEY.raw, approved=approved(cents, currency)))
    allowed = cents <= 1000 if read is read_partial else cents == 1000
    expected = Yes(Amount(cents), "00000Z") if currency == 124 and allowed else Unknown(wrong=True)
    assert told == expected


@pytest.mark.parametrize("code", [36**6, 2**32 - 1])
def test_a_code_out_of_its_range_is_no_answer(code):
    assert read_refund(pb.RefundResponse(key=KEY.raw, approved=approved(1000, code=code))) == Unknown(wrong=True)


# ---- what the chip is told ----

IN_BOUNDS = st.builds(
    pb.ChipAnswer,
    code=st.sampled_from([b"00", b"05", b"Z3", b"1a"]),
    authentication=st.just(b"") | st.binary(min_size=8, max_size=16),
    scripts=st.binary(max_size=256),
)
OUT_OF_BOUNDS = st.one_of(
    st.builds(pb.ChipAnswer, code=st.sampled_from([b"", b"0", b"000", b"0 ", b"\xc3\xa9"])),
    st.builds(
        pb.ChipAnswer,
        code=st.just(b"00"),
        authentication=st.binary(min_size=1, max_size=7) | st.binary(min_size=17, max_size=40),
    ),
    st.builds(pb.ChipAnswer, code=st.just(b"00"), scripts=st.binary(min_size=257, max_size=300)),
)


@pytest.mark.parametrize(("read", "kind"), [(read_sale, pb.AuthoriseResponse), (read_refund, pb.RefundResponse)])
@given(chip=IN_BOUNDS)
def test_what_the_issuer_says_to_the_chip_is_passed_on_as_it_came(read, kind, chip):
    said = chip.code, chip.authentication, chip.scripts
    yes = pb.Approved(amount=pb.Money(cents=1000, currency=124), approval_code=35, chip=chip)
    assert read(kind(key=KEY.raw, approved=yes)) == Yes(ASKED, "00000Z", IssuerAnswer(HostWord.APPROVED, *said))
    no = pb.Declined(reason=pb.Declined.REASON_EXPIRED_CARD, chip=chip)
    assert read(kind(key=KEY.raw, declined=no)) == No(Cause.ISSUER, IssuerAnswer(HostWord.DECLINED, *said))


@pytest.mark.parametrize(("read", "kind"), [(read_sale, pb.AuthoriseResponse), (read_refund, pb.RefundResponse)])
@given(chip=OUT_OF_BOUNDS)
def test_an_answer_to_the_chip_that_breaks_its_lengths_is_no_answer_at_all(read, kind, chip):
    yes = pb.Approved(amount=pb.Money(cents=1000, currency=124), approval_code=35, chip=chip)
    for said in (
        kind(key=KEY.raw, approved=yes),
        kind(key=KEY.raw, declined=pb.Declined(reason="REASON_DO_NOT_HONOUR", chip=chip)),
    ):
        assert read(said) == Unknown(wrong=True)


# ---- no ----

DEFINITE = {
    "UNREADABLE": Cause.PROCESSOR,
    "BINDING": Cause.PROCESSOR,
    "LATE": Cause.LATE,
    "MALFORMED": Cause.PROCESSOR,
}
OF_A_REFUND = DEFINITE | {
    "NOT_SEEN": Cause.NOT_SEEN,
    "EXCEEDS": Cause.EXCEEDS,
    "WRONG_STATE": Cause.WRONG_STATE,
    "CARD_NEEDED": Cause.CARD_NEEDED,
    "OTHER_CARD": Cause.OTHER_CARD,
}
CAPTURE_LOST = {"KEY_ENDED", "NOT_SEEN", "EXCEEDS", "WRONG_STATE"}


@pytest.mark.parametrize("reason", pb.Refused.Reason.keys())
def test_each_reason_of_a_refusal(reason):
    refused, word = pb.Refused(reason=reason), reason.removeprefix("REASON_")
    for told, definite in (
        (read_sale(pb.AuthoriseResponse(key=KEY.raw, refused=refused)), DEFINITE),
        (read_refund(pb.RefundResponse(key=KEY.raw, refused=refused)), OF_A_REFUND),
    ):
        assert told == (No(definite[word]) if word in definite else Unknown(refused=word != "FENCED"))
    lost = codec.read_capture(KEY, pb.CaptureResponse(key=KEY.raw, refused=refused))
    assert lost == (False if word in CAPTURE_LOST else Unknown(refused=word != "FENCED"))


def test_a_reason_of_a_later_version_decides_nothing():
    assert read_refund(pb.RefundResponse(key=KEY.raw, refused={"reason": 99})) == Unknown(refused=True)


def test_an_answer_without_an_answer_is_wrong():
    assert read_sale(pb.AuthoriseResponse(key=KEY.raw)) == Unknown(wrong=True)
    assert read_refund(pb.RefundResponse(key=KEY.raw)) == Unknown(wrong=True)
    assert codec.read_capture(KEY, pb.CaptureResponse(key=KEY.raw)) == Unknown(wrong=True)
    assert codec.read_reversal(KEY, pb.ReverseByKeyResponse(key=KEY.raw)) == Unknown(wrong=True)
    assert books.read_look_up(KEY, pb.LookUpResponse(key=KEY.raw)) == Unknown(wrong=True)


REVERSALS = {
    "REVERSED": Reversed(None),
    "WAS_DECLINED": Reversed(Cause.WAS_DECLINED),
    "TOMBSTONED": Reversed(Cause.TOMBSTONED),
    "TOO_LATE": Reversed(Cause.TOO_LATE),
    "CARD_NEEDED": Reversed(Cause.CARD_NEEDED),
    "FENCED": Unknown(),
    "UNSPECIFIED": Unknown(wrong=True),
}


@pytest.mark.parametrize("outcome", pb.ReverseByKeyResponse.Outcome.keys())
def test_each_outcome_of_a_reversal(outcome):
    answer = pb.ReverseByKeyResponse(key=KEY.raw, outcome=outcome)
    assert codec.read_reversal(KEY, answer) == REVERSALS[outcome.removeprefix("OUTCOME_")]
    assert codec.read_reversal(SALE, answer) == Unknown(wrong=True), "of another key, also a FENCED"


# ---- any bytes ----

READERS: list[tuple[type[Message], Callable[..., object], tuple[type, ...]]] = [
    (pb.AuthoriseResponse, read_sale, (Yes, No, Unknown)),
    (pb.AuthoriseResponse, read_partial, (Yes, No, Unknown)),
    (pb.RefundResponse, read_refund, (Yes, No, Unknown)),
    (pb.CaptureResponse, lambda answer: codec.read_capture(KEY, answer), (bool, Unknown)),
    (pb.ReverseByKeyResponse, lambda answer: codec.read_reversal(KEY, answer), (Reversed, Unknown)),
    (pb.LookUpResponse, lambda answer: books.read_look_up(KEY, answer), (Holding, Unknown)),
    (pb.ReconcileResponse, lambda answer: books.Listing(0).take(answer), (bool,)),
    (pb.JournalHead, codec.read_head, (JournalHead, type(None))),
    (pb.GetSealingKeysResponse, codec.read_sealing_keys, (tuple,)),
]
RECEIPT = pb.ReceiptFacts(amount=pb.Money(cents=5, currency=124), brand=pb.BRAND_VISA)
VALID = [
    pb.AuthoriseResponse(key=KEY.raw, now_ms=1, approved=approved(1000)).SerializeToString(),
    pb.RefundResponse(key=KEY.raw, refused={"reason": 9}).SerializeToString(),
    pb.LookUpResponse(key=KEY.raw, state="STATE_CAPTURED", receipt=RECEIPT).SerializeToString(),
    pb.ReconcileResponse(
        legs=[{"key": KEY.raw, "kind": 1, "state": 4, "amount": {"cents": 5, "currency": 124}, "begun_ms": 9}]
    ).SerializeToString(),
]


@pytest.mark.parametrize(("kind", "read", "results"), READERS)
@settings(max_examples=100, deadline=None)
@given(
    raw=st.one_of(st.binary(max_size=80), st.sampled_from(VALID)),
    flaw=st.tuples(st.integers(0, 200), st.integers(0, 255)),
)
def test_any_bytes_are_an_answer_or_none(kind, read, results, raw, flaw):
    cut, byte = flaw
    damaged = bytearray(raw or b"\0")
    damaged[cut % len(damaged)] = byte
    for candidate in (raw, bytes(damaged), raw[:cut]):
        try:
            message = kind.FromString(candidate)
        except DecodeError:
            continue
        told = read(message)
        assert isinstance(told, results)
        if getattr(message, "key", KEY.raw) != KEY.raw:
            assert told == Unknown(wrong=True)
