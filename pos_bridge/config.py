"""One TOML file to one frozen value. Anything unknown, missing, insecure or out of range is refused in one line.

No setting here weakens privacy: there is none to find.
"""

import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pos_bridge.device_config import (
    Address,
    CustomerDisplay,
    CustomerPad,
    Events,
    PathText,
    Printer,
    Section,
    unfit_device,
)
from pos_bridge.start_fault import StartError, StartFault

_Section = Section
_PathText = PathText
_Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
_Port = Annotated[int, Meta(ge=1, le=65535)]
_TextVersion = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,32}$")]  # as domain.identity.Consent takes it
_Heading = Annotated[str, Meta(pattern=r"^\S([^\x00-\x1f\x7f]{0,40}\S)?$")]  # a line of a receipt of 42 columns
# <model>-<serial>.<environment>: a model of 4 characters or more and a serial of 9 digits satisfy every client.
_COMMON_NAME = r"^[A-Za-z0-9]{4,20}-[0-9]{9}\.(live|test)\.terminal\.adyen\.com$"


VAULT_KEY_LENGTH = 32
CHIP_DRIVER = "pcsc_emv"
DEFAULT_PCSCD = "/run/pcscd/pcscd.comm"
_MAX_SOCKET_PATH = 107  # struct sockaddr_un
_NOT_TEXT = "UTF-8"  # what a file that is not text is not


class ConfigError(StartError):
    """A configuration that cannot be used: one line that names the file and the setting."""


class Till(_Section, frozen=True):
    """`poiid` names the till to the tills' software; `number` stands in the journal (1..999).

    `shop` heads the receipts: the shop's name and address, at most four lines of 42 characters. The numbers of the tax
    registrations stand on them as Revenu Québec and the CRA give them: 123456789 RT0001 and 1234567890 TQ0001.
    """

    poiid: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()-]{0,63}$")]
    number: Annotated[int, Meta(ge=1, le=999)]  # journal.schema.MAX_TILL: three digits are never a card's last four
    state_dir: _PathText
    signing_key: _PathText
    language: Literal["fr", "en"] = "fr"
    card_prompt_s: Annotated[int, Meta(ge=5, le=600)] = 120
    shop: Annotated[tuple[_Heading, ...], Meta(max_length=4)] = ()
    gst_number: Annotated[str, Meta(pattern=r"^[0-9]{9} ?RT ?[0-9]{4}$")] | None = None
    qst_number: Annotated[str, Meta(pattern=r"^[0-9]{10} ?TQ ?[0-9]{4}$")] | None = None


class Passphrase(_Section, frozen=True):
    """What a till that sends encrypted messages shares with this one, as its own settings name it."""

    identifier: Annotated[str, Meta(pattern=r"^[!-~]([ -~]{0,62}[!-~])?$")]
    version: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    file: _PathText


class Nexo(_Section, frozen=True):
    """Without `api_key_file` no till may ask in clear; without `passphrase` none can ask encrypted.

    `common_name`: of the certificate, as clients in encrypted mode compare it. `authority`: what tills trust.
    """

    certificate: _PathText
    key: _PathText
    api_key_file: _PathText | None = None
    passphrase: Annotated[tuple[Passphrase, ...], Meta(max_length=16)] = ()
    port: _Port = 8443
    events: Events | None = None
    common_name: Annotated[str, Meta(pattern=_COMMON_NAME)] | None = None
    authority: _PathText = "store-ca.pem"


class Processor(_Section, frozen=True):
    address: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+:[0-9]{1,5}$")]
    server_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]{1,253}$")]
    ca: _PathText
    certificate: _PathText
    key: _PathText
    merchant_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,32}$")]
    answer_timeout_s: Annotated[int, Meta(ge=1, le=30)] = 10


class CardRoom(_Section, frozen=True):
    """`emv`: the terminal's data for chips, root's like `trust`; wanted where a reader reads chips.

    `socket`: where systemd hands out rooms, and `chip_socket` those that read chips; without them the engine starts its
    rooms itself, as its own children.
    """

    trust: _PathText
    emv: _PathText | None = None
    socket: _PathText | None = None
    chip_socket: _PathText | None = None


