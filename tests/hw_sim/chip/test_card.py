from typing import Any

import pytest

from hw_sim.chip.card import ChipCard, MuteError, PulledError
from hw_sim.chip.exchange import Protocol
from hw_sim.chip.fault import Faults, faults
from hw_sim.chip.keys import AuthorityKey, authority_keys
from hw_sim.chip.memory import Kept, Memory, on_disk
from hw_sim.chip.profile import CHIP_CARDS, PROFILES, Oda
from tests.hw_sim.chip.issuer import Issuer
from tests.hw_sim.chip.terminal import AAC, ARQC, PSE, TC, StatusError, Terminal, digits, tlv

pytestmark = pytest.mark.filterwarnings(
    "ignore:(TripleDES|Two-key TripleDES|Single-key TripleDES)"
)  # how pyemv uses cryptography
NAMES = tuple(CHIP_CARDS)
AUTHORITIES = {key.rid: key for key in authority_keys()}
WRONG = b"\x01" * 10


def inserted(name: str, *words: str, **how: Any) -> tuple[ChipCard, Terminal, Issuer, bytes]:
    """The card, a terminal for it, its issuer, and the AID that the terminal knows."""
    card = CHIP_CARDS[name]
    chip = ChipCard(card, faults(words), **how)
    return chip, Terminal(chip.respond), Issuer(card), PROFILES[card.brand].scheme.aid


def authority(aid: bytes) -> AuthorityKey:
    return AUTHORITIES[aid[:5]]


def finish(
    terminal: Terminal, issuer: Issuer, first: dict[str, bytes], kind: int = TC, proof: bytes | None = None, **how: Any
) -> dict[str, bytes]:
    """Tell the card what the issuer said, the way that card wants it; gives its second answer."""
    proof = issuer.proof(first) if proof is None else proof
    if terminal.read["82"][0] & 0x04:
        terminal.ask("00820000", proof, expected=False)
    terminal.values["91"] = proof
    return terminal.generate(kind, second=True, **how)


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


# ---- faults ----


def test_two_applications_are_listed_and_found_by_the_beginning_of_their_names():
    _, terminal, _, aid = inserted("visa", "two-applications")
    assert terminal.directory() == [aid + b"\x01", aid + b"\x02"]
    assert terminal.select(aid)["84"] == aid + b"\x01"
    assert terminal.select(aid, following=True)["84"] == aid + b"\x02"
    with pytest.raises(StatusError, match="6A82"):
        terminal.select(aid, following=True)


def test_the_first_of_two_applications_refuses_to_begin():
    _, terminal, issuer, aid = inserted("visa", "gpo-6985")
    with pytest.raises(StatusError, match="6985"):
        terminal.run(aid + b"\x01")
    first = terminal.run(aid + b"\x02")
    assert first["9F26"] == issuer.cryptogram(first, terminal.read["82"])


def test_what_is_blocked_says_so():
    for words, name, status in (
        (["blocked-card"], PSE, "6A81"),
        (["blocked-pse"], PSE, "6283"),
        (["no-pse"], PSE, "6A82"),
        (["blocked-application"], b"\xa0\0\0\0\x03\x10\x10", "6283"),
        (["blocked-application", "two-applications"], b"\xa0\0\0\0\x03\x10\x10\x01", "6283"),
    ):
        _, terminal, _, _ = inserted("visa", *words)
        with pytest.raises(StatusError, match=status):
            terminal.select(name)
    assert terminal.run(bytes.fromhex("A000000003101002"))["9F27"] == b"\x80"


def test_a_blocked_application_only_declines():
    _, terminal, _, aid = inserted("visa", "blocked-application")
    with pytest.raises(StatusError) as refused:
        terminal.select(aid)
    terminal.read = {"9F38": bytes.fromhex("9F1A029F33039F3501")}
    assert refused.value.data
    terminal.begin()
    terminal.records()
    assert terminal.generate(ARQC)["9F27"] == b"\x00"


@pytest.mark.parametrize(("word", "kind"), [("aac", b"\x00"), ("tc", b"\x40")])
def test_a_card_decides_by_itself(word, kind):
    _, terminal, issuer, aid = inserted("mastercard", word)
    first = terminal.run(aid)
    assert first["9F27"] == kind
    assert first["9F26"] == issuer.cryptogram(first, terminal.read["82"])
    with pytest.raises(StatusError, match="6985"):
        terminal.generate(TC, second=True)


