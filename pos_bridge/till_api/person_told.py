"""What whoever asks about people is told: a word for programs, a sentence in both languages, and what was asked for."""

from typing import TypeVar

from pos_bridge.domain.access import Due, Erased, Shown
from pos_bridge.domain.details import UnfitDetailError
from pos_bridge.domain.person import PersonFault
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api import person_bounds as bounds
from pos_bridge.till_api import said_of_people as said
from pos_bridge.till_api.person_bounds import UntakenError
from pos_bridge.words import Words

DONE, REFUSED, UNUSABLE = pb.PERSON_RESULT_DONE, pb.PERSON_RESULT_REFUSED, pb.PERSON_RESULT_UNUSABLE
Refusable = TypeVar("Refusable", pb.AccessAnswer, pb.EraseAnswer, pb.DueAnswer)
Why = PersonFault | UntakenError | UnfitDetailError | str


def why_not(why: Why) -> pb.PersonAnswer:
    """Nothing was done. A text: what is unusable (the vault, its trail, the journal), as a word."""
    match why:
        case PersonFault():
            return _answer(REFUSED, why.name.lower(), said.FAULTS[why])
        case UntakenError():
            return _answer(REFUSED, why.why.value, said.UNTAKEN[why.why], why.field)
        case UnfitDetailError():
            return _answer(REFUSED, why.why.name.lower(), said.unfit(why.field, why.why), why.field.name.lower())
        case str():
            return _answer(UNUSABLE, why, said.UNUSABLE)


def refused(kind: type[Refusable], why: pb.PersonAnswer) -> Refusable:
    """The same, where another kind of answer was asked for."""
    return kind(result=why.result, cause=why.cause, text_fr=why.text_fr, text_en=why.text_en)


def shown(found: Shown) -> pb.PersonAnswer:
    return pb.PersonAnswer(
        result=DONE, details=bounds.shown(found.details), in_force=bounds.said_of_purposes(found.in_force)
    )


def erased(found: Erased, *, copied: bool) -> pb.EraseAnswer:
    """`copied`: whether a copy of the ledger off this till is configured; nothing is acknowledged where none is."""
    match found.acknowledged, copied:
        case True, True:
            cause, words = "", said.ERASED
        case True, False:
            cause, words = "no_copy", said.ERASED_WITHOUT_A_COPY
        case _:
            cause, words = "not_acknowledged", said.NOT_ACKNOWLEDGED
    return pb.EraseAnswer(
        result=DONE,
        cause=cause,
        text_fr=words.fr,
        text_en=words.en,
        acknowledged=found.acknowledged and copied,
        renewed=found.renewed,
    )


def due(found: Due) -> pb.DueAnswer:
    duties = (
        pb.Due(
            person=bounds.said_of(duty.choice),
            right=bounds.said_of_right(duty.right),
            received=duty.received.isoformat(),
            due=duty.due.isoformat(),
        )
        for duty in found.duties
    )
    return pb.DueAnswer(result=DONE, due=duties, copies_owed=found.copies, renewal_owed=found.renewal)


def _answer(result: pb.PersonResult, cause: str, words: Words, field: str = "") -> pb.PersonAnswer:
    return pb.PersonAnswer(result=result, cause=cause, text_fr=words.fr, text_en=words.en, field=field)
