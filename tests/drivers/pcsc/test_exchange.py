"""T=0's four cases (EMV 4.4 book 1, 9.3.1), with a card that is a list of what it is told and what it answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pcsc.asks import CardLostError
from drivers.pcsc.exchange import exchange
from pos_bridge.wire.apdu import MAX_RESPONSE, Command, Response

SELECT = Command(0x00, 0xA4, 0x04, 0x00, bytes.fromhex("A0000000031010"))
READ = Command(0x00, 0xB2, 0x01, 0x0C)
AUTHENTICATE = Command(0x00, 0x82, 0x00, 0x00, bytes(8), expected=None)
FETCH = "00C00000"
SELECT_HEX = "00A4040007A0000000031010"


class Script:
    def __init__(self, *pairs: tuple[str, str]) -> None:
        self._pairs = [(bytes.fromhex(told), bytes.fromhex(answers)) for told, answers in pairs]

    def __call__(self, raw: bytes) -> bytes:
        told, answer = self._pairs.pop(0)
        assert raw == told
        return answer

    @property
    def spent(self) -> bool:
        return not self._pairs


@pytest.mark.parametrize(
    ("command", "pairs", "response"),
    [
        (SELECT, [(SELECT_HEX, "6105"), (FETCH + "05", "6F038401009000")], ("6F03840100", 0x9000)),
        (SELECT, [(SELECT_HEX, "6105"), (FETCH + "05", "6C03"), (FETCH + "03", "6F01009000")], ("6F0100", 0x9000)),
        (SELECT, [(SELECT_HEX, "6A82")], ("", 0x6A82)),
        (SELECT, [(SELECT_HEX, "9000"), (FETCH + "00", "6F01009000")], ("6F0100", 0x9000)),
        (SELECT, [(SELECT_HEX, "9000"), (FETCH + "00", "6985")], ("", 0x9000)),
        (SELECT, [(SELECT_HEX, "6283"), (FETCH + "00", "6F01009000")], ("6F0100", 0x6283)),
        (SELECT, [(SELECT_HEX, "6102"), (FETCH + "02", "01026101"), (FETCH + "01", "039000")], ("010203", 0x9000)),
        (READ, [("00B2010C00", "6C03"), ("00B2010C03", "7001009000")], ("700100", 0x9000)),
        (READ, [("00B2010C00", "7001009000")], ("700100", 0x9000)),
        (AUTHENTICATE, [("00820000080000000000000000", "9000")], ("", 0x9000)),
    ],
)  # fmt: skip
def test_t0(command, pairs, response):
    script = Script(*pairs)
    data, status = response
    assert exchange(script, command, t0=True) == Response(bytes.fromhex(data), status)
    assert script.spent


def test_t1_is_the_command_as_it_is():
    script = Script((SELECT_HEX + "00", "6F01009000"))
    assert exchange(script, SELECT, t0=False) == Response(bytes.fromhex("6F0100"), 0x9000)


def test_a_card_that_goes_on_promising():
    with pytest.raises(CardLostError):
        exchange(lambda _: b"\x00\x61\x10", SELECT, t0=True)


@given(st.lists(st.binary(max_size=300), min_size=1), st.booleans())
def test_whatever_a_card_answers_it_is_bounded(answers, t0):
    waiting = list(answers)

    def card(_: bytes) -> bytes:
        return waiting.pop(0) if waiting else b"\x6f\x00"

    for command in (SELECT, READ, AUTHENTICATE):
        try:
            assert len(exchange(card, command, t0=t0).data) <= MAX_RESPONSE
        except CardLostError:
            continue
