"""The card room with a chip reader, as the engine meets it: a real process, a real pcscd, a virtual card."""

import os
import signal
from pathlib import Path

import pytest

import drivers.pcsc
from pos_bridge.domain.card import Brand, EntryMode, ReadFailure
from pos_bridge.domain.chip import NO_ANSWER, HostWord, IssuerAnswer, SecondAnswer, Verified
from pos_bridge.wire.cardlink import (
    Armed,
    CardSaid,
    Failed,
    Finish,
    Issuer,
    Notice,
    Read,
    ReaderIs,
    ReaderState,
    Ready,
    Sealed,
    Show,
    Status,
)
from pos_bridge.wire.locks import REQUIRED, Lock
from tests.card.keys import CAD, CENTS, LEG_KEY, LOCAL_TIME, info, sealed_by_room
from tests.card.room_process import RoomProcess, room_command
from tests.pcsc.card import T0_ATR, T1_ATR, VirtualCard
from tests.pcsc.daemon import READER, Pcscd
from tests.pcsc.emv_card import AAC, CRYPTOGRAM, VISA, EmvCard, by_t0

EMV = Path(drivers.pcsc.__path__[0]) / "emv-canada.toml"
APPROVED = Issuer(IssuerAnswer(HostWord.APPROVED, b"00"))
DECLINED = Issuer(IssuerAnswer(HostWord.DECLINED, b"05"))
NOT_AGREED = CardSaid(SecondAnswer(agreed=False))


@pytest.fixture(scope="module")
def pcscd(tmp_path_factory):
    with Pcscd(tmp_path_factory.mktemp("p")) as pcscd:
        yield pcscd


@pytest.fixture
def room(keys, tmp_path, pcscd):
    with chip_room(keys.write_trust(tmp_path), pcscd) as room:
        room.let_go()
        ready = room.hear()
        assert isinstance(ready, Ready)
        assert not REQUIRED & ~Lock(ready.locks)
        yield room


def chip_room(trust: Path, pcscd: Pcscd) -> RoomProcess:
    return RoomProcess(room_command(trust, emv=EMV), {"PCSCLITE_CSOCK_NAME": str(pcscd.socket)})


def ask(keys, prompt_ms: int = 60_000, *, refund: bool = False) -> Read:
    return Read("pcsc_emv", READER, prompt_ms, LEG_KEY, CENTS, CAD, keys.sealing_key(), LOCAL_TIME, refund=refund)


def check_failed(room: RoomProcess, reason: ReadFailure) -> None:
    assert room.hear() == Failed(reason)
    assert room.exit_code() == 0


def said(room: RoomProcess) -> SecondAnswer:
    report = room.hear()
    assert isinstance(report, CardSaid)
    assert room.exit_code() == 0
    return report.answer


def sealed(room: RoomProcess) -> Sealed:
    assert room.hear() == Show(Notice.CARD_INSERTED)
    report = room.hear()
    assert isinstance(report, Sealed)
    return report


@pytest.mark.parametrize(("atr", "way"), [(T1_ATR, lambda card: card), (T0_ATR, by_t0)])
def test_a_sale_with_a_chip(room, keys, pcscd, atr, way):
    room.say(ask(keys))
    assert room.hear() == Armed()
    card = EmvCard()
    with VirtualCard(pcscd, way(card), atr):
        report = sealed(room)
        facts = report.card.facts
        assert (facts.brand, facts.last_four, facts.entry_mode) == (Brand.VISA, 5119, EntryMode.CHIP)
        clear = keys.open(sealed_by_room(report.card).ciphertext, info())
        assert (len(clear), clear[:3]) == (512, bytes((2, EntryMode.CHIP.value, 3)))
        data = clear[5 : 5 + int.from_bytes(clear[3:5], "big")]
        assert bytes.fromhex("9F2608") + CRYPTOGRAM in data
        assert bytes.fromhex(VISA) in data
        room.say(APPROVED)
        answer = said(room)
    assert answer.agreed
    assert answer.receipt is not None
    assert (answer.receipt.aid.hex(), answer.receipt.verified) == ("a0000000031010", Verified.SIGNATURE)


def test_an_issuer_that_declines_and_one_that_is_not_reached(keys, pcscd, tmp_path):
    for issuer in (DECLINED, Issuer(NO_ANSWER)):
        with chip_room(keys.write_trust(tmp_path), pcscd) as room:
            room.let_go()
            room.hear()
            room.say(ask(keys))
            assert room.hear() == Armed()
            with VirtualCard(pcscd, EmvCard(second=AAC)):
                sealed(room)
                room.say(issuer)
                assert not said(room).agreed


def test_a_card_that_refuses_what_its_issuer_approved(room, keys, pcscd):
    room.say(ask(keys))
    assert room.hear() == Armed()
    with VirtualCard(pcscd, EmvCard(second=AAC)):
        sealed(room)
        room.say(APPROVED)
        assert not said(room).agreed


def test_a_refund_asks_the_card_for_no_approval(room, keys, pcscd):
    room.say(ask(keys, refund=True))
    assert room.hear() == Armed()
    card = EmvCard(first=AAC)
    with VirtualCard(pcscd, card):
        sealed(room)
        room.say(APPROVED)
        assert said(room).agreed
    assert sum(command[1] == 0xAE for command in card.heard) == 1