class Reader(_Section, frozen=True):
    """`device`: a serial device, or for `pcsc_emv` the name that pcscd gives the reader.

    With `pcsc_emv` only: `pcscd`, the socket of that daemon, and `pin_pad`, the serial device of a PIN pad beside it.
    """

    name: _Name
    driver: _Name
    device: _PathText
    pcscd: _PathText = DEFAULT_PCSCD
    pin_pad: _PathText | None = None

    @property
    def reads_chips(self) -> bool:
        return self.driver == CHIP_DRIVER


class Identity(_Section, frozen=True):
    """Without this section no identity is ever kept. The texts are the versions that customers were shown.

    Without `delivery_text` no order number is kept: for tills that send one with every sale, chosen or not.
    """

    vault_key: _PathText
    programme: Annotated[str, Meta(pattern=r"^\S(.{0,30}\S)?$")]
    programme_text: _TextVersion
    delivery_text: _TextVersion | None = None


class LogFile(_Section, frozen=True):
    file: _PathText


class _Document(_Section, frozen=True):
    till: Till
    nexo: Nexo
    processor: Processor
    card_room: CardRoom
    reader: Annotated[tuple[Reader, ...], Meta(min_length=1, max_length=8)]
    identity: Identity | None = None
    customer_display: CustomerDisplay | None = None
    printer: Printer | None = None
    customer_pad: CustomerPad | None = None
    log: LogFile | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """The document and the file it came from (absolute); relative paths start from that file's folder."""

    file: Path
    till: Till
    nexo: Nexo
    processor: Processor
    card_room: CardRoom
    readers: tuple[Reader, ...]
    identity: Identity | None
    log: LogFile | None
    customer_display: CustomerDisplay | None = None
    printer: Printer | None = None
    customer_pad: CustomerPad | None = None

    def path(self, text: str) -> Path:
        return self.file.parent / text

    def pcscd(self, reader: Reader) -> Path:
        """The socket that this chip reader's daemon listens on."""
        return self.path(reader.pcscd)

    @property
    def nexo_name(self) -> str | None:
        """The common name of the certificate that tills are shown. None: neither set, nor made by the POIID."""
        name = self.nexo.common_name or f"{self.till.poiid}.live.terminal.adyen.com"
        return name if re.fullmatch(_COMMON_NAME, name) else None

    @property
    def state(self) -> Path:
        return self.path(self.till.state_dir)

    @property
    def journal(self) -> Path:
        return self.state / "journal"

    @property
    def answers(self) -> Path:
        return self.state / "answers"

    @property
    def vault(self) -> Path:
        return self.state / "vault.db"


def load(file: Path) -> Config:
    """Read and check `file` and the files it names. Raises ConfigError with one line for a person."""
    config = read(file)
    for setting, text, secret in _named_files(config):
        _check_file(file, setting, config.path(text), secret=secret)
    if config.identity is not None:
        _check_vault_key(file, config.path(config.identity.vault_key))
    _check_devices(config)
    return config


def read(file: Path) -> Config:
    """Read and check `file` alone, for a command that makes what it names. Raises ConfigError."""
    document = _decode(file)
    names = [reader.name for reader in document.reader]
    if len(set(names)) != len(names):
        raise ConfigError(StartFault.READER_TWICE, file=file)
    _check_tills(file, document.nexo)
    config = Config(
        file.absolute(),
        document.till,
        document.nexo,
        document.processor,
        document.card_room,
        document.reader,
        document.identity,
        document.log,
        document.customer_display,
        document.printer,
        document.customer_pad,
    )
    _check_sockets(config)
    for reader in config.readers:
        _check_reader(config, reader)
    _check_events(config)
    return config


