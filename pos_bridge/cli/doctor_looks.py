"""What `pos-bridge doctor` sees for itself on this machine: readers, pcscd, and who may change what. Read-only."""

import os
import pwd
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from pos_bridge.cardlink.pcscd_log import logs_apdus
from pos_bridge.cli.doctor_words import Finding, good, mend, note
from pos_bridge.credentials import WARN_DAYS, ends
from pos_bridge.pair import renew_from
from pos_bridge.settings import Config, Reader

# Which driver's reader hands out the card in clear. The drivers are for the card room alone: a test compares.
SEALED_IN_READER = {"idtech_msr": True, "msr_plain": False, "pcsc_emv": False}

_WITHIN_S = 2.0
_LATE = timedelta(days=2)  # after it should have been renewed


@dataclass(frozen=True, slots=True)
class User:
    """Whoever the engine runs as, by the owner of its state."""

    name: str
    uid: int
    groups: frozenset[int]

    def may_write(self, path: Path) -> bool:
        """By the path's mode and owner alone. Raises OSError where it is not there."""
        seen = path.stat()
        if self.uid == 0:
            return True
        if seen.st_uid == self.uid:  # a file's owner can give it any mode
            return True
        wanted = stat.S_IWGRP if seen.st_gid in self.groups else stat.S_IWOTH
        return bool(seen.st_mode & wanted)


def engines_user(config: Config) -> User:
    """The owner of the state's folder; before the engine's first start, whoever asks."""
    try:
        uid = config.state.stat().st_uid
    except OSError:
        uid = os.geteuid()
    try:
        known = pwd.getpwuid(uid)
    except KeyError:  # a user of a container, or a dynamic one
        return User(str(uid), uid, frozenset())
    return User(known.pw_name, uid, frozenset(os.getgrouplist(known.pw_name, known.pw_gid)))


def look(config: Config) -> Iterator[Finding]:
    yield from _look_at_certificate(config)
    yield from _look_at_own_certificate(config)
    for reader in config.readers:
        yield from _look_at_reader(reader, config)
    yield from _look_at_files(config, engines_user(config))


def _look_at_certificate(config: Config) -> Iterator[Finding]:
    """What is not there, or is none, `pos-bridge check` has said already."""
    try:
        last = ends(config.path(config.nexo.certificate).read_bytes())
    except (OSError, ValueError):
        return
    days = (last - datetime.now(UTC)).days
    if days < WARN_DAYS:
        yield mend("certificate_ends", days=str(max(days, 0)))
    else:
        yield good("certificate_lasts", days=str(days))


def _look_at_own_certificate(config: Config) -> Iterator[Finding]:
    """What the processor is shown. As above for what is not there, and for whoever may not read it."""
    try:
        leaf = x509.load_pem_x509_certificates(config.path(config.processor.certificate).read_bytes())[0]
    except (OSError, ValueError):
        return
    now = datetime.now(UTC)
    days = max((leaf.not_valid_after_utc - now).days, 0)
    if config.enrolment is None or config.enrolment.url is None:
        yield (mend("own_certificate_ends", days=str(days)) if days < WARN_DAYS else _lasts(days))
    elif now - renew_from(leaf.not_valid_before_utc, leaf.not_valid_after_utc) > _LATE:
        yield mend("renewal_late", days=str(days))
    else:
        yield _lasts(days)


def _lasts(days: int) -> Finding:
    return good("own_certificate_lasts", days=str(days))


def _look_at_reader(reader: Reader, config: Config) -> Iterator[Finding]:
    sealed = SEALED_IN_READER.get(reader.driver)
    if sealed is None:
        yield mend("unknown_driver", reader=reader.name, driver=reader.driver)
        return
    yield note("sealed_in_reader" if sealed else "sealed_in_room", reader=reader.name)
    if reader.reads_chips:
        yield note("uncertified_chip", reader=reader.name)
        yield from look_at_pcscd(reader.name, config.pcscd(reader))


def look_at_pcscd(reader: str, at: Path) -> Iterator[Finding]:
    """`at` is pcscd's socket."""
    if not _listens(at):
        yield mend("pcscd_absent", reader=reader, socket=str(at))
        return
    if logs_apdus(at):
        yield mend("pcscd_logs", reader=reader, socket=str(at))
    else:
        yield good("pcscd_silent", socket=str(at))
    if at.stat().st_mode & stat.S_IWOTH and _others_get_to(at):
        yield mend("pcscd_open", reader=reader, socket=str(at))
    else:
        yield good("pcscd_closed", socket=str(at))


def _listens(at: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(_WITHIN_S)
            probe.connect(str(at))
    except OSError:
        return False
    return True


def _others_get_to(path: Path) -> bool:
    """Whether every folder above it lets everybody through."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def _look_at_files(config: Config, user: User) -> Iterator[Finding]:
    room = config.card_room
    named = (("card_room.trust", room.trust), ("card_room.emv", room.emv))
    if user.uid == 0:
        yield mend("as_root")
        return
    for setting, text in named:
        if text is not None:
            yield look_at_file(setting, config.path(text), user)


def look_at_file(setting: str, path: Path, user: User) -> Finding:
    """A file that the card room believes: who can change it, or put another in its place, decides about cards."""
    try:
        writable = user.may_write(path) or user.may_write(path.resolve().parent)
    except OSError:
        return mend("missing", setting=setting, path=str(path))
    return (mend if writable else good)(
        "writable" if writable else "kept_from_engine", setting=setting, path=str(path), user=user.name
    )
