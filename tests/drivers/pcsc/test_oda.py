"""Offline data authentication against certificates that authority.py made: SDA, DDA, CDA, none, and lies about each."""

from dataclasses import replace

import pytest

from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import HostWord, IssuerAnswer
from tests.drivers.pcsc import authority
from tests.drivers.pcsc.chips import (
    APPROVED,
    NUMBER,
    RANDOM,
    Chip,
    cdol_1,
    cdol_2,
    combined,
    ending,
    flipped,
    generated,
    talk,
    terminal,
)
from tests.drivers.pcsc.proofs import BAD, CDA, DDA, DYNAMIC, GOOD, SDA, challenge, knowing, wrong
from tests.drivers.pcsc.script import Issuer, Say, apdu, play, tlv


def test_a_static_signature_that_holds():
    played = play(talk(knowing()), [*SDA.opening(), *ending(GOOD["SDA"], "E800")])
    assert played.answer is not None
    assert played.answer.agreed


def test_a_dynamic_signature_that_holds():
    played = play(talk(knowing()), [*DDA.opening(), challenge(), *ending(GOOD["DDA"], "E800")])
    assert played.answer is not None
    assert played.answer.agreed


def test_a_dynamic_signature_in_the_other_format():
    said = tlv("77", tlv("9F4B", authority.dynamic_signature(DYNAMIC, RANDOM))) + "9000"
    lines = [*DDA.opening(), Say(apdu("00880000", RANDOM), said), *ending(GOOD["DDA"], "E800")]
    assert play(talk(knowing()), lines).answer is not None


def test_the_cards_own_list_for_a_dynamic_signature():
    chip = replace(DDA, signed={"9F49": "9F02069F3704"})
    lines = [*chip.opening(), challenge("000000001234" + RANDOM), *ending(GOOD["DDA"], "E800")]
    assert play(talk(knowing()), lines).answer is not None


@pytest.mark.parametrize("ddol", ["9F0206", "9F37", "FF"], ids=["no number", "cut short", "no tag"])
def test_a_list_for_a_dynamic_signature_that_is_wrong(ddol):
    wrong(replace(DDA, signed={"9F49": ddol}), BAD["DDA"])


def test_signed_cryptograms_that_hold():
    one, two = cdol_1(GOOD["CDA"]), cdol_2(GOOD["CDA"], "E800")
    lines = [*CDA.opening(), combined("80", one), Issuer(APPROVED), combined("40", two, one)]
    played = play(talk(knowing()), lines)
    assert played.answer is not None
    assert played.answer.agreed
    assert played.answer.receipt is not None
    assert played.answer.receipt.tsi.hex() == "e800"


def test_what_was_sent_for_the_first_list_is_signed_too():
    chip = replace(CDA, pdol="9F1A029F37049F0206")
    values = "0124" + RANDOM + "000000001234"
    one, two = cdol_1(GOOD["CDA"]), cdol_2(GOOD["CDA"], "E800")
    lines = [*chip.opening(values), combined("80", one, values), Issuer(APPROVED), combined("40", two, values + one)]
    played = play(talk(knowing()), lines)
    assert played.answer is not None
    assert played.answer.agreed


def test_a_first_cryptogram_with_a_wrong_signature_asks_nobody():
    lines = [
        *CDA.opening(),
        combined("80", cdol_1(GOOD["CDA"]), flip=True),
        generated("00", cdol_2(BAD["CDA"], "E800", "5A31", "")),
    ]
    played = play(talk(knowing()), lines)
    assert (played.reason, played.ask) == (ReadFailure.CHIP_DECLINED, None)


def test_a_first_cryptogram_without_the_signature_that_is_due():
    asked = generated("80", cdol_1(GOOD["CDA"]))
    bare = Say(asked.command.replace("80AE80", "80AE90"), asked.answer)
    lines = [*CDA.opening(), bare, generated("00", cdol_2(BAD["CDA"], "E800", "5A31", ""))]
    assert play(talk(knowing()), lines).reason is ReadFailure.CHIP_DECLINED


