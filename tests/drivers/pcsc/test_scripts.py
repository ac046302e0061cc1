"""An issuer's scripts for the card: when each is sent, what ends one, and what is no script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pcsc.scripts import read_command, read_scripts
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from tests.drivers.pcsc.chips import (
    BLOCK_PIN,
    PLAIN_TVR,
    UNBLOCK,
    Chip,
    cdol_2,
    ending,
    generated,
    receipt,
    script,
    talk,
)
from tests.drivers.pcsc.script import Line, Say, play


def scripted(scripts: str, before: list[Line], after: list[Line], *, tvr: str = PLAIN_TVR, late="", tsi="6C00"):
    """An approval with these scripts; `tvr` at the second cryptogram, `late` on the receipt."""
    answer = IssuerAnswer(HostWord.APPROVED, b"00", scripts=bytes.fromhex(scripts))
    at_last = "6800" if not before else tsi
    last = generated("40", cdol_2(tvr, at_last, "3030", ""))
    lines = [*ending(PLAIN_TVR, answer=answer)[:2], *before, last, *after]
    played = play(talk(), [*Chip().opening(), *lines])
    assert played.answer == SecondAnswer(agreed=True, receipt=receipt(late or tvr, tsi))


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
