"""One lock for each request, there as long as somebody holds it or waits for it."""

import asyncio
from weakref import WeakValueDictionary


class RequestLocks:
    """So that a question about a request and its start never overlap. A request by its name (TillKeyMaker.request)."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    def of(self, request: bytes) -> asyncio.Lock:
        lock = self._locks.get(request)
        if lock is None:
            lock = self._locks[request] = asyncio.Lock()
        return lock
