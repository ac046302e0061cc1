"""One TOML file to one frozen value. Anything unknown, missing, insecure or out of range is refused in one line."""

import re
import tomllib
from pathlib import Path

import msgspec

from pos_bridge.config.checks import (
    check_admin_folder,
    check_backup,
    check_devices,
    check_enrolment,
    check_events,
    check_file,
    check_native,
    check_native_folder,
    check_network,
    check_page,
    check_reader,
    check_sockets,
    check_tills,
    check_vault_key,
    named_files,
    reason_of,
)
from pos_bridge.config.settings import Config, ConfigError, Document, is_credential
from pos_bridge.start_fault import StartFault
from pos_bridge.words import Words

# Of each setting that has a shape: one that fits, as a person is shown it instead of a regular expression.
EXAMPLES = {
    "till.poiid": "P400-123456789",
    "till.shop": "Clément",
    "till.gst_number": "123456789 RT0001",
    "till.qst_number": "1234567890 TQ0001",
    "nexo.passphrase.identifier": "store-12-till-1",
    "nexo.events.sale_id": "Caisse 1",
    "nexo.common_name": "P400-123456789.live.terminal.adyen.com",
    "processor.address": "payments.example.com:443",
    "processor.server_name": "payments.example.com",
    "processor.merchant_id": "CLEMENT-001",
    "reader.name": "counter",
    "reader.driver": "pcsc_emv",
    "identity.programme": "Chouchous",
    "identity.programme_text": "2026-11",
    "identity.delivery_text": "2026-11",
    "identity.offers_text": "2026-11",
    "identity.points.rule": "2026-11",
    "backup.journal_recipient": "age1" + "q" * 58,
    "backup.vault_recipient": "age1" + "q" * 58,
    "network.dns": "192.0.2.53",
    "admin.it": "pos-bridge-it",
    "admin.privacy": "pos-bridge-privacy",
    "admin.page": "posb",
}
_SHAPED = "matching regex"  # as msgspec says it
_PLACE = re.compile(r"\[[^]]*\]")  # in a list


def load(file: Path) -> Config:
    """Read and check `file` and the files it names. Raises ConfigError with one line for a person."""
    config = read(file)
    for setting, text, secret in named_files(config):
        check_file(file, setting, config.path(text), secret=secret, credential=is_credential(text))
    if config.identity is not None:
        check_vault_key(file, config.path(config.identity.vault_key))
    check_devices(config)
    check_native_folder(config)
    check_admin_folder(config)
    return config


def read(file: Path) -> Config:
    """Read and check `file` alone, for a command that makes what it names. Raises ConfigError."""
    document = _decode(file)
    names = [reader.name for reader in document.reader]
    if len(set(names)) != len(names):
        raise ConfigError(StartFault.READER_TWICE, file=file)
    check_tills(file, document.nexo)
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
        document.native,
        document.backup,
        document.enrolment,
        admin=document.admin,
        metrics=document.metrics,
        network=document.network,
        operators=document.operators,
        page=document.page,
    )
    check_sockets(config)
    for reader in config.readers:
        check_reader(config, reader)
    check_events(config)
    check_enrolment(config)
    check_native(config)
    check_network(config)
    check_backup(config)
    check_page(config)
    return config


def _decode(file: Path) -> Document:
    try:
        raw = file.read_text(encoding="utf-8")
    except PermissionError:
        raise ConfigError(StartFault.FILE_CLOSED, setting="--config", path=file) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(StartFault.CONFIG_UNREADABLE, file=file, reason=reason_of(error)) from None
    try:
        return msgspec.convert(tomllib.loads(raw), Document)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(StartFault.CONFIG_NOT_TOML, file=file, reason=error) from None
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        setting = where.rstrip("`")
        if not setting:
            raise ConfigError(StartFault.SECTION_UNFIT, file=file, reason=what) from None
        raise ConfigError(StartFault.SETTING_UNFIT, file=file, setting=setting, reason=_reason(setting, what)) from None


def _reason(setting: str, what: str) -> str | Words:
    """`what` as msgspec has it. The value is not in it, and a shape is told by an example."""
    example = EXAMPLES.get(_PLACE.sub("", setting)) if _SHAPED in what else None
    if example is None:
        return what
    return Words(f"de la forme de `{example}`", f"a text is wanted of the form of `{example}`")