def test_a_card_declines_what_its_issuer_approved():
    _, terminal, issuer, aid = inserted("visa", "declines-last")
    assert finish(terminal, issuer, terminal.run(aid))["9F27"] == b"\x00"


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_cryptogram_is_wrong_by_a_bit(name):
    _, terminal, issuer, aid = inserted(name, "wrong-cryptogram", oda=Oda.NONE)
    first = terminal.run(aid)
    right = issuer.cryptogram(first, terminal.read["82"])
    assert int.from_bytes(first["9F26"], "big") ^ int.from_bytes(right, "big") == 1


@pytest.mark.parametrize("oda", [Oda.SDA, Oda.DDA, Oda.CDA])
def test_a_wrong_signature_is_not_its_key_s(oda):
    _, terminal, _, aid = inserted("visa", "wrong-signature", oda=oda)
    terminal.select(aid)
    terminal.begin()
    terminal.records()
    if oda is Oda.SDA:
        with pytest.raises(ValueError, match="signed"):
            terminal.check_static(authority(aid))
        return
    terminal.card_modulus(authority(aid))
    if oda is Oda.DDA:
        signature = terminal.want("00880000", bytes(4))[-128:]
        with pytest.raises(ValueError, match="signed"):
            terminal.check_dynamic(signature, bytes(4))
    else:
        with pytest.raises(ValueError, match="signed"):
            terminal.generate(ARQC, combined=True)


def test_records_can_be_bad():
    for word, wrong in (("duplicate-tag", "twice"), ("bad-record", "longer")):
        _, terminal, _, aid = inserted("interac", word)
        with pytest.raises(ValueError, match=wrong):
            terminal.run(aid)
    _, terminal, _, aid = inserted("interac", "missing-record")
    with pytest.raises(StatusError, match="6A83"):
        terminal.run(aid)


def test_an_expired_card_says_so_on_both_of_its_dates():
    _, terminal, _, aid = inserted("visa", "expired")
    terminal.run(aid)
    assert terminal.read["5F24"] == bytes.fromhex("220930")
    assert "d2209" in terminal.read["57"].hex()


@pytest.mark.parametrize("word", ["61xx", "6cxx"])
@pytest.mark.parametrize("protocol", Protocol)
def test_answers_can_come_by_pieces_and_exact_lengths(word, protocol):
    chip, terminal, issuer, aid = inserted("discover", word, protocol=protocol)
    terminal.directory()
    first = terminal.run(aid)
    assert first["9F26"] == issuer.cryptogram(first, terminal.read["82"])
    exact = word == "6cxx" or protocol is Protocol.T0
    answer = chip.respond(bytes.fromhex("00B2020C00"))
    assert (answer[0] == 0x6C) == exact
    if exact:
        assert len(chip.respond(bytes.fromhex("00B2020C") + answer[1:])) == answer[1] + 2
    pieces = chip.respond(bytes.fromhex("00A4040007") + aid + b"\0")
    assert (pieces[0] == 0x61) == (word == "61xx" or protocol is Protocol.T0)


def test_the_longest_answer_has_256_bytes():
    _, terminal, _, aid = inserted("discover")
    terminal.select(aid)
    terminal.begin()
    assert len(terminal.want("00B2010C")) == 256


def test_a_card_is_pulled_or_mute_at_its_command():
    for at in range(1, 9):
        _, terminal, _, aid = inserted("visa", f"pull={at}")
        with pytest.raises(PulledError):
            terminal.run(aid)
        assert terminal.sent == at
    chip, terminal, _, aid = inserted("visa", "mute=3")
    with pytest.raises(MuteError):
        terminal.run(aid)
    assert (terminal.sent, chip.atr) == (3, Protocol.T1.atr)
    assert ChipCard(CHIP_CARDS["visa"], Faults(mute=0)).atr == b"\0"


def test_a_reset_ends_the_transaction():
    chip, terminal, _, aid = inserted("visa")
    terminal.run(aid)
    chip.reset()
    with pytest.raises(StatusError, match="6985"):
        terminal.generate(TC, second=True)
