"""What the firewall denied, on its way from nft to the engine."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pos_bridge.domain.connection import Who
from pos_bridge.network.denied import STALE_S, Denied, UnfitError, counted, leave, read, rises
from pos_bridge.network.ruleset import COUNTERS

COUNTS = some.tuples(*[some.integers(0, 2**64 - 1)] * len(Who))

KEYS = some.sampled_from(("nftables", "counter", "name", "packets"))
JSON = some.recursive(
    some.none() | some.integers() | some.text(max_size=9),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEYS, inner),
    max_leaves=9,
)


def listing(**packets: object) -> str:
    entries = [{"counter": {"name": name, "packets": value}} for name, value in packets.items()]
    return json.dumps({"nftables": [{"metainfo": {"version": "1.0.6"}}, *entries]})


@given(some.integers(0, 10**12 - 1), COUNTS)
def test_what_is_left_is_read(at, times):
    assert Denied.parse(Denied(at, times).line()) == Denied(at, times)


@given(some.text(max_size=80) | some.from_regex(r"pos-bridge-denied 1( [0-9]{1,25}){0,8}\n?"))
def test_any_other_line_is_refused(text):
    try:
        found = Denied.parse(text)
    except UnfitError:
        return
    assert [str(found.at), *map(str, found.times)] == [str(int(word)) for word in text.split()[2:]]


@given(some.text(max_size=60) | JSON.map(json.dumps))
def test_any_other_listing_is_refused(text):
    with pytest.raises(UnfitError):
        counted(text, 1)


def test_nfts_listing():
    packets = {name: place for place, name in enumerate(COUNTERS.values())}
    assert counted(listing(**packets, other=9), 5) == Denied(5, (0, 1, 2, 3, 4))
    for name in COUNTERS.values():
        with pytest.raises(UnfitError):
            counted(listing(**{**packets, name: True}), 5)


def test_a_file_is_for_everybody_to_read_and_whole(tmp_path):
    path = tmp_path / "denied"
    assert read(path) is None
    leave(path, Denied(7, (1, 2, 3, 4, 5)))
    assert read(path) == Denied(7, (1, 2, 3, 4, 5))
    assert path.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["denied"]
    path.write_bytes(b"\xff" * 600)
    with pytest.raises(UnfitError):
        read(path)


def test_whatever_lies_there_nobody_waits_for_it(tmp_path):
    """The engine reads it on its loop, from a folder of another user's."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    with pytest.raises(UnfitError):
        read(pipe)
    link.symlink_to("/dev/zero")
    with pytest.raises(OSError, match="symbolic"):
        read(link)


def test_old_is_old():
    assert not Denied(100, (0,) * 5).is_stale(100 + STALE_S)
    assert Denied(100, (0,) * 5).is_stale(101 + STALE_S)


def test_rises_and_counters_that_begin_anew():
    before, after = Denied(1, (5, 5, 0, 0, 0)), Denied(3, (7, 2, 0, 0, 0))
    assert rises(before, after) == {Who.ENGINE: 2, Who.ROOM: 2}
    assert rises(None, before) == {Who.ENGINE: 5, Who.ROOM: 5}
    assert rises(after, after) == {}
