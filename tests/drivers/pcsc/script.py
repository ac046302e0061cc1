"""A card as a script: the bytes that a right terminal sends, in order, and what it is answered. Any other byte fails.

Written apart from the driver: what a terminal must send is spelled out here in hex.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.pcsc.asks import AskIssuer, CardLostError, EnterPin, PinBlock, PinGiven, PinTrouble, Reply, Transaction
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import IssuerAnswer, SecondAnswer
from pos_bridge.wire.apdu import Command, decode_response


@dataclass(frozen=True)
class Say:
    """One exchange: the command as it goes over the line, and the answer with its status word. Spaces are free."""

    command: str
    answer: str = "9000"


@dataclass(frozen=True)
class Pin:
    online: bool
    reply: PinBlock | PinGiven | PinTrouble


@dataclass(frozen=True)
class Issuer:
    answer: IssuerAnswer


Line = Say | Pin | Issuer


@dataclass(frozen=True)
class Played:
    """How it ended: one of `answer` and `reason`. `ask`: what the issuer was asked, if it was."""

    answer: SecondAnswer | None
    reason: ReadFailure | None
    ask: AskIssuer | None


def play(transaction: Transaction, lines: Sequence[Line], *, lose_at: int | None = None, pulled: bool = True) -> Played:
    """Runs it to its end. `lose_at`: the line at which the card is gone instead."""
    asked: AskIssuer | None = None
    reply: Reply | None = None
    number = 0
    try:
        ask = next(transaction)
        while True:
            assert number < len(lines), f"the script has ended, and the terminal goes on with {shown(ask)}"
            line = lines[number]
            assert fits(ask, line), f"line {number}: expected {shown(line)}, the terminal says {shown(ask)}"
            if isinstance(ask, AskIssuer):
                asked = ask
            if number == lose_at:
                number = len(lines)
                ask = transaction.throw(CardLostError(removed=pulled))
            else:
                number += 1
                reply = answer_of(line)
                ask = transaction.send(reply)
    except StopIteration as end:
        assert number == len(lines), f"the terminal ended before {shown(lines[number])}"
        return Played(end.value, None, asked)
    except ReadFailedError as failed:
        reason = failed.reason
    assert number == len(lines), f"the terminal gave up ({reason}) before {shown(lines[number])}"
    return Played(None, reason, asked)


def answer_of(line: Line) -> Reply:
    match line:
        case Say(_, answer):
            response = decode_response(bytes.fromhex(answer))
            assert response is not None
            return response
        case Pin(_, reply):
            return reply
        case Issuer(answer):
            return answer


def fits(ask: object, line: Line) -> bool:
    match ask, line:
        case Command(), Say(command):
            return ask.encode() == bytes.fromhex(command)
        case EnterPin(online=asked), Pin(online=expected):
            return asked == expected
        case AskIssuer(), Issuer():
            return True
        case _:
            return False


def shown(thing: object) -> str:
    match thing:
        case Command():
            return thing.encode().hex().upper()
        case Say(command):
            return command.replace(" ", "").upper()
        case _:
            return str(thing)


def tlv(tag: str, value: str) -> str:
    """In hex, for values of up to 65535 bytes."""
    size = len(bytes.fromhex(value))
    length = f"{size:02X}" if size < 128 else f"81{size:02X}" if size < 256 else f"82{size:04X}"
    return tag + length + value.replace(" ", "").upper()


def apdu(header: str, data: str = "", le: str = "00") -> str:
    size = len(bytes.fromhex(data))
    return header + (f"{size:02X}{data}" if size else "") + le
