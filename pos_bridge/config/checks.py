"""What of a configuration can be wrong beyond its values: what goes with what, and the files and devices that it names.

Each raises ConfigError with one line for a person.
"""

import os
import re
import stat
from ipaddress import ip_address
from pathlib import Path

from pos_bridge.config.devices import Address, CustomerDisplay, CustomerPad, Printer, unfit_device
from pos_bridge.config.settings import (
    CHIP_DRIVER,
    DEFAULT_PCSCD,
    VAULT_KEY_LENGTH,
    Config,
    ConfigError,
    Native,
    Nexo,
    Reader,
    is_credential,
)
from pos_bridge.config.upkeep import USUAL_PAGE
from pos_bridge.start_fault import StartFault

_MAX_SOCKET_PATH = 107  # struct sockaddr_un
_OF_OTHERS = 0o077
_OF_OTHERS_BUT_AN_ACL = 0o037  # systemd gives a credential to the unit's user by an ACL: its mask stands for the group
# Where the kernel has keyboards, what types as one, and consoles, which show what is typed.
_TYPES = re.compile(r"/dev/(input/.+|(usb/)?hid(raw|dev).*|tty[0-9]*|console|vcs.*|uinput)")
_NOT_TEXT = "UTF-8"  # what a file that is not text is not


def named_files(config: Config) -> tuple[tuple[str, str, bool], ...]:
    """Each file that the configuration names: its setting, its path, and whether it is a secret."""
    nexo, processor = config.nexo, config.processor
    emv = () if config.card_room.emv is None else (("card_room.emv", config.card_room.emv, False),)
    events = () if nexo.events is None else (("nexo.events.ca", nexo.events.ca, False),)
    native = () if config.native is None else _of_native(config.native)
    vault_key = () if config.identity is None else (("identity.vault_key", config.identity.vault_key, True),)
    api_key = () if nexo.api_key_file is None else (("nexo.api_key_file", nexo.api_key_file, True),)
    pair = (("certificate", config.page.certificate, False), ("key", config.page.key, True))
    page = tuple((f"page.{name}", path, secret) for name, path, secret in pair if path is not None)
    enrolment = config.enrolment
    secret = () if enrolment is None or enrolment.secret is None else (("enrolment.secret", enrolment.secret, True),)
    authority = () if enrolment is None or enrolment.ca is None else (("enrolment.ca", enrolment.ca, False),)
    metrics = () if config.metrics is None else (("metrics.token_file", config.metrics.token_file, True),)
    phrases = ((f"nexo.passphrase[{place}].file", phrase.file, True) for place, phrase in enumerate(nexo.passphrase))
    return (
        ("till.signing_key", config.till.signing_key, True),
        ("nexo.certificate", nexo.certificate, False),
        ("nexo.key", nexo.key, True),
        *api_key,
        *phrases,
        *metrics,
        ("processor.ca", processor.ca, False),
        ("processor.certificate", processor.certificate, False),
        ("processor.key", processor.key, True),
        *secret,
        *authority,
        ("card_room.trust", config.card_room.trust, False),
        *emv,
        *events,
        *vault_key,
        *native,
        *page,
    )


def _of_native(native: Native) -> tuple[tuple[str, str, bool], ...]:
    named = ((name, getattr(native, name), name == "key") for name in ("certificate", "key", "clients"))
    return tuple((f"native.{name}", path, secret) for name, path, secret in named if path is not None)


def check_tills(file: Path, nexo: Nexo) -> None:
    names = [(phrase.identifier, phrase.version) for phrase in nexo.passphrase]
    if len(set(names)) != len(names):
        raise ConfigError(StartFault.PASSPHRASE_TWICE, file=file)
    if nexo.api_key_file is None and not names:
        raise ConfigError(StartFault.NO_TILL_COULD_ASK, file=file)


def check_reader(config: Config, reader: Reader) -> None:
    where = {"file": config.file, "reader": reader.name}
    for setting, device in (("device", None if reader.reads_chips else reader.device), ("pin_pad", reader.pin_pad)):
        if device is not None and _types(config.path(device)):
            raise ConfigError(StartFault.READER_TYPES, **where, setting=setting, path=config.path(device))
    if not reader.reads_chips:
        for setting, is_set in (("pcscd", reader.pcscd != DEFAULT_PCSCD), ("pin_pad", reader.pin_pad is not None)):
            if is_set:
                raise ConfigError(StartFault.NOT_A_CHIP_READER, **where, setting=setting, driver=CHIP_DRIVER)
        return
    if config.card_room.emv is None:
        raise ConfigError(StartFault.NO_TERMINAL_DATA, **where)
    if len(str(config.pcscd(reader)).encode()) > _MAX_SOCKET_PATH:
        setting = f"reader.{reader.name}.pcscd"
        raise ConfigError(StartFault.SOCKET_PATH_TOO_LONG, file=config.file, setting=setting, most=_MAX_SOCKET_PATH)


