"""The customer as somebody who can be asked: the port that whoever needs a yes or a no writes against.

    async def confirm(fr: str, en: str, limit_s: float, service_id: str) -> bool | None

True is yes, False is no. None: nobody could be asked (no pad, a pad that is busy or away), or nobody answered (it was
cancelled, it was too late): never a yes, and never an error. What is asked and answered is shown, told to whoever asked
and gone.
"""

from typing import Protocol


class Customer(Protocol):
    async def confirm(self, fr: str, en: str, limit_s: float, service_id: str) -> bool | None:
        """Ask a yes/no question, in French and in English on the same screen. Never raises; ends within `limit_s`.

        `limit_s`: 1 to 300 seconds. `service_id`: of the request that it is asked for; whoever waits is told. The texts
        are our own: short (80 characters), printable, with no data in them.
        """


class Nobody:
    """A Customer where there is nothing to ask one with."""

    async def confirm(self, fr: str, en: str, limit_s: float, service_id: str) -> bool | None:  # noqa: ARG002 - nobody hears it
        return None