def test_a_last_word_with_a_wrong_signature_is_no_yes():
    one, two = cdol_1(GOOD["CDA"]), cdol_2(GOOD["CDA"], "E800")
    lines = [*CDA.opening(), combined("80", one), Issuer(APPROVED), combined("40", two, one, flip=True)]
    played = play(talk(knowing()), lines)
    assert played.answer is not None
    assert not played.answer.agreed
    assert played.answer.receipt is not None
    assert played.answer.receipt.tvr.hex().upper() == BAD["CDA"]


def test_a_signed_cryptogram_over_another_list_of_values():
    """As if somebody between had changed the amount."""
    one = cdol_1(GOOD["CDA"])
    other = combined("80", one.replace("1234", "0034", 1))
    lines = [
        *CDA.opening(),
        Say(combined("80", one).command, other.answer),
        generated("00", cdol_2(BAD["CDA"], "E800", "5A31", "")),
    ]
    assert play(talk(knowing()), lines).reason is ReadFailure.CHIP_DECLINED


def test_a_no_is_never_signed():
    declined = IssuerAnswer(HostWord.DECLINED, b"05")
    one, two = cdol_1(GOOD["CDA"]), cdol_2(GOOD["CDA"], "E800", "3035", "")
    lines = [*CDA.opening(), combined("80", one), Issuer(declined), generated("00", two)]
    played = play(talk(knowing()), lines)
    assert played.answer is not None
    assert not played.answer.agreed


# ---- a card with one bit of it wrong ----

PROOF = {"SDA": ["8F", "90", "92", "9F32", "93"], "DDA": ["8F", "90", "92", "9F32", "9F46", "9F47", "9F48"]}
MUTANTS = [(chip, tag) for chip in (SDA, DDA) for tag in PROOF[chip.method]]
MUTANTS += [(CDA, tag) for tag in PROOF["DDA"]]


def mutants() -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("chip", "tag"), MUTANTS, ids=lambda value: getattr(value, "method", value))


@mutants()
@pytest.mark.parametrize("bit", [0, 77, 515, 1019])
def test_one_bit_of_the_proof_is_wrong(chip, tag, bit):
    held = chip.proof_objects()[tag]
    wrong(chip_with(chip, tag, flipped(held, bit)), BAD[chip.method])


@mutants()
def test_one_object_of_the_proof_is_missing(chip, tag):
    wrong(chip_with(chip, tag, ""), f"{int(BAD[chip.method], 16) | 0x20_00_00_00_00:010X}")


@pytest.mark.parametrize("chip", [SDA, DDA, CDA], ids=lambda chip: chip.method)
def test_one_bit_of_what_the_issuer_signed_is_wrong(chip):
    """The card is honest about its proof, and lies about its sequence number."""
    wrong(replace(chip, signed={"5F34": "03"}, proof=chip.proof_objects()), BAD[chip.method])


def chip_with(chip: Chip, tag: str, value: str) -> Chip:
    return replace(chip, proof={tag: value})


# ---- a dynamic signature with one bit wrong ----


@pytest.mark.parametrize("bit", [0, 8, 500, 1023])
def test_one_bit_of_a_dynamic_signature_is_wrong(bit):
    spoiled = challenge(signature=flipped(authority.dynamic_signature(DYNAMIC, RANDOM), bit))
    assert play(talk(knowing()), [*DDA.opening(), spoiled, *ending(BAD["DDA"], "E800")]).answer is not None


def test_a_dynamic_signature_for_another_terminal():
    replayed = challenge(signature=authority.dynamic_signature(DYNAMIC, "DEADBEEF"))
    assert play(talk(knowing()), [*DDA.opening(), replayed, *ending(BAD["DDA"], "E800")]).answer is not None


def test_a_dynamic_signature_that_is_no_answer():
    lines = [*DDA.opening(), Say(apdu("00880000", RANDOM), "7706019000"), *ending(BAD["DDA"], "E800")]
    assert play(talk(knowing()), lines).answer is not None


