"""pos-bridge-sim processor DIR MODE: change how the simulated processor behaves, read what it holds."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, REFUSED, complain
from hw_sim.processor import control
from hw_sim.store.layout import Layout

MODES = MappingProxyType(
    {
        "approve": "approves what it should (the normal mode)",
        "decline": "declines every card",
        "partial": "VALUE cents: approves no more than that",
        "wrong-arpc": "approves, with a wrong proof of the issuer for a chip",
        "script": "approves, with an issuer script for a chip (its PIN is unblocked)",
        "drop-request": "requests are lost: not processed, no answer",
        "drop-response": "answers are lost: processed, no answer",
        "delay": "VALUE seconds: answers late",
        "duplicate": "requests arrive twice: processed twice",
        "down": "refuses connections",
        "up": "takes connections again and approves",
        "lie-key": "answers under another key",
        "lie-amount": "answers with another amount",
        "lie-currency": "answers in another currency",
    }
)
EVENTS: MappingProxyType[str, tuple[str, Callable[[Path], None]]] = MappingProxyType(
    {
        "settle": ("closes the batch: what is captured cannot be reversed any more", control.settle),
        "expire": ("lets every hold that is not captured run out", control.expire_authorisations),
        "mended": ("keeps every duty again, after `broken`", control.mend),
        "renew-epoch": ("goes on as if its ledger had been restored", control.renew_epoch),
    }
)
SETTINGS: MappingProxyType[str, tuple[str, Callable[[Path, int], None]]] = MappingProxyType(
    {
        "clock-skew": ("VALUE seconds: its clock is so far ahead (behind: negative)", control.set_clock_skew),
        "retention-days": ("VALUE days: says that it keeps keys so long", control.set_retention_days),
    }
)
LEDGER, BROKEN = "ledger", "broken"
_SAYS = MappingProxyType(
    {
        BROKEN: "VALUE, a name: breaks that duty of a processor (any other word: lists the names)",
        LEDGER: "prints what it holds",
    }
)
_UNITS = MappingProxyType({"partial": "cents", "delay": "seconds", "clock-skew": "seconds", "retention-days": "days"})


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    lines = [*MODES.items(), *((word, meaning) for word, (meaning, _) in [*EVENTS.items(), *SETTINGS.items()])]
    parser = words.add_parser(
        "processor",
        help="set the processor's mode, print its ledger",
        description="Sets how the simulated processor behaves: the mode replaces the one before and holds for every"
        " call until changed. `ledger` prints all it holds as a JSON list.",
        epilog="\n".join(f"  {word:15} {meaning}" for word, meaning in [*lines, *_SAYS.items()]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.folder(parser)
    parser.add_argument("mode", metavar="MODE", choices=[*MODES, *EVENTS, *SETTINGS, *_SAYS], help="see below")
    parser.add_argument("value", metavar="VALUE", nargs="?", help="where one is named below")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    folder: Path = chosen.folder
    if not folder.is_dir():
        return complain(REFUSED, f"{folder}: no such folder")
    try:
        value = _value(chosen.mode, chosen.value)
    except ValueError as error:
        return complain(REFUSED, error)
    try:
        _do(Layout(folder).processor, chosen.mode, value)
    except control.ControlError as error:
        return complain(REFUSED, f"{folder}: {error}")
    return DONE


def _do(processor: Path, word: str, value: float | str | None) -> None:
    if isinstance(value, str):
        control.break_duty(processor, value)
    elif word in SETTINGS and value is not None:
        SETTINGS[word][1](processor, int(value))
    elif word == LEDGER:
        json.dump(control.ledger(processor), sys.stdout, indent=2)
        print()
    elif word in EVENTS:
        EVENTS[word][1](processor)
    else:
        control.set_mode(processor, word, value)


def _value(mode: str, text: str | None) -> float | str | None:
    """Raises ValueError with words for whoever typed it; the processor checks the range."""
    if (mode in _UNITS or mode == BROKEN) != (text is not None):
        raise ValueError(f"{mode} takes a VALUE" if text is None else f"{mode} takes no VALUE")
    if text is None or mode == BROKEN:
        return text
    try:
        return float(text) if mode == "delay" else int(text)
    except ValueError:
        raise ValueError(f"the VALUE of {mode} is a number of {_UNITS[mode]}") from None
