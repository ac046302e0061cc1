"""One command and its response, under T=1 as they are, under T=0 as its four cases have it (EMV 4.4 book 1, 9.3.1).

Under T=0 a card cannot answer a command that brings data: it says how much there is, and is asked for that. Bounded: a
card that goes on promising is not listened to for ever. Sends by a function it is given; knows no reader.
"""

from collections.abc import Callable

from drivers.pcsc.asks import CardLostError
from pos_bridge.wire.apdu import MAX_RESPONSE, Command, Response, decode_response

_MOST_ROUNDS = 8
_MORE, _WRONG_LENGTH = 0x61, 0x6C
_WARNINGS = (0x62, 0x63)
_SUCCESS = 0x90
_GET_RESPONSE = bytes.fromhex("00C00000")


def exchange(send: Callable[[bytes], bytes], command: Command, *, t0: bool) -> Response:
    """`send` raises CardLostError for a card that is gone, as this does for an answer that is none."""
    return _by_t0(send, command) if t0 else _sent(send, command.encode())


def _by_t0(send: Callable[[bytes], bytes], command: Command) -> Response:
    header = bytes((command.cla, command.ins, command.p1, command.p2))
    if not command.data:
        response, wants = _fetched(send, header, (command.expected or 0) & 0xFF), False
    else:
        response = _sent(send, header + bytes((len(command.data),)) + command.data)
        wants = command.expected is not None
    if wants and not response.data and _has_more(response.status >> 8):
        last = _fetched(send, _GET_RESPONSE, 0)
        response = Response(last.data, response.status) if last.ok else response
    return _gathered(send, response)


def _has_more(kind: int) -> bool:
    """A warning, or plain success, of a command that has an answer: it waits to be fetched."""
    return kind in _WARNINGS or kind == _SUCCESS


def _gathered(send: Callable[[bytes], bytes], response: Response) -> Response:
    """All that the card said it still has."""
    data, status = response.data, response.status
    for _ in range(_MOST_ROUNDS):
        if status >> 8 != _MORE:
            return Response(data, status)
        response = _fetched(send, _GET_RESPONSE, status & 0xFF)
        data, status = data + response.data, response.status
        if len(data) > MAX_RESPONSE:
            break
    raise CardLostError(removed=False)


def _fetched(send: Callable[[bytes], bytes], header: bytes, length: int) -> Response:
    """A command without data; issued once more with the length that the card names."""
    response = _sent(send, header + bytes((length,)))
    if response.status >> 8 == _WRONG_LENGTH:
        response = _sent(send, header + bytes((response.status & 0xFF,)))
    return response


def _sent(send: Callable[[bytes], bytes], raw: bytes) -> Response:
    response = decode_response(send(raw))
    if response is None:
        raise CardLostError(removed=False)
    return response
