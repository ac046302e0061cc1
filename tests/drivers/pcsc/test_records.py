"""GET PROCESSING OPTIONS and the records: what must be there, what must not be twice, and whose number it is."""

from hashlib import sha1

import pytest

from pos_bridge.domain.card import ReadFailure
from tests.drivers.pcsc.chips import APPROVED, NUMBER, PLAIN_TVR, RANDOM, Chip, cdol_2, ending, generated, talk
from tests.drivers.pcsc.script import Issuer, Line, Say, apdu, play, tlv

FAILED = ReadFailure.CHIP_FAILED


def options(chip: Chip, answer: str) -> list[Line]:
    return [*chip.directory(), chip.selected(), Say(apdu("80A80000", "8300"), answer)]


def reads(chip: Chip, records: list[str]) -> list[Line]:
    """SFI 1 record 1, then SFI 2 record 1, whatever is in them."""
    places = ("00B2010C00", "00B2011400")
    said = [Say(place, record) for place, record in zip(places, records, strict=False)]
    return [*chip.directory(), chip.selected(), chip.options(), *said]


def approved(chip: Chip, lines: list[Line] | None = None) -> bool:
    played = play(talk(), [*(lines or chip.opening()), *ending(PLAIN_TVR)])
    return played.answer is not None and played.answer.agreed


def failed(chip: Chip) -> bool:
    return play(talk(), chip.opening()).reason is FAILED


# ---- processing options ----


def test_what_the_card_wants_to_know_first():
    chip = Chip(pdol="9F3303 9F3501 9F1A02 9F6604 9F3704".replace(" ", ""))
    values = "6028C8" + "21" + "0124" + "00000000" + RANDOM
    assert approved(chip, chip.opening(values))


def test_processing_options_in_the_other_format():
    chip = Chip()
    answer = tlv("77", tlv("82", chip.aip) + tlv("94", "0801010010010101")) + "9000"
    assert approved(chip, [*options(chip, answer), *chip.read()])


@pytest.mark.parametrize(
    "answer",
    [
        "6700",
        "9000",
        "800118 9000",
        "80021800 9000",  # no locator
        "8006180008010100 FF 9000",
        "7708 82021800 94020801 9000",  # half an entry
        "7704 82021800 9000",
        "770A 82021800 82021800 9402 9000",
        "7780 82021800 0000 9000",
        "8006180008010200 9000",  # a locator is whole, and what it names is not there
    ],
)
def test_processing_options_that_are_none(answer):
    lines = options(Chip(), answer)
    if answer.startswith("80061800080102"):
        lines.append(Say("00B2010C00", "6A83"))
    assert play(talk(), lines).reason is FAILED


@pytest.mark.parametrize("pdol", ["9F", "9F37", "9F02FA"])
def test_a_first_list_that_no_terminal_can_fill(pdol):
    chip = Chip(pdol=pdol)
    lines = [*chip.directory(), chip.selected()]
    if pdol == "9F02FA":  # 250 bytes and their header are still a command
        lines.append(Say(apdu("80A80000", tlv("83", "00" * 244 + "000000001234")), "6700"))
    assert play(talk(), lines).reason is FAILED


# ---- records ----


@pytest.mark.parametrize("status", ["6A83", "6985", "6283", "6F00"])
def test_a_record_that_cannot_be_read(status):
    chip = Chip()
    assert play(talk(), reads(chip, [chip.records[0] + "9000", status])).reason is FAILED


@pytest.mark.parametrize(
    "record",
    ["", "7700", "7080 5F2403491231 0000", "70025A08", "7003 5A02", "7000 7000"],
    ids=["empty", "another template", "indefinite", "cut short", "cut within", "two"],
)
def test_a_record_that_is_broken(record):
    assert play(talk(), reads(Chip(), [record + "9000"])).reason is FAILED


@pytest.mark.parametrize("tag", ["5F24", "8C", "8D"])
def test_a_mandatory_object_is_missing(tag):
    assert failed(Chip(signed={tag: ""}))


def test_no_track_2_for_the_issuer():
    assert failed(Chip(plain={"57": ""}))


def test_a_card_whose_number_is_in_track_2_alone():
    assert approved(Chip(signed={"5A": ""}))


@pytest.mark.parametrize("objects", [{"5A": NUMBER}, {"5F24": "491231"}], ids=str)
def test_an_object_that_comes_twice(objects):
    """In another record than the first."""
    chip = Chip(plain=objects)
    assert failed(chip)


