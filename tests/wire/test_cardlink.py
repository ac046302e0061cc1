from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire.cardlink import (
    MAX_MESSAGE,
    Armed,
    Failed,
    Finish,
    LinkError,
    Notice,
    Read,
    ReaderIs,
    ReaderState,
    Ready,
    Sealed,
    Show,
    Status,
    decode_report,
    decode_request,
    encode_report,
    encode_request,
)

KEY = SealingKey(b"key-0001", 7, 2**40, bytes(range(256)) * 4 + bytes(192), bytes(64))
SENTENCES = {
    f"{what} of this link{fault}"
    for kind in ("request", "report")
    for what, fault in ((f"not a {kind}", ""), (f"a {kind}", " with a field out of range"))
}
WAYS = (st.sampled_from(Variant), st.sampled_from(ChainMode))
BY_ROOM = st.builds(SealedByRoom, st.binary(min_size=8, max_size=8), st.just(bytes(1392)))


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
    ),
    st.just(Finish()),
)
REPORTS = st.one_of(
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


@given(st.one_of(st.binary(max_size=64), st.binary(max_size=16).map(lambda tail: b"\x02" + bytes(1400) + tail)))
def test_no_bytes_raise_anything_but_a_link_error_and_it_holds_none_of_them(packet):
    for decode in (decode_request, decode_report):
        error = fault_of(decode, packet)
        if error is not None:
            assert str(error) in SENTENCES
            assert error.__cause__ is None


def fault_of(decode: Callable[[bytes], object], packet: bytes) -> LinkError | None:
    try:
        decode(packet)
    except LinkError as error:
        return error
    return None
