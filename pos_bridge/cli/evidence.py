"""`pos-bridge evidence`: what was checked on this till, for an audit: lines, a JSON file, a page to print; signed."""

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import reduce
from operator import or_
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_bridge.cli.doctor import AT_RISK, CODES, ILL, NOT_ALL_SEEN, WELL
from pos_bridge.cli.evidence_words import HELP, WHAT, say
from pos_bridge.cli.language import add_language, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.person_files import places
from pos_bridge.clock import today
from pos_bridge.config import credentials
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.evidence import page_words, seal, structured
from pos_bridge.evidence.looks import examine
from pos_bridge.evidence.page import page
from pos_bridge.evidence.page_words import SHORT, STATES
from pos_bridge.evidence.report import Report, report
from pos_bridge.evidence.requirement import State

__all__ = ["AT_RISK", "ILL", "NOT_ALL_SEEN", "WELL", "add_parser", "run"]  # its exit codes, which are doctor's

_STANDARD_OUTPUT = "-"


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("evidence", help=HELP["evidence"].both, description=described(WHAT))
    parser.add_argument("--json", metavar="FILE", help=HELP["json"].both)
    parser.add_argument("--page", metavar="FILE", help=HELP["page"].both)
    parser.add_argument("--verify", type=Path, metavar="FILE", help=HELP["verify"].both)
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. As doctor's, by its findings; 1 as well where a file cannot be written, and
    where what is to be verified is not signed by this till.
    """
    if args.verify is not None:
        return _verify(args.verify, args.loaded, args.lang)
    key = _key(args.loaded)
    as_json, as_page = _file(args.json), _file(args.page)
    files = [file for file in (as_json, as_page) if file is not None]
    if len(set(files)) < len(files):
        return _told(say("twice", args.lang, path=files[0]))
    try:
        with ExitStack() as waiting:
            # Their places are taken first: what cannot be written is not looked for.
            writers = {file: waiting.enter_context(_place(file, signed=key is not None)) for file in files}
            made = report(args.loaded, examine(args.loaded), today(), _signer(key))
            contents = {as_page: page(made, args.lang), as_json: structured.to_bytes(made)}
            for file, write in writers.items():
                content = contents[file]
                write((content,) if key is None else (content, seal.sealed(content, key)))
    except FileExistsError as error:
        return _told(say("is_there", args.lang, path=error.filename))
    except OSError as error:
        return _told(say("cannot_write", args.lang, path=error.filename or files[0], reason=error.strerror))
    if args.json == _STANDARD_OUTPUT:
        print(structured.to_bytes(made).decode(), end="")
    else:
        _print(made, files, args.lang)
    if key is None:
        print(f"pos-bridge: {say('unsigned', args.lang)}", file=sys.stderr)
    return reduce(or_, (CODES[finding.weight] for finding in made.findings), WELL)


def _file(name: str | None) -> Path | None:
    return None if name in {None, _STANDARD_OUTPUT} else Path(str(name)).absolute()


def _place(file: Path, *, signed: bool) -> AbstractContextManager[Callable[[tuple[bytes, ...]], None]]:
    names = (file.name, file.name + seal.SUFFIX) if signed else (file.name,)
    return places(file.parent, names)


def _print(made: Report, files: list[Path], language: str) -> None:
    for row in made.rows:
        requirement = row.requirement
        standard, state = SHORT[requirement.standard].to(language), STATES[row.state].to(language)
        asked = requirement.asked.to(language)
        print(say("row", language, standard=standard, number=requirement.number, state=state, asked=asked))
        for finding in row.because:
            print(f"    {finding.to(language)}")
        if row.absent:
            print(f"    {page_words.say('absent', language, checks=', '.join(row.absent))}")
    print(page_words.say("count", language, **{state.value: made.count(state) for state in State}))
    for file in files:
        print(say("written", language, path=file))


def _verify(file: Path, config: Config, language: str) -> int:
    """Whatever a file of that name holds, it is read as bytes."""
    try:
        content = file.read_bytes()
        with file.with_name(file.name + seal.SUFFIX).open("rb") as beside:
            signature = beside.read(seal.LONGEST)
    except OSError as error:
        return _told(say("cannot_read", language, path=error.filename, reason=error.strerror))
    try:
        by = seal.verify(content, signature)
    except ValueError:
        return _told(say("false", language, path=file))
    ours = _signer(_key(config))
    word = "true" if by == ours else "true_of_somebody" if ours is None else "true_of_another"
    print(say(word, language, path=file, key=by.key))
    return WELL if by == ours else ILL  # anybody can make a key and sign with it


def _key(config: Config) -> Ed25519PrivateKey | None:
    """None where whoever asks cannot read it: the report is made all the same, and says so."""
    try:
        return credentials.terminal_key(config)
    except ConfigError:
        return None


def _signer(key: Ed25519PrivateKey | None) -> seal.Signer | None:
    return None if key is None else seal.signer_of(key)


def _told(line: str) -> int:
    print(f"pos-bridge: {line}", file=sys.stderr)
    return ILL
