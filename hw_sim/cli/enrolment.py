"""pos-bridge-sim enrolment DIR WORD: the enrolment server of a store's processor, its tokens, its list, its faults."""

import argparse
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from hw_sim.cli.exits import DONE, FAILED, REFUSED, complain
from hw_sim.disk import private_folder
from hw_sim.enrolment.faults import SAYS, Fault
from hw_sim.store.layout import Layout

if TYPE_CHECKING:
    from hw_sim.enrolment.folder import Folder

_WORDS = MappingProxyType(
    {
        "serve": "serves until SIGTERM or Ctrl-C; prints its address",
        "token": "VALUE, a till's POIID: prints a one-time token for it, good for 24 hours",
        "stale-token": "VALUE, a till's POIID: a token that is too old already",
        "issued": "prints what was issued: serial number and till, a line each",
        "revoke": "VALUE, a till's POIID or a serial number: it gets no other, and the processor refuses it",
        "life": "VALUE seconds: certificates issued from now on last so long (they begin an hour ago)",
        "fault": "VALUE, a name: what it does wrong until the next one; see below",
    }
)


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    lines = [f"  {word:12} {says}" for word, says in _WORDS.items()]
    lines += ["", "faults:", *(f"  {fault.value:13} {SAYS[fault]}" for fault in Fault)]
    parser = words.add_parser(
        "enrolment",
        help="the enrolment server: serve, make tokens, revoke",
        description="The server where tills get their certificates (EST, RFC 7030), for a store's folder.",
        epilog="\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="of a store; made if absent")
    parser.add_argument("word", metavar="WORD", choices=_WORDS, help="see below")
    parser.add_argument("value", metavar="VALUE", nargs="?", help="where one is named below")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    from hw_sim.enrolment.folder import Folder  # noqa: PLC0415 - other commands load no certificates for it

    folder = Folder(Layout(chosen.folder.absolute()).world)
    private_folder(folder.path)
    if chosen.word in {"serve", "issued"}:
        return _serve(folder) if chosen.word == "serve" else _issued(folder)
    if chosen.value is None:
        return complain(REFUSED, f"{chosen.word} wants a VALUE")
    return _DO[chosen.word](folder, chosen.value)


def _serve(folder: "Folder") -> int:
    from hw_sim.enrolment.server import serving  # noqa: PLC0415 - the other words need no server

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        with serving(folder) as address:
            print(address, flush=True)
            ended.wait()
    except OSError as error:
        return complain(FAILED, error)
    return DONE


def _issued(folder: "Folder") -> int:
    for serial, till in folder.issued():
        print(serial, till)
    return DONE


def _token(folder: "Folder", till: str) -> int:
    print(folder.make_token(till))
    return DONE


def _stale_token(folder: "Folder", till: str) -> int:
    print(folder.make_token(till, hours=-1))
    return DONE


def _revoke(folder: "Folder", what: str) -> int:
    folder.revoke(what)
    return DONE


def _life(folder: "Folder", text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        return complain(REFUSED, "life wants a whole number of seconds")
    folder.set_life(int(text))
    return DONE


def _fault(folder: "Folder", text: str) -> int:
    try:
        folder.set_fault(Fault(text))
    except ValueError:
        return complain(REFUSED, f"no such fault: one of {', '.join(fault.value for fault in Fault)}")
    return DONE


_DO: "MappingProxyType[str, Callable[[Folder, str], int]]" = MappingProxyType(
    {
        "token": _token,
        "stale-token": _stale_token,
        "revoke": _revoke,
        "life": _life,
        "fault": _fault,
    }
)
