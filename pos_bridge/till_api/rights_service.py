"""The service Rights of protos/till_v1.proto: what a person can ask for, done by the person in charge.

It is served on a socket of its own, which no till can open: whoever can is the person in charge.
"""
# ruff: noqa: N802 - gRPC names the calls

from pos_bridge import rpc
from pos_bridge.domain.audit import Actor, Role
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.protocol.till_v1_pb2_grpc import add_RightsServicer_to_server
from pos_bridge.till_api import person_bounds as bounds
from pos_bridge.till_api.calls import Context, Taking, guarded
from pos_bridge.till_api.people_desk import PeopleDesk
from pos_bridge.till_api.person_told import DONE, due, erased


class RightsService(Taking):
    def __init__(self, desk: PeopleDesk) -> None:
        super().__init__()
        self._desk = desk

    def add_to(self, server: rpc.grpc.aio.Server) -> None:
        add_RightsServicer_to_server(self, server)

    async def Access(self, request: pb.PersonRequest, context: Context) -> pb.AccessAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._desk.on_trouble):
            who, people = _officer(request.operator), self._desk.people
            found = await self._desk.found(lambda: people.access(who, bounds.person(request.person)))
            if isinstance(found, pb.PersonAnswer):
                return pb.AccessAnswer(
                    result=found.result, cause=found.cause, text_fr=found.text_fr, text_en=found.text_en
                )
            document, french, english = self._desk.pages(found)
            return pb.AccessAnswer(result=DONE, json=document, page_fr=french, page_en=english)

    async def Rectify(self, request: pb.RectifyRequest, context: Context) -> pb.PersonAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._desk.on_trouble):
            who, people, changes = _officer(request.operator), self._desk.people, bounds.changes(request)
            return await self._desk.person(lambda: people.rectify(who, bounds.person(request.person), changes))

    async def Withdraw(self, request: pb.WithdrawRequest, context: Context) -> pb.PersonAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._desk.on_trouble):
            who, people, ends = _officer(request.operator), self._desk.people, bounds.purposes(request.purposes)
            where = bounds.channel(request.channel)
            return await self._desk.person(lambda: people.withdraw(who, bounds.person(request.person), ends, where))

    async def Erase(self, request: pb.PersonRequest, context: Context) -> pb.EraseAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._desk.on_trouble):
            who, people = _officer(request.operator), self._desk.people
            found = await self._desk.found(lambda: people.erase(who, bounds.person(request.person)))
            if isinstance(found, pb.PersonAnswer):
                return pb.EraseAnswer(
                    result=found.result, cause=found.cause, text_fr=found.text_fr, text_en=found.text_en
                )
            return erased(found)

    async def Receive(self, request: pb.ReceiveRequest, context: Context) -> pb.PersonAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._desk.on_trouble):
            who, people, right = _officer(request.operator), self._desk.people, bounds.right(request.right)
            return await self._desk.person(
                lambda: people.receive(
                    who, bounds.person(request.person), right, bounds.day(request.received, "received")
                )
            )

    async def Refuse(self, request: pb.RefuseRequest, context: Context) -> pb.PersonAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._desk.on_trouble):
            who, people = _officer(request.operator), self._desk.people
            right, why = bounds.right(request.right), bounds.refusal(request.refusal)
            return await self._desk.person(lambda: people.refuse(who, bounds.person(request.person), right, why))

    async def ListDue(self, request: pb.ListDueRequest, context: Context) -> pb.DueAnswer:
        async with guarded(context, taking=self.taking, on_trouble=self._desk.on_trouble):
            who, people = _officer(request.operator), self._desk.people
            found = await self._desk.found(lambda: people.due(who))
            if isinstance(found, pb.PersonAnswer):
                return pb.DueAnswer(
                    result=found.result, cause=found.cause, text_fr=found.text_fr, text_en=found.text_en
                )
            return due(found)


def _officer(operator: int) -> Actor:
    return bounds.actor(operator, Role.PRIVACY_OFFICER)
