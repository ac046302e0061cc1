"""What can be asked, and by whom. Deny by default: a call that is not in the table is nobody's."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec

from pos_bridge.admin.approval import Approval
from pos_bridge.admin.lines import Answer, Ask, Fault, UnreadableError
from pos_bridge.admin.who import Who

Do = Callable[..., Awaitable[dict[str, object]]]  # with the value that TAKES names for it, or with none


@dataclass(frozen=True, slots=True)
class Call:
    """`may`: whoever is one of these. ValueError for a call that nobody may make."""

    may: frozenset[Who]
    do: Do

    def __post_init__(self) -> None:
        if not self.may:
            raise ValueError("a call is somebody's")


MAY: Mapping[str, frozenset[Who]] = {
    "overview": frozenset({Who.IT, Who.PAGE}),
    "health": frozenset({Who.IT, Who.PAGE, Who.PRIVACY}),
    "look": frozenset({Who.IT}),  # at the certificates, as SIGHUP
    "settle": frozenset({Who.IT}),
    "stop": frozenset({Who.IT}),  # when no payment runs, as SIGUSR1
    "approve_refund": frozenset({Who.COUNTER}),  # without its sale, by the supervisor whose password comes with it
}
TAKES: Mapping[str, type[Approval]] = {"approve_refund": Approval}  # the others take no fields


def table(**do: Do) -> Mapping[str, Call]:
    """Each call of MAY with what it does. Raises ValueError where one is missing, or is nobody's."""
    if do.keys() != MAY.keys():
        raise ValueError("each call has its rule, and each rule its call")
    return {name: Call(MAY[name], do[name]) for name in MAY}


async def answer(calls: Mapping[str, Call], ask: Ask, roles: frozenset[Who]) -> Answer:
    """Who may not hears the same of a call that there is, of one that there is not, and whatever was given to it.

    Raises UnreadableError for fields that the call does not take.
    """
    call = calls.get(ask.call)
    if call is None or not call.may & roles:
        return Answer(fault=Fault.DENIED)
    return Answer(done=await call.do(*_given(ask)))


def _given(ask: Ask) -> tuple[Approval, ...]:
    takes = TAKES.get(ask.call)
    if takes is None:
        if ask.fields:
            raise UnreadableError
        return ()
    try:
        return (msgspec.convert(ask.fields, takes),)
    except msgspec.ValidationError:
        raise UnreadableError from None
