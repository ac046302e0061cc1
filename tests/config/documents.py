"""A right configuration, the files it names, and the one line that a wrong one is refused with."""

from pathlib import Path

import pytest

from pos_bridge.config.file import load
from pos_bridge.config.settings import ConfigError

SECRETS = ("terminal.key", "nexo.key", "api.key", "till.key")
OPEN = ("nexo.pem", "processor-ca.pem", "till.pem", "trust.txt")

DOCUMENT = """
[till]
poiid = "P400-123456789"
number = 1
state_dir = "state"
signing_key = "terminal.key"
[nexo]
port = 8443
certificate = "nexo.pem"
key = "nexo.key"
api_key_file = "api.key"
[processor]
address = "127.0.0.1:50051"
server_name = "processor.pos-bridge.test"
ca = "processor-ca.pem"
certificate = "till.pem"
key = "till.key"
merchant_id = "CLEMENT-001"
[card_room]
trust = "trust.txt"
[[reader]]
name = "counter"
driver = "msr_plain"
device = "/dev/ttyS0"
"""

IDENTITY = """
[identity]
vault_key = "vault.key"
programme = "Chouchous"
programme_text = "2026-11"
delivery_text = "2026-10.b"
"""


def refusal(file: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(file)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(str(file))
    return line.removeprefix(f"{file}: ")
