"""`make bench`: what a card sale costs beside what no program can avoid, measured side by side in one run.

Prints one table and writes it as JSON. docs/performance.md says how to read it.
"""

import argparse
import compileall
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks import pieces, rooms, sale
from benchmarks.figures import Figure, Goal, Unit, median, p99, table, write_json
from benchmarks.floor import Floor
from benchmarks.pieces import in_turn
from benchmarks.program import LEAN, resident, saying_first_line
from benchmarks.reader import Reader
from benchmarks.store import Store, configured, new_store, peer
from benchmarks.till import Till
from drivers.serial.intake import QUIET_S

_ROOT = Path(__file__).parents[1]
_MOST_STARTS = 7
_BUSY = 0.5  # a load average from which on somebody else's work is measured too
_HELD_BACK_S = 2.0  # the capture, while the steps before the answer are counted


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="card sales measured (100; each takes half a second)")
    parser.add_argument("--folder", type=Path, default=Path("build"), help="on the disk to be measured (build)")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), help="where the figures are written")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("--rounds is 1 or more")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of every block that cleans up
    _compile()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    began, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.folder.absolute()) as scratch:
        figures = measure(Path(scratch), arguments.rounds)
    print(table(figures))
    print(f"\n{arguments.rounds} card sales, {time.monotonic() - began:.0f} s; {arguments.json}")
    if load > _BUSY:
        print(f"The machine was busy before it began (load {load:.1f}): read these figures as rough.")
    write_json(arguments.json, figures, arguments.rounds, load)


def _compile() -> None:
    """As an installer does: a card room writes no bytecode itself, and would be measured compiling."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for package in ("pos_bridge", "drivers"):
        compileall.compile_dir(_ROOT / package, quiet=2)


def measure(folder: Path, rounds: int) -> list[Figure]:
    with ExitStack() as stack:
        layout = new_store(folder / "store")
        floor = stack.enter_context(Floor(folder, layout.engine / "nexo.pem", layout.engine / "nexo.key"))
        reader = Reader()
        stack.callback(reader.close)
        few = min(rounds, _MOST_STARTS)
        small = [
            pieces.journal(folder, floor, rounds * 3),
            pieces.request(rounds),
            pieces.log_event(folder, rounds),
            *rooms.rooms(layout, reader, floor, min(rounds, 20)),
        ]
        with peer(layout, _HELD_BACK_S) as processor:
            store = configured(layout, processor.address, reader.device)
            starts = _starts(store, few)
            with store.engine() as (engine, _):
                size = _size(engine.pid)
                till = store.till()
                stack.callback(till.close)
                waiting, answered = sale.rows_before_answer(till, reader, processor, layout.journal)
        with peer(layout) as processor:
            store = configured(layout, processor.address, reader.device)
            with store.engine():
                till = store.till()
                stack.callback(till.close)
                http = _http(till, floor, rounds)
                times = sale.paced(till, reader, processor, floor, rounds)
                rate = sale.flat_out(till, reader, processor, max(1, rounds // 4))
    return [*_sales(times, rate), *_commits(waiting, answered), http, *small, starts, size]


def _sales(times: sale.Times, rate: float) -> list[Figure]:
    floor = median(times.floor)
    prompt = [took - QUIET_S for took in times.prompt]
    whole = [before + after for before, after in zip(prompt, times.after, strict=True)]
    us, at = Unit.MICROSECONDS, "a round of the floor"
    parts = [
        Figure(f"  of the floor: {name}", us, median([part[name] for part in times.parts])) for name in times.parts[0]
    ]
    return [
        Figure("card sale: swipe to the till's answer, p50", us, median(times.after), floor, at, Goal(3)),
        Figure("  its p99 to its p50", us, p99(times.after), median(times.after), "its own median", Goal(1.5)),
        Figure("  of it, swipe to Authorise at the processor", us, median(times.sealed)),
        Figure("  of it, from there to the till's answer", us, median(times.told)),
        Figure("card sale: ask to lamp, without the 50 ms of silence", us, median(prompt), floor, at),
        Figure("  the driver's silence before the lamp", Unit.MILLISECONDS, QUIET_S),
        Figure("card sale: all added latency, p50", us, median(whole), floor, at, Goal(3)),
        Figure(
            "sales a second, one lane",
            Unit.RATE,
            rate,
            1 / floor,
            "rounds of the floor a second",
            Goal(0.35, at_least=True),
        ),
        *parts,
    ]


def _commits(waiting: int, answered: int) -> list[Figure]:
    return [
        Figure("durable steps before the till's answer", Unit.COUNT, answered, goal=Goal(2)),
        Figure("  of them while the card is awaited", Unit.COUNT, waiting),
    ]


def _http(till: Till, floor: Floor, rounds: int) -> Figure:
    def logout() -> None:
        till.ask(request)
        till.answer()

    request = till.request("Logout", {})
    took = in_turn(rounds, {"logout": logout, "bare": floor.bare_asyncio})
    return Figure(
        "HTTPS leg: a nexo Logout, answered",
        Unit.MICROSECONDS,
        median(took["logout"]),
        median(took["bare"]),
        "TLS echo of a bare asyncio protocol",
        Goal(2),
    )


def _starts(store: Store, rounds: int) -> Figure:
    engine, lean = [], []
    for _ in range(rounds):
        with saying_first_line("-c", LEAN) as (_process, _line, took):
            lean.append(took)
        with store.engine() as (_process, took):
            engine.append(took)
    return Figure(
        "engine, start to ready",
        Unit.MILLISECONDS,
        median(engine),
        median(lean),
        "an interpreter importing the needed libraries",
        Goal(2.5),
    )


def _size(pid: int) -> Figure:
    with saying_first_line("-c", LEAN) as (process, _line, _took):
        lean = resident(process.pid)
    return Figure("engine, idle, resident", Unit.MEBIBYTES, resident(pid), lean, "the same imports", Goal(1.4))


if __name__ == "__main__":
    main()
