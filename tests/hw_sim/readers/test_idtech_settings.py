"""Commands of the simulated ID TECH reader, byte by byte as the manual writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.readers.idtech_frame import Options
from hw_sim.readers.idtech_settings import CommandListener, Settings
from tests.hw_sim.readers.idtech import ACK, DISABLE, ENABLE, NAK, UNKNOWN, review, told, write

AS_DELIVERED = {
    0x1A: b"1",
    0x49: b"\x04",
    0x4A: b"\x04",
    0x4B: b"*",
    0x4C: b"1",
    0x50: b"0",
    0x58: b"1",
    0x5C: b"7",
    0x6F: b"1",
    0x7E: b"3",
    0x84: b"\x08",
    0x85: b"0",
    0x86: b"\x07",
}


def answers(settings: Settings, line: bytes) -> list[bytes]:
    return [NAK if heard is None else settings.obey(heard) for heard in CommandListener().feed(line)]


def test_the_bytes_are_those_of_the_manual():
    assert bytes.fromhex("02531A01310378") == ENABLE
    assert bytes.fromhex("02531A01300379") == DISABLE
    assert review(0x7E) == bytes.fromhex("02527E032D")


def test_a_new_reader():
    settings = Settings({})
    for setting, value in AS_DELIVERED.items():
        assert answers(settings, review(setting)) == [told(setting, value)]
    assert settings.options == Options()
    assert settings.reading
    assert settings.changed == {}


def test_settings_are_kept_until_set_again():
    settings = Settings({})
    said = [(0x5C, b"0"), (0x49, b"\x00"), (0x4A, b"\x03"), (0x4B, b"#"), (0x50, b"1"), (0x85, b"1"), (0x86, b"\x02")]
    for setting, value in [*said, (0x6F, b"0"), (0x1A, b"0")]:
        assert answers(settings, write(setting, value) + review(setting)) == [ACK, told(setting, value)]
    assert settings.options == Options(
        enhanced=True, hashes=0, masks=2, lead=0, trail=3, mask=ord("#"), expiry=True, lrc=False
    )
    assert not settings.reading
    assert Settings(settings.changed).options == settings.options
    default = b"\x02S\x18\x03\x4a"
    assert answers(settings, default) == [ACK]
    assert settings.changed == {}


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (write(0x1A, b"2"), NAK),  # buffered mode
        (write(0x1A, b"10"), NAK),
        (write(0x1A, b""), NAK),
        (write(0x49, b"\x07"), NAK),  # more of the number than may be shown
        (write(0x4A, b"\x05"), NAK),
        (write(0x4C, b"0"), NAK),  # no encryption
        (write(0x7E, b"1"), NAK),  # not to be set
        (write(0x99, b"1"), UNKNOWN),
        (review(0x99), UNKNOWN),
        (ENABLE[:-1] + b"\0", NAK),  # wrong LRC
        (review(0x1A)[:-2] + b"\x04\x4b", NAK),  # no ETX
        (b"\x02I", NAK),  # a command that is not simulated
    ],
)
def test_what_cannot_be_done_changes_nothing(command: bytes, answer: bytes):
    settings = Settings({0x50: ord("1")})
    assert answers(settings, command) == [answer]
    assert settings.changed == {0x50: ord("1")}
    assert answers(settings, command + review(0x50))[-1] == told(0x50, b"1")


def test_a_reader_without_keys_left_says_so():
    settings = Settings({})
    settings.exhausted = True
    assert answers(settings, review(0x7E)) == [told(0x7E, b"0")]


@pytest.mark.parametrize("changed", [{0x99: 1}, {0x1A: 0x32}, {0x7E: 0x33}, {0x49: 300}])
def test_a_kept_setting_that_cannot_be(changed: dict[int, int]):
    with pytest.raises(ValueError, match="setting"):
        Settings(changed)


commands = st.one_of(
    st.just(ENABLE),
    st.just(DISABLE),
    st.builds(review, st.integers(0, 255)),
    st.builds(write, st.integers(0, 255).filter(lambda setting: setting != 0x18), st.binary(max_size=6)),
)


@given(st.lists(commands), st.lists(st.integers(0, 300)))
def test_commands_may_come_in_pieces(said: list[bytes], cuts: list[int]):
    line = b"".join(said)
    listener, heard = CommandListener(), []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(line)], strict=True):
        heard += listener.feed(line[start:end])
    assert [command for command in heard if command is not None] == said
    assert None not in heard


@given(st.binary(max_size=600))
def test_any_bytes_get_an_answer_of_the_manual_or_none(line: bytes):
    settings = Settings({})
    for answer in answers(settings, line):
        assert answer in {ACK, NAK, UNKNOWN} or (answer[:2] == b"\x06\x02" and len(answer) == 7)
    listener = CommandListener()
    listener.feed(line)
    assert len(listener._held) <= 261