def test_an_object_that_a_record_cannot_have_is_not_heard():
    assert approved(Chip(plain={"9F10": "00", "9F26": "00"}, signed={"9F26": "01"}))


def test_an_object_that_came_with_the_processing_options():
    chip = Chip(plain={"82": "1800"})
    assert play(talk(), reads(chip, [chip.records[0] + "9000"])).reason is FAILED


def test_twice_in_one_record():
    chip = Chip()
    again = tlv("70", chip.signed_bytes + tlv("5F34", "01"))
    assert play(talk(), reads(chip, [chip.records[0] + "9000", again + "9000"])).reason is FAILED


def test_a_record_as_long_as_an_answer_can_be():
    chip = Chip()
    room = 256 - len(bytes.fromhex(tlv("70", "00" * 200))) + 200
    track = tlv("57", f"{NUMBER}D49122010000123456789F")
    full = tlv("70", track + tlv("9F7C", "00" * (room - len(bytes.fromhex(track)) - 4)))
    assert len(bytes.fromhex(full)) == 256
    assert approved(chip, [*reads(chip, [full + "9000", chip.records[1] + "9000"])])


def test_padding_in_a_record_is_no_data():
    chip = Chip()
    assert approved(chip, reads(chip, ["00" + chip.records[0] + "0000" + "9000", chip.records[1] + "9000"]))


@pytest.mark.parametrize(
    "objects",
    [
        {"5A": "4921817844445118"},  # Luhn
        {"5A": "4506445006931933"},  # of another card than 57
        {"5A": "49218178444451AF"},
        {"5A": "4921"},
        {"5F24": "491331"},
        {"5F24": "4912"},
        {"5F24": "49123A"},
        {"9F0E": "00"},
        {"9F07": "FF"},
        {"8C": "9F02"},
        {"8D": "FF"},
        {"8E": "00000000"},
        {"97": "9F"},
    ],
    ids=str,
)
def test_an_object_that_is_malformed(objects):
    assert failed(Chip(signed=objects))


@pytest.mark.parametrize(
    "track",
    [
        NUMBER,
        NUMBER + "D491220100001234567890" + "0" * 16,
        NUMBER + "D4912",
        NUMBER + "D491220100001234567AFF",
        "D49122010000",
    ],
)
def test_track_2_that_is_malformed(track):
    assert failed(Chip(plain={"57": track + "F" * (len(track) % 2)}))


def test_a_number_of_an_odd_length():
    assert approved(Chip(aid="A000000025010402", number="374245455400126"))


def test_a_record_of_an_issuers_own_file():
    """SFI 21 need not be a template; it is read, and nothing in it is believed."""
    chip = Chip()
    answer = tlv("80", chip.aip + "0801010010010100" + "A8010100") + "9000"
    lines = [*options(chip, answer), *chip.read(), Say("00B201AC00", "C0FFEE9000")]
    assert approved(chip, lines)


def test_a_card_cannot_speak_for_the_terminal():
    """Amount, results, response code and PIN of its own making change nothing."""
    lies = {"9F02": "000000000001", "95": "0000000000", "8A": "3030", "91": "AA" * 8, "99": "BB" * 8, "84": "A000"}
    chip = Chip(plain=lies)
    assert approved(chip)
    played = play(talk(), [*chip.opening(), *ending(PLAIN_TVR)])
    assert played.ask is not None
    assert bytes.fromhex("BB" * 8) not in played.ask.data


def test_a_list_that_wants_a_hash_for_its_certificate():
    """98 over the default list, which is empty: TVR says that it was used."""
    chip = Chip(signed={"8C": "95059814"})
    first = generated("80", "8000008080" + sha1(b"").hexdigest())
    lines: list[Line] = [first, Issuer(APPROVED), generated("40", cdol_2("8000008080", "6800"))]
    assert play(talk(), [*chip.opening(), *lines]).answer is not None


def test_a_hash_over_the_cards_own_list():
    chip = Chip(signed={"8C": "95059814", "97": "9F0206"})
    first = generated("80", PLAIN_TVR + sha1(bytes.fromhex("000000001234")).hexdigest())
    lines: list[Line] = [first, Issuer(APPROVED), generated("40", cdol_2(PLAIN_TVR, "6800"))]
    assert play(talk(), [*chip.opening(), *lines]).answer is not None
