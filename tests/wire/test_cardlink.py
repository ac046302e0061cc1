from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.applications import APPLICATIONS
from pos_bridge.domain.card import (
    Brand,
    CardFacts,
    ChainMode,
    EntryMode,
    ReadFailure,
    Scheme,
    SealedByReader,
    SealedByRoom,
    SealedCard,
    Variant,
)
from pos_bridge.domain.chip import ChipReceipt, HostWord, IssuerAnswer, SecondAnswer, Verified
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire.cardlink import (
    MAX_MESSAGE,
    Armed,
    CardSaid,
    Failed,
    Finish,
    Issuer,
    LinkError,
    Notice,
    Read,
    ReaderIs,
    ReaderState,
    Ready,
    Report,
    Sealed,
    Show,
    Status,
)
from pos_bridge.wire.cardlink_codec import decode_report, decode_request, encode_report, encode_request

KEY = SealingKey(b"key-0001", 7, 2**40, bytes(range(256)) * 4 + bytes(192), bytes(64))
SENTENCES = {
    f"{what} of this link{fault}"
    for kind in ("request", "report")
    for what, fault in ((f"not a {kind}", ""), (f"a {kind}", " with a field out of range"))
}
WAYS = (st.sampled_from(Variant), st.sampled_from(ChainMode))
BY_ROOM = st.builds(SealedByRoom, st.binary(min_size=8, max_size=8), st.just(bytes(1648)))


def by_reader(scheme: Scheme, ksn: int, block: int) -> st.SearchStrategy[SealedByReader]:
    tracks = st.integers(1, 256 // block).map(lambda count: b"\x5a" * block * count)
    serial = st.binary(min_size=ksn, max_size=ksn)
    return st.builds(SealedByReader, st.just(scheme), *WAYS, serial, tracks, st.just(b"") | tracks)


BY_READER = by_reader(Scheme.TDES, 10, 8) | by_reader(Scheme.AES, 12, 16)
DEVICES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=60)
REQUESTS = st.one_of(
    st.builds(Status, st.just("msr_plain"), DEVICES),
    st.builds(
        Read,
        st.just("msr_plain"),
        DEVICES,
        st.integers(1, 600_000),
        st.binary(min_size=16, max_size=16),
        st.integers(1, 99_999_999),
        st.integers(1, 999),
        st.just(KEY),
        st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(lambda time: int(f"{time:%y%m%d%H%M%S}")),  # noqa: DTZ001 - the store's own
        refund=st.booleans(),
        fallback=st.booleans(),
        pin_pad=st.just("") | DEVICES,
    ),
    st.builds(
        Issuer,
        st.builds(
            IssuerAnswer,
            st.sampled_from(HostWord),
            st.from_regex(rb"[0-9A-Z]{2}", fullmatch=True),
            st.just(b"") | st.binary(min_size=8, max_size=16),
            st.binary(max_size=256),
        ),
    ),
    st.just(Finish()),
)
RECEIPTS = st.builds(
    ChipReceipt,
    st.sampled_from(sorted(APPLICATIONS)),
    st.sampled_from([bytes(5), bytes.fromhex("FEF8FCF8F0"), bytes.fromhex("8000008000")]),
    st.sampled_from([bytes(2), b"\xfc\x00", b"\xe8\x00"]),
    st.sampled_from(Verified),
)
REPORTS = st.one_of(
    st.builds(CardSaid, st.builds(SecondAnswer, st.booleans(), st.none() | RECEIPTS)),
    st.builds(Ready, st.integers(0, 2**32 - 1)),
    st.just(Armed()),
    st.builds(Show, st.sampled_from(Notice)),
    st.builds(Failed, st.sampled_from(ReadFailure)),
    st.builds(ReaderIs, st.sampled_from(ReaderState)),
    st.builds(
        Sealed,
        st.builds(
            SealedCard,
            st.builds(CardFacts, st.sampled_from(Brand), st.integers(0, 9999), st.sampled_from(EntryMode)),
            BY_ROOM | BY_READER,
        ),
    ),
)


@given(REQUESTS)
def test_a_request_is_heard_as_it_was_said(message):
    packet = encode_request(message)
    assert len(packet) <= MAX_MESSAGE
    assert decode_request(packet) == message


@given(REPORTS)
def test_a_report_is_heard_as_it_was_said(message):
    packet = encode_report(message)
    assert len(packet) <= MAX_MESSAGE
    assert decode_report(packet) == message


@given(REPORTS, st.binary(min_size=1, max_size=30))
def test_nothing_fits_behind_a_report(message, tail):
    with pytest.raises(LinkError):
        decode_report(encode_report(message) + tail)


@given(REPORTS)
def test_a_report_cut_short_is_none(message):
    packet = encode_report(message)
    for end in {0, 1, len(packet) // 2, len(packet) - 1} - {len(packet)}:
        with pytest.raises(LinkError):
            decode_report(packet[:end])


@given(st.one_of(st.binary(max_size=64), st.binary(max_size=16).map(lambda tail: b"\x02" + bytes(1410) + tail)))
def test_no_bytes_raise_anything_but_a_link_error_and_it_holds_none_of_them(packet):
    for decode in (decode_request, decode_report):
        error = fault_of(decode, packet)
        if error is not None:
            assert str(error) in SENTENCES
            assert error.__cause__ is None


def a_receipt(aid: str = "A0000000031010", tvr: str = "0000008000", tsi: str = "E800") -> Report:
    receipt = ChipReceipt(bytes.fromhex(aid), bytes.fromhex(tvr), bytes.fromhex(tsi), Verified.SIGNATURE)
    return CardSaid(SecondAnswer(agreed=True, receipt=receipt))


@pytest.mark.parametrize(
    "report",
    [
        a_receipt(aid="A000000003492181784444"),  # a known scheme, and behind it whatever one likes
        a_receipt(aid="A00000000310104921"),
        a_receipt(aid="4921817844445119"),
        a_receipt(tvr="0100008000"),
        a_receipt(tvr="0000008001"),
        a_receipt(tvr="0007030700"),
        a_receipt(tsi="E801"),
        a_receipt(tsi="0300"),
    ],
)
def test_a_receipt_that_could_hold_a_number_is_no_report(report):
    with pytest.raises(LinkError):
        decode_report(encode_report(report))


@given(st.binary(min_size=29, max_size=29).map(lambda tail: b"\x88" + tail))
def test_whatever_the_room_says_last_only_a_known_receipt_is_heard(packet):
    try:
        report = decode_report(packet)
    except LinkError:
        return
    assert isinstance(report, CardSaid)
    assert report.answer.receipt is None or report.answer.receipt.aid in APPLICATIONS


@pytest.mark.parametrize("time", [0, 1, 261323115900, 261132115900, 261123245900, 261123116000, 10**12 + 261123115900])
def test_no_time_is_asked_for_that_there_is_not(time):
    with pytest.raises(ValueError, match="local time"):
        Read("msr_plain", "/dev/a", 1, bytes(16), 1, 124, KEY, time)


def fault_of(decode: Callable[[bytes], object], packet: bytes) -> LinkError | None:
    try:
        decode(packet)
    except LinkError as error:
        return error
    return None
