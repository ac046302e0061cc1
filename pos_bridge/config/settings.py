"""The settings: each section of the configuration as a frozen value with its bounds, and the whole of them.

No setting here weakens privacy but one, `card_room.accepts`, which `pos-bridge doctor` tells whenever it is used.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from pos_bridge.config.devices import CustomerDisplay, CustomerPad, Events, Network, Printer
from pos_bridge.config.people import Identity
from pos_bridge.config.section import PathText, Port, Section
from pos_bridge.config.upkeep import USUAL_PAGE, Admin, Backup, LogFile, Metrics, Operators, Page
from pos_bridge.domain.surroundings import Unfit
from pos_bridge.start_fault import StartError

_Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
_Acceptable = Literal["swap", "hibernation", "crash_dump", "usb_monitor"]  # domain.surroundings.ACCEPTABLE
_Heading = Annotated[str, Meta(pattern=r"^\S([^\x00-\x1f\x7f]{0,40}\S)?$")]  # a line of a receipt of 42 columns
# <model>-<serial>.<environment>: a model of 4 characters or more and a serial of 9 digits satisfy every client.
_COMMON_NAME = r"^[A-Za-z0-9]{4,20}-[0-9]{9}\.(live|test)\.terminal\.adyen\.com$"

VAULT_KEY_LENGTH = 32
CHIP_DRIVER = "pcsc_emv"
DEFAULT_PCSCD = "/run/pcscd/pcscd.comm"
MOST_READERS = 8
RESTORING = ("restore.part", "restore.ready")  # in a state folder: being restored, or restored and not put in place
_CREDENTIAL = "credential:"
_CREDENTIALS_OF_THE_UNIT = "/run/credentials/pos-bridge.service"  # for a command beside the engine


def is_credential(text: str) -> bool:
    """Whether a setting that is a path names a credential of systemd's (LoadCredential=, LoadCredentialEncrypted=)."""
    return text.startswith(_CREDENTIAL)


class ConfigError(StartError):
    """A configuration that cannot be used: one line that names the file and the setting."""


class Till(Section, frozen=True):
    """`poiid` names the till to the tills' software; `number` stands in the journal (1..999).

    `shop` heads the receipts: the shop's name and address, at most four lines of 42 characters. The numbers of the tax
    registrations stand on them as Revenu Québec and the CRA give them: 123456789 RT0001 and 1234567890 TQ0001.
    """

    poiid: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()-]{0,63}$")]
    number: Annotated[int, Meta(ge=1, le=999)]  # journal.schema.MAX_TILL: three digits are never a card's last four
    state_dir: PathText
    signing_key: PathText
    language: Literal["fr", "en"] = "fr"
    card_prompt_s: Annotated[int, Meta(ge=5, le=600)] = 120
    shop: Annotated[tuple[_Heading, ...], Meta(max_length=4)] = ()
    gst_number: Annotated[str, Meta(pattern=r"^[0-9]{9} ?RT ?[0-9]{4}$")] | None = None
    qst_number: Annotated[str, Meta(pattern=r"^[0-9]{10} ?TQ ?[0-9]{4}$")] | None = None


class Passphrase(Section, frozen=True):
    """What a till that sends encrypted messages shares with this one, as its own settings name it."""

    identifier: Annotated[str, Meta(pattern=r"^[!-~]([ -~]{0,62}[!-~])?$")]
    version: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    file: PathText


class Nexo(Section, frozen=True):
    """Without `api_key_file` no till may ask in clear; without `passphrase` none can ask encrypted.

    `common_name`: of the certificate, as clients in encrypted mode compare it. `authority`: what tills trust.
    """

    certificate: PathText
    key: PathText
    api_key_file: PathText | None = None
    passphrase: Annotated[tuple[Passphrase, ...], Meta(max_length=16)] = ()
    port: Port = 8443
    events: Events | None = None
    common_name: Annotated[str, Meta(pattern=_COMMON_NAME)] | None = None
    authority: PathText = "store-ca.pem"


class Processor(Section, frozen=True):
    address: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+:[0-9]{1,5}$")]
    server_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]{1,253}$")]
    ca: PathText
    certificate: PathText
    key: PathText
    merchant_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,32}$")]
    answer_timeout_s: Annotated[int, Meta(ge=1, le=30)] = 10


class Enrolment(Section, frozen=True):
    """How this till gets its certificate for the processor: `processor.certificate` and `processor.key` are one file.

    `url`: of the enrolment server (RFC 7030); without it certificates come by file. `ca`: the authority of that server
    and of what it issues, where it is not the processor's. `secret`: a file with what the key is encrypted with; a
    credential of systemd's, usually.
    """

    url: PathText | None = None
    ca: PathText | None = None
    secret: PathText | None = None


