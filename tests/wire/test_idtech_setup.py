import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.wire.idtech_setup import IS_READING, MAX_ANSWER, READ, Heard, Setup, Unfit, review, write
from tests.drivers.idtech_reader import (
    ACK,
    AS_DELIVERED,
    AS_WANTED,
    CIPHER,
    EXPIRY,
    HASHES,
    KEYS,
    LEADING,
    LEVEL,
    MASK,
    NAK,
    OFF,
    ON,
    READING,
    TRAILING,
    UNKNOWN,
    Settings,
)

READS = Settings().answer(IS_READING)


def talk(setup: Setup, settings: Settings, most: int = 40) -> list[bytes]:
    """Until it is done or the reader is unfit; what was said."""
    said: list[bytes] = []
    while not setup.done and not setup.unfit and len(said) < most:
        said.append(setup.command())
        assert setup.hear(memoryview(settings.answer(said[-1]))) is Heard.ANSWER
    return said


def test_the_commands_are_those_that_the_makers_manuals_print():
    assert review(0x4C) == bytes.fromhex("02524C031F")
    assert review(0x58) == bytes.fromhex("025258030B")
    assert review(0x7E) == bytes.fromhex("02527E032D")
    assert write(0x4C, 0x30) == bytes.fromhex("02534C0130032F")
    assert write(0x58, 0x30) == bytes.fromhex("0253580130033B")
    assert bytes.fromhex("02531A01310378") == READ
    assert review(READING) == IS_READING


def test_the_answers_that_the_makers_manuals_print_are_understood():
    """They print a reader of level 3, and one that is set to no encryption under a fixed key."""
    setup = Setup()
    for command, answer, unfit in (
        ("02527E032D", "06027E0133034D", None),
        ("02524C031F", "06024C0130037C", Unfit.IN_CLEAR),
        ("025258030B", "06025801300368", Unfit.FOREIGN),
    ):
        assert setup.command() == bytes.fromhex(command)
        assert setup.hear(memoryview(bytes.fromhex(answer))) is Heard.ANSWER
        assert setup.unfit is unfit


def test_a_reader_that_is_set_right_is_reviewed_and_written_nothing():
    settings = Settings()
    said = talk(Setup(), settings)
    assert len(said) == len(AS_WANTED)
    assert said[-1] == IS_READING
    assert settings.written == []


@pytest.mark.parametrize("value", [OFF, 0x32])
def test_a_reader_that_does_not_read_or_does_so_in_another_way_is_told_to(value):
    settings = Settings(AS_WANTED | {READING: value})
    said = talk(Setup(), settings)
    assert said[-2:] == [IS_READING, READ]
    assert settings.written == [(READING, ON)]
    assert talk(Setup(), settings)[-1] == IS_READING
    assert settings.written == [(READING, ON)]


def test_only_what_differs_is_written():
    settings = Settings(AS_DELIVERED)
    talk(Setup(), settings)
    assert settings.written == [(HASHES, 0x30)]
    worst = Settings(AS_WANTED | {HASHES: 0x37, LEADING: 6, TRAILING: 0, MASK: 0x30, EXPIRY: 0x31, READING: OFF})
    said = talk(Setup(), worst)
    assert worst.values == AS_WANTED
    assert [each[1:3] for each in said[-3:]] == [bytes((0x53, EXPIRY)), bytes((0x52, READING)), bytes((0x53, READING))]
    assert [identity for identity, _ in worst.written] == [HASHES, LEADING, TRAILING, MASK, EXPIRY, READING]


@pytest.mark.parametrize("refusal", [NAK, UNKNOWN, b"\x17", b"\x18"])
def test_what_a_reader_does_not_know_is_left_alone(refusal):
    setup = Setup()
    said: list[bytes] = []
    while setup.command() != READ:
        said.append(setup.command())
        assert setup.hear(memoryview(refusal)) is Heard.ANSWER
    assert len(said) == len(AS_WANTED)
    assert said[-1] == IS_READING
    assert not setup.done
    assert setup.hear(memoryview(refusal)) is Heard.STRAY
    assert setup.command() == READ
    assert setup.hear(memoryview(b"\x06")) is Heard.ANSWER
    assert setup.done


def test_a_write_that_is_refused_is_left_alone():
    setup, settings = Setup(), Settings(AS_DELIVERED)
    while setup.command() != write(HASHES, 0x30):
        setup.hear(memoryview(settings.answer(setup.command())))
    assert setup.hear(memoryview(NAK)) is Heard.ANSWER
    assert setup.command() == IS_READING


@pytest.mark.parametrize(
    ("identity", "value", "unfit"),
    [
        (LEVEL, 0x30, Unfit.IN_CLEAR),  # keys used up
        (LEVEL, 0x31, Unfit.IN_CLEAR),  # no key
        (LEVEL, 0x32, Unfit.IN_CLEAR),
        (LEVEL, 0x34, None),
        (LEVEL, 0x35, Unfit.FOREIGN),
        (CIPHER, 0x30, Unfit.IN_CLEAR),
        (CIPHER, 0x32, Unfit.FOREIGN),  # AES
        (KEYS, 0x30, Unfit.FOREIGN),  # one fixed key
    ],
)
def test_a_reader_that_must_not_read(identity, value, unfit):
    setup, settings = Setup(), Settings(AS_DELIVERED | {identity: value})
    talk(setup, settings)
    assert setup.unfit is unfit
    assert (settings.written == []) is (unfit is not None)


def test_an_answer_byte_by_byte_and_with_something_behind_it():
    answer = Settings().answer(review(LEVEL))
    assert len(answer) == MAX_ANSWER
    setup = Setup()
    for size in range(len(answer)):
        assert setup.hear(memoryview(answer[:size])) is Heard.NOTHING
    assert setup.hear(memoryview(answer)) is Heard.ANSWER
    assert Setup().hear(memoryview(answer + b"\2")) is Heard.CROWDED
    assert Setup().hear(memoryview(NAK + b"\2")) is Heard.CROWDED


def test_no_single_bit_flip_passes_for_an_answer():
    answer = bytearray(Settings().answer(review(LEVEL)))
    for place in range(len(answer)):
        for bit in range(8):
            answer[place] ^= 1 << bit
            setup = Setup()
            assert setup.hear(memoryview(answer)) is not Heard.ANSWER
            assert setup.command() == review(LEVEL) or answer[0] == UNKNOWN[0]
            answer[place] ^= 1 << bit


def test_the_answer_to_another_question_is_a_stray():
    assert Setup().hear(memoryview(Settings().answer(review(HASHES)))) is Heard.STRAY


@given(st.lists(st.binary(max_size=20) | st.sampled_from([NAK, ACK, READS]), max_size=40))
def test_random_answers_raise_nothing_and_only_an_acknowledgement_that_it_reads_is_the_end(answers):
    setup = Setup()
    for answer in answers:
        command = setup.command()
        setup.hear(memoryview(answer))
        if setup.done:
            assert answer.startswith(ACK if command == READ else READS)
            assert command in (IS_READING, READ)
            return