def _types(device: Path) -> bool:
    """By its name, and by what it is a link to."""
    return any(_TYPES.fullmatch(os.path.normpath(path)) for path in (device, os.path.realpath(device)))


def check_events(config: Config) -> None:
    if config.nexo.events is None:
        return
    try:
        Address.parse(config.nexo.events.url)
    except ValueError:
        raise ConfigError(StartFault.ADDRESS_UNFIT, file=config.file, setting="nexo.events.url") from None


def check_enrolment(config: Config) -> None:
    """Key and certificate in one file, which this program can replace."""
    if config.enrolment is None:
        return
    pair = config.processor
    if pair.certificate != pair.key or is_credential(pair.key):
        raise ConfigError(StartFault.ENROLMENT_IN_TWO_FILES, file=config.file)
    try:
        if config.enrolment.url is not None:
            Address.parse(config.enrolment.url)
    except ValueError:
        raise ConfigError(StartFault.ADDRESS_UNFIT, file=config.file, setting="enrolment.url") from None


def check_devices(config: Config) -> None:
    """A text may not come to lie in a file, and no device is two things, but for the pad of a reader."""
    taken = {reader.device for reader in config.readers}
    for name in ("customer_display", "printer", "customer_pad"):
        section: CustomerDisplay | Printer | CustomerPad | None = getattr(config, name)
        if section is None:
            continue
        path = config.path(section.device)
        if unfit_device(path):
            raise ConfigError(StartFault.NOT_A_DEVICE, file=config.file, setting=name, path=path)
        if section.device in taken:
            raise ConfigError(StartFault.DEVICE_TWICE, file=config.file, setting=name)
        taken.add(section.device)


def check_sockets(config: Config) -> None:
    """Rooms come from systemd for every reader, or for none: a till has one way to lock them down."""
    room = config.card_room
    chips = any(reader.reads_chips for reader in config.readers)
    wanted = {"socket": not all(reader.reads_chips for reader in config.readers), "chip_socket": chips}
    given = {"socket": room.socket, "chip_socket": room.chip_socket}
    if not any(given.values()):
        return
    for setting, path in given.items():
        if wanted[setting] and path is None:
            raise ConfigError(StartFault.ROOM_SOCKET_MISSING, file=config.file, setting=f"card_room.{setting}")
        if path is not None and len(str(config.path(path)).encode()) > _MAX_SOCKET_PATH:
            raise ConfigError(
                StartFault.SOCKET_PATH_TOO_LONG, file=config.file, setting=f"card_room.{setting}", most=_MAX_SOCKET_PATH
            )
    for reader in config.readers:
        if reader.pcscd != DEFAULT_PCSCD:
            raise ConfigError(StartFault.PCSCD_IN_UNIT, file=config.file, reader=reader.name)


_ITS_GROUP_ENTERS = stat.S_ISGID | stat.S_IXGRP  # a socket in it is of its group, and they can reach it


def check_native(config: Config) -> None:
    """A socket, or a port with all that it needs."""
    native = config.native
    if native is None:
        return
    if not native.sockets and native.port is None:
        raise ConfigError(StartFault.NATIVE_NOWHERE, file=config.file)
    of_port = {name: getattr(native, name) for name in ("port", "certificate", "key", "clients")}
    if any(value is not None for value in of_port.values()):
        for name, value in of_port.items():
            if value is None:
                raise ConfigError(StartFault.NATIVE_PORT_HALF, file=config.file, setting=f"native.{name}")
    if native.port == config.nexo.port:
        raise ConfigError(StartFault.NATIVE_PORT_TAKEN, file=config.file)
    for setting, path in native.sockets:
        if len(str(config.path(path)).encode()) > _MAX_SOCKET_PATH:
            told = {"setting": setting, "most": _MAX_SOCKET_PATH}
            raise ConfigError(StartFault.SOCKET_PATH_TOO_LONG, file=config.file, **told)
    if native.privacy_socket is not None and config.identity is None:
        raise ConfigError(StartFault.PRIVACY_OF_NOBODY, file=config.file)


