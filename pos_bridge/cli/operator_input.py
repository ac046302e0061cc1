"""A password from whoever has it: typed unseen, or from a descriptor. Never from argv or the environment."""

import argparse
import getpass
import os
import sys

from pos_bridge.cli.operator_words import NotDoneError, say

_MOST = 1024  # bytes of a line


def password(args: argparse.Namespace) -> str:
    """Raises NotDoneError."""
    if args.password_fd is None and sys.stdin.isatty():
        return _typed(say("ask", args.lang))
    return _read(args.password_fd)


def new_password(args: argparse.Namespace) -> str:
    """At a terminal twice. Raises NotDoneError."""
    if args.password_fd is None and sys.stdin.isatty():
        first = _typed(say("ask_new", args.lang))
        if _typed(say("ask_again", args.lang)) != first:
            raise NotDoneError("not_alike")
        return first
    return _read(args.password_fd)


def _typed(question: str) -> str:
    try:
        return getpass.getpass(question)
    except (EOFError, UnicodeDecodeError):
        raise NotDoneError("no_password") from None


def _read(descriptor: int | None) -> str:
    """The first line, byte by byte: what comes behind it is another program's."""
    raw = bytearray()
    try:
        while len(raw) < _MOST and (each := os.read(0 if descriptor is None else descriptor, 1)) not in {b"", b"\n"}:
            raw += each
        text = raw.decode()
    except (OSError, UnicodeDecodeError):
        text = ""
    if not text:
        raise NotDoneError("no_password")
    return text
