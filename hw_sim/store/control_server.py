"""The store's half of the control socket. One request a connection; when the client is gone its request is withdrawn.

{"do": "swipe", "card": C, "reader": R, "wait": S} {"do": "swipe-now", ...}         -> {"presented": true}
{"do": "reader", "fault": F, "reader": R, "at": N} {"do": "engine", "action": A}    -> {"ok": true}
what chip readers do: chip_requests.py; the display, printer and pad: counter_requests.py
anything that cannot be done -> {"refused": why}        what was tried and failed -> {"failed": why}
R may be null for the first reader; C is a card's name, never a number.
"""

import asyncio
import contextlib
import json
import select
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from hw_sim.cards import IN_THE_WALLET, Card, NonBankCard
from hw_sim.chip.pcscd import PcscdFailedError
from hw_sim.counter.counter import Counter
from hw_sim.readers.fault import Fault, HangUp
from hw_sim.readers.rack import NoReaderError, Rack
from hw_sim.readers.stripe import stripe
from hw_sim.store import chip_requests, counter_requests
from hw_sim.store.chip_requests import ChipRequestError
from hw_sim.store.chips import Chips
from hw_sim.store.control import LONGEST_WAIT_S, SOCKET_NAME
from hw_sim.store.counter_requests import CounterRequestError
from hw_sim.store.engine import EngineFailedError
from hw_sim.unix_path import short_address

_MAX_REQUEST = 4096
_READ_TIMEOUT_S = 10.0
_ONE_SHOT = {fault.value: fault for fault in Fault}

Answer = dict[str, object]
_OK: Answer = {"ok": True}


class RefusedError(Exception):
    """A request that makes no sense here. The message is for whoever typed it."""


class ControlServer:
    """`actions`: what can be done to the engine, by word; each returns when it is done."""

    def __init__(
        self,
        rack: Rack,
        chips: Chips | None,
        actions: Mapping[str, Callable[[], Coroutine[Any, Any, None]]],
        counter: Counter | None = None,
    ) -> None:
        self._rack = rack
        self._counter = counter
        self._chips = chips
        self._actions = actions
        self._tasks: set[asyncio.Task[None]] = set()  # connections, and what is being done to the engine

    @contextlib.asynccontextmanager
    async def serve(self, folder: Path) -> AsyncIterator[None]:
        """Listen in that folder while the block runs. At its end every request still waiting is withdrawn."""
        server = await asyncio.start_unix_server(self._connected, sock=_listen(folder), limit=_MAX_REQUEST)
        try:
            yield
        finally:
            server.close()
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            # ValueError: a line beyond the limit. CancelledError: serve() ends, and asyncio would log it as a fault.
            with contextlib.suppress(ConnectionError, TimeoutError, ValueError, asyncio.CancelledError):
                async with asyncio.timeout(_READ_TIMEOUT_S):
                    request = await reader.readline()
                still_there = _watch(writer.get_extra_info("socket").fileno())
                answer = await _while_connected(reader, self._answer(request, still_there))
                if answer is not None:
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, raw: bytes, still_there: Callable[[], bool]) -> Answer:
        try:
            return await self._do(json.loads(raw), still_there)
        except (RefusedError, ChipRequestError, CounterRequestError, NoReaderError) as error:
            return {"refused": str(error)}
        except (EngineFailedError, PcscdFailedError) as error:
            return {"failed": str(error)}
        except (ValueError, RecursionError):
            return {"refused": "not a request of the control socket"}

    async def _do(self, request: object, still_there: Callable[[], bool]) -> Answer:
        match request:
            case {"do": "swipe", "card": str(card), "reader": str() | None as reader, "wait": int() | float() as wait}:
                if not 0 <= wait <= LONGEST_WAIT_S:
                    raise RefusedError(f"a customer waits 0 to {LONGEST_WAIT_S:.0f} seconds")
                presented = await self._rack.get(reader).swipe(stripe(_card(card)), float(wait), still_there)
                return {"presented": presented}
            case {"do": "swipe-now", "card": str(card), "reader": str() | None as reader}:
                return {"presented": await self._rack.get(reader).swipe_now(stripe(_card(card)))}
            case {"do": "reader", "fault": str(fault), "reader": str() | None as reader, "at": int() | None as at}:
                return await self._break(reader, fault, at)
            case {"do": "engine", "action": str(action)} if action in self._actions:
                return await self._act(action)
            case _:
                found = await chip_requests.answer(self._chips, request, still_there)
                if found is None:
                    found = await counter_requests.answer(self._counter, request, still_there)
                if found is None:
                    raise RefusedError("not a request of the control socket")
                return found

    async def _act(self, action: str) -> Answer:
        task = asyncio.create_task(self._actions[action]())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)  # an engine that is half restarted helps nobody, whatever becomes of who asked
        return _OK

    async def _break(self, name: str | None, fault: str, at: int | None) -> Answer:
        reader = self._rack.get(name)
        match fault, at:
            case "unplug", None:
                reader.unplug()
            case "unplug", int():
                await reader.break_next(HangUp(at))
            case "replug", None:
                reader.plug()
            case one_shot, None if one_shot in _ONE_SHOT:
                await reader.break_next(_ONE_SHOT[one_shot])
            case _:
                raise RefusedError("no such fault of a reader")
        return _OK


async def _while_connected(reader: asyncio.StreamReader, work: Awaitable[Answer]) -> Answer | None:
    """The work's answer, or None when the client went away first: the work is cancelled then."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.create_task(reader.read(1))  # nothing more is said after the request: this is its end of file
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


def _watch(descriptor: int) -> Callable[[], bool]:
    """Whether the other end is open, asked of the kernel: true to the moment, where an event comes a little later."""
    poll = select.poll()
    poll.register(descriptor, select.POLLRDHUP)
    return lambda: not poll.poll(0)


def _card(name: str) -> Card | NonBankCard:
    try:
        return IN_THE_WALLET[name]
    except KeyError:
        raise RefusedError(f"no test card of that name; there is {', '.join(IN_THE_WALLET)}") from None


def _listen(folder: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short_address(folder, SOCKET_NAME) as address:
            Path(address).unlink(missing_ok=True)
            server.bind(address)
            Path(address).chmod(0o600)
    except BaseException:
        server.close()
        raise
    server.setblocking(False)  # noqa: FBT003 - the standard library's signature
    return server
