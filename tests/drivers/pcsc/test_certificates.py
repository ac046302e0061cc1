"""Certificates and signatures that are right but for one thing, and keys of every size that finds or lacks its room."""

from dataclasses import replace

import pytest

from pos_bridge.domain.card import ReadFailure
from tests.drivers.pcsc import authority
from tests.drivers.pcsc.chips import (
    APPROVED,
    CDOL_1,
    NUMBER,
    RANDOM,
    cdol_1,
    cdol_2,
    combined,
    ending,
    generated,
    talk,
)
from tests.drivers.pcsc.proofs import BAD, CDA, DDA, GOOD, SDA, challenge, knowing, wrong
from tests.drivers.pcsc.script import Issuer, Line, Say, play, tlv


def holds(lines: list[Line], good: str) -> None:
    played = play(talk(knowing()), [*lines, *ending(good, "E800")])
    assert played.answer is not None
    assert played.answer.agreed


# ---- sizes ----


@pytest.mark.parametrize("exponent", [3, 65537])
@pytest.mark.parametrize("bits", [1024, 1120, 1128, 1408], ids=["padded", "fits", "a byte over", "as its scheme's"])
def test_issuer_keys(bits, exponent):
    key = authority.pair(bits, "an issuer", exponent)
    proof = {**authority.issuer_objects(NUMBER, key), "93": authority.static_signature(SDA.signed_bytes, key)}
    holds(replace(SDA, proof=proof).opening(), GOOD["SDA"])
    assert (proof["92"] == "") == (bits <= 1120)


def test_a_remainder_that_nobody_needs():
    key = authority.pair(1024, "an issuer", 3)
    proof = {**authority.issuer_objects(NUMBER, key), "93": authority.static_signature(SDA.signed_bytes, key)}
    wrong(replace(SDA, proof={**proof, "92": "BB"}), BAD["SDA"])


def test_a_padding_of_a_key_that_is_none():
    key = authority.pair(1024, "an issuer", 3)
    signature = authority.static_signature(SDA.signed_bytes, key)
    proof = {**authority.issuer_objects(NUMBER, key, padding="AA"), "93": signature}
    wrong(replace(SDA, proof=proof), BAD["SDA"])


def test_a_card_key_as_long_as_its_issuers():
    big = authority.pair(1152, "a card")
    lines = replace(DDA, proof=authority.chip_objects(NUMBER, DDA.signed_bytes, big)).opening()
    signature = authority.signed(big, "05", b"\1\3\2\x31\x32".ljust(144 - 23, b"\xbb"), bytes.fromhex(RANDOM))
    holds([*lines, challenge(signature=signature.hex())], GOOD["DDA"])


def test_a_card_key_that_fits_into_its_certificate():
    above, key = authority.pair(1408, "an issuer"), authority.chip()
    static = bytes.fromhex(DDA.signed_bytes)
    made = authority.certificate(above, "04", bytes.fromhex(NUMBER + "FFFF"), key, more=static)
    proof = {**authority.issuer_objects(NUMBER, above), "9F46": made.hex(), "9F48": ""}
    holds([*replace(DDA, proof=proof).opening(), challenge()], GOOD["DDA"])


# ---- dates, algorithms, names ----


@pytest.mark.parametrize("expires", ["0050", "0049", "1349", "9949", "1A49", "1250"])
def test_months_that_are_none_and_years_that_are_past(expires):
    wrong(replace(SDA, proof=authority.issuer_objects(NUMBER, expires=expires)), BAD["SDA"])


@pytest.mark.parametrize("kinds", ["0201", "0102", "0000"])
def test_other_algorithms(kinds):
    wrong(replace(SDA, proof=authority.issuer_objects(NUMBER, kinds=kinds)), BAD["SDA"])


@pytest.mark.parametrize(
    ("name", "good"),
    [("4921FFFF", True), ("492FFFFF", True), ("49FFFFFF", False), ("FFFFFFFF", False), ("4921A817", False)],
)
def test_how_much_of_the_number_names_the_issuer(name, good):
    key = authority.issuer()
    made = authority.certificate(authority.scheme(), "02", bytes.fromhex(name), key)
    chip = replace(SDA, proof={"90": made.hex()})
    if good:
        holds(chip.opening(), GOOD["SDA"])
    else:
        wrong(chip, BAD["SDA"])