class CardRoom(Section, frozen=True):
    """`emv`: the terminal's data for chips, root's like `trust`; wanted where a reader reads chips.

    `socket`: where systemd hands out rooms, and `chip_socket` those that read chips; without them the engine starts its
    rooms itself, as its own children. `accepts`: what of the machine the shop answers for, so that cards are read all
    the same (domain/surroundings.py).
    """

    trust: PathText
    emv: PathText | None = None
    socket: PathText | None = None
    chip_socket: PathText | None = None
    accepts: Annotated[tuple[_Acceptable, ...], Meta(max_length=4)] = ()

    @property
    def accepted(self) -> frozenset[Unfit]:
        return frozenset(map(Unfit, self.accepts))


class Reader(Section, frozen=True):
    """`device`: a serial device, or for `pcsc_emv` the name that pcscd gives the reader.

    With `pcsc_emv` only: `pcscd`, the socket of that daemon, and `pin_pad`, the serial device of a PIN pad beside it.
    """

    name: _Name
    driver: _Name
    device: PathText
    pcscd: PathText = DEFAULT_PCSCD
    pin_pad: PathText | None = None

    @property
    def reads_chips(self) -> bool:
        return self.driver == CHIP_DRIVER


class Native(Section, frozen=True):
    """Where tills ask that are written for this product (protos/till_v1.proto): a socket, a port on loopback, or both.

    `clients`: the authority of the certificates that clients show at the port. `privacy_socket`: where the person in
    charge of personal information asks, in a folder that no till can enter.
    """

    socket: PathText | None = None
    port: Port | None = None
    certificate: PathText | None = None
    key: PathText | None = None
    clients: PathText | None = None
    privacy_socket: PathText | None = None

    @property
    def sockets(self) -> tuple[tuple[str, str], ...]:
        """Each setting that names one, and its path."""
        named = (("native.socket", self.socket), ("native.privacy_socket", self.privacy_socket))
        return tuple((setting, path) for setting, path in named if path is not None)


class Document(Section, frozen=True):
    till: Till
    nexo: Nexo
    processor: Processor
    card_room: CardRoom
    reader: Annotated[tuple[Reader, ...], Meta(min_length=1, max_length=MOST_READERS)]
    enrolment: Enrolment | None = None
    identity: Identity | None = None
    customer_display: CustomerDisplay | None = None
    printer: Printer | None = None
    customer_pad: CustomerPad | None = None
    native: Native | None = None
    backup: Backup | None = None
    network: Network = Network()
    admin: Admin | None = None
    page: Page = USUAL_PAGE
    metrics: Metrics | None = None
    operators: Operators | None = None
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
    native: Native | None = None
    backup: Backup | None = None
    enrolment: Enrolment | None = None
    network: Network = field(default_factory=Network)
    admin: Admin | None = None
    page: Page = USUAL_PAGE
    metrics: Metrics | None = None
    operators: Operators | None = None

    def path(self, text: str) -> Path:
        """Of a file that the configuration names. `credential:NAME` is one that systemd hands to the engine's unit."""
        if is_credential(text):
            folder = os.environ.get("CREDENTIALS_DIRECTORY", _CREDENTIALS_OF_THE_UNIT)
            return Path(folder) / text.removeprefix(_CREDENTIAL)
        return self.file.parent / text

    def pcscd(self, reader: Reader) -> Path:
        """The socket that this chip reader's daemon listens on."""
        return self.path(reader.pcscd)

    @property
    def own_enrolment_ca(self) -> Path | None:
        """The authority of the enrolment server, where it is not the processor's."""
        named = None if self.enrolment is None else self.enrolment.ca
        return None if named is None else self.path(named)

    @property
    def enrolment_ca(self) -> Path:
        """The authority of the enrolment server: its own, or the processor's."""
        return self.own_enrolment_ca or self.path(self.processor.ca)

    @property
    def nexo_name(self) -> str | None:
        """The common name of the certificate that tills are shown. None: neither set, nor made by the POIID."""
        name = self.nexo.common_name or f"{self.till.poiid}.live.terminal.adyen.com"
        return name if re.fullmatch(_COMMON_NAME, name) else None

    @property
    def page_pair(self) -> tuple[Path, Path]:
        """The certificate and the key that the status page is served with."""
        certificate, key = self.page.certificate or self.nexo.certificate, self.page.key or self.nexo.key
        return self.path(certificate), self.path(key)

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

    @property
    def audit(self) -> Path:
        return self.state / "audit.db"

    @property
    def operator_store(self) -> Path:
        return self.state / "operators" / "operators.db"  # a folder that the status page may write, alone of the state

    @property
    def is_half_restored(self) -> bool:
        """Whether a restore began here and did not come to its end: nothing may be made beside it."""
        return any((self.state / name).exists() for name in RESTORING)

    @property
    def erasures_copy(self) -> Path | None:
        """Where the ledger of erasures is kept a second time, if it is."""
        named = None if self.identity is None else self.identity.erasures_copy
        return None if named is None else self.path(named)
