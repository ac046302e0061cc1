import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.readers.lamp import LampCommand, LampListener

ON, OFF = LampCommand.ON, LampCommand.OFF


@pytest.mark.parametrize(
    ("data", "heard"),
    [
        (b"\x1b\x83", [ON]),
        (b"\x1b\x81", [OFF]),
        (b"\x1b\x81\x1b\x83", [OFF, ON]),
        (b"\x1b\x1b\x83", [ON]),
        (b"xx\x1b\x83yy\x1b\x81zz", [ON, OFF]),
        (b"\x83\x81", []),
        (b"\x1b", []),
        (b"\x1b\x84\x83", []),
        (b"\x1b\x83\x83", [ON]),
    ],
)
def test_the_lamp_is_heard_whole_and_byte_by_byte(data: bytes, heard: list[LampCommand]):
    assert LampListener().feed(data) == heard
    listener = LampListener()
    assert [command for byte in data for command in listener.feed(bytes((byte,)))] == heard


@given(st.lists(st.binary(max_size=20)))
def test_pieces_make_no_difference(pieces: list[bytes]):
    listener = LampListener()
    assert [command for piece in pieces for command in listener.feed(piece)] == LampListener().feed(b"".join(pieces))