def check_native_folder(config: Config) -> None:
    """Whoever can change a socket's folder can put another socket there, and be taken for this program.

    A till that can enter the folder of the person in charge would be taken for them: that is a folder of its own.
    """
    sockets = () if config.native is None else config.native.sockets
    folders: list[tuple[int, int]] = []
    groups: list[int] = []
    for setting, path in sockets:
        found = _folder(config, setting, path)
        where = {"file": config.file, "setting": setting, "path": config.path(path).parent}
        if (found.st_dev, found.st_ino) in folders:
            raise ConfigError(StartFault.PRIVACY_BESIDE_TILLS, **where)
        folders.append((found.st_dev, found.st_ino))
        if found.st_mode & _ITS_GROUP_ENTERS == _ITS_GROUP_ENTERS:
            if found.st_gid in groups:
                raise ConfigError(StartFault.PRIVACY_GROUP_OF_TILLS, **where)
            groups.append(found.st_gid)


def _folder(config: Config, setting: str, path: str) -> os.stat_result:
    """Of a socket: one that only its owner can change."""
    folder = config.path(path).parent
    where = {"file": config.file, "setting": setting, "path": folder}
    try:
        found = folder.stat()
    except PermissionError:
        raise ConfigError(StartFault.FILE_CLOSED, setting=setting, path=folder) from None
    except OSError as error:
        raise ConfigError(StartFault.FILE_UNUSABLE, **where, reason=reason_of(error)) from None
    if not stat.S_ISDIR(found.st_mode):
        raise ConfigError(StartFault.NOT_A_FOLDER, **where)
    if found.st_mode & 0o022:
        raise ConfigError(StartFault.CHANGEABLE_BY_OTHERS, **where)
    return found


def check_admin_folder(config: Config) -> None:
    """Whoever can change it could put another socket there, and tell IT what they like of this till."""
    if config.admin is not None:
        _folder(config, "admin.socket", config.admin.socket)


def check_page(config: Config) -> None:
    """A port of its own, and both halves of a pair or neither."""
    page = config.page
    for setting, value, other in (("certificate", page.certificate, page.key), ("key", page.key, page.certificate)):
        if value is None and other is not None:
            raise ConfigError(StartFault.PAGE_PAIR_HALF, file=config.file, setting=f"page.{setting}")
    taken = page.port in {config.nexo.port, None if config.native is None else config.native.port}
    if taken and page != USUAL_PAGE:  # nobody who has no page need give it a port
        raise ConfigError(StartFault.PAGE_PORT_TAKEN, file=config.file)


def check_backup(config: Config) -> None:
    """Whoever can read the sales of every till need not be able to read who bought."""
    backup = config.backup
    if backup is None:
        return
    if config.identity is not None and backup.vault_recipient is None:
        raise ConfigError(StartFault.VAULT_RECIPIENT_MISSING, file=config.file)
    if backup.vault_recipient == backup.journal_recipient:
        raise ConfigError(StartFault.RECIPIENTS_ALIKE, file=config.file)


def check_network(config: Config) -> None:
    for text in config.network.dns:
        try:
            fits = not (ip_address(text).is_unspecified or ip_address(text).is_multicast)
        except ValueError:
            fits = False
        if not fits:
            raise ConfigError(StartFault.DNS_UNFIT, file=config.file)


def check_file(file: Path, setting: str, path: Path, *, secret: bool, credential: bool = False) -> None:
    where = {"file": file, "setting": setting, "path": path}
    try:
        mode = path.stat().st_mode
    except PermissionError:
        raise ConfigError(StartFault.FILE_CLOSED, setting=setting, path=path) from None
    except OSError as error:
        raise ConfigError(StartFault.FILE_UNUSABLE, **where, reason=reason_of(error)) from None
    if not stat.S_ISREG(mode):
        raise ConfigError(StartFault.NOT_A_FILE, **where)
    if secret and mode & (_OF_OTHERS_BUT_AN_ACL if credential else _OF_OTHERS):
        raise ConfigError(StartFault.SECRET_IS_OPEN, **where)
    if not secret and mode & 0o022:
        raise ConfigError(StartFault.CHANGEABLE_BY_OTHERS, **where)


def check_vault_key(file: Path, path: Path) -> None:
    if path.stat().st_size != VAULT_KEY_LENGTH:
        raise ConfigError(StartFault.VAULT_KEY_LENGTH, file=file, path=path, length=VAULT_KEY_LENGTH)


def reason_of(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else _NOT_TEXT