def test_one_kind_of_signature_for_another():
    """The issuer's certificate is no card's, and a static signature is no certificate."""
    key = authority.issuer()
    made = authority.certificate(authority.scheme(), "04", bytes.fromhex(NUMBER + "FFFF"), key)
    wrong(replace(SDA, proof={"90": made.hex()}), BAD["SDA"])


# ---- signatures ----


@pytest.mark.parametrize("change", [{"head": "02DAC1"}, {"padding": "BA"}])
def test_static_signatures_of_another_form(change):
    wrong(replace(SDA, proof={"93": authority.static_signature(SDA.signed_bytes, **change)}), BAD["SDA"])


@pytest.mark.parametrize(
    ("dynamic", "change"),
    [
        ("03313233", {"algorithm": "02"}),
        ("03313233", {"padding": "BA"}),
        ("03313233", {"length": "FF"}),
        ("", {}),
        ("0131", {}),
        ("09313233343536373839", {}),
        ("043132", {}),
    ],
)
def test_dynamic_signatures_of_another_form(dynamic, change):
    signature = authority.dynamic_signature(dynamic, RANDOM, **change)
    lines = [*DDA.opening(), challenge(signature=signature), *ending(BAD["DDA"], "E800")]
    assert play(talk(knowing()), lines).answer is not None


@pytest.mark.parametrize("number", ["3132", "3132333435363738"])
def test_what_was_proved_is_for_the_cards_lists(number):
    """9F4C, the card's number of this signature; and 9F45, the code in a static one."""
    size = len(number) // 2
    chip = replace(DDA, signed={"8C": CDOL_1 + f"9F4C{size:02X}"})
    signature = authority.dynamic_signature(f"{size:02X}{number}", RANDOM)
    first = generated("80", cdol_1(GOOD["DDA"]) + number)
    last = generated("40", cdol_2(GOOD["DDA"], "E800"))
    lines = [*chip.opening(), challenge(signature=signature), first, Issuer(APPROVED), last]
    assert play(talk(knowing()), lines).answer is not None


def test_the_code_of_a_static_signature():
    chip = replace(SDA, signed={"8C": CDOL_1 + "9F4502"})
    first, last = generated("80", cdol_1(GOOD["SDA"]) + "DAC1"), generated("40", cdol_2(GOOD["SDA"], "E800"))
    assert play(talk(knowing()), [*chip.opening(), first, Issuer(APPROVED), last]).answer is not None


VALUES = cdol_1(GOOD["CDA"])


def said(dynamic: str) -> str:
    """An answer to the first GENERATE AC with this under its signature."""
    signature = authority.dynamic_signature(dynamic, RANDOM)
    return tlv("77", tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F4B", signature)) + "9000"


@pytest.mark.parametrize(
    "answer",
    [
        combined("80", VALUES, says="40").answer.replace("9F270140", "9F270180"),
        said("043132333480" + "A1" * 8 + "00" * 20),
        said("043132333480" + "A1" * 8),
        said("0431323334"),
    ],
    ids=["another kind", "another hash", "no hash", "nothing"],
)
def test_a_signed_cryptogram_of_another_form(answer):
    """The signature holds; what it says is not what the card said beside it, or is not all."""
    last = generated("00", cdol_2(BAD["CDA"], "E800", "5A31", ""))
    played = play(talk(knowing()), [*CDA.opening(), Say(combined("80", VALUES).command, answer), last])
    assert played.reason is ReadFailure.CHIP_DECLINED


def test_padding_within_a_signed_answer_is_not_signed():
    """Book 2, 6.6.1: the data objects in their order; what lies between them is no data object."""
    first = combined("80", VALUES)
    raw = bytes.fromhex(first.answer)
    padded = bytes.fromhex("7781") + bytes((raw[2] + 1,)) + b"\0" + raw[3:]
    last = combined("40", cdol_2(GOOD["CDA"], "E800"), VALUES)
    lines = [*CDA.opening(), Say(first.command, padded.hex()), Issuer(APPROVED), last]
    assert play(talk(knowing()), lines).answer is not None
