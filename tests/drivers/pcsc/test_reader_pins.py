"""PINs at the chip reader's driver: from its own keys to the card, from a PIN pad for the issuer, or from nobody."""

import pytest

from drivers.pcsc.asks import EnterPin, PinBlock, PinGiven, PinTrouble
from drivers.reader import ChipAsks
from drivers.serial.port import Port
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.pin_pad import ask, end
from tests.drivers.line import Line
from tests.drivers.pcsc.desk import Desk, Small, failed
from tests.drivers.pcsc.scripted_scard import EMPTY, ScriptedScard
from tests.wire.test_pin_pad import BLOCK, GOOD, KSN, framed


def test_an_offline_pin_goes_from_the_readers_keys_to_the_card():
    desk = Desk(ScriptedScard(), Small(EnterPin(online=False, cents=12_345, currency=124)))
    features = bytes.fromhex("060442330006")
    desk.scard.control = lambda code, _: b"\x90\x00" if code == 0x42330006 else features
    desk.insert_and_ask_pin()
    desk.ask_issuer()
    assert desk.small.replies == [PinGiven(0x9000)]
    desk.stop()


ONLINE = EnterPin(online=True, cents=12_345, currency=124)


@pytest.fixture
def line():
    with Line() as line:
        yield line


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (GOOD, PinBlock(BLOCK, KSN)),
        (framed(b"C"), PinTrouble.BYPASSED),
        (framed(b"K1234"), PinTrouble.PAD_FAILED),
    ],
)
def test_an_online_pin_comes_encrypted_from_the_pad(line, answer, reply):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    desk.insert_and_ask_pin()
    assert desk.event() is None
    assert line.hear(ask(12_345, 124))
    line.send(answer)
    line.wait_arrived(len(answer))
    asks = desk.reader.turn(desk.now, readable=True)
    assert isinstance(asks, ChipAsks)
    assert desk.small.replies == [reply]
    desk.stop()
    assert line.unheard() == b""


def test_nobody_enters_a_pin(line):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    desk.insert_and_ask_pin()
    assert desk.event() is None
    desk.now += 60
    desk.ask_issuer()
    assert desk.small.replies == [PinTrouble.BYPASSED]
    assert line.hear(end()) == ask(12_345, 124) + end()
    desk.stop()


def test_a_card_pulled_while_its_pin_is_entered_ends_that(line):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    desk.insert_and_ask_pin()
    assert desk.event() is None
    desk.scard.state = EMPTY
    assert failed(desk) is ReadFailure.CARD_REMOVED
    assert line.hear(end()) == ask(12_345, 124) + end()


@pytest.mark.parametrize("gone", [False, True])
def test_a_pad_that_is_not_there(line, gone):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device if gone else "/dev/not-there")
    if gone:
        line.hang_up()
    desk.insert_and_ask_pin()
    desk.ask_issuer()
    assert desk.small.replies == [PinTrouble.PAD_FAILED]
    desk.stop()


def test_what_the_pad_said_before_it_was_asked_is_no_answer(line):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    line.send(GOOD)
    line.wait_arrived(len(GOOD))
    desk.insert_and_ask_pin()
    assert desk.event() is None
    assert desk.small.replies == []
    desk.stop()


def test_a_pad_that_never_stops_talking_is_a_broken_one(line, monkeypatch):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    desk.insert_and_ask_pin()
    monkeypatch.setattr(Port, "read_into", endless)  # no line of a test is faster than its reader
    desk.ask_issuer()
    assert desk.small.replies == [PinTrouble.PAD_FAILED]
    desk.stop()


def endless(_: Port, memory: memoryview) -> int:
    memory[:] = b"?" * len(memory)
    return len(memory)
