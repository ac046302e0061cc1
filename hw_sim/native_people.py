"""What a native till asks about people, filled in: for demos and tests. Whoever stands in it is made up."""

from collections.abc import Iterable, Mapping

from hw_sim.native_till import ANSWER_LIMIT_S, NativeTill
from hw_sim.store.config import OFFERS_VERSION, TEXT_VERSION
from pos_bridge.protocol import till_v1_pb2 as pb

OPERATOR = 12
NOTHING: Mapping[str, str] = {}


def consents(purposes: Iterable[pb.Purpose], by: pb.GivenBy = pb.GIVEN_BY_SELF) -> list[pb.Consent]:
    """To the texts of the simulated store: offers apart, and all else by the other text."""
    asked = list(purposes)
    apart = [
        [each for each in asked if each != pb.PURPOSE_OFFERS],
        [each for each in asked if each == pb.PURPOSE_OFFERS],
    ]
    return [
        pb.Consent(text_version=text, language=pb.LANGUAGE_FR, channel=pb.CHANNEL_TILL, purposes=ends, by=by)
        for text, ends in zip((TEXT_VERSION, OFFERS_VERSION), apart, strict=True)
        if ends
    ]


class Customers:
    """The people of a till: calls of the service People, or of Rights where `till` is the office's."""

    def __init__(self, till: NativeTill, operator: int = OPERATOR) -> None:
        self._till = till
        self._operator = operator

    def enrol(
        self,
        member: str,
        given: Mapping[str, str] = NOTHING,
        purposes: Iterable[pb.Purpose] = (pb.PURPOSE_PROGRAMME,),
        *,
        by: pb.GivenBy = pb.GIVEN_BY_SELF,
        child_until: str = "",
    ) -> pb.PersonAnswer:
        request = pb.EnrolRequest(
            operator=self._operator,
            member=member,
            details=pb.Details(**given),
            consents=consents(purposes, by),
            child_until=child_until,
        )
        return _answer(self._till.people.Enrol(request, timeout=ANSWER_LIMIT_S))

    def deliver(
        self,
        order: str,
        given: Mapping[str, str] = NOTHING,
        purposes: Iterable[pb.Purpose] = (pb.PURPOSE_DELIVERY,),
        *,
        recipient: bool = False,
        expected: str = "",
    ) -> pb.PersonAnswer:
        request = pb.DeliveryRequest(
            operator=self._operator,
            order=order,
            details=pb.Details(**given),
            consents=consents(purposes),
            recipient=recipient,
            expected=expected,
        )
        return _answer(self._till.people.RegisterDelivery(request, timeout=ANSWER_LIMIT_S))

    def look_up(self, person: pb.Choice, purpose: pb.Purpose) -> pb.PersonAnswer:
        request = pb.LookUpRequest(operator=self._operator, person=person, purpose=purpose)
        return _answer(self._till.people.LookUp(request, timeout=ANSWER_LIMIT_S))

    def withdraw(self, person: pb.Choice, purposes: Iterable[pb.Purpose], *, office: bool = False) -> pb.PersonAnswer:
        request = pb.WithdrawRequest(operator=self._operator, person=person, purposes=purposes)
        stub = self._till.rights if office else self._till.people
        return _answer(stub.Withdraw(request, timeout=ANSWER_LIMIT_S))

    # ---- at the office ----

    def access(self, person: pb.Choice) -> pb.AccessAnswer:
        answer = self._till.rights.Access(self._about(person), timeout=ANSWER_LIMIT_S)
        assert isinstance(answer, pb.AccessAnswer)
        return answer

    def erase(self, person: pb.Choice) -> pb.EraseAnswer:
        answer = self._till.rights.Erase(self._about(person), timeout=ANSWER_LIMIT_S)
        assert isinstance(answer, pb.EraseAnswer)
        return answer

    def rectify(
        self, person: pb.Choice, changed: Mapping[str, str] = NOTHING, clear: Iterable[str] = ()
    ) -> pb.PersonAnswer:
        request = pb.RectifyRequest(operator=self._operator, person=person, set=pb.Details(**changed), clear=clear)
        return _answer(self._till.rights.Rectify(request, timeout=ANSWER_LIMIT_S))

    def receive(self, person: pb.Choice, right: pb.Right, received: str = "") -> pb.PersonAnswer:
        request = pb.ReceiveRequest(operator=self._operator, person=person, right=right, received=received)
        return _answer(self._till.rights.Receive(request, timeout=ANSWER_LIMIT_S))

    def refuse(self, person: pb.Choice, right: pb.Right, refusal: pb.Refusal) -> pb.PersonAnswer:
        request = pb.RefuseRequest(operator=self._operator, person=person, right=right, refusal=refusal)
        return _answer(self._till.rights.Refuse(request, timeout=ANSWER_LIMIT_S))

    def due(self) -> pb.DueAnswer:
        answer = self._till.rights.ListDue(pb.ListDueRequest(operator=self._operator), timeout=ANSWER_LIMIT_S)
        assert isinstance(answer, pb.DueAnswer)
        return answer

    def _about(self, person: pb.Choice) -> pb.PersonRequest:
        return pb.PersonRequest(operator=self._operator, person=person)


def _answer(answer: object) -> pb.PersonAnswer:
    assert isinstance(answer, pb.PersonAnswer)
    return answer
