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

from benchmarks import chip, engine, history, people, pieces, processor_leg, rooms, sale, tills
from benchmarks.figures import Figure, Goal, Unit, median, p99, table, write_json
from benchmarks.floor import Floor
from benchmarks.program import as_on_a_till
from benchmarks.reader import Reader
from benchmarks.store import configured, new_store, peer
from drivers.serial.intake import QUIET_S

_ROOT = Path(__file__).parents[1]
_MOST_STARTS = 7
_BUSY = 0.5  # a load average from which on somebody else's work is measured too
_NOT_HERE = "Not there to be measured: more than one lane, which a till has not."
_HELD_BACK_S = 2.0  # the capture, while the steps before the answer are counted


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="card sales measured (100; each takes half a second)")
    parser.add_argument("--folder", type=Path, default=Path("build"), help="on the disk to be measured (build)")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), help="where the figures are written")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the journal of six years (1000000)")
    parser.add_argument("--persons", type=int, default=100_000, help="persons in the vault (100000)")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.rows < history.FEW or arguments.persons < people.FEW:
        parser.error(f"--rounds is 1 or more, --rows {history.FEW} and --persons {people.FEW} or more")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of every block that cleans up
    _compile()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    began, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.folder.absolute()) as scratch:
        figures = measure(arguments.folder, Path(scratch), arguments)
    print(table(figures))
    print(f"\n{_NOT_HERE}")
    print(f"\n{arguments.rounds} card sales, {time.monotonic() - began:.0f} s; {arguments.json}")
    if load > _BUSY:
        print(f"The machine was busy before it began (load {load:.1f}): read these figures as rough.")
    write_json(arguments.json, figures, arguments.rounds, load)


def _compile() -> None:
    """As an installer does: a card room writes no bytecode itself, and would be measured compiling."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for package in ("pos_bridge", "drivers"):
        compileall.compile_dir(_ROOT / package, quiet=2)


def measure(cache: Path, folder: Path, arguments: argparse.Namespace) -> list[Figure]:
    rounds: int = arguments.rounds
    with ExitStack() as stack:
        stack.enter_context(as_on_a_till())
        layout = new_store(folder / "store")
        floor = stack.enter_context(Floor(folder, layout.engine / "nexo.pem", layout.engine / "nexo.key"))
        reader = Reader()
        stack.callback(reader.close)
        small = [
            *pieces.pieces(folder, floor, rounds),
            *history.history(cache, folder, arguments.rows, rounds),
            *people.people(cache, folder, floor, arguments.persons, rounds),
            *rooms.rooms(layout, reader, floor, min(rounds, 20)),
            *chip.chip(folder / "chip", rounds),
        ]
        with peer(layout, _HELD_BACK_S) as processor:
            store = configured(layout, processor.address, reader.device)
            starts = engine.starts(store, min(rounds, _MOST_STARTS))
            with store.engine() as (process, _):
                size = engine.size(process.pid)
                till = store.till()
                stack.callback(till.close)
                waiting, answered = sale.rows_before_answer(till, reader, processor, layout.journal)
        with peer(layout) as processor:
            grpc_leg = processor_leg.leg(layout, processor, floor, rounds)
            store = configured(layout, processor.address, reader.device)
            with store.engine():
                till = store.till()
                stack.callback(till.close)
                http = engine.https(till, floor, rounds)
                times = sale.paced(till, reader, processor, floor, rounds)
                rate = sale.flat_out(till, reader, processor, max(1, rounds // 4))
                polled = tills.tills(
                    store,
                    lambda count: sale.paced(till, reader, processor, floor, count).after,
                    max(2, rounds // 4),
                )
    return [*_sales(times, rate), *_commits(waiting, answered), http, *polled, *grpc_leg, *small, starts, size]


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


if __name__ == "__main__":
    main()
