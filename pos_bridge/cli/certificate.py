"""`pos-bridge certificate new | renew | show`: the leaf that tills are shown, and the store's authority behind it.

The authority's key is read from, or written to, a folder that IT takes away again; it is never copied to the till.
"""

import argparse
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from pos_bridge.cli import authority
from pos_bridge.cli.authority import Authority, NotUsableError
from pos_bridge.cli.certificate_words import WORDS
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config.settings import Config
from pos_bridge.storage.disk import write_private, write_public
from pos_bridge.words import Words

DONE, NOT_DONE = 0, 1
_WHAT = Words(
    "new : faire l'autorité du magasin et le certificat de cette caisse. renew : un autre certificat, par l'autorité "
    "qui est là; le premier de chaque autre caisse aussi. show : ce que les caisses voient.",
    "new: make the store's authority and this till's certificate. renew: another certificate, by the authority that is "
    "there; the first one of each further till, too. show: what tills are shown.",
)
_WHERE = Words("où est la clé de l'autorité : un support amovible", "where the authority's key is kept: removable")
_WRONG = Words(
    "certificate new et renew veulent --authority FOLDER, show n'en veut pas",
    "certificate new and renew want --authority FOLDER, show does not",
)


class _RefusedError(Exception):
    """A sentence of WORDS and what fills its places."""

    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.word, self.values = word, values


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "certificate",
        help=both("le certificat montré aux caisses", "the certificate that tills are shown"),
        description=described(_WHAT),
    )
    parser.add_argument("what", choices=("new", "renew", "show"))
    parser.add_argument("--authority", type=Path, metavar="FOLDER", help=_WHERE.both)
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config, its files unchecked. 0 done; 1 not done, and a line says why; 2 wrong words."""
    if (args.authority is None) is not (args.what == "show"):
        print(f"pos-bridge: {_WRONG.to(args.lang)}", file=sys.stderr)
        return 2
    try:
        said = _show(args.loaded) if args.what == "show" else _make(args.loaded, args.authority, new=args.what == "new")
    except _RefusedError as refused:
        _say(args.lang, [(refused.word, refused.values)], sys.stderr)
        return NOT_DONE
    except NotUsableError as error:
        _say(args.lang, [("not_usable", {"path": error.path})], sys.stderr)
        return NOT_DONE
    except OSError as error:
        values: dict[str, object] = {"path": error.filename or args.authority, "reason": error.strerror}
        _say(args.lang, [("not_there", values)], sys.stderr)
        return NOT_DONE
    _say(args.lang, said, sys.stdout)
    return DONE


_Lines = list[tuple[str, dict[str, object]]]


def _say(language: str, lines: _Lines, to: TextIO) -> None:
    for word, values in lines:
        print(WORDS[word].to(language).format(**values), file=to)


def _make(config: Config, folder: Path, *, new: bool) -> _Lines:
    """Everything that can be refused is, before anything is written; the certificate, which is what counts, is last."""
    name = config.nexo_name
    if name is None:
        raise _RefusedError("no_name", poiid=config.till.poiid)
    if not folder.is_dir():
        raise _RefusedError("no_folder", folder=folder)
    if new and any((folder / file).exists() for file in (authority.KEY_FILE, authority.CERTIFICATE_FILE)):
        raise _RefusedError("there_already", folder=folder)
    store = authority.new_authority(f"pos-bridge {config.processor.merchant_id}") if new else _authority(folder)
    key_file = config.path(config.nexo.key)
    own = authority.read_key(key_file) if key_file.exists() else None
    said: _Lines = []
    if new:
        write_private(folder / authority.KEY_FILE, authority.pem_of(store.key))
        write_private(folder / authority.CERTIFICATE_FILE, authority.pem_of(store.certificate))
        said.append(("authority_made", {"folder": folder}))
        if folder.stat().st_dev == config.file.parent.stat().st_dev:
            said.append(("same_disk", {"folder": folder}))
    if own is None:
        own = authority.new_key()
        write_private(key_file, authority.pem_of(own))
        _give_to_the_service(key_file, config)
    leaf = authority.new_leaf(store, name, own.public_key())
    copy, path = config.path(config.nexo.authority), config.path(config.nexo.certificate)
    write_public(copy, authority.pem_of(store.certificate))
    write_public(path, authority.pem_of(leaf))
    said.append(("leaf_made", {"name": name, "last": f"{leaf.not_valid_after_utc:%Y-%m-%d}", "path": path}))
    return [*said, ("copy", {"path": copy}), ("taken", {})]


def _authority(folder: Path) -> Authority:
    store = authority.read_authority(folder)
    if store.ends <= datetime.now(UTC):
        raise _RefusedError("ended", folder=folder)
    return store


def _show(config: Config) -> _Lines:
    leaf = authority.read_certificate(config.path(config.nexo.certificate))
    last = leaf.not_valid_after_utc
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    told: dict[str, object] = {
        "name": ", ".join(str(name.value) for name in names),
        "last": f"{last:%Y-%m-%d}",
        "days": (last - datetime.now(UTC)).days,
        "key": _public_key_print(leaf),
    }
    copy = config.path(config.nexo.authority)
    with suppress(OSError, NotUsableError):
        store = authority.read_certificate(copy)
        if authority.issued_by(leaf, store):
            end, fingerprint = f"{store.not_valid_after_utc:%Y-%m-%d}", store.fingerprint(hashes.SHA256()).hex()
            return [("shown", told), ("authority_shown", {"path": copy, "last": end, "print": fingerprint})]
    return [("shown", told), ("no_authority_shown", {"path": copy})]


def _public_key_print(leaf: x509.Certificate) -> str:
    encoding, info = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    digest = hashes.Hash(hashes.SHA256())
    digest.update(leaf.public_key().public_bytes(encoding, info))
    return digest.finalize().hex()


def _give_to_the_service(path: Path, config: Config) -> None:
    """What root makes must be the service's user's to read: the owner of its state, where there is one."""
    if os.geteuid() == 0 and config.state.exists():
        owner = config.state.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
