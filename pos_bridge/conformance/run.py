"""All duties, one after the other, on one bench; and what came of them."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress

from pos_bridge.conformance.bench import Bench, bench
from pos_bridge.conformance.duty import BrokenError, Duty, NotTriedError, Result, Verdict
from pos_bridge.conformance.setup import Setup
from pos_bridge.conformance.table import DUTIES


async def examine(setup: Setup, duties: Iterable[Duty] = DUTIES) -> AsyncGenerator[Result, None]:
    """Each duty's result as soon as there is one, in the order of the table."""
    shut: str | None = None
    async with bench(setup) as place:
        for duty in duties:
            if shut is not None:
                yield Result(duty, Verdict.NOT_TRIED, f"needs {shut} to be kept")
                continue
            result = await _check(duty, place)
            if duty.gate and result.verdict is Verdict.BROKEN:
                shut = duty.name
            yield result


async def _check(duty: Duty, place: Bench) -> Result:
    try:
        await duty.check(place)
    except NotTriedError as error:
        return Result(duty, Verdict.NOT_TRIED, str(error))
    except BrokenError as error:
        with suppress(BrokenError):
            await place.open_session()  # it may have ended between two sessions: the next duty begins with one
        return Result(duty, Verdict.BROKEN, str(error))
    return Result(duty, Verdict.KEPT)
