"""An event loop whose clock jumps: when everything waits, it is at once the time at which something goes on."""

import asyncio
import selectors


class _NobodyGoesOnError(Exception):
    """Everything waits, and for no time: a test that would hang."""


class _Jumping(selectors.DefaultSelector):
    """Never sleeps: what it was told to wait for is added to `now_s`."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise _NobodyGoesOnError
        self.now_s += max(timeout, 0.0)
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """For coroutines that use neither threads nor sockets."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s