def _decode(file: Path) -> _Document:
    try:
        raw = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(StartFault.CONFIG_UNREADABLE, file=file, reason=_reason(error)) from None
    try:
        return msgspec.convert(tomllib.loads(raw), _Document)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(StartFault.CONFIG_NOT_TOML, file=file, reason=error) from None
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        setting = where.rstrip("`")
        if not setting:
            raise ConfigError(StartFault.SECTION_UNFIT, file=file, reason=what) from None
        raise ConfigError(StartFault.SETTING_UNFIT, file=file, setting=setting, reason=what) from None


def _named_files(config: Config) -> tuple[tuple[str, str, bool], ...]:
    """Each file that the configuration names: its setting, its path, and whether it is a secret."""
    nexo, processor = config.nexo, config.processor
    emv = () if config.card_room.emv is None else (("card_room.emv", config.card_room.emv, False),)
    events = () if nexo.events is None else (("nexo.events.ca", nexo.events.ca, False),)
    vault_key = () if config.identity is None else (("identity.vault_key", config.identity.vault_key, True),)
    api_key = () if nexo.api_key_file is None else (("nexo.api_key_file", nexo.api_key_file, True),)
    phrases = ((f"nexo.passphrase[{place}].file", phrase.file, True) for place, phrase in enumerate(nexo.passphrase))
    return (
        ("till.signing_key", config.till.signing_key, True),
        ("nexo.certificate", nexo.certificate, False),
        ("nexo.key", nexo.key, True),
        *api_key,
        *phrases,
        ("processor.ca", processor.ca, False),
        ("processor.certificate", processor.certificate, False),
        ("processor.key", processor.key, True),
        ("card_room.trust", config.card_room.trust, False),
        *emv,
        *events,
        *vault_key,
    )


def _check_tills(file: Path, nexo: Nexo) -> None:
    names = [(phrase.identifier, phrase.version) for phrase in nexo.passphrase]
    if len(set(names)) != len(names):
        raise ConfigError(StartFault.PASSPHRASE_TWICE, file=file)
    if nexo.api_key_file is None and not names:
        raise ConfigError(StartFault.NO_TILL_COULD_ASK, file=file)


def _check_reader(config: Config, reader: Reader) -> None:
    where = {"file": config.file, "reader": reader.name}
    if not reader.reads_chips:
        for setting, is_set in (("pcscd", reader.pcscd != DEFAULT_PCSCD), ("pin_pad", reader.pin_pad is not None)):
            if is_set:
                raise ConfigError(StartFault.NOT_A_CHIP_READER, **where, setting=setting, driver=CHIP_DRIVER)
        return
    if config.card_room.emv is None:
        raise ConfigError(StartFault.NO_TERMINAL_DATA, **where)
    if len(str(config.pcscd(reader)).encode()) > _MAX_SOCKET_PATH:
        setting = f"reader {reader.name}: pcscd"
        raise ConfigError(StartFault.SOCKET_PATH_TOO_LONG, file=config.file, setting=setting, most=_MAX_SOCKET_PATH)


def _check_events(config: Config) -> None:
    if config.nexo.events is None:
        return
    try:
        Address.parse(config.nexo.events.url)
    except ValueError:
        raise ConfigError(StartFault.ADDRESS_UNFIT, file=config.file, setting="nexo.events.url") from None


def _check_devices(config: Config) -> None:
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


def _check_sockets(config: Config) -> None:
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


def _check_file(file: Path, setting: str, path: Path, *, secret: bool) -> None:
    where = {"file": file, "setting": setting, "path": path}
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigError(StartFault.FILE_UNUSABLE, **where, reason=_reason(error)) from None
    if not stat.S_ISREG(mode):
        raise ConfigError(StartFault.NOT_A_FILE, **where)
    if secret and mode & 0o077:
        raise ConfigError(StartFault.SECRET_IS_OPEN, **where)
    if not secret and mode & 0o022:
        raise ConfigError(StartFault.CHANGEABLE_BY_OTHERS, **where)


def _check_vault_key(file: Path, path: Path) -> None:
    if path.stat().st_size != VAULT_KEY_LENGTH:
        raise ConfigError(StartFault.VAULT_KEY_LENGTH, file=file, path=path, length=VAULT_KEY_LENGTH)


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else _NOT_TEXT
