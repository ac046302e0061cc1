"""`pos-bridge enrol`: this till's key and certificate for the processor, by a one-time token or by file.

The key is made here and leaves this till in no way. A token is in no argument, environment or log.
"""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from pos_bridge.cli import enrol_issuer
from pos_bridge.cli.enrol_words import FAULTS, UNCHANGED, WORDS
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config import credentials
from pos_bridge.config.devices import Address
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.domain.enrolment import EnrolError, EnrolFault
from pos_bridge.ops import enrol as conversation
from pos_bridge.ops import est
from pos_bridge.ops.token import Token
from pos_bridge.pair import Pair, key_pem
from pos_bridge.storage.disk import try_room, write_private, write_public
from pos_bridge.words import Words

DONE, NOT_DONE = 0, 1
_WHAT = Words(
    "Sans rien : par un jeton, demandé au terminal ou lu de l'entrée standard. --csr et --install : par fichier, pour "
    "une PKI qui n'est pas celle du processeur.",
    "Without anything: by a token, asked for at the terminal or read from standard input. --csr and --install: by "
    "file, for a PKI that is not the processor's.",
)


class _RefusedError(Exception):
    """A sentence of WORDS and what fills its places."""

    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.word, self.values = word, values


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "enrol",
        help=both("obtenir le certificat de cette caisse", "get this till's certificate"),
        description=described(_WHAT),
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--token-file", type=Path, metavar="FILE", help=both("le jeton, en une ligne", "the token, a line")
    )
    how.add_argument(
        "--csr", type=Path, metavar="FILE", help=both("écrire une demande (PKCS #10)", "write a request (PKCS #10)")
    )
    how.add_argument(
        "--install",
        type=Path,
        metavar="FILE",
        help=both("prendre la chaîne signée (PEM ou PKCS #7)", "take the signed chain (PEM or PKCS #7)"),
    )
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config, its files unchecked. 0 done; 1 not done, and a line says why; 2 a setting."""
    config: Config = args.loaded
    try:
        _one_file(config)
        if args.csr is not None:
            said = _ask(config, args.csr)
        elif args.install is not None:
            said = _install(config, args.install)
        else:
            said = by_token(config, lambda: _token(args.token_file, args.lang))
    except ConfigError as error:
        print(f"pos-bridge: {error.to(args.lang)}", file=sys.stderr)
        return 2
    except EnrolError as error:
        print(FAULTS[error.fault].to(args.lang), UNCHANGED.to(args.lang), file=sys.stderr)
        return NOT_DONE
    except _RefusedError as refused:
        _say(args.lang, [(refused.word, refused.values)], sys.stderr)
        return NOT_DONE
    except OSError as error:
        where: dict[str, object] = {"path": error.filename or _pair_file(config), "reason": error.strerror}
        _say(args.lang, [("disk", where)], sys.stderr)
        return NOT_DONE
    _say(args.lang, said, sys.stdout)
    return DONE


def _one_file(config: Config) -> None:
    if config.processor.certificate != config.processor.key:
        raise _RefusedError("two_files", file=config.file)


_Lines = list[enrol_issuer.Line]


def _say(language: str, lines: _Lines, to: TextIO) -> None:
    for word, values in lines:
        print(WORDS[word].to(language).format(**values), file=to)


def by_token(config: Config, token: Callable[[], str]) -> _Lines:
    """Everything that can fail for this till's own reasons does before the token is sent."""
    url = None if config.enrolment is None else config.enrolment.url
    if url is None:
        raise _RefusedError("no_url", file=config.file)
    known, secret, file = _known(config), credentials.enrolment_secret(config), _pair_file(config)
    copy = config.enrolment_ca
    for place in (file,) if known else (file, copy):
        try_room(place)
    enrolled = asyncio.run(conversation.enrol(Address.parse(url), Token.parse(token()), config.till.poiid, known))
    said: _Lines = []
    if not known:
        write_public(copy, b"".join(root.public_bytes(Encoding.PEM) for root in enrolled.roots))
        prints = ", ".join(root.fingerprint(hashes.SHA256()).hex() for root in enrolled.roots)
        said.append(("authority", {"path": copy, "print": prints}))
    return _keep(config, enrolled.pair, secret) + said


def _ask(config: Config, to: Path) -> _Lines:
    """The key is kept beside the pair until its certificate comes; asked again, it is the same key."""
    secret, asked = credentials.enrolment_secret(config), _asked_file(config)
    if asked.exists():
        key = _asked_key(asked, secret)
    else:
        key = est.new_key()
        write_private(asked, key_pem(key, secret), owner(config))
    request = x509.load_der_x509_csr(est.request(key, config.till.poiid))
    write_public(to, request.public_bytes(Encoding.PEM))
    return [("asked", {"name": config.till.poiid, "path": to})]


def _install(config: Config, chain: Path) -> _Lines:
    secret, asked = credentials.enrolment_secret(config), _asked_file(config)
    if not asked.exists():
        raise _RefusedError("not_asked", path=asked)
    key = _asked_key(asked, secret)
    own = config.own_enrolment_ca is not None
    roots = _known(config) if own else ()  # the processor's says nothing of whom it takes certificates from
    content = chain.read_bytes()
    try:
        found = est.read_file(content)
    except EnrolError:
        raise _RefusedError("not_a_chain", path=chain) from None
    pair = est.take(found, key, None, roots, datetime.now(UTC))
    issuer = () if own else tuple(enrol_issuer.told(config, pair, enrol_issuer.in_force(config)))
    said = _keep(config, pair, secret)
    asked.unlink()
    return [*said, *issuer]


def _keep(config: Config, pair: Pair, secret: bytes | None) -> _Lines:
    file = _pair_file(config)
    write_private(file, pair.file(secret), owner(config))
    renewed = config.enrolment is not None and config.enrolment.url is not None
    return [
        ("enrolled", {"name": enrol_issuer.shown(pair.name), "last": f"{pair.ends:%Y-%m-%d}", "path": file}),
        ("renews", {"day": f"{pair.renew_from:%Y-%m-%d}"}) if renewed else ("renews_not", {}),
        ("taken", {}),
    ]


def _token(file: Path | None, language: str) -> str:
    if file is not None:
        return file.read_text(encoding="ascii", errors="replace")
    if sys.stdin.isatty():
        return getpass.getpass(WORDS["ask_token"].to(language))
    return sys.stdin.readline()


def _known(config: Config) -> tuple[x509.Certificate, ...]:
    """The pinned authorities; none where none are pinned yet."""
    path = config.enrolment_ca
    if not path.exists():
        return ()
    try:
        found = est.authorities(x509.load_pem_x509_certificates(path.read_bytes()))
    except ValueError:
        found = ()
    if not found:
        raise _RefusedError("authority_unusable", path=path)
    return found


def _asked_key(path: Path, secret: bytes | None) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), secret)
    except (ValueError, TypeError):
        raise EnrolError(EnrolFault.KEY_UNUSABLE) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise EnrolError(EnrolFault.KEY_UNUSABLE)
    return key


def _pair_file(config: Config) -> Path:
    return config.path(config.processor.key)


def _asked_file(config: Config) -> Path:
    file = _pair_file(config)
    return file.with_name(f"{file.name}.asked")


def owner(config: Config) -> tuple[int, int] | None:
    """What root makes must be the service's user's to read: the owner of its state, where there is one."""
    if os.geteuid() != 0 or not config.state.exists():
        return None
    found = config.state.stat()
    return found.st_uid, found.st_gid
