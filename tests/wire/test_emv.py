"""EMV's own little codecs: object lists and how they are filled, file locators, CVM lists, bits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.wire.emv_cvm import Method, Rule, parse_cvm_list
from pos_bridge.wire.emv_dol import Wanted, fill, parse_dol
from pos_bridge.wire.emv_files import MAX_RECORDS, Place, parse_afl
from pos_bridge.wire.emv_results import Profile, Tsi, Tvr
from pos_bridge.wire.tlv import TlvError


def test_a_list_of_objects():
    assert parse_dol(bytes.fromhex("9F02069F37045F2A02")) == (Wanted(0x9F02, 6), Wanted(0x9F37, 4), Wanted(0x5F2A, 2))
    assert parse_dol(b"") == ()


@pytest.mark.parametrize("raw", ["9F", "9F02", "9F0206 5A", "00FF", "9F02FF 9F0301"])
def test_a_list_of_objects_that_is_none(raw):
    with pytest.raises(TlvError):
        parse_dol(bytes.fromhex(raw))


@pytest.mark.parametrize(
    ("tag", "length", "value", "filled"),
    [
        (0x9F02, 6, "000000001234", "000000001234"),
        (0x9F02, 4, "000000001234", "00001234"),  # numeric: the right end stays
        (0x9F02, 8, "000000001234", "0000000000001234"),
        (0x9F37, 4, "0A0B0C0D", "0A0B0C0D"),
        (0x9F37, 2, "0A0B0C0D", "0A0B"),  # binary: the left end stays
        (0x9F37, 6, "0A0B0C0D", "0A0B0C0D0000"),
        (0x5A, 10, "4921817844445119", "4921817844445119FFFF"),  # compressed numeric
        (0x5A, 4, "4921817844445119", "49218178"),
        (0x9A, 0, "261123", ""),
        (0x9F1E, 8, "3030", "3030000000000000"),
    ],
)
def test_how_a_value_is_made_to_fit(tag, length, value, filled):
    assert fill((Wanted(tag, length),), {tag: bytes.fromhex(value)}).hex().upper() == filled


def test_what_is_not_known_is_zeros_and_so_is_a_template():
    assert fill((Wanted(0x9F66, 4), Wanted(0x70, 2)), {0x70: b"\1\2"}) == bytes(6)


@given(st.binary(max_size=252), st.dictionaries(st.integers(1, 0xFFFF), st.binary(max_size=20)))
def test_a_filled_list_has_the_length_that_it_names(raw, values):
    try:
        dol = parse_dol(raw)
    except TlvError:
        return
    assert len(fill(dol, values)) == sum(wanted.length for wanted in dol)


def test_a_file_locator():
    assert parse_afl(bytes.fromhex("08010200 10010301")) == (
        Place(1, 1, authenticated=False),
        Place(1, 2, authenticated=False),
        Place(2, 1, authenticated=True),
        Place(2, 2, authenticated=False),
        Place(2, 3, authenticated=False),
    )


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "080102",
        "0801020008",
        "00010100",  # no file
        "F8010100",  # file 31
        "09010100",  # the lower bits are not zero
        "08000100",  # record 0
        "08020100",  # backwards
        "08010102",  # more authenticated than there are
        "0801FF00",  # too many
    ],
)
def test_a_file_locator_that_is_none(raw):
    with pytest.raises(TlvError):
        parse_afl(bytes.fromhex(raw))


@given(st.binary(max_size=252))
def test_noise_as_a_file_locator(raw):
    try:
        places = parse_afl(raw)
    except TlvError:
        return
    assert 0 < len(places) <= MAX_RECORDS


def test_a_cvm_list():
    listed = parse_cvm_list(bytes.fromhex("000003E8 000007D0 4103 1E06 1F00"))
    assert (listed.x, listed.y) == (1000, 2000)
    assert listed.rules == (Rule(0x41, 3), Rule(0x1E, 6), Rule(0x1F, 0))
    assert [rule.method for rule in listed.rules] == [Method.PLAINTEXT_PIN, Method.SIGNATURE, Method.NONE_REQUIRED]
    assert [rule.goes_on for rule in listed.rules] == [True, False, False]
    assert Rule(0x3E, 0).method is None


@pytest.mark.parametrize("raw", ["", "00000000", "0000000000000000 1E", "0000000000000000" + "1E00" * 123])
def test_a_cvm_list_that_is_none(raw):
    with pytest.raises(TlvError):
        parse_cvm_list(bytes.fromhex(raw))


def test_the_bits_lie_where_the_standard_has_them():
    assert int(Tvr.ODA_NOT_PERFORMED | Tvr.FLOOR_LIMIT_EXCEEDED).to_bytes(5, "big").hex() == "8000008000"
    assert int(Tvr.SCRIPT_FAILED_AFTER).to_bytes(5, "big").hex() == "0000000010"
    assert int(Tsi.ODA | Tsi.SCRIPT).to_bytes(2, "big").hex() == "8400"
    assert Profile(0x3900) == Profile.DDA | Profile.CARDHOLDER_VERIFICATION | Profile.RISK_MANAGEMENT | Profile.CDA
