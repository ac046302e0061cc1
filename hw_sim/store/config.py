"""The engine's disk before its first start: keys and certificates by enrolment, secrets, and the configuration file.

Everything but the configuration is kept from run to run.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hw_sim.counter.counter import COLUMNS, Counter
from hw_sim.disk import PUBLIC, private_folder, write_atomically
from hw_sim.store.layout import Layout
from hw_sim.store.native import Native
from hw_sim.world import MERCHANT, SERVER_NAME, enrol

POIID = "P400-123456789"
KEY_IDENTIFIER = "pos-bridge-sim"
KEY_VERSION = 1
PROGRAMME = "Chouchous"
TEXT_VERSION = "2026-11"
OFFERS_VERSION = "offers-2026-11"
_TEXT_BYTES = 24
_VAULT_KEY_BYTES = 32

_CONFIG = """\
# Written by pos-bridge-sim at each start of the store; to try a change, edit and run: pos-bridge-sim engine DIR restart
[till]
poiid = {poiid}
number = 1
state_dir = "state"
signing_key = "terminal.key"
language = "fr"
shop = ["Clément - Vêtements pour enfants", "1234, rue Sainte-Catherine Ouest", "Montréal (Québec)  H3G 1P1"]
gst_number = "123456789 RT0001"
qst_number = "1234567890 TQ0001"
card_prompt_s = 120

[nexo]
port = {port}
certificate = "nexo.pem"
key = "nexo.key"
api_key_file = "api.key"

[[nexo.passphrase]]
identifier = {key_identifier}
version = {key_version}
file = "nexo.passphrase"

[processor]
address = {processor}
server_name = {server_name}
ca = "processor-ca.pem"
certificate = "till.pem"
key = "till.key"
merchant_id = {merchant}
answer_timeout_s = {answer_timeout_s}

[card_room]
trust = "trust.txt"
# A developer's machine swaps and hibernates, and the cards here are the published test numbers. Never on a till.
accepts = ["swap", "hibernation", "crash_dump", "usb_monitor"]
{emv}
[identity]
vault_key = "vault.key"
programme = {programme}
programme_text = {text_version}
delivery_text = {text_version}
offers_text = {offers_version}

[identity.points]
rule = {text_version}
points = 1
for_cents = 100

[log]
file = "log/pos-bridge.log"
"""
_COUNTER = """
[customer_display]
device = {display}

[printer]
device = {printer}
columns = {columns}

[customer_pad]
device = {pad}
"""
_NATIVE = """
[native]
socket = {socket}
port = {port}
certificate = "nexo.pem"
key = "nexo.key"
clients = {clients}
privacy_socket = {privacy}
"""
_READER = """
[[reader]]
name = {name}
driver = {driver}
device = {device}
"""


@dataclass(frozen=True, slots=True)
class ReaderEntry:
    """`pcscd`: the socket of a chip reader's service; `pin_pad`: the device beside it, if there is one."""

    name: str
    driver: str
    device: str
    pcscd: Path | None = None
    pin_pad: Path | None = None


def equip(layout: Layout) -> None:
    """Make the world and the till's disk, as far as they are absent."""
    enrol(layout.world, layout.engine, POIID)
    for folder in (layout.state, layout.log.parent, layout.devices):
        private_folder(folder)
    for secret in (layout.api_key, layout.passphrase):
        if not secret.exists():
            write_atomically(secret, secrets.token_urlsafe(_TEXT_BYTES).encode())
    if not layout.vault_key.exists():
        write_atomically(layout.vault_key, secrets.token_bytes(_VAULT_KEY_BYTES))


def write_config(
    layout: Layout,
    port: int,
    processor: str,
    readers: Sequence[ReaderEntry],
    answer_timeout_s: int,
    *,
    counter: Counter | None = None,
    native: Native | None = None,
) -> None:
    text = _CONFIG.format(
        poiid=_quoted(POIID),
        port=port,
        processor=_quoted(processor),
        server_name=_quoted(SERVER_NAME),
        merchant=_quoted(MERCHANT),
        answer_timeout_s=answer_timeout_s,
        key_identifier=_quoted(KEY_IDENTIFIER),
        key_version=KEY_VERSION,
        programme=_quoted(PROGRAMME),
        text_version=_quoted(TEXT_VERSION),
        offers_version=_quoted(OFFERS_VERSION),
        emv=f"emv = {_quoted(layout.terminal_data.name)}\n" if any(reader.pcscd for reader in readers) else "",
    )
    for reader in readers:
        text += _READER.format(name=_quoted(reader.name), driver=_quoted(reader.driver), device=_quoted(reader.device))
        for key, path in (("pcscd", reader.pcscd), ("pin_pad", reader.pin_pad)):
            text += "" if path is None else f"{key} = {_quoted(str(path))}\n"
    if counter is not None:
        text += _COUNTER.format(
            display=_quoted(str(counter.display.device)),
            printer=_quoted(str(counter.printer.device)),
            columns=COLUMNS,
            pad=_quoted(str(counter.pad.device)),
        )
    if native is not None:
        paths = (native.socket, native.authority, native.privacy_socket)
        socket, clients, privacy = (_quoted(str(path.relative_to(layout.engine))) for path in paths)
        text += _NATIVE.format(socket=socket, port=native.port, clients=clients, privacy=privacy)
    write_atomically(layout.config, text.encode(), PUBLIC)


def _quoted(text: str) -> str:
    """A TOML basic string: for printable text, JSON writes the same."""
    return json.dumps(text, ensure_ascii=False)
