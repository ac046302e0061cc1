"""A real engine from outside: how long it takes to be ready, how large it is when idle, and its HTTPS leg alone."""

from benchmarks.figures import Figure, Goal, Unit, beside, in_turn
from benchmarks.floor import Floor
from benchmarks.program import LEAN, resident, saying_first_line
from benchmarks.store import Store
from benchmarks.till import Till


def starts(store: Store, rounds: int) -> Figure:
    took: dict[str, list[float]] = {"engine": [], "lean": []}
    for _ in range(rounds):
        with saying_first_line("-c", LEAN) as (_process, _line, seconds):
            took["lean"].append(seconds)
        with store.engine() as (_process, seconds):
            took["engine"].append(seconds)
    what = "an interpreter importing the needed libraries"
    return beside("engine, start to ready", Unit.MILLISECONDS, took, what, Goal(2.5))


def size(pid: int) -> Figure:
    with saying_first_line("-c", LEAN) as (process, _line, _took):
        lean = resident(process.pid)
    return Figure("engine, idle, resident", Unit.MEBIBYTES, resident(pid), lean, "the same imports", Goal(1.4))


def https(till: Till, floor: Floor, rounds: int) -> Figure:
    request = till.request("Logout", {})

    def logout() -> None:
        till.ask(request)
        till.answer()

    took = in_turn(rounds, {"logout": logout, "bare": floor.bare_asyncio})
    what = "TLS echo of a bare asyncio protocol"
    return beside("HTTPS leg: a nexo Logout, answered", Unit.MICROSECONDS, took, what, Goal(2))
