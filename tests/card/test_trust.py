import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.card.trust import Trust, TrustFileError, read_trust
from tests.card.keys import FAR, LOWEST_EPOCH, ProcessorKeys


@pytest.fixture(scope="module")
def keys():
    return ProcessorKeys()


def test_what_is_trusted(keys, tmp_path):
    trust = read_trust(str(keys.write_trust(tmp_path)))
    assert trust.roots == (keys.root.public_key(),)
    assert trust.lowest_epoch == LOWEST_EPOCH
    key = keys.sealing_key()
    assert trust.accepts(key, 1_700_000_000)
    assert trust.accepts(key, FAR)
    assert not trust.accepts(key, FAR + 1)


def test_two_roots_side_by_side(keys, tmp_path):
    """While the processor changes over: each counts, no third one does, and the lowest epoch holds for both."""
    before, after, other = keys, ProcessorKeys(), ProcessorKeys()
    path = before.write_trust(tmp_path)
    with path.open("a") as file:
        file.write(f"root {after.root.public_key().public_bytes_raw().hex()}\n")
    trust = read_trust(str(path))
    assert trust.roots == (before.root.public_key(), after.root.public_key())
    for signer in (before, after):
        assert trust.accepts(signer.sealing_key(), FAR)
        assert not trust.accepts(signer.sealing_key(), FAR + 1)
        assert not trust.accepts(signer.sealing_key(LOWEST_EPOCH - 1), FAR)
    assert not trust.accepts(other.sealing_key(), FAR)


@given(place=st.integers(0, 1299), bit=st.integers(0, 7))
def test_no_bit_of_a_key_can_be_changed(keys, place, bit):
    key = keys.sealing_key()
    trust = Trust((keys.root.public_key(),), 0)
    raw = bytearray(key.key_id + key.epoch.to_bytes(4, "big") + key.not_after_s.to_bytes(8, "big"))
    raw += key.public_key + key.signature
    raw[place] ^= 1 << bit
    not_after_s = int.from_bytes(raw[12:20], "big") % 2**63
    changed = type(key)(
        bytes(raw[:8]), int.from_bytes(raw[8:12], "big"), not_after_s, bytes(raw[20:1236]), bytes(raw[1236:])
    )
    assert changed == key or not trust.accepts(changed, 0)


@given(st.one_of(st.binary(max_size=200), st.text("rootlwes-ph0123456789abf \n#", max_size=200).map(str.encode)))
def test_no_file_raises_anything_but_its_own_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzzed-trust.txt"
    path.write_bytes(content)
    error = fault_of(str(path))
    assert error is None or error.args == ()


def fault_of(path: str) -> TrustFileError | None:
    try:
        read_trust(path)
    except TrustFileError as error:
        return error
    return None
