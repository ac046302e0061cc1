"""How soon a session that another one ended is opened again. Pure: it is told the time.

Two engines with one identity would end each other's session for ever, as fast as the network lets them.
"""

STEADY_S = 600.0
LONGEST_S = 60.0


class Reopening:
    """At once after a session that stood for ten minutes; else after 1, 2, 4 ... 60 seconds, the first time at once."""

    def __init__(self) -> None:
        self._opened_at = 0.0
        self._losses = 0
        self._not_before = 0.0

    def opened(self, now_s: float) -> None:
        self._opened_at = now_s

    def lost(self, now_s: float) -> None:
        """The session in force was ended by somebody else."""
        if now_s - self._opened_at >= STEADY_S:
            self._losses = 0
        pause = 0.0 if self._losses == 0 else min(2.0 ** (self._losses - 1), LONGEST_S)
        self._losses = min(self._losses + 1, 16)  # beyond the longest pause it only grows
        self._not_before = now_s + pause

    def may_open(self, now_s: float) -> bool:
        return now_s >= self._not_before
