"""Kinds of arguments that several commands take. argparse turns their errors into one line and exit code 2."""

import argparse
from pathlib import Path

from hw_sim.store import control


def folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of a running store")


def reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reader", metavar="NAME", help="which reader (default: the store's first)")


def whole(least: int, most: int) -> "argparse._ActionType":
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"a whole number from {least} to {most} is wanted")
        return int(text)

    return parse


def seconds(most: float) -> "argparse._ActionType":
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= most:
            raise argparse.ArgumentTypeError(f"0 to {most:g} seconds are wanted")
        return value

    return parse


def wait(parser: argparse.ArgumentParser) -> None:
    """How long somebody waits to be asked: `wait`, in seconds."""
    longest = control.LONGEST_WAIT_S
    parser.add_argument(
        "--wait",
        type=seconds(longest),
        default=longest,
        metavar="S",
        help=f"how long to wait (default and most: {longest:g} seconds)",
    )
