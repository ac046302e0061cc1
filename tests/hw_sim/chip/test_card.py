"""A card that does what it should: it proves itself, agrees with its issuer, obeys scripts, counts, and tries a PIN."""

import pytest

from hw_sim.chip.exchange import Protocol
from hw_sim.chip.memory import Kept, Memory, on_disk
from hw_sim.chip.profile import CHIP_CARDS, Oda
from tests.hw_sim.chip.inserted import NAMES, authority, finish, inserted
from tests.hw_sim.chip.terminal import AAC, ARQC, PSE, TC, StatusError, Terminal, digits, tlv

pytestmark = pytest.mark.filterwarnings(
    "ignore:(TripleDES|Two-key TripleDES|Single-key TripleDES)"
)  # how pyemv uses cryptography
WRONG = b"\x01" * 10


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("oda", Oda)
@pytest.mark.parametrize("name", NAMES)
def test_a_card_proves_itself_and_agrees_with_its_issuer(name, oda, protocol):
    chip, terminal, issuer, aid = inserted(name, oda=oda, protocol=protocol)
    assert chip.atr[0] == 0x3B
    assert terminal.directory() == [aid]
    terminal.select(aid)
    terminal.begin()
    terminal.records()
    assert digits(terminal.read["5A"]) == CHIP_CARDS[name].number
    combined = oda is Oda.CDA
    if oda is Oda.SDA:
        assert terminal.check_static(authority(aid)) == bytes.fromhex("DAC1")
    elif oda is not Oda.NONE:
        terminal.card_modulus(authority(aid))
    else:
        assert "8F" not in terminal.read
    if oda is Oda.DDA:
        answer = terminal.want("00880000", terminal.values["9F37"])
        signature = answer[-128:]
        assert terminal.check_dynamic(signature, terminal.values["9F37"])[0] == 8
    first = terminal.generate(ARQC, combined=combined)
    assert ("9F4B" in first) == combined
    assert (first["9F27"], first["9F36"]) == (b"\x80", b"\0\x01")
    assert first["9F26"] == issuer.cryptogram(first, terminal.read["82"])
    last = finish(terminal, issuer, first, combined=combined)
    assert last["9F27"] == b"\x40"
    assert last["9F26"] == issuer.cryptogram(last, terminal.read["82"])
    with pytest.raises(StatusError, match="6985"):
        terminal.generate(TC, second=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_no_is_not_signed_though_a_signature_is_asked_for(name):
    """EMV 4.4 book 2, 6.6.1: a combined signature is over a TC or an ARQC; an AAC comes as it does without."""
    _, terminal, issuer, aid = inserted(name, oda=Oda.CDA)
    terminal.select(aid)
    terminal.begin()
    terminal.records()
    first = terminal.generate(AAC, combined=True)
    assert "9F4B" not in first
    assert first["9F27"] == b"\x00"
    assert first["9F26"] == issuer.cryptogram(first, terminal.read["82"])


def test_internal_authenticate_takes_what_the_card_s_list_asks_for():
    _, terminal, _, aid = inserted("visa", oda=Oda.DDA)
    terminal.select(aid)
    terminal.begin()
    terminal.records()
    assert terminal.read["9F49"] == bytes.fromhex("9F3704")
    assert [terminal.ask("00880000", bytes(length))[1] for length in (3, 5, 4)] == [0x6700, 0x6700, 0x9000]


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_proof_of_the_issuer_ends_in_an_aac(name):
    _, terminal, issuer, aid = inserted(name)
    first = terminal.run(aid)
    proof = issuer.proof(first)
    wrong = bytes((proof[0] ^ 1,)) + proof[1:]
    last = finish(terminal, issuer, first, proof=wrong)
    assert last["9F27"] == b"\x00"
    assert last["9F26"] == issuer.cryptogram(last, terminal.read["82"])


@pytest.mark.parametrize("name", NAMES)
def test_no_proof_is_no_approval_and_an_aac_is_given_when_asked(name):
    _, terminal, _, aid = inserted(name)
    terminal.run(aid)
    assert terminal.generate(TC, second=True)["9F27"] == b"\x00"
    _, terminal, issuer, aid = inserted(name)
    first = terminal.run(aid)
    assert finish(terminal, issuer, first, kind=AAC)["9F27"] == b"\x00"


def test_external_authenticate_is_for_once_and_for_cards_that_have_it():
    _, terminal, issuer, aid = inserted("visa")
    first = terminal.run(aid)
    assert terminal.ask("00820000", WRONG, expected=False)[1] == 0x6300
    assert terminal.ask("00820000", issuer.proof(first), expected=False)[1] == 0x6985
    _, terminal, _, aid = inserted("interac")
    terminal.run(aid)
    assert terminal.ask("00820000", WRONG, expected=False)[1] == 0x6D00


@pytest.mark.parametrize("name", NAMES)
def test_issuer_scripts_are_obeyed_with_their_mac_only(name):
    memory = Memory(Kept(tries=0))
    chip, terminal, issuer, aid = inserted(name, memory=memory)
    first = terminal.run(aid)
    unblock, block = issuer.script("84240000", first), issuer.script("841E0000", first, count=1)
    spoilt = unblock[:-1] + bytes((unblock[-1] ^ 1,))
    assert chip.respond(spoilt) == bytes.fromhex("6988")
    assert chip.respond(unblock) == bytes.fromhex("9000")
    assert memory.kept.tries == 3
    finish(terminal, issuer, first)
    assert chip.respond(block) == bytes.fromhex("9000")
    assert memory.kept.application_blocked
    with pytest.raises(StatusError, match="6283"):
        Terminal(chip.respond).select(aid)


def test_a_blocked_card_is_found_nowhere():
    memory = Memory()
    chip, terminal, issuer, aid = inserted("mastercard", memory=memory)
    first = terminal.run(aid)
    assert chip.respond(issuer.script("84160000", first)) == bytes.fromhex("9000")
    for name in (PSE, aid):
        with pytest.raises(StatusError, match="6A81"):
            Terminal(chip.respond).select(name)


def test_the_counter_rises_with_each_transaction_and_outlives_the_card(tmp_path):
    file = tmp_path / "card.json"
    for expected in (1, 2, 3):
        _, terminal, issuer, aid = inserted("visa", memory=on_disk(file))
        assert terminal.run(aid)["9F36"] == bytes((0, expected))
    first = terminal.run(aid)
    assert first["9F36"] == b"\0\x04"
    finish(terminal, issuer, first)
    assert terminal.want("80CA9F36") == tlv("9F36", b"\0\x04")
    assert terminal.want("80CA9F13") == tlv("9F13", b"\0\x04")
    assert terminal.want("80CA9F17") == tlv("9F17", b"\x03")
    assert terminal.ask("80CA9F4F")[1] == 0x6A88


def test_a_pin_is_tried_three_times():
    memory = Memory()
    _, terminal, _, aid = inserted("mastercard", memory=memory)
    assert terminal.ask("00200080", bytes.fromhex("241234FFFFFFFFFF"), expected=False)[1] == 0x6985
    terminal.select(aid)
    terminal.begin()
    right, wrong = bytes.fromhex("241234FFFFFFFFFF"), bytes.fromhex("249999FFFFFFFFFF")
    asked = [wrong, right, wrong, wrong, wrong, right]
    statuses = [terminal.ask("00200080", pin, expected=False)[1] for pin in asked]
    assert statuses == [0x63C2, 0x9000, 0x63C2, 0x63C1, 0x63C0, 0x6983]
    assert terminal.ask("00200080", bytes(8), expected=False)[1] == 0x6A80


def test_the_longest_answer_has_256_bytes():
    _, terminal, _, aid = inserted("discover")
    terminal.select(aid)
    terminal.begin()
    assert len(terminal.want("00B2010C")) == 256


def test_a_reset_ends_the_transaction():
    chip, terminal, _, aid = inserted("visa")
    terminal.run(aid)
    chip.reset()
    with pytest.raises(StatusError, match="6985"):
        terminal.generate(TC, second=True)
