"""pos-bridge-sim native DIR: the words about people. Whoever is named here is made up: their names stand in argv."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hw_sim.cli.exits import DONE, FAILED

if TYPE_CHECKING:
    from hw_sim.native_people import Customers
    from hw_sim.native_till import NativeTill
    from pos_bridge.protocol import till_v1_pb2 as pb

_FIELDS = ("last_name", "first_name", "street", "city", "province", "postal_code", "country", "email", "phone")
_PURPOSES = ("programme", "delivery", "order-tracking", "return-tracking", "offers", "contact")
_RIGHTS = ("access", "rectify", "withdraw", "erase")
_Acts = Callable[[str, Callable[["NativeTill", Any], int], str], argparse.ArgumentParser]


def add_to(act: _Acts) -> None:
    """`act` adds a word: what it is called, what it does, what is said of it."""
    for word, run, what in (
        ("enrol", _enrol, "a member, with what they give: NUMBER"),
        ("deliver", _deliver, "where an order goes: ORDER"),
    ):
        parser = act(word, run, what)
        parser.add_argument("number", metavar="NUMBER")
        parser.add_argument(
            "--purpose", action="append", choices=_PURPOSES, help="beside what it is for; again for more"
        )
        for field in _FIELDS:
            parser.add_argument(f"--{field.replace('_', '-')}", default="", metavar="TEXT")
    for word, run, what in (
        ("look-up", _look_up, "what a purpose needs of a person"),
        ("withdraw", _withdraw, "take a consent back"),
    ):
        parser = act(word, run, what)
        _person(parser)
        parser.add_argument("--purpose", action="append", choices=_PURPOSES, required=True)
    for word, run, what in (
        ("access", _access, "at the office: all that is kept about a person (JSON)"),
        ("erase", _erase, "at the office: destroy it"),
    ):
        at_office = act(word, run, what)
        _person(at_office)
        at_office.set_defaults(office=True)
    received = act("receive", _receive, "at the office: a person asked for it")
    _person(received)
    received.add_argument("right", choices=_RIGHTS)
    received.set_defaults(office=True)
    act("due", _due, "at the office: what persons wait for").set_defaults(office=True)


def _person(parser: argparse.ArgumentParser) -> None:
    found = parser.add_mutually_exclusive_group(required=True)
    found.add_argument("--member", metavar="NUMBER")
    found.add_argument("--order", metavar="ID")


def _choice(chosen: argparse.Namespace) -> "pb.Choice":
    from pos_bridge.protocol import till_v1_pb2 as pb  # noqa: PLC0415 - the other commands are quicker without

    return pb.Choice(chouchous=chosen.member) if chosen.member is not None else pb.Choice(home_delivery=chosen.order)


def _customers(till: "NativeTill") -> "Customers":
    from hw_sim.native_people import Customers  # noqa: PLC0415 - as above

    return Customers(till)


def _purposes(*words: str) -> list["pb.Purpose"]:
    from pos_bridge.protocol import till_v1_pb2 as pb  # noqa: PLC0415 - as above

    return [getattr(pb, f"PURPOSE_{word.upper().replace('-', '_')}") for word in words]


def _given(chosen: argparse.Namespace) -> dict[str, str]:
    return {field: getattr(chosen, field) for field in _FIELDS if getattr(chosen, field)}


def _enrol(till: "NativeTill", chosen: argparse.Namespace) -> int:
    purposes = _purposes("programme", *(chosen.purpose or ()))
    return _print(_customers(till).enrol(chosen.number, _given(chosen), purposes))


def _deliver(till: "NativeTill", chosen: argparse.Namespace) -> int:
    purposes = _purposes("delivery", *(chosen.purpose or ()))
    return _print(_customers(till).deliver(chosen.number, _given(chosen), purposes))


def _look_up(till: "NativeTill", chosen: argparse.Namespace) -> int:
    asked = _purposes(*chosen.purpose)
    return max(_print(_customers(till).look_up(_choice(chosen), purpose)) for purpose in asked)


def _withdraw(till: "NativeTill", chosen: argparse.Namespace) -> int:
    return _print(_customers(till).withdraw(_choice(chosen), _purposes(*chosen.purpose)))


def _access(till: "NativeTill", chosen: argparse.Namespace) -> int:
    found = _customers(till).access(_choice(chosen))
    if not found.json:
        return _print(found)
    print(found.json.decode(), end="")
    return DONE


def _erase(till: "NativeTill", chosen: argparse.Namespace) -> int:
    return _print(_customers(till).erase(_choice(chosen)))


def _receive(till: "NativeTill", chosen: argparse.Namespace) -> int:
    from pos_bridge.protocol import till_v1_pb2 as pb  # noqa: PLC0415 - as above

    return _print(_customers(till).receive(_choice(chosen), getattr(pb, f"RIGHT_{chosen.right.upper()}")))


def _due(till: "NativeTill", _: argparse.Namespace) -> int:
    return _print(_customers(till).due())


def _print(answer: "pb.PersonAnswer | pb.AccessAnswer | pb.EraseAnswer | pb.DueAnswer") -> int:
    from google.protobuf.text_format import MessageToString  # noqa: PLC0415 - as above

    from pos_bridge.protocol import till_v1_pb2 as pb  # noqa: PLC0415 - as above

    print(MessageToString(answer, as_utf8=True), end="")
    return DONE if answer.result == pb.PERSON_RESULT_DONE else FAILED
