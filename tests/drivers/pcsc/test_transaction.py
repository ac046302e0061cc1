"""A whole payment with a chip card against its script: each way it can end, what issuer and till are told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyemv import tlv as other_tlv

from drivers.pcsc.asks import CardLostError, PinBlock
from drivers.pcsc.scripts import read_command, read_scripts
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, ReadFailure
from pos_bridge.domain.chip import ChipReceipt, HostWord, IssuerAnswer, SecondAnswer, Verified
from tests.drivers.pcsc.chips import (
    APPROVED,
    CRYPTOGRAM,
    ISSUER_DATA,
    RANDOM,
    SALE,
    VISA,
    Chip,
    cdol_1,
    cdol_2,
    ending,
    generated,
    talk,
)
from tests.drivers.pcsc.script import Issuer, Line, Pin, Say, play, tlv

PLAIN_TVR = "8000008000"  # no offline authentication; over a floor limit of nothing


def receipt(tvr: str = PLAIN_TVR, tsi: str = "6800", verified: Verified = Verified.SIGNATURE) -> ChipReceipt:
    return ChipReceipt(bytes.fromhex(VISA), bytes.fromhex(tvr), bytes.fromhex(tsi), verified)


def test_a_sale_that_the_issuer_approves():
    chip = Chip()
    played = play(talk(), [*chip.opening(), *ending(PLAIN_TVR)])
    assert played.answer == SecondAnswer(agreed=True, receipt=receipt())
    assert played.ask is not None
    assert played.ask.facts == CardFacts(Brand.VISA, 5119, EntryMode.CHIP)


def test_what_the_issuer_is_asked():
    played = play(talk(), [*Chip().opening(), *ending(PLAIN_TVR)])
    assert played.ask is not None
    told = other_tlv.decode(played.ask.data, convert=lambda _, value: value.hex().upper())
    assert told == {
        "57": "4921817844445119D49122010000123456789F",
        "5F34": "01",
        "4F": VISA,
        "82": "1800",
        "84": VISA,
        "95": PLAIN_TVR,
        "9A": "261123",
        "9C": "00",
        "5F2A": "0124",
        "9F02": "000000001234",
        "9F03": "000000000000",
        "9F10": ISSUER_DATA,
        "9F1A": "0124",
        "9F21": "114503",
        "9F26": CRYPTOGRAM,
        "9F27": "80",
        "9F33": "6028C8",
        "9F34": "1E0300",
        "9F35": "21",
        "9F36": "0012",
        "9F37": RANDOM,
        "9F41": "23114503",
        "9B": "6800",
    }


# ---- what the card makes of it ----


@pytest.mark.parametrize("says", ["00", "40", "C0", "08"])
def test_a_card_that_answers_otherwise_than_asked(says):
    """A no, a yes without its issuer, something that EMV keeps for later, and a no with a reason."""
    first = generated("80", cdol_1(PLAIN_TVR), says=says)
    played = play(talk(), [*Chip().opening(), first])
    assert (played.reason, played.ask) == (ReadFailure.CHIP_DECLINED, None)


@pytest.mark.parametrize(
    "answer",
    [
        "6985",
        "6F00",
        "9000",
        "8000 9000",
        "800A 80 0012 A1A2A3A4A5A6A7 9000",  # a byte short
        tlv("80", "800012" + CRYPTOGRAM + "00" * 33) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F36", "0012")) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F26", CRYPTOGRAM)) + "9000",
        tlv("77", tlv("9F36", "0012") + tlv("9F26", CRYPTOGRAM)) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F26", CRYPTOGRAM) * 2) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F26", "A1")) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F26", CRYPTOGRAM) + tlv("9F10", "0" * 66)) + "9000",
        "7780 9F270180 9F36020012 0000 9000",
    ],
)
def test_a_first_cryptogram_that_is_none(answer):
    first = Say(generated("80", cdol_1(PLAIN_TVR)).command, answer)
    played = play(talk(), [*Chip().opening(), first])
    assert (played.reason, played.ask) == (ReadFailure.CHIP_DECLINED, None)


def test_a_cryptogram_in_the_other_format():
    inside = tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F26", CRYPTOGRAM) + tlv("9F10", ISSUER_DATA)
    first = Say(generated("80", cdol_1(PLAIN_TVR)).command, tlv("77", inside) + "9000")
    played = play(talk(), [*Chip().opening(), first, *ending(PLAIN_TVR)[1:]])
    assert played.ask is not None
    assert bytes.fromhex("9F2608" + CRYPTOGRAM) in played.ask.data


@pytest.mark.parametrize(
    "last", [{"says": "00"}, {"says": "80"}, {"says": "C0"}, {"status": "6985"}, {"status": "6F00"}]
)
def test_a_card_that_does_not_agree_to_an_approval(last):
    lines = [*ending(PLAIN_TVR)[:2], generated("40", cdol_2(PLAIN_TVR, "6800"), **last)]
    played = play(talk(), [*Chip().opening(), *lines])
    assert played.answer == SecondAnswer(agreed=False, receipt=receipt())


# ---- what the issuer says ----


def test_an_issuer_that_declines():
    declined = IssuerAnswer(HostWord.DECLINED, b"05")
    lines = [*ending(PLAIN_TVR, answer=declined)[:2], generated("00", cdol_2(PLAIN_TVR, "6800", "3035", ""))]
    assert play(talk(), [*Chip().opening(), *lines]).answer == SecondAnswer(agreed=False, receipt=receipt())


def test_a_card_that_says_yes_to_a_no():
    declined = IssuerAnswer(HostWord.DECLINED, b"05")
    last = generated("00", cdol_2(PLAIN_TVR, "6800", "3035", ""), says="40")
    played = play(talk(), [*Chip().opening(), *ending(PLAIN_TVR, answer=declined)[:2], last])
    assert played.answer is not None
    assert not played.answer.agreed


def test_an_issuer_that_cannot_be_reached():
    """8A is Z3 and an AAC is asked for; what came along with no word is no answer."""
    nothing = IssuerAnswer(HostWord.UNREACHABLE, b"00", bytes(8), bytes.fromhex("7204 86020000"))
    lines = [*ending(PLAIN_TVR, answer=nothing)[:2], generated("00", cdol_2(PLAIN_TVR, "6800", "5A33", ""))]
    assert play(talk(), [*Chip().opening(), *lines]).answer == SecondAnswer(agreed=False, receipt=receipt())


def authenticating(status: str, tvr: str) -> SecondAnswer | None:
    asked = Say("008200000A" + "11223344556677883030", status)
    first, issuer, _ = ending(PLAIN_TVR)
    lines = [*Chip(aip="1C00").opening(), first, issuer, asked, generated("40", cdol_2(tvr, "7800"), says="40")]
    return play(talk(), lines).answer


def test_an_issuer_that_proves_itself():
    assert authenticating("9000", PLAIN_TVR) == SecondAnswer(agreed=True, receipt=receipt(tsi="7800"))


def test_a_wrong_proof_of_the_issuer():
    """The card is told so in the TVR; whether that is a no is its own decision."""
    wrong = "8000008040"
    assert authenticating("6300", wrong) == SecondAnswer(agreed=True, receipt=receipt(wrong, "7800"))


def test_no_proof_of_the_issuer():
    bare = IssuerAnswer(HostWord.APPROVED, b"00")
    last = generated("40", cdol_2(PLAIN_TVR, "6800", "3030", ""))
    lines = [*Chip(aip="1C00").opening(), *ending(PLAIN_TVR, answer=bare)[:2], last]
    assert play(talk(), lines).answer == SecondAnswer(agreed=True, receipt=receipt())


# ---- scripts ----

BLOCK_PIN, UNBLOCK = "8424000008" + "AA" * 8, "841800000400112233"


def scripted(scripts: str, before: list[Line], after: list[Line], *, tvr: str = PLAIN_TVR, late="", tsi="6C00"):
    """An approval with these scripts; `tvr` at the second cryptogram, `late` on the receipt."""
    answer = IssuerAnswer(HostWord.APPROVED, b"00", scripts=bytes.fromhex(scripts))
    at_last = "6800" if not before else tsi
    last = generated("40", cdol_2(tvr, at_last, "3030", ""))
    lines = [*ending(PLAIN_TVR, answer=answer)[:2], *before, last, *after]
    played = play(talk(), [*Chip().opening(), *lines])
    assert played.answer == SecondAnswer(agreed=True, receipt=receipt(late or tvr, tsi))


def script(template: str, *commands: str) -> str:
    return tlv(template, tlv("9F18", "00000001") + "".join(tlv("86", command) for command in commands))


def test_a_script_before_and_one_after():
    scripted(script("71", UNBLOCK) + script("72", BLOCK_PIN), [Say(UNBLOCK)], [Say(BLOCK_PIN)])


def test_warnings_do_not_stop_a_script():
    scripted(script("71", UNBLOCK, BLOCK_PIN), [Say(UNBLOCK, "6283"), Say(BLOCK_PIN, "63C1")], [])


def test_an_error_ends_its_script_and_no_other():
    two = script("71", UNBLOCK, BLOCK_PIN) + script("71", BLOCK_PIN)
    scripted(two, [Say(UNBLOCK, "6985"), Say(BLOCK_PIN)], [], tvr="8000008020")


def test_an_error_after_the_last_word_changes_no_outcome():
    scripted(script("72", UNBLOCK, BLOCK_PIN), [], [Say(UNBLOCK), Say(BLOCK_PIN, "6985")], late="8000008010")


@pytest.mark.parametrize(
    "scripts",
    [
        "71",
        "7105",
        "7180 8600 0000",
        "7103 860100",  # a command of one byte
        "7108 8606 841800000400",  # its data is missing
        "7103 9F1800",
        "7104 5A02 4921",
        "7304 8602 0000",
        "00710286",
    ],
)
def test_a_script_that_is_none(scripts):
    scripted(scripts, [], [], tvr="8000008020", tsi="6800")


def test_results_of_scripts_for_a_card_that_wants_them():
    """9F5B: 2 is success, 1 is failure with the number of the command."""
    chip = Chip(signed={"8D": "9F5B0A"})
    raw = script("71", UNBLOCK) + script("71", UNBLOCK, BLOCK_PIN)
    answer = IssuerAnswer(HostWord.APPROVED, b"00", scripts=bytes.fromhex(raw))
    said = [Say(UNBLOCK), Say(UNBLOCK), Say(BLOCK_PIN, "6F00")]
    last = generated("40", "20" + "00000001" + "12" + "00000001")
    assert play(talk(), [*chip.opening(), *ending(PLAIN_TVR, answer=answer)[:2], *said, last]).answer is not None


@pytest.mark.parametrize(
    "raw", ["00A40400", "00B2010C00", "00B2010C20", "00820000021122", "80AE800002112200", "80AE800002112210"]
)
def test_commands_of_a_script(raw):
    assert read_command(bytes.fromhex(raw)).encode().hex().upper() == raw


@given(st.binary(max_size=256))
def test_noise_as_scripts(raw):
    scripts = read_scripts(raw)
    for one in (*scripts.before, *scripts.after):
        assert all(len(command.encode()) <= 261 for command in one.commands)


# ---- giving money back ----


def test_a_refund():
    """The card is asked for a no and gives its data; there is no second cryptogram."""
    back = replace(SALE, refund=True)
    first = generated("00", cdol_1(PLAIN_TVR, "3F0000", back))
    played = play(talk(tender=back), [*Chip().opening(), first, Issuer(APPROVED)])
    assert played.answer == SecondAnswer(agreed=True, receipt=receipt(tsi="2800", verified=Verified.NOT_AT_ALL))
    assert played.ask is not None
    assert bytes.fromhex("9F270100") in played.ask.data
    assert bytes.fromhex("9C0120") in played.ask.data


@pytest.mark.parametrize("word", [HostWord.DECLINED, HostWord.UNREACHABLE])
def test_a_refund_that_is_not_made(word):
    back = replace(SALE, refund=True)
    first = generated("00", cdol_1(PLAIN_TVR, "3F0000", back))
    played = play(talk(tender=back), [*Chip().opening(), first, Issuer(IssuerAnswer(word, b"05"))])
    assert played.answer is not None
    assert not played.answer.agreed


def test_a_refund_to_a_card_that_wants_to_pay():
    back = replace(SALE, refund=True)
    first = generated("00", cdol_1(PLAIN_TVR, "3F0000", back), says="80")
    assert play(talk(tender=back), [*Chip().opening(), first]).reason is ReadFailure.CHIP_DECLINED


# ---- the card is gone ----

FULL = IssuerAnswer(
    HostWord.APPROVED,
    b"00",
    bytes.fromhex("1122334455667788"),
    bytes.fromhex(script("71", UNBLOCK) + script("72", UNBLOCK)),
)
WHOLE = [
    *Chip(aip="1C00", signed={"8E": "00" * 8 + "0200", "9F14": "05", "9F23": "05"}).opening(),
    Pin(True, PinBlock(bytes(8), bytes(10))),
    Say("80CA9F3600", "9F3602001290 00"),
    Say("80CA9F1300", "9F1302001090 00"),
    generated("80", cdol_1("8000048000", "020000")),
    Issuer(FULL),
    Say("0082000008" + "1122334455667788"),
    Say(UNBLOCK),
    generated("40", cdol_2("8000048000", "7C00", "3030", "1122334455667788")),
    Say(UNBLOCK),
]
FIRST = next(n for n, line in enumerate(WHOLE) if isinstance(line, Say) and line.command.startswith("80AE"))


def test_the_conversation_whose_every_step_is_cut():
    played = play(talk(tender=replace(SALE, pin_pad="/pad")), WHOLE)
    assert played.answer == SecondAnswer(True, receipt("8000048000", "7C00", Verified.PIN_ONLINE))


@pytest.mark.parametrize("pulled", [True, False], ids=["pulled", "mute"])
@pytest.mark.parametrize("step", range(len(WHOLE)))
def test_the_card_is_gone_at_each_step(step, pulled):
    played = play(talk(tender=replace(SALE, pin_pad="/pad")), WHOLE, lose_at=step, pulled=pulled)
    if step > FIRST:  # the issuer is asked: what it said is to be undone
        assert played.answer == SecondAnswer(agreed=False)
    else:
        mute = ReadFailure.CHIP_FAILED if step < FIRST else ReadFailure.CHIP_DECLINED
        assert (played.answer, played.reason) == (None, ReadFailure.CARD_REMOVED if pulled else mute)


# ---- whoever runs it is held to what was agreed ----


def test_another_currency_than_the_terminals():
    assert play(talk(tender=replace(SALE, currency=840)), []).reason is ReadFailure.ROOM_FAULT


def test_an_answer_of_the_wrong_kind():
    conversation = talk()
    next(conversation)
    with pytest.raises(TypeError):
        conversation.send(PinBlock(bytes(8), bytes(10)))


def test_a_reason_says_nothing_of_the_card():
    conversation = talk()
    next(conversation)
    with pytest.raises(ReadFailedError) as failed:
        conversation.throw(CardLostError(removed=True))
    assert str(failed.value) == "CARD_REMOVED"


# ---- what a card may ask of the terminal ----


def test_everything_that_a_terminal_can_tell():
    """Each object in the length that EMV gives it, at the first list."""
    told = {
        "9F02": "000000001234",
        "81": "000004D2",
        "9F03": "000000000000",
        "9F04": "00000000",
        "5F2A": "0124",
        "5F36": "02",
        "9A": "261123",
        "9F21": "114503",
        "9C": "00",
        "9F1A": "0124",
        "9F1B": "00000000",
        "9F01": "000000000000",
        "9F06": VISA,
        "4F": VISA,
        "84": VISA,
        "9F09": "0096",
        "9F15": "5999",
        "9F16": "30" * 15,
        "9F1C": "3030303030303031",
        "9F1E": "3030303030303031",
        "9F33": "6028C8",
        "9F34": "3F0000",
        "9F35": "21",
        "9F37": RANDOM,
        "9F39": "05",
        "9F40": "6000F0F001",
        "9F41": "23114503",
        "95": "0000000000",
        "9B": "0000",
        "8A": "0000",
        "91": "0000000000000000",
    }
    chip = Chip(pdol="".join(f"{tag}{len(value) // 2:02X}" for tag, value in told.items()))
    assert play(talk(), [*chip.opening("".join(told.values())), *ending(PLAIN_TVR)]).answer is not None


@pytest.mark.parametrize("data", ["", "06"])
def test_a_cryptogram_with_little_for_the_issuer(data):
    first = Say(generated("80", cdol_1(PLAIN_TVR)).command, tlv("80", "800012" + CRYPTOGRAM + data) + "9000")
    played = play(talk(), [*Chip().opening(), first, *ending(PLAIN_TVR)[1:]])
    assert played.ask is not None
    assert (b"\x9f\x10" in played.ask.data) == bool(data)
