"""Chip cards: the way to the card, a whole conversation with one, and the bytes that it speaks, each beside its floor.

The card is the simulator's, behind the real pcscd, so what the card itself takes is on both sides of every ratio.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pyemv import tlv as peer

from benchmarks.figures import Figure, Goal, Unit, beside, in_turn
from drivers.pcsc.asks import AskIssuer
from drivers.pcsc.exchange import exchange
from drivers.pcsc.pcscd import Connected, Pcscd, Presence, Scard, load_scard
from drivers.pcsc.terminal import Terminal, read_terminal
from drivers.pcsc.transaction import converse
from drivers.reader import Tender
from hw_sim.chip import pcscd as simulated
from hw_sim.chip.slot import Slotted
from hw_sim.chip.terminal_data import terminal_data
from pos_bridge.domain.chip import HostWord, IssuerAnswer
from pos_bridge.wire import tlv
from pos_bridge.wire.apdu import Command, Response

_CARD = "visa"
_DIRECTORY = Command(0x00, 0xA4, 0x04, 0x00, b"1PAY.SYS.DDF01")
_TENDER = Tender(10_00, 124, 261123101500)
_NO_PROOF = IssuerAnswer(HostWord.APPROVED, b"00")
_FAST_ROUNDS = 50
_WHOLE, _SHORT = 255, 5  # bytes


def chip(folder: Path, rounds: int) -> list[Figure]:
    """`folder`: of a simulated pcscd. Runs no engine."""
    with _card(folder) as (pcscd, card):
        figures = [_one_exchange(pcscd, card, rounds * 5), _conversation(pcscd, card, rounds)]
    return [*figures, _tlv(rounds)]


@contextmanager
def _card(folder: Path) -> Iterator[tuple[Pcscd, Connected]]:
    """The card, powered and ours alone, in a reader of a pcscd of its own."""
    folder.mkdir()
    with asyncio.Runner() as runner:
        daemon = simulated.Pcscd(folder)
        runner.run(daemon.start())
        try:
            runner.run(daemon.insert(0, Slotted(_CARD, os.fspath(folder / "card.json"))))
            os.environ["PCSCLITE_CSOCK_NAME"] = os.fspath(daemon.socket)
            with closing(Pcscd(load_scard(), simulated.SLOTS[0])) as pcscd:
                while pcscd.presence() is not Presence.CARD:  # the daemon looks from time to time
                    time.sleep(0.01)
                yield pcscd, pcscd.connect()
        finally:
            os.environ.pop("PCSCLITE_CSOCK_NAME", None)
            runner.run(daemon.close())


def _one_exchange(pcscd: Pcscd, card: Connected, rounds: int) -> Figure:
    ours = lambda: exchange(pcscd.transmit, _DIRECTORY, t0=False)  # noqa: E731 - a name for a line of a table
    took = in_turn(rounds, {"exchange": ours, "bare": _bare(card, [_DIRECTORY])})
    what = "SCardTransmit of the same bytes"
    return beside("chip: one exchange through pcscd", Unit.MICROSECONDS, took, what, Goal(1.5))


def _conversation(pcscd: Pcscd, card: Connected, rounds: int) -> Figure:
    terminal = read_terminal(terminal_data())
    commands = _sale(pcscd, terminal)
    calls = {"sale": lambda: _sale(pcscd, terminal), "bare": _bare(card, commands)}
    what = f"SCardTransmit of the same {len(commands)} commands"
    return beside("chip: a whole sale's conversation", Unit.MILLISECONDS, in_turn(rounds, calls), what)


def _sale(pcscd: Pcscd, terminal: Terminal) -> list[Command]:
    """One sale from selection to the second cryptogram, its issuer answering at once. Gives what the card was sent."""
    sent: list[Command] = []
    talk = converse(terminal, _TENDER, os.urandom)
    reply: Response | IssuerAnswer | None = None
    while True:
        try:
            ask = next(talk) if reply is None else talk.send(reply)
        except StopIteration:
            return sent
        if isinstance(ask, AskIssuer):
            reply = _NO_PROOF
        else:
            assert isinstance(ask, Command), "this card asks for no PIN"
            sent.append(ask)
            reply = exchange(pcscd.transmit, ask, t0=False)


def _bare(card: Connected, commands: list[Command]) -> Callable[[], None]:
    scard: Scard = load_scard()
    raw = [list(command.encode()) for command in commands]

    def send() -> None:
        for command in raw:
            scard.SCardTransmit(card.handle, card.protocol, command)

    return send


def _tlv(rounds: int) -> Figure:
    """255 bytes, 28 objects: what a record of a card may hold."""
    tags = [0x5A, 0x57, 0x82, 0x84, 0x8E, 0x95, 0x9A, 0x9B, 0x9C, *range(0x9F01, 0x9F14)]
    most = tlv.build(tlv.Item(tag, bytes(_SHORT)) for tag in tags[:-1])
    data = most + tlv.encode(tags[-1], bytes(_WHOLE - len(most) - 3))  # its tag and length
    assert len(data) == _WHOLE
    took = in_turn(rounds * _FAST_ROUNDS, {"parse": lambda: tlv.parse(data), "pyemv": lambda: peer.decode(data)})
    return beside(f"chip: BER-TLV of {len(tags)} objects parsed", Unit.MICROSECONDS, took, "pyemv", Goal(0.45))
