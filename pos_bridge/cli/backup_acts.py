"""What `pos-bridge backup` and `restore` do: from settings and the words of a command line to pos_bridge.backup."""

import argparse
import os
from pathlib import Path

from pyrage import x25519

from pos_bridge.backup import age, shelf
from pos_bridge.backup.fault import BackupError, BackupFault, reason_of
from pos_bridge.backup.fill import Filled, Opening, fill
from pos_bridge.backup.make import Plan, make
from pos_bridge.backup.manifest import public_of
from pos_bridge.backup.opening import Backup as Brought
from pos_bridge.backup.opening import manifest_among, signed_manifest, with_parts
from pos_bridge.backup.restore import drill as drilled
from pos_bridge.backup.restore import finish, restore
from pos_bridge.cli.backup_words import say
from pos_bridge.clock import now
from pos_bridge.config import credentials
from pos_bridge.config.checks import check_file, check_vault_key
from pos_bridge.config.settings import Config, is_credential
from pos_bridge.config.upkeep import Backup
from pos_bridge.identity.ledger import Entries
from pos_bridge.identity.ledger import parse as parsed_ledger
from pos_bridge.identity.ledger_file import NAME as LEDGER
from pos_bridge.words import hours

_DONE, _NOT_DONE = 0, 1
_HOUR_S = 3600


def back_up(args: argparse.Namespace) -> int:
    """1 also where the persons could not be read. Raises BackupError, ConfigError."""
    os.umask(0o077)
    config: Config = args.loaded
    backup = _section(config)
    _check_secret(config, "till.signing_key", config.till.signing_key)
    plan = Plan(
        config.state,
        config.path(backup.folder),
        config.till.number,
        _recipient("backup.journal_recipient", backup.journal_recipient),
        None if backup.vault_recipient is None else _recipient("backup.vault_recipient", backup.vault_recipient),
        credentials.terminal_key(config),
    )
    made = make(plan, now)
    print(say("made", args.lang, path=made.path, rows=made.manifest.chain.count))
    print(say("signer", args.lang, signer=made.manifest.signer))
    if made.forgotten:
        print(say("forgotten", args.lang, count=made.forgotten))
    if made.persons_unread:
        print(say("persons_unread", args.lang))
    return _NOT_DONE if made.persons_unread else _DONE


def drill(args: argparse.Namespace) -> int:
    """1 also where the trail is not what it was. Raises BackupError, ConfigError."""
    os.umask(0o077)
    config: Config = args.loaded
    folder = config.path(_section(config).folder)
    try:
        found = shelf.newest_manifest(folder, config.till.number)
    except OSError as error:
        raise BackupError(BackupFault.UNREADABLE, path=folder, reason=reason_of(error)) from None
    if found is None:
        raise BackupError(BackupFault.NO_BACKUP, path=folder)
    path, made = found
    age = hours(int((now() - made).total_seconds()) // _HOUR_S)  # less than none: its clock, or ours, was ahead
    print(say("age", args.lang, path=path, age=age.to(args.lang)), flush=True)
    manifest = signed_manifest(path, config.till.number, config.file, _signer(args))
    brought = with_parts(path, manifest, [], persons=True)
    if not args.identity:
        print(say("signed_well", args.lang))
        return _DONE
    opening = _opening(args, brought, usual=config.state / LEDGER)
    filled = drilled(lambda into: fill(into, brought, opening))
    print(say("drilled", args.lang, rows=filled.rows))
    return _told_of_persons(filled, args.lang)


def bring_back(args: argparse.Namespace) -> int:
    """1 also where the trail is not what it was. Raises BackupError, ConfigError."""
    os.umask(0o077)
    config: Config = args.loaded
    if finish(config.state):
        print(say("finished", args.lang, path=config.state))
        print(say("now", args.lang))
        return _DONE
    path = manifest_among(args.files)
    manifest = signed_manifest(path, config.till.number, config.file, _signer(args))
    brought = with_parts(path, manifest, args.files, persons=not args.without_persons)
    opening = _opening(args, brought, usual=config.erasures_copy)
    filled = restore(config.state, lambda into: fill(into, brought, opening))
    print(say("restored", args.lang, path=config.state, rows=filled.rows, made=manifest.made))
    code = _told_of_persons(filled, args.lang)
    print(say("now", args.lang))
    return code


def _told_of_persons(filled: Filled, language: str) -> int:
    print(say("persons", language, erased=filled.erased) if filled.persons else say("no_persons", language))
    if not filled.trail_sound:
        print(say("trail_damaged", language))
        return _NOT_DONE
    return _DONE


def _section(config: Config) -> Backup:
    if config.backup is None:
        raise BackupError(BackupFault.NOT_CONFIGURED, file=config.file)
    return config.backup


def _recipient(setting: str, text: str) -> x25519.Recipient:
    found = age.recipient(text)
    if found is None:
        raise BackupError(BackupFault.RECIPIENT_UNFIT, setting=setting)
    return found


def _signer(args: argparse.Namespace) -> str | None:
    """Whose backups these have to be; None: a machine that has no such key, and nobody said."""
    config: Config = args.loaded
    if args.signed_by is not None:
        return str(args.signed_by).lower()
    if not config.path(config.till.signing_key).exists():
        return None
    return public_of(credentials.terminal_key(config))


def _opening(args: argparse.Namespace, brought: Brought, usual: Path | None) -> Opening:
    keys = [key for path in args.identity for key in _identities(path)]
    config: Config = args.loaded
    identity = config.identity
    if brought.persons is None:
        return Opening(keys)
    if identity is None:
        raise BackupError(BackupFault.VAULT_KEY, path="-")
    _check_secret(config, "identity.vault_key", identity.vault_key)
    key_file = config.path(identity.vault_key)
    check_vault_key(config.file, key_file)
    path = args.erasures or usual
    return Opening(
        keys, key_file.read_bytes(), key_file, _current(path, brought, config), path, identity.return_window_days
    )


def _current(path: Path | None, brought: Brought, config: Config) -> Entries:
    """The ledger of erasures as it is today. One that is not there says nothing, unless nobody was ever erased here."""
    if path is None:
        raise BackupError(BackupFault.LEDGER_MISSING)
    try:
        return parsed_ledger(path.read_bytes())
    except FileNotFoundError:
        if path == config.state / LEDGER and brought.manifest.erasures.count == 0:
            return Entries()
        raise BackupError(BackupFault.LEDGER_MISSING) from None
    except OSError as error:
        raise BackupError(BackupFault.UNREADABLE, path=path, reason=reason_of(error)) from None
    except ValueError:
        raise BackupError(BackupFault.LEDGER_BEHIND, path=path) from None


def _identities(path: Path) -> list[x25519.Identity]:
    try:
        return age.identities(path)
    except OSError as error:
        raise BackupError(BackupFault.UNREADABLE, path=path, reason=reason_of(error)) from None
    except ValueError:
        raise BackupError(BackupFault.IDENTITY_UNFIT, path=path) from None


def _check_secret(config: Config, setting: str, text: str) -> None:
    check_file(config.file, setting, config.path(text), secret=True, credential=is_credential(text))
