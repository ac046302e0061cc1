"""pos-bridge-sim engine DIR kill|restart: crash the engine, start it again."""

import argparse

from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, REFUSED, complain, pass_on
from hw_sim.store import control

ACTIONS = {"kill": control.kill_engine, "restart": control.restart_engine}


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "engine",
        help="crash the engine, start it again",
        description="kill: SIGKILL, and wait until the engine is gone. restart: end it if it runs (SIGTERM, SIGKILL"
        " after 8 seconds), start it, wait until it is ready; DIR/store.json then has its new engine_pid.",
    )
    arguments.folder(parser)
    parser.add_argument("action", metavar="kill|restart", choices=list(ACTIONS), help="what happens to it")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    try:
        ACTIONS[chosen.action](chosen.folder)
    except control.StoreError as error:
        return complain(REFUSED, error)
    except control.FailedError as error:
        return pass_on(error)
    return DONE