def test_a_card_pulled_before_anything_was_sent(room, keys, pcscd):
    room.say(ask(keys))
    assert room.hear() == Armed()
    with VirtualCard(pcscd, EmvCard(pulled_at=3)):
        assert room.hear() == Show(Notice.CARD_INSERTED)
        check_failed(room, ReadFailure.CARD_REMOVED)


def test_a_card_pulled_while_its_issuer_is_asked(room, keys, pcscd):
    room.say(ask(keys))
    assert room.hear() == Armed()
    with VirtualCard(pcscd, EmvCard()) as card:
        sealed(room)
        card.pull()
        room.say(APPROVED)
        assert room.hear() == NOT_AGREED
        assert room.exit_code() == 0


def test_a_card_that_lay_there_before_pays_for_nobody_until_it_is_put_in_again(room, keys, pcscd):
    with VirtualCard(pcscd, EmvCard()) as earlier:
        room.say(ask(keys))
        earlier.pull()
        assert room.hear() == Armed()
    assert earlier.heard == []
    with VirtualCard(pcscd, EmvCard()):
        sealed(room)


def test_a_card_that_is_left_in_the_reader(room, keys, pcscd):
    with VirtualCard(pcscd, EmvCard()) as earlier:
        room.say(ask(keys, prompt_ms=500))
        check_failed(room, ReadFailure.CARD_LEFT)
    assert earlier.heard == []


def test_nobody_comes(room, keys):
    room.say(ask(keys, prompt_ms=500))
    assert room.hear() == Armed()
    check_failed(room, ReadFailure.NO_CARD)


def test_withdrawn_with_a_card_in_the_reader(room, keys, pcscd):
    room.say(ask(keys))
    assert room.hear() == Armed()
    with VirtualCard(pcscd, EmvCard()):
        sealed(room)
        room.say(Finish())
        assert room.exit_code() == 0


def test_the_engines_death_lets_the_card_go(room, keys, pcscd):
    room.say(ask(keys))
    assert room.hear() == Armed()
    with VirtualCard(pcscd, EmvCard()):
        sealed(room)
        room.hang_up()
        assert room.exit_code() == 0


def test_status(room, pcscd):
    room.say(Status("pcsc_emv", READER))
    assert room.hear() == ReaderIs(ReaderState.PRESENT)
    assert room.exit_code() == 0


def test_a_reader_that_the_daemon_does_not_know(room, pcscd):
    room.say(Status("pcsc_emv", "Virtual PCD 00 09"))
    assert room.hear() == ReaderIs(ReaderState.ABSENT)


def test_a_daemon_that_stops_and_comes_back(keys, tmp_path, tmp_path_factory):
    with Pcscd(tmp_path_factory.mktemp("p")) as pcscd:
        trust = keys.write_trust(tmp_path)
        with chip_room(trust, pcscd) as room, chip_room(trust, pcscd) as idle:
            for each in (room, idle):
                each.let_go()
                each.hear()
            room.say(ask(keys))
            assert room.hear() == Armed()
            pcscd.stop()
            check_failed(room, ReadFailure.READER_ABSENT)
            pcscd.start()
            idle.say(ask(keys))
            assert idle.hear() == Armed()
            with VirtualCard(pcscd, EmvCard()):
                sealed(idle)


def test_what_the_kernel_says_of_a_chip_room_with_its_doors_shut(room, keys, pcscd):
    room.say(ask(keys))
    assert room.hear() == Armed()
    limits = Path(f"/proc/{room.pid}/limits").read_text().splitlines()
    values = {limit[:26].strip(): limit[26:].split()[:2] for limit in limits}
    assert values["Max open files"] == ["1", "1"]
    if os.geteuid() == 0:
        opened = [path.readlink() for path in Path(f"/proc/{room.pid}/fd").iterdir()]
        assert sum(str(target).startswith("socket:") for target in opened) == 2  # the link, and the daemon's
    room.say(Finish())
    assert room.exit_code() == 0


@pytest.mark.parametrize("text", [None, "", "[terminal]\n", "not TOML", "\xff"])
def test_no_chip_room_without_a_terminals_data(keys, tmp_path, text):
    emv = tmp_path / "emv.toml"
    if text is not None:
        emv.write_text(text, encoding="latin-1")
    with RoomProcess(room_command(keys.write_trust(tmp_path), emv=emv)) as room:
        assert room.hear() == Failed(ReadFailure.ROOM_FAULT)
        assert room.exit_code() == 5


def test_a_room_that_is_killed_gives_its_card_back(room, keys, pcscd, tmp_path):
    room.say(ask(keys))
    assert room.hear() == Armed()
    with VirtualCard(pcscd, EmvCard()):
        sealed(room)
        os.kill(room.pid, signal.SIGKILL)
        assert room.exit_code() == -signal.SIGKILL
    with chip_room(keys.write_trust(tmp_path), pcscd) as following:
        following.let_go()
        following.hear()
        following.say(ask(keys))
        assert following.hear() == Armed()
        with VirtualCard(pcscd, EmvCard()):
            sealed(following)
