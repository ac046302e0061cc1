"""The service People of protos/till_v1.proto: who customers are, when they choose it. Every act is a cashier's."""
# ruff: noqa: N802 - gRPC names the calls

from collections.abc import Callable

from pos_bridge import rpc
from pos_bridge.domain.trouble import Trouble
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.protocol.till_v1_pb2_grpc import add_PeopleServicer_to_server
from pos_bridge.till_api import person_bounds as bounds
from pos_bridge.till_api.calls import Context, Taking, guarded
from pos_bridge.till_api.people_desk import PeopleDesk
from pos_bridge.till_api.person_bounds import UntakenError
from pos_bridge.till_api.person_told import shown, why_not
from pos_bridge.till_api.said_of_people import Untaken
from pos_bridge.till_api.who_may import Gate


class PeopleService(Taking):
    """Without a desk nobody is kept at this till, and every call says so."""

    def __init__(self, desk: PeopleDesk | None, on_trouble: Callable[[Trouble], None], gate: Gate) -> None:
        super().__init__()
        self._desk = desk
        self._trouble = on_trouble
        self._gate = gate

    def add_to(self, server: rpc.grpc.aio.Server) -> None:
        add_PeopleServicer_to_server(self, server)

    async def Enrol(self, request: pb.EnrolRequest, context: Context) -> pb.PersonAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._trouble):
            bounds.operator(request.operator)
            desk = self._desk
            if desk is None:
                return _NOT_OFFERED
            people = desk.people
            return await desk.person(
                self._gate.at_till(
                    "People.Enrol",
                    request,
                    lambda actor: people.enrol(actor, bounds.enrolment(request, desk.texts, desk.clock())),
                )
            )

    async def RegisterDelivery(self, request: pb.DeliveryRequest, context: Context) -> pb.PersonAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._trouble):
            bounds.operator(request.operator)
            desk = self._desk
            if desk is None:
                return _NOT_OFFERED
            people, keep_until = desk.people, desk.people.retention.keep_until
            return await desk.person(
                self._gate.at_till(
                    "People.RegisterDelivery",
                    request,
                    lambda actor: people.deliver(actor, bounds.delivery(request, desk.texts, desk.clock(), keep_until)),
                )
            )

    async def LookUp(self, request: pb.LookUpRequest, context: Context) -> pb.PersonAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._trouble):
            bounds.operator(request.operator)
            purpose = bounds.purpose(request.purpose)
            if self._desk is None:
                return _NOT_OFFERED
            people = self._desk.people
            found = await self._desk.found(
                self._gate.at_till(
                    "People.LookUp",
                    request,
                    lambda actor: people.look_up(actor, bounds.person(request.person), purpose),
                )
            )
            return found if isinstance(found, pb.PersonAnswer) else shown(found)

    async def Withdraw(self, request: pb.WithdrawRequest, context: Context) -> pb.PersonAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._trouble):
            bounds.operator(request.operator)
            ends = bounds.purposes(request.purposes)
            where = bounds.channel(request.channel)
            if self._desk is None:
                return _NOT_OFFERED
            people = self._desk.people
            return await self._desk.person(
                self._gate.at_till(
                    "People.Withdraw",
                    request,
                    lambda actor: people.withdraw(actor, bounds.person(request.person), ends, where),
                )
            )


_NOT_OFFERED = why_not(UntakenError(Untaken.NOT_OFFERED, ""))
