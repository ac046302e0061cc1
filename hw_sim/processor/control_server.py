"""The processor's half of the control socket: a line of JSON in, a line of JSON out, then the connection ends.

{"mode": "delay", "value": 5} -> {"ok": true}          {"ledger": true} -> {"ledger": [...]}
{"settle": true} {"expire": true} {"renew_epoch": true} {"clock_skew": -600} {"retention_days": 30} -> {"ok": true}
{"broken": "no-tombstones"} {"mended": true} -> {"ok": true}
anything else -> {"error": "..."}
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from hw_sim.processor.backstage import Backstage, NotPossibleError
from hw_sim.processor.control import SOCKET_NAME, reachable
from hw_sim.processor.line import Line
from hw_sim.processor.listener import Listener, PortTakenError
from hw_sim.processor.modes import BadModeError, Mode, Word, parse

_MAX_REQUEST = 4096
_READ_TIMEOUT_S = 10.0
_NOT_UNDERSTOOD: dict[str, object] = {"error": "not a request of the control socket"}


class ControlServer:
    def __init__(self, backstage: Backstage, line: Line, listener: Listener) -> None:
        self._backstage = backstage
        self._line = line
        self._listener = listener
        self._changing = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def serve(self, folder: Path) -> AsyncIterator[None]:
        """Listen on the folder's control socket while the block runs. What an earlier run left there is replaced."""
        server = await asyncio.start_unix_server(self._answer, sock=_listen(folder), limit=_MAX_REQUEST)
        try:
            yield
        finally:
            server.close()
            (folder / SOCKET_NAME).unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError, ValueError):  # ValueError: a line beyond the limit
            async with asyncio.timeout(_READ_TIMEOUT_S):
                request = await reader.readline()
            writer.write(await self._respond(request) + b"\n")
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _respond(self, raw: bytes) -> bytes:
        try:
            request = json.loads(raw)
        except (ValueError, RecursionError):
            request = None
        match request:
            case {"mode": word, **rest} if set(rest) <= {"value"}:
                outcome = await self._set_mode(word, rest.get("value"))
            case {"ledger": True}:
                return b'{"ledger": ' + await self._line.at_desk(self._backstage.desk.listing) + b"}"
            case dict() if len(request) == 1:
                outcome = await self._do(*next(iter(request.items())))
            case _:
                outcome = _NOT_UNDERSTOOD
        return json.dumps(outcome).encode()

    async def _do(self, word: str, value: object) -> dict[str, object]:
        try:
            return {"ok": True} if await self._backstage.do(word, value) else _NOT_UNDERSTOOD
        except NotPossibleError as error:
            return {"error": str(error)}

    async def _set_mode(self, word: object, value: object) -> dict[str, object]:
        try:
            mode = parse(word, value)
        except BadModeError as error:
            return {"error": str(error)}
        async with self._changing:
            if mode.word is Word.DOWN:
                self._line.mode = mode
                await self._listener.down()
            else:
                self._line.mode = Mode() if mode.word is Word.UP else mode
                try:
                    await self._listener.up()
                except PortTakenError:
                    return {"error": "another program listens on the processor's port"}
        return {"ok": True}


def _listen(folder: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with reachable(folder) as address:
            Path(address).unlink(missing_ok=True)
            server.bind(address)
            Path(address).chmod(0o600)
    except BaseException:
        server.close()
        raise
    server.settimeout(0)
    return server
