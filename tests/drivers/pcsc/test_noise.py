"""A card that says anything at all: the terminal ends with a reason or an answer, and never asks for ever."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.pcsc.asks import AskIssuer, EnterPin, PinTrouble, Reply
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import SecondAnswer
from pos_bridge.wire.apdu import Response
from tests.drivers.pcsc import authority
from tests.drivers.pcsc.chips import APPROVED, RANDOM, Chip, cdol_1, cdol_2, combined, ending, talk, terminal
from tests.drivers.pcsc.script import Issuer, Line, Say, answer_of, apdu, tlv

MOST_ASKS = 500
KNOWING = terminal(keys=authority.key_table())
DYNAMIC = authority.dynamic_signature("0431323334", RANDOM)
ONE, TWO = cdol_1("0000008000"), cdol_2("0000008000", "E800")
CONVERSATIONS: list[list[Line]] = [
    [*Chip().opening(), *ending("8000008000")],
    [*Chip(aip="5800", method="SDA").opening(), *ending("0200008000", "E800")],
    [
        *Chip(aip="3800", method="DDA").opening(),
        Say(apdu("00880000", RANDOM), tlv("80", DYNAMIC) + "9000"),
        *ending("0000008000", "E800"),
    ],
    [*Chip(aip="1900", method="CDA").opening(), combined("80", ONE), Issuer(APPROVED), combined("40", TWO, ONE)],
]


def run(replies: list[Reply], rest: Reply) -> int:
    """Answers with `replies`, then with `rest` for ever; how often the terminal asked."""
    conversation = talk(KNOWING)
    coming = iter(replies)
    asks = 0
    try:
        ask = next(conversation)
        while asks < MOST_ASKS:
            asks += 1
            reply = next(coming, rest)
            match ask:
                case AskIssuer():
                    reply = APPROVED
                case EnterPin():
                    reply = PinTrouble.BYPASSED
                case _ if not isinstance(reply, Response):
                    reply = rest
            ask = conversation.send(reply)
    except ReadFailedError as failed:
        return asks if isinstance(failed.reason, ReadFailure) else MOST_ASKS
    except StopIteration as end:
        return asks if isinstance(end.value, SecondAnswer) else MOST_ASKS
    return asks


@st.composite
def spoiled(draw: st.DrawFn) -> list[Reply]:
    """A right conversation in which some answers are other bytes, cut, or have bits turned."""
    replies = [answer_of(line) for line in draw(st.sampled_from(CONVERSATIONS))]
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(replies) - 1))
        held = replies[place]
        data = bytearray(held.data if isinstance(held, Response) else b"")
        match draw(st.sampled_from(("bits", "cut", "other", "status"))):
            case "bits" if data:
                data[draw(st.integers(0, len(data) - 1))] ^= draw(st.integers(1, 255))
            case "cut":
                del data[draw(st.integers(0, len(data))) :]
            case "other":
                data = bytearray(draw(st.binary(max_size=256)))
            case _:
                pass
        status = draw(st.sampled_from((0x9000, 0x9000, 0x9000, 0x6283, 0x6985, 0x6A83, 0x63C1, 0x6F00)))
        replies[place] = Response(bytes(data), status)
    return replies


@settings(max_examples=400)
@given(spoiled())
def test_a_conversation_that_is_spoiled(replies):
    assert run(replies, Response(b"", 0x6A83)) < MOST_ASKS


@given(st.lists(st.builds(Response, st.binary(max_size=256), st.sampled_from((0x9000, 0x9000, 0x6985))), max_size=8))
def test_noise(replies):
    assert run(list(replies), Response(b"", 0x6F00)) < MOST_ASKS


@given(st.builds(Response, st.binary(max_size=64), st.sampled_from((0x9000, 0x6283, 0x63C5, 0x6985))))
def test_the_same_answer_for_ever(reply):
    assert run([], reply) < MOST_ASKS


def test_an_echo_of_each_answer_for_ever():
    for lines in CONVERSATIONS:
        replies = [answer_of(line) for line in lines]
        for place, reply in enumerate(replies):
            if isinstance(reply, Response):
                assert run(replies[:place], reply) < MOST_ASKS
