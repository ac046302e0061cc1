"""pos-bridge-sim store DIR: run a simulated store until SIGTERM or Ctrl-C."""

import argparse
import os
from pathlib import Path

from hw_sim.cli.arguments import whole
from hw_sim.cli.exits import DONE, FAILED, REFUSED, complain, pass_on


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "store",
        help="run a store: processor, readers, engine",
        description="Runs a simulated store in DIR until SIGTERM or Ctrl-C, which end all of it within 10 seconds."
        " DIR/engine is the till's disk, DIR/world the processor's and the readers'. When the store is ready, what a"
        " till needs to know is in DIR/store.json, and that path is printed. A folder used before goes on where it"
        " ended: same keys, journal, ledger and port.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="made if absent")
    parser.add_argument("--port", type=whole(1, 65535), metavar="N", help="of nexo (default: a free one)")
    parser.add_argument(
        "--reader",
        action="append",
        metavar="NAME",
        help="a reader's driver: msr_plain (the default), idtech_msr, pcsc_emv (for chips; its name is chip); may be"
        " repeated, the second of a kind is NAME-2",
    )
    parser.add_argument(
        "--answer-timeout",
        type=whole(1, 30),
        default=10,
        metavar="S",
        help="seconds the engine waits for each answer of the processor (default: 10)",
    )
    parser.add_argument("--no-pin-pad", action="store_true", help="no PIN pad beside the chip readers")
    parser.add_argument("--no-counter", action="store_true", help="no customer display, no printer, no customer's pad")
    parser.add_argument(
        "--native", action="store_true", help="a unix socket and a port with mutual TLS for native tills, too"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - the other commands are quicker without

    from hw_sim.chip.pcscd import PcscdFailedError  # noqa: PLC0415 - as below
    from hw_sim.readers.rack import NoReaderError  # noqa: PLC0415 - cryptography and protobuf, for this command only
    from hw_sim.store import supervisor  # noqa: PLC0415 - as above
    from hw_sim.store.engine import EngineFailedError  # noqa: PLC0415 - as above
    from hw_sim.store.port import NoPortError  # noqa: PLC0415 - as above

    os.umask(0o077)  # what the programs say goes to files of nobody else's
    plan = supervisor.Plan(
        chosen.folder,
        port=chosen.port,
        drivers=tuple(chosen.reader or ("msr_plain",)),
        answer_timeout_s=chosen.answer_timeout,
        pin_pad=not chosen.no_pin_pad,
        counter=not chosen.no_counter,
        native=chosen.native,
    )
    try:
        asyncio.run(supervisor.run(plan))
    except (supervisor.BusyError, NoReaderError) as error:
        return complain(REFUSED, f"{chosen.folder}: {error}")
    except NoPortError as error:
        return complain(FAILED, error)
    except (EngineFailedError, PcscdFailedError, supervisor.ProcessorFailedError) as error:
        return pass_on(error)
    return DONE
