"""Restrictions, risk management and action analysis: what the TVR says of a card, and who says no before the issuer."""

from collections.abc import Sequence

import pytest

from drivers.reader import Tender
from pos_bridge.domain.card import ReadFailure
from tests.drivers.pcsc.chips import Chip, cdol_1, ending, generated, talk, terminal
from tests.drivers.pcsc.script import Line, Say, play, tlv

PLAIN = 0x80_00_00_80_00
VERSION, EXPIRED, EARLY, NOT_ALLOWED, NEW = (bit << 24 for bit in (0x80, 0x40, 0x20, 0x10, 0x08))
LOWER, UPPER = 0x4000, 0x2000
MISSING = 0x20_00_00_00_00
# A card whose own denial code refuses nothing, at a terminal whose code refuses nothing.
LENIENT = ('tac_denial = "0010000000"', 'tac_denial = "0000000000"')


def results(signed: dict[str, str], bits: int, said: Sequence[Line] = ()) -> None:
    """A sale of a card with these objects has this TVR."""
    lines = [*Chip(signed=signed).opening(), *said, *ending(f"{PLAIN | bits:010X}")]
    assert play(talk(terminal(change=LENIENT)), lines).answer is not None


def at_day(day: int, signed: dict[str, str], bits: int) -> None:
    """The same on another day, up to the first cryptogram, which the card refuses."""
    tender = Tender(cents=1234, currency=124, local_time=day * 1_000_000)
    tvr = f"{PLAIN | bits:010X}"
    asked = generated("80", cdol_1(tvr).replace("261123", f"{day:06d}"), status="6985")
    played = play(talk(tender=tender), [*Chip(signed=signed).opening(), asked])
    assert played.reason is ReadFailure.CHIP_DECLINED


# ---- restrictions ----


def test_versions():
    results({"9F08": "0096"}, 0)
    results({"9F08": "008C"}, VERSION)


@pytest.mark.parametrize(
    ("usage", "country", "allowed"),
    [
        ("2100", "0124", True),
        ("0900", "0124", True),
        ("1500", "0124", False),
        ("1100", "0840", True),
        ("0500", "0840", True),
        ("2900", "0840", False),
        ("FE00", "0124", False),
        ("0100", "", True),
        ("FE00", "", False),
        ("", "0840", True),
    ],
)
def test_usage(usage, country, allowed):
    """Domestic and international goods and services; elsewhere than at ATMs; what is missing is not looked at."""
    results({"9F07": usage, "5F28": country}, 0 if allowed else NOT_ALLOWED)


@pytest.mark.parametrize(
    ("day", "objects", "bits"),
    [
        (261123, {"5F24": "261123", "5F25": "261123"}, 0),
        (261124, {"5F24": "261123"}, EXPIRED),
        (261122, {"5F25": "261123"}, EARLY),
        (261123, {"5F25": ""}, 0),
        (261123, {"5F24": "491231", "5F25": "500101"}, 0),  # 1950 is long past
        (261123, {"5F24": "991231"}, EXPIRED),  # 1999
        (261123, {"5F25": "AAAAAA"}, 0),
    ],
)
def test_dates(day, objects, bits):
    at_day(day, objects, bits)


def test_a_card_that_expired_is_for_its_issuer_to_refuse():
    results({"5F24": "261031"}, EXPIRED)


# ---- risk ----


def test_a_sale_below_a_floor_limit_still_goes_online():
    at = terminal(change=("floor_limit = 0", "floor_limit = 1235"))
    assert play(talk(at), [*Chip().opening(), *ending("8000000000")]).answer is not None


def velocity(counter: str, last: str) -> list[Line]:
    return [
        Say("80CA9F3600", tlv("9F36", counter) + "9000" if counter else "6A88"),
        Say("80CA9F1300", tlv("9F13", last) + "9000" if last else "6A88"),
    ]


@pytest.mark.parametrize(
    ("counter", "last", "bits"),
    [
        ("0012", "0010", 0),
        ("0013", "0010", LOWER),
        ("0015", "0010", LOWER),
        ("0016", "0010", LOWER | UPPER),
        ("0001", "0000", NEW),
        ("0003", "0000", NEW | LOWER),
        ("0010", "0010", LOWER | UPPER),
        ("000F", "0010", LOWER | UPPER),
        ("", "0010", LOWER | UPPER | MISSING),
        ("0012", "", LOWER | UPPER | MISSING),
        ("", "0000", NEW | LOWER | UPPER | MISSING),
    ],
)
def test_how_often_since_it_was_online(counter, last, bits):
    results({"9F14": "02", "9F23": "05"}, bits, velocity(counter, last))


def test_one_limit_alone_is_not_looked_at():
    results({"9F14": "02"}, 0)
    results({"9F23": "02"}, 0)


def test_a_counter_that_is_another_object():
    said = [Say("80CA9F3600", tlv("9F13", "0001") + "9000"), Say("80CA9F1300", "9000")]
    results({"9F14": "02", "9F23": "05"}, LOWER | UPPER | MISSING, said)


# ---- who refuses ----


def refused(objects: dict[str, str], bits: int) -> None:
    """The card is asked for a no, and nobody else is asked at all."""
    asked = generated("00", cdol_1(f"{PLAIN | bits:010X}"))
    played = play(talk(), [*Chip(signed=objects).opening(), asked])
    assert (played.reason, played.ask) == (ReadFailure.CHIP_DECLINED, None)


def test_the_issuer_had_its_card_refuse():
    refused({"5F24": "261031", "9F0E": "0040000000"}, EXPIRED)
    results({"5F24": "261031", "9F0E": "0020000000"}, EXPIRED)


def test_the_scheme_refuses():
    refused({"9F07": "0000"}, NOT_ALLOWED)


def test_online_and_default_codes_refuse_nothing():
    """An online-only terminal asks the issuer, whatever they say."""
    results({"9F0F": "0000000000", "9F0D": "FFFFFFFFFF"}, 0)
