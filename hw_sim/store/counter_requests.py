"""What the control socket is asked about the devices on the counter, and what it answers.

{"do": "answer", "answer": yes, no, cancel or N, "wait": S}    -> {"answered": true, "lines": [..], "entries": [..]}
{"do": "counter", "device": "display", "action": "show"}       -> {"shown": [line, line]}
{"do": "counter", "device": D, "action": unplug or replug}     -> {"ok": true}
{"do": "counter", "device": "printer", "action": out or paper} -> {"ok": true}
"""

from collections.abc import Callable

from hw_sim.counter.counter import Counter
from hw_sim.counter.customer_pad import NoSuchKeyError
from hw_sim.store.control import LONGEST_WAIT_S

WORDS = frozenset({"answer", "counter"})
Answer = dict[str, object]
_OK: Answer = {"ok": True}


class CounterRequestError(Exception):
    """A request that makes no sense here. The message is for whoever typed it."""


async def answer(counter: Counter | None, request: object, still_there: Callable[[], bool]) -> Answer | None:
    """None: nothing of this part. Raises CounterRequestError."""
    match request:
        case {"do": str(word)} if word in WORDS and counter is None:
            raise CounterRequestError("this store has no display, printer or pad: it was started with --no-counter")
        case {"do": "answer", "answer": str(word), "wait": int() | float() as wait} if counter is not None:
            if not 0 <= wait <= LONGEST_WAIT_S:
                raise CounterRequestError(f"a customer waits 0 to {LONGEST_WAIT_S:.0f} seconds")
            try:
                asked = await counter.pad.answer(word, float(wait), still_there)
            except NoSuchKeyError as error:
                raise CounterRequestError(str(error)) from None
            if asked is None:
                return {"answered": False, "lines": [], "entries": []}
            return {"answered": True, "lines": list(asked.lines), "entries": list(asked.entries)}
        case {"do": "counter", "device": "display", "action": "show"} if counter is not None:
            return {"shown": counter.display.shown}
        case {"do": "counter", "device": str(device), "action": str(action)} if counter is not None:
            _do(counter, device, action)
            return _OK
        case _:
            return None


def _do(counter: Counter, device: str, action: str) -> None:
    actions: dict[tuple[str, str], Callable[[], None]] = {
        ("display", "unplug"): counter.display.unplug,
        ("display", "replug"): counter.display.plug,
        ("printer", "unplug"): counter.printer.unplug,
        ("printer", "replug"): counter.printer.plug,
        ("printer", "out"): counter.printer.out,
        ("printer", "paper"): counter.printer.refill,
        ("pad", "unplug"): counter.pad.unplug,
        ("pad", "replug"): counter.pad.plug,
    }
    act = actions.get((device, action))
    if act is None:
        raise CounterRequestError("no such device, or it cannot do that")
    act()
