"""Calls to the processor: one try each over the one channel. Decides nothing; a failed one is logged by its number.

The channel may be changed for one with other credentials: the next call takes the new one, and those that run end on
the old one, which is closed behind the last of them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pos_bridge.log import events
from pos_bridge.log.events import Operation
from pos_bridge.log.log import Event
from pos_bridge.processor.channel import Credentials, grpc, open_channel
from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.protocol.processor_v1_pb2_grpc import ProcessorStub

_Answer = TypeVar("_Answer")


class Logbook(Protocol):
    def emit(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, repr=False)
class ProcessorSettings:
    """Where the processor is (host:port), who it must prove to be, and how long it may take to answer about money."""

    address: str
    server_name: str
    credentials: Credentials
    answer_timeout_s: float


class _Line:
    """A channel, and how many calls run on it."""

    def __init__(self, settings: ProcessorSettings, credentials: Credentials) -> None:
        self.channel = open_channel(settings.address, settings.server_name, credentials)
        self.stub = ProcessorStub(self.channel)
        self.running = 0


class Calls:
    """Made inside a running event loop; `close` ends the channel."""

    def __init__(self, settings: ProcessorSettings, log: Logbook) -> None:
        self._log = log
        self._settings = settings
        self._line = _Line(settings, settings.credentials)
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def stub(self) -> ProcessorStub:
        """Of the channel in use: asked for at each call."""
        return self._line.stub

    async def close(self) -> None:
        await asyncio.gather(*self._closing, return_exceptions=True)
        await self._line.channel.close(None)

    def connected(self, *, try_to: bool = False) -> bool:
        """As last seen. `try_to`: begin to connect, if it is not."""
        return self._line.channel.get_state(try_to_connect=try_to) is grpc.ChannelConnectivity.READY

    async def change(
        self, credentials: Credentials, timeout_s: float, keep: Callable[[], None]
    ) -> pb.GetTimeResponse | None:
        """Use these from the next call on, once the processor has answered to them and `keep` has returned.

        None: it has not answered; all stays. So it does when `keep` raises.
        """
        line = _Line(self._settings, credentials)
        try:
            answer: pb.GetTimeResponse = await line.stub.GetTime(
                pb.GetTimeRequest(), timeout=timeout_s, wait_for_ready=True
            )
            keep()
        except grpc.aio.AioRpcError:
            await line.channel.close(None)
            return None
        except BaseException:
            await line.channel.close(None)
            raise
        before, self._line = self._line, line
        if not before.running:
            self._end(before)
        return answer

    async def ask(
        self,
        operation: Operation,
        method: Callable[..., Awaitable[_Answer]],
        request: object,
        timeout_s: float,
        *,
        wait: bool = False,
    ) -> _Answer | None:
        """One try. None: no answer that could be decoded, whatever the reason. `wait`: for a connection as well.

        `method` is of the present `stub`: between the two nothing may be awaited.
        """
        line = self._line
        line.running += 1
        try:
            return await method(request, timeout=timeout_s, wait_for_ready=wait)
        except grpc.aio.AioRpcError as error:
            self._log.emit(events.ProcessorSilent(operation, int(error.code().value[0])))
            return None
        finally:
            line.running -= 1
            if line is not self._line and not line.running:
                self._end(line)

    def tell_wrong(self, operation: Operation) -> None:
        """An answer was not to our question."""
        self._log.emit(events.ProcessorWrong(operation))

    def _end(self, line: _Line) -> None:
        task = asyncio.create_task(line.channel.close(None))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
