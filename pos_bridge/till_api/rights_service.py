"""The service Rights of protos/till_v1.proto: what a person can ask for, done by the person in charge.

It is served on a socket of its own, which no till can open: whoever can is the person in charge.
"""
# ruff: noqa: N802 - gRPC names the calls

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pos_bridge import rpc
from pos_bridge.checkout.people import People
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.protocol.till_v1_pb2_grpc import add_RightsServicer_to_server
from pos_bridge.till_api import person_bounds as bounds
from pos_bridge.till_api.calls import Context, Taking, guarded
from pos_bridge.till_api.people_desk import PeopleDesk
from pos_bridge.till_api.person_told import DONE, due, erased, refused
from pos_bridge.till_api.who_may import Asked, Gate


class RightsService(Taking):
    def __init__(self, desk: PeopleDesk, gate: Gate) -> None:
        super().__init__()
        self._desk = desk
        self._gate = gate

    def add_to(self, server: rpc.grpc.aio.Server) -> None:
        add_RightsServicer_to_server(self, server)

    @asynccontextmanager
    async def _asked(self, request: Asked, context: Context) -> AsyncIterator[People]:
        async with guarded(context, taking=self.taking, on_trouble=self._desk.on_trouble):
            bounds.operator(request.operator)
            yield self._desk.people

    async def Access(self, request: pb.PersonRequest, context: Context) -> pb.AccessAnswer:
        async with self._asked(request, context) as people:
            found = await self._desk.found(
                self._gate.in_person(
                    "Rights.Access", request, lambda who: people.access(who, bounds.person(request.person))
                )
            )
            if isinstance(found, pb.PersonAnswer):
                return refused(pb.AccessAnswer, found)
            document, french, english = self._desk.pages(found)
            return pb.AccessAnswer(result=DONE, json=document, page_fr=french, page_en=english)

    async def Rectify(self, request: pb.RectifyRequest, context: Context) -> pb.PersonAnswer:
        async with self._asked(request, context) as people:
            changes = bounds.changes(request)
            return await self._desk.person(
                self._gate.in_person(
                    "Rights.Rectify", request, lambda who: people.rectify(who, bounds.person(request.person), changes)
                )
            )

    async def Withdraw(self, request: pb.WithdrawRequest, context: Context) -> pb.PersonAnswer:
        async with self._asked(request, context) as people:
            ends = bounds.purposes(request.purposes)
            where = bounds.channel(request.channel)
            return await self._desk.person(
                self._gate.in_person(
                    "Rights.Withdraw",
                    request,
                    lambda who: people.withdraw(who, bounds.person(request.person), ends, where),
                )
            )

    async def Erase(self, request: pb.PersonRequest, context: Context) -> pb.EraseAnswer:
        async with self._asked(request, context) as people:
            found = await self._desk.found(
                self._gate.in_person(
                    "Rights.Erase", request, lambda who: people.erase(who, bounds.person(request.person))
                )
            )
            if isinstance(found, pb.PersonAnswer):
                return refused(pb.EraseAnswer, found)
            return erased(found, copied=self._desk.copied)

    async def Receive(self, request: pb.ReceiveRequest, context: Context) -> pb.PersonAnswer:
        async with self._asked(request, context) as people:
            right = bounds.right(request.right)
            return await self._desk.person(
                self._gate.in_person(
                    "Rights.Receive",
                    request,
                    lambda who: people.receive(
                        who, bounds.person(request.person), right, bounds.day(request.received, "received")
                    ),
                )
            )

    async def Refuse(self, request: pb.RefuseRequest, context: Context) -> pb.PersonAnswer:
        async with self._asked(request, context) as people:
            right, why = bounds.right(request.right), bounds.refusal(request.refusal)
            return await self._desk.person(
                self._gate.in_person(
                    "Rights.Refuse", request, lambda who: people.refuse(who, bounds.person(request.person), right, why)
                )
            )

    async def ListDue(self, request: pb.ListDueRequest, context: Context) -> pb.DueAnswer:
        async with self._asked(request, context) as people:
            found = await self._desk.found(self._gate.in_person("Rights.ListDue", request, people.due))
            if isinstance(found, pb.PersonAnswer):
                return refused(pb.DueAnswer, found)
            return due(found)
