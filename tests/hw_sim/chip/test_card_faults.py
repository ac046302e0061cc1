"""A card told to misbehave: what a terminal then sees, fault by fault, and that nothing else is wrong with it."""

import pytest

from hw_sim.chip.card import ChipCard, MuteError, PulledError
from hw_sim.chip.exchange import Protocol
from hw_sim.chip.fault import Faults
from hw_sim.chip.profile import CHIP_CARDS, Oda
from tests.hw_sim.chip.inserted import NAMES, authority, finish, inserted
from tests.hw_sim.chip.terminal import ARQC, PSE, TC, StatusError

pytestmark = pytest.mark.filterwarnings(
    "ignore:(TripleDES|Two-key TripleDES|Single-key TripleDES)"
)  # how pyemv uses cryptography


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
