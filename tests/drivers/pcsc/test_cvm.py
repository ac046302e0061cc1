"""Cardholder verification: each method and condition, each way a PIN can fail, and what the results say of it."""

import pytest

from drivers.pcsc.asks import PinBlock, PinGiven, PinTrouble
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import Verified
from tests.drivers.pcsc.chips import APPROVED, Chip, cdol_1, cdol_2, generated, talk, terminal
from tests.drivers.pcsc.holder import (
    EXCEEDED,
    FAILED,
    NO_PAD,
    NOT_ENTERED,
    ONLINE,
    PLAIN,
    TRIES_3,
    UNKNOWN,
    WITH_PAD,
    at_reader,
    verified,
)
from tests.drivers.pcsc.script import Issuer, Line, Pin, Say, play, tlv

BLOCK = PinBlock(bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("FFFF9876543210E00001"))


# ---- methods ----


def test_a_signature():
    assert verified("1E00", "1E0000") is Verified.SIGNATURE


def test_no_method_is_required():
    assert verified("1F00", "1F0002") is Verified.NOT_AT_ALL


def test_the_method_that_always_fails():
    assert verified("0000 1F00", "000001", FAILED) is Verified.NOT_AT_ALL
    assert verified("4000 1F00", "1F0002") is Verified.NOT_AT_ALL


def test_an_online_pin():
    assert verified("4200 1E00", "420000", ONLINE, [Pin(True, BLOCK)], tender=WITH_PAD) is Verified.PIN_ONLINE


def test_the_issuer_gets_the_pin_as_the_pad_encrypted_it():
    tvr = f"{PLAIN | ONLINE:010X}"
    chip = Chip(signed={"8E": "0000000000000000" + "0200"})
    lines = [
        *chip.opening(),
        Pin(True, BLOCK),
        generated("80", cdol_1(tvr, "020000")),
        Issuer(APPROVED),
        generated("40", cdol_2(tvr, "6800")),
    ]
    played = play(talk(tender=WITH_PAD), lines)
    assert played.ask is not None
    assert bytes.fromhex("9908" + "0123456789ABCDEF" + "DF010A" + "FFFF9876543210E00001") in played.ask.data
    assert bytes.fromhex("9F33036068C8") in played.ask.data  # a pad is there


def test_a_card_is_not_told_what_the_pad_encrypted():
    tvr = f"{PLAIN | ONLINE:010X}"
    chip = Chip(signed={"8E": "0000000000000000" + "0200", "8C": "9908DF010A9F3403"})
    first = generated("80", "00" * 18 + "020000")
    lines = [*chip.opening(), Pin(True, BLOCK), first, Issuer(APPROVED), generated("40", cdol_2(tvr, "6800"))]
    assert play(talk(tender=WITH_PAD), lines).answer is not None


def test_an_offline_pin():
    said: list[Line] = [TRIES_3, Pin(False, PinGiven(0x9000))]
    assert verified("0100", "010002", said=said, at=at_reader()) is Verified.PIN_AT_READER


def test_an_offline_pin_and_a_signature():
    said: list[Line] = [TRIES_3, Pin(False, PinGiven(0x9000))]
    assert verified("0300", "030000", said=said, at=at_reader()) is Verified.SIGNATURE


def test_an_offline_pin_that_is_right_at_the_second_try():
    said: list[Line] = [TRIES_3, Pin(False, PinGiven(0x63C2)), Pin(False, PinGiven(0x9000))]
    assert verified("0100", "010002", said=said, at=at_reader()) is Verified.PIN_AT_READER


def test_a_card_that_does_not_count_its_tries():
    said: list[Line] = [Say("80CA9F1700", "6A88"), Pin(False, PinGiven(0x9000))]
    assert verified("0100", "010002", said=said, at=at_reader()) is Verified.PIN_AT_READER


# ---- a PIN that fails ----


@pytest.mark.parametrize(
    ("said", "bits"),
    [
        ([Pin(False, PinGiven(0x63C1)), Pin(False, PinGiven(0x63C0))], EXCEEDED),
        ([Pin(False, PinGiven(0x6983))], EXCEEDED),
        ([Pin(False, PinGiven(0x6984))], EXCEEDED),
        ([Pin(False, PinGiven(0x6F00))], 0),
        ([Pin(False, PinTrouble.NO_PAD)], NO_PAD),
        ([Pin(False, PinTrouble.PAD_FAILED)], NO_PAD),
        ([Pin(False, PinTrouble.BYPASSED)], NOT_ENTERED),
    ],
)
def test_an_offline_pin_that_fails(said, bits):
    said = [TRIES_3, *said]
    assert verified("0100", "010001", bits | FAILED, said, at=at_reader()) is Verified.NOT_AT_ALL
    assert verified("4100 1E00", "1E0000", bits, said, at=at_reader()) is Verified.SIGNATURE


def test_a_card_without_tries_left_is_not_asked_for_its_pin():
    said: list[Line] = [Say("80CA9F1700", tlv("9F17", "00") + "9000")]
    assert verified("4100 1F00", "1F0002", EXCEEDED, said, at=at_reader()) is Verified.NOT_AT_ALL


