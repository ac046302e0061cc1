"""Cards made to get what they should not: an approval, a signature that is not fresh, a PIN asked for ever, time."""

import inspect

import pytest

from drivers.pcsc.asks import AskIssuer, PinBlock, PinGiven, PinTrouble
from drivers.pcsc.scripts import read_scripts
from drivers.pcsc.session import Session
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.emv_tags import Tag
from tests.drivers.pcsc import authority
from tests.drivers.pcsc.chips import (
    APPROVED,
    PLAIN_TVR,
    VISA,
    Chip,
    cdol_1,
    cdol_2,
    ending,
    fci,
    generated,
    talk,
    terminal,
)
from tests.drivers.pcsc.holder import FAILED, NO_PAD, TRIES_3, WITH_PAD, at_reader, verified
from tests.drivers.pcsc.script import Issuer, Line, Pin, Say, answer_of, apdu, play, tlv

MOST_SELECTED = 16


# ---- an approval ----


@pytest.mark.parametrize("says", ["80", "40"])
def test_what_the_terminal_refuses_no_card_takes_to_its_issuer(says):
    """The issuer's own denial code refuses; the card answers the AAC that is wanted with an ARQC, or a TC."""
    chip = Chip(signed={"9F0E": "0000008000"})
    asked = generated("00", cdol_1(PLAIN_TVR), says=says)
    played = play(talk(), [*chip.opening(), asked])
    assert (played.reason, played.ask) == (ReadFailure.CHIP_DECLINED, None)


def test_what_the_scheme_refuses_no_card_takes_to_its_issuer():
    refusing = terminal(change=('tac_denial = "0010000000"', 'tac_denial = "8000000000"'))
    asked = generated("00", cdol_1(PLAIN_TVR), says="80")
    assert play(talk(refusing), [*Chip(aid="A0000002771010").opening(), asked]).ask is None


# ---- a signature that is taken for fresh ----


@pytest.mark.parametrize("length", ["00", "01", "03"])
def test_a_dynamic_signature_over_less_than_the_whole_number_is_old(length):
    """Book 2, 6.5.1: all four bytes of 9F37. Over fewer a copied card has each signature ready."""
    chip = Chip(aip="3800", method="DDA", plain={"9F49": "9F37" + length})
    lines = [*chip.opening(), *ending("0800008000", "E800")]
    played = play(talk(terminal(keys=authority.key_table())), lines)
    assert played.answer is not None, "no INTERNAL AUTHENTICATE: the list cannot prove anything"


# ---- a PIN, again and again ----


def test_a_list_full_of_pins_asks_the_card_holder_once():
    """The first method fails as the card says; the other rules are the same PIN."""
    said: list[Line] = [TRIES_3, Pin(False, PinGiven(0x6A80))]
    verified("4100" * 60 + "4300 1E00", "1E0000", 0, said, at=at_reader())


def test_a_pad_that_fails_is_not_asked_again():
    verified("4200" * 60, "420001", FAILED | NO_PAD, [Pin(True, PinTrouble.PAD_FAILED)], tender=WITH_PAD)


# ---- a busy till ----


def test_a_directory_of_hundreds_is_tried_for_a_while_only():
    """30 records with 19 names of ours each, none of which can be selected."""
    names = [f"{VISA}{number:04X}" for number in range(30 * 19)]
    entries = [tlv("61", tlv("4F", name)) for name in names]
    records = [tlv("70", "".join(entries[at : at + 19])) for at in range(0, len(entries), 19)]
    lines: list[Line] = [
        Say(apdu("00A40400", b"1PAY.SYS.DDF01".hex()), fci(b"1PAY.SYS.DDF01".hex(), tlv("88", "01")) + "9000"),
        *(Say(f"00B2{number:02X}0C00", record + "9000") for number, record in enumerate(records, 1)),
        *(Say(apdu("00A40400", name), "6A82") for name in names[:MOST_SELECTED]),
    ]
    assert play(talk(), lines).reason is ReadFailure.CHIP_FAILED


# ---- what is kept ----


def test_no_pin_and_no_number_is_kept_while_the_issuer_is_asked():
    block = PinBlock(bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("FFFF9876543210E00001"))
    chip = Chip(signed={"8E": "00" * 8 + "0200"})
    lines = [*chip.opening(), Pin(True, block), generated("80", cdol_1("8000048000", "020000")), Issuer(APPROVED)]
    conversation = talk(tender=WITH_PAD)
    played = play(conversation, [*lines, generated("40", cdol_2("8000048000", "6800"))])
    assert played.ask is not None
    assert block.block in played.ask.data
    conversation = talk(tender=WITH_PAD)
    ask = next(conversation)
    for line in lines[:-1]:
        ask = conversation.send(answer_of(line))
    assert isinstance(ask, AskIssuer)
    del played, ask
    session: Session = inspect.getgeneratorlocals(conversation)["session"]
    assert session.pin is None
    assert set(session.card) == {Tag.CDOL_2}, "nor a number: its second list asks for none"
    conversation.close()


# ---- scripts ----


def test_a_broken_script_counts_where_it_was_to_run():
    both = read_scripts(bytes.fromhex("7103860100" + "7203860100"))
    assert (both.broken_before, both.broken_after) == (True, True)
    assert read_scripts(bytes.fromhex("7203860100")).broken_before is False
