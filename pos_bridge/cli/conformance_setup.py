"""From the words of `pos-bridge conformance` to a Setup: files read and checked, the rest from a configuration."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pos_bridge.config.file import load
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.conformance import card, files
from pos_bridge.conformance.setup import DEFAULT_CENTS, Setup
from pos_bridge.processor.channel import Credentials

_IN_USE = (
    "this till has a journal: the sessions of this command would fence its engine out, and the rows they show would "
    "make that journal look rolled back; use a till identity of its own (docs/conformance.md)"
)


_T = TypeVar("_T")


class UsageError(Exception):
    """Words that do not fit together. One line for whoever typed the command."""


USAGE_ERRORS = (UsageError, files.FileError, ConfigError)


@dataclass(frozen=True, slots=True)
class _Given:
    """Who the run is, by the command line or by a till's configuration."""

    address: str | None = None
    server_name: str | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    signing_key: Path | None = None
    root: Path | None = None


def of(args: argparse.Namespace) -> Setup:
    """Raises USAGE_ERRORS."""
    named = _Given(args.address, args.server_name, args.ca, args.certificate, args.key, args.signing_key, args.root)
    kept = _Given() if args.config is None else _from_config(load(args.config))
    ca = _need("ca", named.ca, kept.ca)
    root = named.root or kept.root
    return Setup(
        address=_address(_need("address", named.address, kept.address)),
        server_name=_need("server-name", named.server_name, kept.server_name),
        credentials=files.read_credentials(
            ca,
            _need("certificate", named.certificate, kept.certificate),
            _need("key", named.key, kept.key),
        ),
        terminal=files.read_signing_key(_need("signing-key", named.signing_key, kept.signing_key)),
        second=_second(args, ca),
        root=None if root is None else files.read_root(root),
        card=card.PUBLISHED if args.card is None else card.read_card(args.card),
        debit_card=None if args.debit_card is None else card.read_card(args.debit_card),
        declined_card=None if args.declined_card is None else card.read_card(args.declined_card),
        declined_cents=args.declined_amount,
        partial_cents=args.partial_amount,
        swipe=None if args.swipe is None else card.read_swipe(args.swipe),
        cents=args.amount or DEFAULT_CENTS,
    )


def _need(option: str, named: _T | None, kept: _T | None) -> _T:
    if named is not None:
        return named
    if kept is None:
        raise UsageError(f"--{option} is missing (or --config)")
    return kept


def _second(args: argparse.Namespace, ca: Path) -> Credentials | None:
    if args.second_certificate is None and args.second_key is None:
        return None
    if args.second_certificate is None or args.second_key is None:
        raise UsageError("--second-certificate and --second-key go together")
    return files.read_credentials(ca, args.second_certificate, args.second_key)


def _from_config(config: Config) -> _Given:
    if config.journal.is_dir() and any(config.journal.iterdir()):
        raise UsageError(f"{config.file}: {_IN_USE}")
    processor = config.processor
    return _Given(
        processor.address,
        processor.server_name,
        config.path(processor.ca),
        config.path(processor.certificate),
        config.path(processor.key),
        config.path(config.till.signing_key),
        config.path(config.card_room.trust),
    )


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise UsageError("--address is HOST:PORT")
    return text
