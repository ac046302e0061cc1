"""A reader with a keypad, as a script: vpcd has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pcsc.asks import PinGiven, PinTrouble
from drivers.pcsc.secure_pin import enter_offline_pin

GET_FEATURES, VERIFY = 0x42000D48, 0x42330006
FEATURES = bytes.fromhex("0604 42330006 0A04 42330008".replace(" ", ""))
# PC/SC part 10, 2.5.2, field by field: two times of 30 s; 89 47 04; 4 to 12 digits; validation key; one message,
# English; index 0; T=1 prologue; 13 bytes; VERIFY with an empty EMV PIN block.
STRUCTURE = bytes.fromhex("1E1E 894704 0C04 02 01 0904 00 000000 0D000000 0020008008 20FFFFFFFFFFFFFF".replace(" ", ""))


class Keypad:
    def __init__(self, answer: bytes | None, features: bytes | None = FEATURES) -> None:
        self._answers = {GET_FEATURES: features, VERIFY: answer}
        self.told: list[tuple[int, bytes]] = []

    def __call__(self, code: int, data: bytes) -> bytes | None:
        self.told.append((code, data))
        return self._answers[code]


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ("9000", PinGiven(0x9000)),
        ("63C2", PinGiven(0x63C2)),
        ("6983", PinGiven(0x6983)),
        ("6400", PinTrouble.BYPASSED),
        ("6401", PinTrouble.BYPASSED),
        ("6402", PinTrouble.PAD_FAILED),
        ("", PinTrouble.PAD_FAILED),
        ("31323334", PinTrouble.PAD_FAILED),
    ],
)
def test_what_the_reader_answers(answer, reply):
    keypad = Keypad(bytes.fromhex(answer))
    assert enter_offline_pin(keypad) == reply
    assert keypad.told == [(GET_FEATURES, b""), (VERIFY, STRUCTURE)]


def test_a_reader_that_refuses():
    assert enter_offline_pin(Keypad(None)) is PinTrouble.PAD_FAILED


@pytest.mark.parametrize("features", [None, b"", FEATURES[6:], FEATURES[:5]])
def test_a_reader_without_a_keypad(features):
    assert enter_offline_pin(Keypad(b"\x90\x00", features)) is PinTrouble.NO_PAD


@given(st.binary(max_size=60))
def test_any_list_of_features(features):
    told = enter_offline_pin(lambda code, _: features if code == GET_FEATURES else b"\x90\x00")
    assert told in {PinTrouble.NO_PAD, PinGiven(0x9000)}
