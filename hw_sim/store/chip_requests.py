"""What the control socket is asked about chip readers, and what it answers.

{"do": "insert", "card": C, "reader": R, "faults": [F], "oda": O, "t0": B}   -> {"ok": true}
{"do": "replay", "file": F, "reader": R, "t0": B}                            -> {"ok": true}
{"do": "remove", "reader": R}                                                -> {"removed": true, "told": words}
{"do": "pin", "pin": P, "reader": R, "wait": S}                              -> {"entered": true}
{"do": "pcscd", "action": start, stop, log or silent}                        -> {"ok": true}
R, O and P (cancel) may be null. No card's number and no PIN is in an answer.
"""

from collections.abc import Callable
from pathlib import Path

from hw_sim.chip.replay import RecordingError
from hw_sim.store.chips import Chips
from hw_sim.store.control import LONGEST_WAIT_S

WORDS = frozenset({"insert", "replay", "remove", "pin", "pcscd"})
_ACTIONS = frozenset({"start", "stop", "log", "silent"})
Answer = dict[str, object]
_OK: Answer = {"ok": True}


class ChipRequestError(Exception):
    """A request that makes no sense here. The message is for whoever typed it."""


async def answer(chips: Chips | None, request: object, still_there: Callable[[], bool]) -> Answer | None:
    """None: nothing of this part. Raises ChipRequestError, NoReaderError, PcscdFailedError."""
    match request:
        case {"do": str(word)} if word in WORDS and chips is None:
            raise ChipRequestError("this store has no chip reader; start it with --reader pcsc_emv")
        case {"do": str(word)} if word in WORDS and chips is not None:
            try:
                return await _do(chips, request, still_there)
            except (ValueError, RecordingError) as error:
                raise ChipRequestError(str(error)) from None
            except OSError as error:
                raise ChipRequestError(f"{error.filename}: {error.strerror}") from None
        case _:
            return None


async def _do(chips: Chips, request: object, still_there: Callable[[], bool]) -> Answer | None:
    match request:
        case {
            "do": "insert",
            "card": str(card),
            "reader": str() | None as reader,
            "faults": list(words),
            "oda": str() | None as oda,
            "t0": bool(t0),
        }:
            await chips.insert(reader, card, [str(word) for word in words], oda, t0=t0)
            return _OK
        case {"do": "replay", "file": str(file), "reader": str() | None as reader, "t0": bool(t0)}:
            await chips.replay(reader, Path(file), t0=t0)
            return _OK
        case {"do": "remove", "reader": str() | None as reader}:
            told = await chips.remove(reader)
            return {"removed": told is not None, "told": told or ""}
        case {
            "do": "pin",
            "pin": str() | None as pin,
            "reader": str() | None as reader,
            "wait": int() | float() as wait,
        } if 0 <= wait <= LONGEST_WAIT_S:
            return {"entered": await chips.enter_pin(reader, pin, float(wait), still_there)}
        case {"do": "pcscd", "action": str(action)} if action in _ACTIONS:
            await chips.change_pcscd(action)
            return _OK
        case _:
            return None
