"""The gRPC service as a faulty line sees it: who calls, what the mode does to the call, and one thread for the desk.

A request that was begun is finished whatever becomes of its caller: a deadline or a hang-up cancels nothing but the
answer. It decides nothing about money.
"""
# ruff: noqa: N802 - gRPC names the calls

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Any, Never, TypeAlias, TypeVar

import grpc
from cryptography import x509
from google.protobuf.message import Message

from hw_sim.processor.asks import MalformedError
from hw_sim.processor.desk import Desk
from hw_sim.processor.folder import Till
from hw_sim.processor.modes import Mode, Word, distort
from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.protocol.processor_v1_pb2_grpc import ProcessorServicer

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Answer = TypeVar("Answer", bound=Message)
Result = TypeVar("Result")


class Line(ProcessorServicer):
    """Serves enrolled tills. `mode` may be set at any time and counts for calls that arrive from then on.

    A mode applies to every call that moves money, opens a session or looks keys up. GetTime and GetSealingKeys only
    read and are answered whenever the port is open: a test so loses just the answers that tell about money, whatever
    an engine asks beforehand.
    """

    def __init__(
        self,
        desk: Desk,
        find_till: Callable[[str], Till | None],
        executor: Executor,
        is_revoked: Callable[[int, str], bool] = lambda _serial, _till: False,
    ) -> None:
        self.mode = Mode()
        self._desk = desk
        self._find_till = find_till
        self._is_revoked = is_revoked
        self._executor = executor
        self._begun: set[asyncio.Task[Message]] = set()
        self._running: Counter[tuple[str, bytes]] = Counter()

    async def at_desk(self, job: Callable[[], Result]) -> Result:
        """Do a job on the desk's thread, after those that came before."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, job)

    def use(self, desk: Desk) -> None:
        """Serve from this desk from now on: a broken one, or the whole one again."""
        self._desk = desk

    async def close(self) -> None:
        """Forget requests that have not begun; one that has ends with the executor."""
        for task in self._begun:
            task.cancel()
        await asyncio.gather(*self._begun, return_exceptions=True)

    # ---- the calls ----

    async def GetTime(self, _: pb.GetTimeRequest, context: Context) -> pb.GetTimeResponse:
        await self._caller(context)
        return self._desk.get_time()

    async def GetSealingKeys(self, _: pb.GetSealingKeysRequest, context: Context) -> pb.GetSealingKeysResponse:
        await self._caller(context)
        return self._desk.sealing_keys()

    async def OpenSession(self, request: pb.OpenSessionRequest, context: Context) -> pb.OpenSessionResponse:
        till = await self._caller(context)
        return await self._carry(context, lambda: self.at_desk(lambda: self._desk.open_session(till, request)))

    async def Authorise(self, request: pb.AuthoriseRequest, context: Context) -> pb.AuthoriseResponse:
        till, mode = await self._caller(context), self.mode
        answer = await self._carry(
            context, lambda: self._move(till, request.key, lambda: self._desk.authorise(till, request, mode))
        )
        return distort(mode.word, answer)

    async def Capture(self, request: pb.CaptureRequest, context: Context) -> pb.CaptureResponse:
        till, mode = await self._caller(context), self.mode
        answer = await self._carry(
            context, lambda: self._move(till, request.key, lambda: self._desk.capture(till, request))
        )
        return distort(mode.word, answer)

    async def ReverseByKey(self, request: pb.ReverseByKeyRequest, context: Context) -> pb.ReverseByKeyResponse:
        till = await self._caller(context)
        return await self._carry(
            context, lambda: self._move(till, request.key, lambda: self._desk.reverse(till, request))
        )

    async def Refund(self, request: pb.RefundRequest, context: Context) -> pb.RefundResponse:
        till, mode = await self._caller(context), self.mode
        answer = await self._carry(
            context, lambda: self._move(till, request.key, lambda: self._desk.refund(till, request, mode))
        )
        return distort(mode.word, answer)

    async def LookUp(self, request: pb.LookUpRequest, context: Context) -> pb.LookUpResponse:
        till = await self._caller(context)

        async def look_up() -> pb.LookUpResponse:
            if (till.merchant, request.key) in self._running:
                return self._desk.look_up_running(request)
            return await self.at_desk(lambda: self._desk.look_up(till, request))

        return await self._carry(context, look_up)

    async def Reconcile(self, request: pb.ReconcileRequest, context: Context) -> pb.ReconcileResponse:
        till = await self._caller(context)
        return await self._carry(context, lambda: self.at_desk(lambda: self._desk.reconcile(till, request)))

    # ---- how a call is carried ----

    async def _caller(self, context: Context) -> Till:
        """The till that the client certificate names; the certificate itself was checked by TLS."""
        names = list(context.auth_context().get("x509_common_name", ()))
        till = self._find_till(bytes(names[0]).decode("ascii", "replace")) if len(names) == 1 else None
        if till is None:
            return await _abort(context, grpc.StatusCode.PERMISSION_DENIED, "no till of that name is enrolled")
        shown = b"".join(context.auth_context().get("x509_pem_cert", ()))
        if self._is_revoked(x509.load_pem_x509_certificate(shown).serial_number, till.name):
            return await _abort(context, grpc.StatusCode.PERMISSION_DENIED, "the certificate was revoked")
        return till

    async def _move(self, till: Till, key: bytes, job: Callable[[], Answer]) -> Answer:
        """Do a job about a key, which a look-up finds in progress until it ends."""
        name = (till.merchant, key)
        self._running[name] += 1
        try:
            return await self.at_desk(job)
        finally:
            self._running[name] -= 1
            self._running += Counter()  # drops the names that count nothing

    async def _carry(self, context: Context, begin: Callable[[], Awaitable[Answer]]) -> Answer:
        mode = self.mode
        if mode.word is Word.DROP_REQUEST:
            await _silence()
        work = asyncio.create_task(self._work(mode, begin))
        self._begun.add(work)
        work.add_done_callback(self._end)
        try:
            answer = await asyncio.shield(work)
        except MalformedError as error:
            problem = grpc.StatusCode.INVALID_ARGUMENT, str(error)
        except sqlite3.Error:
            problem = grpc.StatusCode.INTERNAL, "the ledger cannot be read or written"
        else:
            if mode.word is Word.DROP_RESPONSE:
                await _silence()
            return answer
        if mode.word is Word.DROP_RESPONSE:
            await _silence()
        return await _abort(context, *problem)

    async def _work(self, mode: Mode, begin: Callable[[], Awaitable[Answer]]) -> Answer:
        match mode.word:
            case Word.DELAY:
                await asyncio.sleep(mode.seconds)
                return await begin()
            case Word.DUPLICATE:
                first, _ = await asyncio.gather(begin(), begin())
                return first
            case _:
                return await begin()

    def _end(self, work: asyncio.Task[Message]) -> None:
        self._begun.discard(work)
        if not work.cancelled():
            work.exception()  # seen: its caller may have hung up


async def _silence() -> Never:
    """No answer: until the caller gives up or the port closes."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets that event")


async def _abort(context: Context, code: grpc.StatusCode, words: str) -> Never:
    await context.abort(code, words)
    raise AssertionError("abort raises")