def test_a_card_that_refuses_to_sign_is_broken():
    assert play(talk(knowing()), [*DDA.opening(), challenge(status="6985")]).reason is ReadFailure.CHIP_FAILED


# ---- certificates that are whole, and void ----


def test_a_scheme_key_that_is_not_known():
    lines = [*SDA.opening(), *ending(BAD["SDA"], "E800")]
    assert play(talk(terminal()), lines).answer is not None


def test_a_scheme_key_past_its_last_day():
    table = authority.key_table(expires="2026-11-22")
    assert play(talk(terminal(keys=table)), [*SDA.opening(), *ending(BAD["SDA"], "E800")]).answer is not None
    table = authority.key_table(expires="2026-11-23")
    assert play(talk(terminal(keys=table)), [*SDA.opening(), *ending(GOOD["SDA"], "E800")]).answer is not None


def test_an_issuer_certificate_that_was_revoked():
    table = authority.key_table(revoked='["000001"]')
    assert play(talk(terminal(keys=table)), [*DDA.opening(), *ending(BAD["DDA"], "E800")]).answer is not None
    table = authority.key_table(revoked='["000002"]')
    assert play(talk(terminal(keys=table)), [*SDA.opening(), *ending(GOOD["SDA"], "E800")]).answer is not None


@pytest.mark.parametrize(("expires", "holds"), [("1126", True), ("1026", False), ("1399", False), ("1249", True)])
def test_an_issuer_certificate_holds_to_the_end_of_its_month(expires, holds):
    chip = replace(SDA, proof=authority.issuer_objects(NUMBER, expires=expires))
    tvr = (GOOD if holds else BAD)["SDA"]
    assert play(talk(knowing()), [*chip.opening(), *ending(tvr, "E800")]).answer is not None


@pytest.mark.parametrize(("expires", "holds"), [("1126", True), ("1026", False)])
def test_a_cards_certificate_holds_to_the_end_of_its_month(expires, holds):
    chip = replace(DDA, proof=authority.chip_objects(NUMBER, DDA.signed_bytes, expires=expires))
    tvr = (GOOD if holds else BAD)["DDA"]
    lines = [*chip.opening(), *([challenge()] if holds else []), *ending(tvr, "E800")]
    assert play(talk(knowing()), lines).answer is not None


def test_the_certificate_of_another_issuer():
    wrong(replace(SDA, proof=authority.issuer_objects("4506445006931933")), BAD["SDA"])


def test_the_certificate_of_another_card():
    other = authority.chip_objects("4506445006931933", DDA.signed_bytes)
    wrong(replace(DDA, proof=other), BAD["DDA"])


# ---- what the issuer signed beside the records ----


def test_the_profile_is_signed_where_the_list_says_so():
    chip = replace(SDA, signed={"9F4A": "82"})
    chip = replace(chip, proof={"93": authority.static_signature(chip.signed_bytes + "5800")})
    assert play(talk(knowing()), [*chip.opening(), *ending(GOOD["SDA"], "E800")]).answer is not None


def test_a_list_of_anything_else_is_wrong():
    chip = replace(SDA, signed={"9F4A": "8295"})
    chip = replace(chip, proof={"93": authority.static_signature(chip.signed_bytes + "5800")})
    wrong(chip, BAD["SDA"])


# ---- which method ----


def test_the_strongest_method_that_both_know():
    both = replace(DDA, aip="7800")
    assert play(talk(knowing()), [*both.opening(), challenge(), *ending(GOOD["DDA"], "E800")]).answer is not None
    weak = terminal(change=('["SDA", "DDA", "CDA"]', '["SDA"]'), keys=authority.key_table())
    both = replace(SDA, aip="7900")
    lines = [*both.opening(), *ending(GOOD["SDA"], "E800")]
    assert play(talk(weak), lines).answer is not None


def test_no_method_in_common():
    weak = terminal(change=('["SDA", "DDA", "CDA"]', '["SDA"]'), keys=authority.key_table())
    assert play(talk(weak), [*DDA.opening(), *ending("8000008000")]).answer is not None
