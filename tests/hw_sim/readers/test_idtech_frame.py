"""Frames of the simulated ID TECH reader: the published ones to the last byte, and any other read by another hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim import dukpt
from hw_sim.cards import CARDS, IN_THE_WALLET, NON_BANK_CARDS, Card
from hw_sim.readers.idtech_frame import Options, clear_frame, encrypted_frame, is_bank_card, spoil_checks
from hw_sim.readers.stripe import HOLDER, Stripe, stripe
from tests.hw_sim.published import IDTECH
from tests.hw_sim.readers.idtech import checks_hold, parse, sha1

KEY = bytes(range(16))
KSN = bytes.fromhex("62994901190000000001")
PUBLISHED = Stripe(*(IDTECH[f"track_{track}"].encode() for track in (1, 2, 3)))
options = st.builds(
    Options,
    enhanced=st.booleans(),
    hashes=st.integers(0, 7),
    masks=st.integers(0, 7),
    lead=st.integers(0, 6),
    trail=st.integers(0, 4),
    mask=st.sampled_from(b"*x "),
    expiry=st.booleans(),
    lrc=st.booleans(),
)
tracks_there = st.sampled_from([(1, 1, 0), (1, 0, 0), (0, 1, 0), (1, 1, 1), (0, 1, 1)])


@pytest.mark.parametrize("layout", ["original", "enhanced"])
def test_the_published_frames(layout: str):
    example = IDTECH[layout]
    made = encrypted_frame(
        PUBLISHED,
        Options(enhanced=layout == "enhanced"),
        bytes.fromhex(example["ksn"]),
        bytes.fromhex(example["key"]),
    )
    assert made.hex().upper() == example["frame"]
    assert is_bank_card(PUBLISHED)


@given(
    card=st.sampled_from(list(CARDS.values())), options=options, there=tracks_there, name=st.text("AB/. ", max_size=26)
)
def test_a_frame_is_read_back(card: Card, options: Options, there: tuple[int, int, int], name: str):
    whole = stripe(card)
    one = whole.track_1.replace(HOLDER.encode(), name.encode())
    found = Stripe(*(track * here for track, here in zip((one, whole.track_2, b";012?9"), there, strict=True)))
    assert is_bank_card(found)
    raw = encrypted_frame(found, options, KSN, KEY)
    sent = [track if options.lrc else track[:-1] for track in found.tracks]
    frame = parse(raw, options.hashes)
    assert frame.card_type == (0x80 if options.enhanced else 0)
    assert frame.lengths == tuple(map(len, sent))
    assert frame.ksn == KSN
    assert frame.status == 7 | sum(8 << at for at in range(3) if sent[at])
    if options.enhanced:
        assert set(frame.ciphers) == {at + 1 for at in range(3) if sent[at]}
        for track, cipher in frame.ciphers.items():
            assert dukpt.decrypt(KEY, cipher).rstrip(b"\0") == sent[track - 1]
        assert frame.chip == card.service_code.startswith("2")
    else:
        assert dukpt.decrypt(KEY, frame.joined).rstrip(b"\0") == sent[0] + sent[1]
        assert frame.shown.get(3, b"") == sent[2]
    hashed = [at for at in range(3 if options.enhanced else 2) if sent[at] and options.hashes >> at & 1]
    assert frame.hashes == [sha1(sent[at]) for at in hashed]
    for track, shown in frame.shown.items():
        if track != 3:
            check_mask(card, shown, sent[track - 1], options)


def check_mask(card: Card, shown: bytes, track: bytes, options: Options) -> None:
    """Nothing but sentinels, separators, the name, and the ends of the number; the expiry if it is to be shown."""
    assert len(shown) == len(track)
    hidden = card.number[options.lead : len(card.number) - options.trail].encode()
    number_at = track.index(card.number.encode())
    lead, trail = options.lead, options.trail
    number = shown[number_at : number_at + len(card.number)]
    assert number[:lead] == card.number[:lead].encode()
    assert number[len(number) - trail :] == card.number[len(number) - trail :].encode()
    assert number[lead : len(number) - trail] == bytes([options.mask]) * len(hidden)
    rest = shown[number_at + len(number) :]
    before_expiry, after_number = (track[:-1].rindex(b"^") if b"^" in track[:-1] else track.index(b"=")) + 1, len(rest)
    assert shown[len(shown) - after_number : before_expiry] == track[len(shown) - after_number : before_expiry]
    expiry = shown[before_expiry : before_expiry + 4]
    assert expiry == (card.expiry_yymm.encode() if options.expiry else bytes([options.mask]) * 4)
    end = len(shown) - 1 - options.lrc
    assert shown[before_expiry + 4 : end] == bytes([options.mask]) * (end - before_expiry - 4)
    assert shown[end:] == b"?" + (bytes([options.mask]) if options.lrc else b"")


@pytest.mark.parametrize("enhanced", [False, True])
@pytest.mark.parametrize("card", NON_BANK_CARDS.values(), ids=NON_BANK_CARDS)
def test_a_card_that_is_no_bank_card_is_sent_in_clear(card, enhanced: bool):
    found = stripe(card)
    assert not is_bank_card(found)
    frame = parse(clear_frame(found, Options(enhanced=enhanced)))
    assert frame.card_type == (0x83 if enhanced else 0x03)
    assert frame.shown == {at + 1: track for at, track in enumerate(found.tracks) if track}
    assert (frame.ciphers, frame.hashes, frame.ksn) == ({}, [], b"")


@pytest.mark.parametrize(
    "found",
    [
        Stripe(b"", b""),
        Stripe(b"", b"", b";0123?4"),
        Stripe(b"%A123456789012?0", b";123456789012=49121011234567?0"),
        Stripe(b"", b";1234567890=4912101123456789?0"),
        Stripe(b"", b";12345678901234567890=49121011?0"),
        Stripe(b"", b";123456789012=4912=1011234567?0"),
        Stripe(b"", b";123456789012=49121?0"),
        Stripe(b"", b";1234567890124912101123456?0"),
    ],
)
def test_what_the_reader_takes_for_no_bank_card(found: Stripe):
    assert not is_bank_card(found)


def test_an_lrc_that_looks_like_a_separator_is_none():
    """Otherwise a bank card in sixteen would be sent in clear."""
    for lrc in b"=^":
        end = bytes((lrc,))
        found = Stripe(b"%B4921817844445119^A/B^49122011?" + end, b";4921817844445119=49122011?" + end)
        assert is_bank_card(found)
        for one in (found, Stripe(found.track_1, b""), Stripe(b"", found.track_2)):
            frame = parse(encrypted_frame(one, Options(enhanced=True), KSN, KEY))
            assert frame.chip
            assert all(b"784444" not in shown for shown in frame.shown.values())


@pytest.mark.parametrize("name", IN_THE_WALLET)
def test_every_card_fits_a_frame_and_spoilt_it_keeps_its_shape(name: str):
    found = stripe(IN_THE_WALLET[name])
    for enhanced in (False, True):
        options = Options(enhanced=enhanced)
        raw = encrypted_frame(found, options, KSN, KEY) if is_bank_card(found) else clear_frame(found, options)
        spoilt = spoil_checks(raw)
        assert checks_hold(raw)
        assert not checks_hold(spoilt)
        assert (len(spoilt), spoilt[:3], spoilt[-1:]) == (len(raw), raw[:3], raw[-1:])


@given(st.binary(max_size=600))
def test_anything_can_be_spoilt(data: bytes):
    assert not checks_hold(spoil_checks(b"\2" + len(data).to_bytes(2, "little") + data + b"\0\0\3"))
