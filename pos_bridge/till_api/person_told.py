"""What whoever asks about people is told: a word for programs, a sentence in both languages, and what was asked for."""

from pos_bridge.domain.access import Due, Erased, Shown
from pos_bridge.domain.details import UnfitDetailError
from pos_bridge.domain.person import PersonFault
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api import person_bounds as bounds
from pos_bridge.till_api import said_of_people as said
from pos_bridge.till_api.person_bounds import UntakenError
from pos_bridge.words import Words

DONE, REFUSED, UNUSABLE = pb.PERSON_RESULT_DONE, pb.PERSON_RESULT_REFUSED, pb.PERSON_RESULT_UNUSABLE
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


def shown(found: Shown) -> pb.PersonAnswer:
    return pb.PersonAnswer(
        result=DONE, details=bounds.shown(found.details), in_force=bounds.said_of_purposes(found.in_force)
    )


def erased(found: Erased) -> pb.EraseAnswer:
    words = said.ERASED if found.acknowledged else said.NOT_ACKNOWLEDGED
    cause = "" if found.acknowledged else "not_acknowledged"
    return pb.EraseAnswer(
        result=DONE,
        cause=cause,
        text_fr=words.fr,
        text_en=words.en,
        acknowledged=found.acknowledged,
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
