"""`pos-bridge setup`: a few answers to a working till. Makes what is missing, and never replaces what is there.

Done again it goes on where it stopped: each file is made whole, and one that is there stays as it is.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pos_bridge.cli import authority, certificate, check, enrol, setup_answers
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.setup_answers import UnansweredError
from pos_bridge.cli.setup_words import WORDS
from pos_bridge.config.file import load, read
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.ops import fresh
from pos_bridge.storage.disk import make_folder, write_private, write_public
from pos_bridge.words import Words

DONE, NOT_DONE = 0, 1
_INSTALLED = Path("/etc/pos-bridge")
_WHAT = Words(
    "Pose quelques questions, ou lit un fichier de réponses, et fait ce qui manque : réglages, clés, certificats. Ne "
    "remplace rien. Refait, il continue où il s'est arrêté.",
    "Asks a few questions, or reads a file of answers, and makes what is missing: settings, keys, certificates. "
    "Replaces nothing. Done again, it goes on where it stopped.",
)
_ANSWERS = Words("les réponses, en TOML (docs/certificates.md)", "the answers, in TOML (docs/certificates.md)")
_AUTHORITY = Words(
    "où est, ou sera, la clé de l'autorité du magasin", "where the store's authority's key is, or will be"
)
_TOKEN = Words("le jeton d'inscription, en une ligne", "the enrolment token, a line")


class _StopError(Exception):
    """A sentence of WORDS and what fills its places."""

    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.word, self.values = word, values


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "setup",
        help=both("régler une caisse neuve", "set up a new till"),
        description=described(_WHAT),
    )
    parser.add_argument("--answers", type=Path, metavar="FILE", help=_ANSWERS.both)
    parser.add_argument("--authority", type=Path, metavar="FOLDER", help=_AUTHORITY.both)
    parser.add_argument("--token-file", type=Path, metavar="FILE", help=_TOKEN.both)
    parser.add_argument(
        "--config",
        type=Path,
        default=_INSTALLED / "pos-bridge.toml",
        metavar="FILE",
        help=both("où les réglages sont, ou seront", "where the settings are, or will be"),
    )
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """0: the till is ready, and `check` found all good; 1: something is missing, and a line says what; 2: an answer."""
    say = _speaker(args.lang)
    try:
        config = _settings(args, say)
        args.loaded, args.lang = config, args.lang if args.asked else config.till.language
        return _equip(args, config, _speaker(args.lang))
    except ConfigError as error:
        print(f"pos-bridge: {error.to(args.lang)}", file=sys.stderr)
    except _StopError as stop:
        print(WORDS[stop.word].to(args.lang).format(**_told(stop.values, args.lang)), file=sys.stderr)
    except OSError as error:
        path, reason = error.filename or args.config, error.strerror
        print(WORDS["failed"].to(args.lang).format(path=path, reason=reason), file=sys.stderr)
        return NOT_DONE
    return 2


_Say = Callable[..., None]


def _speaker(language: str) -> _Say:
    def say(word: str, **values: object) -> None:
        print(WORDS[word].to(language).format(**values))

    return say


def _told(values: dict[str, object], language: str) -> dict[str, object]:
    return {name: value.to(language) if isinstance(value, Words) else value for name, value in values.items()}


def _settings(args: argparse.Namespace, say: _Say) -> Config:
    """Those that are there, or those that the answers make. Written only once they are good."""
    file: Path = args.config
    trial = file.with_name(f"{file.name}.new")
    if file.exists():
        trial.unlink(missing_ok=True)  # of a run that was killed
        say("kept", path=file)
        return read(file)
    answers = _answers(args)
    make_folder(file.parent)
    write_public(trial, setup_answers.document(answers, installed=file.parent == _INSTALLED).encode())
    try:
        config = read(trial)
        _missing(config.path(config.card_room.trust), say, lambda path: _public(path, setup_answers.trust(answers)))
        os.link(trial, file)  # which replaces nothing, whatever came to be there meanwhile
    finally:
        trial.unlink(missing_ok=True)
    say("made", path=file)
    return read(file)


def _answers(args: argparse.Namespace) -> setup_answers.Answers:
    try:
        if args.answers is not None:
            return setup_answers.from_file(args.answers)
        return setup_answers.from_terminal(
            lambda _name, question, usual: input(_question(question, usual).to(args.lang)),
            lambda question: print(WORDS["unfit"].to(args.lang).format(question=question.to(args.lang))),
        )
    except EOFError:
        raise _StopError("nobody") from None
    except UnansweredError as error:
        raise _StopError("not_answered", question=error.question, name=error.name) from None
    except KeyError as error:
        raise _StopError("unknown", path=args.answers, name=error.args[0]) from None
    except ValueError as error:  # not TOML, not UTF-8
        raise _StopError("answers_unreadable", path=args.answers, reason=type(error).__name__) from None


def _question(question: Words, usual: str) -> Words:
    offered = f" [{usual}]" if usual else ""
    return Words(f"{question.fr}{offered} : ", f"{question.en}{offered}: ")


def _equip(args: argparse.Namespace, config: Config, say: _Say) -> int:
    make_folder(config.state)
    owner = enrol.owner(config)

    def secret(content: bytes) -> Callable[[Path], None]:
        return lambda path: write_private(path, content, owner)

    signing = config.path(config.till.signing_key)
    _missing(signing, say, secret(fresh.signing_key()))
    if config.nexo.api_key_file is not None:
        api_key = config.path(config.nexo.api_key_file)
        _missing(api_key, say, secret(fresh.api_key()))
        say("api_key", path=api_key)
    if config.identity is not None:
        _missing(config.path(config.identity.vault_key), say, secret(fresh.vault_key()))
    for step in (_certificate, _pair):
        code = step(args, config)
        if code != DONE:
            return code
    load(config.file)
    say("register", name=config.till.poiid, key=_public_half(signing))
    return check.run(args)


def _missing(path: Path, say: _Say, make: Callable[[Path], None]) -> None:
    if not path.exists():
        make(path)
        say("made", path=path)


def _public(path: Path, text: str) -> None:
    write_public(path, text.encode())


def _certificate(args: argparse.Namespace, config: Config) -> int:
    """What tills are shown, by `pos-bridge certificate`."""
    path, folder = config.path(config.nexo.certificate), args.authority
    if path.exists():
        return DONE
    if folder is None:
        print(WORDS["no_authority"].to(args.lang).format(path=path), file=sys.stderr)
        return NOT_DONE
    what = "renew" if (folder / authority.KEY_FILE).exists() else "new"
    return certificate.run(argparse.Namespace(what=what, authority=folder, loaded=config, lang=args.lang))


def _pair(args: argparse.Namespace, config: Config) -> int:
    """What the processor is shown, by `pos-bridge enrol`, where there is somebody or something to give the token."""
    path, pinned = config.path(config.processor.certificate), config.path(config.processor.ca)
    if path.exists():
        return DONE
    if config.enrolment_ca != pinned and not pinned.exists():
        print(WORDS["no_processor_ca"].to(args.lang).format(path=pinned), file=sys.stderr)
        return NOT_DONE
    by_token = config.enrolment is not None and config.enrolment.url is not None
    if not (by_token and (args.token_file is not None or sys.stdin.isatty())):
        print(WORDS["no_pair"].to(args.lang).format(path=path), file=sys.stderr)
        return NOT_DONE
    asked = argparse.Namespace(token_file=args.token_file, csr=None, install=None, loaded=config, lang=args.lang)
    return enrol.run(asked)


def _public_half(signing: Path) -> str:
    try:
        key = load_pem_private_key(signing.read_bytes(), None)
    except (ValueError, TypeError):
        key = None
    return key.public_key().public_bytes_raw().hex() if isinstance(key, Ed25519PrivateKey) else "-"