def test_a_card_that_lets_try_for_ever():
    said: list[Line] = [TRIES_3, *[Pin(False, PinGiven(0x63CF))] * 15]
    assert verified("0100", "010001", FAILED, said, at=at_reader()) is Verified.NOT_AT_ALL


@pytest.mark.parametrize(
    ("trouble", "bits"),
    [(PinTrouble.NO_PAD, NO_PAD), (PinTrouble.PAD_FAILED, NO_PAD), (PinTrouble.BYPASSED, NOT_ENTERED)],
)
def test_an_online_pin_that_is_not_given(trouble, bits):
    said = [Pin(True, trouble)]
    assert verified("0200", "020001", bits | FAILED, said, tender=WITH_PAD) is Verified.NOT_AT_ALL
    assert verified("4200 1F00", "1F0002", bits, said, tender=WITH_PAD) is Verified.NOT_AT_ALL


@pytest.mark.parametrize("method", ["01", "02", "03", "04", "05"])
def test_a_pin_that_nothing_here_can_take(method):
    assert verified(f"{method}00", "3F0001", NO_PAD | FAILED) is Verified.NOT_AT_ALL
    further = f"{int(method, 16) | 0x40:02X}00"
    assert verified(f"{further} 1E00", "1E0000", NO_PAD) is Verified.SIGNATURE


def test_an_enciphered_offline_pin_is_not_ours():
    assert verified("4400 1E00", "1E0000", NO_PAD, at=at_reader()) is Verified.SIGNATURE


def test_a_method_that_nobody_defined():
    assert verified("6A00 1F00", "1F0002", UNKNOWN) is Verified.NOT_AT_ALL
    assert verified("2A00 1F00", "3F0001", UNKNOWN | FAILED) is Verified.NOT_AT_ALL


def test_no_signature_here():
    silent = terminal(change=('["signature", "no_cvm"]', '["no_cvm"]'))
    tvr = f"{PLAIN:010X}"
    chip = Chip(signed={"8E": "0000000000000000" + "5E00" + "1F00"})
    lines = [
        *chip.opening(),
        generated("80", cdol_1(tvr, "1F0002")),
        Issuer(APPROVED),
        generated("40", cdol_2(tvr, "6800")),
    ]
    assert play(talk(silent), lines).answer is not None


def test_who_gives_up_once_is_not_asked_for_another_pin():
    said = [Pin(True, PinTrouble.BYPASSED)]
    rules = "4200 4100 1E00"
    assert verified(rules, "1E0000", NOT_ENTERED, said, at=at_reader(), tender=WITH_PAD) is Verified.SIGNATURE


# ---- conditions ----


@pytest.mark.parametrize("condition", ["01", "04", "05", "0A", "80", "FF"])
def test_a_condition_that_is_not_met_passes_the_rule_over(condition):
    assert verified(f"00{condition} 1E02", "1E0200") is Verified.SIGNATURE
    assert verified(f"1E{condition}", "3F0001", FAILED) is Verified.NOT_AT_ALL


def test_a_rule_for_what_the_terminal_supports():
    assert verified("0203 0103 2A03 1E03", "1E0300") is Verified.SIGNATURE
    said = [Pin(True, BLOCK)]
    assert verified("0203 1E03", "020300", ONLINE, said, tender=WITH_PAD) is Verified.PIN_ONLINE


@pytest.mark.parametrize(
    ("condition", "amount", "applies"),
    [
        ("06", 1235, True),
        ("06", 1234, False),
        ("06", 1233, False),
        ("07", 1235, False),
        ("07", 1234, False),
        ("07", 1233, True),
    ],
)
def test_amounts(condition, amount, applies):
    """The sale is 12.34. X, then Y two conditions later."""
    rules, outcome = f"1F{condition} 1E00", (f"1F{condition}02" if applies else "1E0000")
    verified(rules, outcome, amounts=f"{amount:08X}00000000")
    later = f"{int(condition) + 2:02d}"
    rules, outcome = f"1F{later} 1E00", (f"1F{later}02" if applies else "1E0000")
    verified(rules, outcome, amounts=f"00000000{amount:08X}")


@pytest.mark.parametrize("currency", ["0840", ""])
def test_amounts_of_another_currency_or_of_none_are_not_compared(currency):
    tvr = f"{PLAIN:010X}"
    chip = Chip(signed={"8E": "0000FFFF00000000" + "1F06" + "1E00", "9F42": currency})
    lines = [
        *chip.opening(),
        generated("80", cdol_1(tvr, "1E0000")),
        Issuer(APPROVED),
        generated("40", cdol_2(tvr, "6800")),
    ]
    assert play(talk(), lines).answer is not None


# ---- no list ----


def test_a_card_that_wants_no_verification():
    assert verified("1E00", "3F0000", tsi="2800", aip="0800") is Verified.NOT_AT_ALL


def test_a_list_without_rules():
    assert verified("", "3F0000", tsi="2800") is Verified.NOT_AT_ALL


def test_a_list_that_is_missing():
    assert verified(None, "3F0000", 0x20_00_00_00_00, tsi="2800") is Verified.NOT_AT_ALL


def test_a_list_that_is_broken():
    assert play(talk(), Chip(signed={"8E": "00000000000000001E"}).opening()).reason is ReadFailure.CHIP_FAILED
