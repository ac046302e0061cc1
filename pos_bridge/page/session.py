"""Who is logged in: in memory only, few at a time, and not for long. A restart of the page logs everybody out."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

IDLE_S = 15 * 60.0
WHOLE_S = 8 * 3600.0
MOST = 16  # one more, and the one that was idle for longest is out
_BYTES = 32


def fresh() -> str:
    """32 random bytes, as a cookie or a form can carry them."""
    return secrets.token_urlsafe(_BYTES)


def same(one: str | None, other: str | None) -> bool:
    """Constant in time. Nothing is the same as nothing."""
    return bool(one and other) and hmac.compare_digest((one or "").encode(), (other or "").encode())


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """`operator`: a number. `csrf`: what this person's forms carry. `begun`: by the clock of `Sessions`, in seconds.

    `standing`: the operator's when they were let in (operators/store.py).
    """

    operator: int
    standing: bytes
    csrf: str
    begun: float


class Sessions:
    """`clock`: monotonic seconds. Keys are hashes of the cookies: a look-up tells nothing by its time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._here: dict[bytes, tuple[Session, float]] = {}  # with the last activity; the longest idle first

    def __len__(self) -> int:
        return len(self._here)

    def open(self, operator: int, standing: bytes) -> str:
        """Somebody who showed who they are. The new cookie, which nobody had before."""
        self._forget_the_old()
        while len(self._here) >= MOST:
            self._here.pop(next(iter(self._here)))
        cookie, now = fresh(), self._clock()
        self._here[_key(cookie)] = Session(operator, standing, fresh(), now), now
        return cookie

    def find(self, cookie: str | None, *, active: bool = True) -> Session | None:
        """Whose cookie this is. Not `active`: a page that reloads itself keeps nobody here."""
        self._forget_the_old()
        key = _key(cookie or "")
        found = self._here.get(key)
        if found is None:
            return None
        if active:
            del self._here[key]
            self._here[key] = found[0], self._clock()
        return found[0]

    def close(self, cookie: str | None) -> None:
        self._here.pop(_key(cookie or ""), None)

    def _forget_the_old(self) -> None:
        now = self._clock()
        for key, (session, seen) in tuple(self._here.items()):
            if now - seen >= IDLE_S or now - session.begun >= WHOLE_S:
                del self._here[key]


def _key(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
