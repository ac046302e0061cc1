"""What every call of the native services has in common: it is taken or not; what goes wrong is told as a word."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Never, TypeAlias

from pos_bridge import rpc
from pos_bridge.domain.trouble import Trouble
from pos_bridge.till_api.bounds import RefusedError
from pos_bridge.till_api.counter import FaultError

Context: TypeAlias = "rpc.grpc.aio.ServicerContext[Any, Any]"


@asynccontextmanager
async def guarded(context: Context, *, taking: bool, on_trouble: Callable[[Trouble], None]) -> AsyncIterator[None]:
    """INVALID_ARGUMENT: bounds.py; INTERNAL: a fault of this program; UNAVAILABLE: it stops, and takes no new call.

    `context.abort` raises what the call itself then refers to, with all frames that hold the request: that stays in
    memory until the collector comes by. So the end of the call is only said.
    """
    if not taking:
        await _abort(context, rpc.grpc.StatusCode.UNAVAILABLE, "stopping")
    try:
        yield
    except RefusedError as refused:
        code, word = rpc.grpc.StatusCode.INVALID_ARGUMENT, str(refused)
    except FaultError:
        code, word = rpc.grpc.StatusCode.INTERNAL, "fault"
    except Exception:  # noqa: BLE001 - its text may hold what a till sent
        on_trouble(Trouble.REQUEST)
        code, word = rpc.grpc.StatusCode.INTERNAL, "fault"
    else:
        return
    context.set_code(code)
    context.set_details(word)


async def _abort(context: Context, code: rpc.grpc.StatusCode, word: str) -> Never:
    await context.abort(code, word)


class Taking:
    """`taking` may be set to False: no new call is taken, and those that run are answered."""

    def __init__(self) -> None:
        self.taking = True

    async def close(self) -> None:
        """After the server has stopped. What is to be waited for is its service's to say."""
