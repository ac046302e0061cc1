"""The answers that a lane gave, in memory, with what a restart forgets: approval code, card, and who is known."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from pos_bridge.domain.outcome import Outcome, RefundOutcome

_MOST = 256
_FOR_S = 48 * 3600  # as long as journal and answers file know a request: after that its name may come again


@dataclass(frozen=True, slots=True)
class Done:
    """An answer that was given, to what content, and when."""

    content: bytes
    outcome: Outcome | RefundOutcome
    at_s: float


class Remembered:
    """By till request. `clock_s` is never set back."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self._done: OrderedDict[bytes, Done] = OrderedDict()

    def add(self, request: bytes, content: bytes, outcome: Outcome | RefundOutcome) -> None:
        self._done[request] = Done(content, outcome, self._clock_s())
        while len(self._done) > _MOST:
            self._done.popitem(last=False)

    def find(self, request: bytes) -> Done | None:
        """The answer to a request, once all that are too old are forgotten."""
        oldest_s = self._clock_s() - _FOR_S
        while self._done and next(iter(self._done.values())).at_s < oldest_s:
            self._done.popitem(last=False)
        return self._done.get(request)
