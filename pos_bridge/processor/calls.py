"""Calls to the processor: one try each over the one channel. Decides nothing; a failed one is logged by its number."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pos_bridge import events
from pos_bridge.events import Operation
from pos_bridge.log import Event
from pos_bridge.processor.channel import Credentials, grpc, open_channel
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


class Calls:
    """Made inside a running event loop; `close` ends the channel."""

    def __init__(self, settings: ProcessorSettings, log: Logbook) -> None:
        self._log = log
        self._channel = open_channel(settings.address, settings.server_name, settings.credentials)
        self.stub = ProcessorStub(self._channel)

    async def close(self) -> None:
        await self._channel.close(None)

    def connected(self, *, try_to: bool = False) -> bool:
        """As last seen. `try_to`: begin to connect, if it is not."""
        return self._channel.get_state(try_to_connect=try_to) is grpc.ChannelConnectivity.READY

    async def ask(
        self,
        operation: Operation,
        method: Callable[..., Awaitable[_Answer]],
        request: object,
        timeout_s: float,
        *,
        wait: bool = False,
    ) -> _Answer | None:
        """One try. None: no answer that could be decoded, whatever the reason. `wait`: for a connection as well."""
        try:
            return await method(request, timeout=timeout_s, wait_for_ready=wait)
        except grpc.aio.AioRpcError as error:
            self._log.emit(events.ProcessorSilent(operation, int(error.code().value[0])))
            return None

    def tell_wrong(self, operation: Operation) -> None:
        """An answer was not to our question."""
        self._log.emit(events.ProcessorWrong(operation))
