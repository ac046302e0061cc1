"""Cards of an ID TECH reader: what may be known of one, and what the processor can open."""

import pytest

from pos_bridge.domain.card import Brand, ChainMode
from tests.wire.idtech_frames import KEY, KINDS, KSN, SERIAL, SESSION, TRACK_3, Swiped, decrypted, encrypted, masked
from tests.wire.idtech_reading import VISA, card
from tests.wire.swipes import PUBLISHED, TAIL, track_1, track_2

# ---- what may be known of a card ----


@pytest.mark.parametrize("name", ["visa", "mastercard", "amex", "discover"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_published_card(kind, name):
    pan = PUBLISHED[name]
    for swiped in (
        Swiped(track_1(pan), track_2(pan), kind=kind),
        Swiped(track_1(pan), b"", kind=kind),
        Swiped(b"", track_2(pan), kind=kind),
    ):
        facts = card(swiped.frame()).facts
        assert (facts.brand, facts.last_four) == (Brand[name.upper()], int(pan[-4:]))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"three": bytes.fromhex(TRACK_3)},
        {"hashes": 2},
        {"hashes": 3, "three": bytes.fromhex(TRACK_3)},
        {"session": SESSION},
        {"session": SESSION, "hashes": 2},
        {"serial": SERIAL, "kind": "enhanced"},
        {"serial": SERIAL, "session": SESSION, "hashes": 3, "kind": "enhanced"},
    ],
)
@pytest.mark.parametrize("one", [track_1(VISA), track_1(VISA, name="A/B"), b""])
@pytest.mark.parametrize("two", [track_2(VISA), track_2(VISA, TAIL[:-3]), b""])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_on_opens_to_the_tracks(kind, one, two, changes):
    if not one and not two:
        return
    swiped = Swiped(one, two, **{"kind": kind, **changes})
    frame = swiped.frame()
    taken = card(frame)
    assert frame[taken.ksn] == KSN
    if swiped.kind == "original":
        chain = decrypted(KEY, frame[taken.track1] + frame[taken.track2])
        assert taken.mode is ChainMode.CBC_CHAINED
        assert chain.rstrip(b"\0") == one + two
        assert len(frame[taken.track1]) == min(-(-len(one) // 8) * 8, len(chain))
    else:
        assert taken.mode is ChainMode.CBC_PER_TRACK
        assert frame[taken.track1] == (encrypted(KEY, one) if one and not two else b"")
        assert frame[taken.track2] == (encrypted(KEY, two) if two else b"")


@pytest.mark.parametrize(
    ("masks", "last_four"),
    [
        ((masked(track_1(VISA))[:-1] + b"!", masked(track_2(VISA))[:-1] + b"0"), 5119),
        ((masked(track_1(VISA), mask="x"), masked(track_2(VISA), mask="x")), 5119),
        ((masked(track_1(VISA), shown=6), masked(track_2(VISA), shown=6)), 5119),
        ((b"%B" + masked(track_1(VISA))[2:], masked(track_2(VISA))), 5119),
        ((masked(track_1(VISA)), b""), 5119),
        ((b"", masked(track_2(VISA))), 5119),
    ],
)
def test_the_ways_to_mask_a_card(masks, last_four):
    assert card(Swiped(masks=masks).frame()).facts.last_four == last_four
