"""The configuration: what is right loads, what is wrong is one line that names the file and the setting."""

from datetime import date
from pathlib import Path

import pytest

from pos_bridge.config import load
from pos_bridge.device_config import Address
from pos_bridge.domain.identity import Channel, Consent, Purpose
from pos_bridge.domain.points import PointsRule
from pos_bridge.journal.schema import MAX_TILL
from pos_bridge.settings import ConfigError

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


@pytest.fixture
def with_identity(file: Path) -> Path:
    (file.parent / "vault.key").write_bytes(bytes(range(32)))
    (file.parent / "vault.key").chmod(0o600)
    file.write_text(DOCUMENT + IDENTITY)
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for name in SECRETS + OPEN:
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600 if name in SECRETS else 0o644)
    path = tmp_path / "pos-bridge.toml"
    path.write_text(DOCUMENT)
    return path


CHIP = """
[[reader]]
name = "chip"
driver = "pcsc_emv"
device = "Reader 00 00"
"""
BOTH = 'socket = "card.sock"\nchip_socket = "chip.sock"\n'


@pytest.mark.parametrize(
    ("sockets", "more", "named"),
    [
        ('socket = "card.sock"\n', "", None),
        (BOTH, CHIP, None),
        ('chip_socket = "chip.sock"\n', "", "card_room.socket is missing"),
        ('socket = "card.sock"\n', CHIP, "card_room.chip_socket is missing"),
        (f'socket = "{"s" * 200}"\n', "", "card_room.socket: the path of a socket"),
        (BOTH, CHIP + 'pcscd = "elsewhere"\n', "reader chip: pcscd: with card_room.chip_socket"),
    ],
)
def test_rooms_from_systemd(file, sockets, more, named):
    (file.parent / "emv.toml").write_text("x")
    (file.parent / "emv.toml").chmod(0o644)
    emv = 'emv = "emv.toml"\n' if more else ""
    file.write_text(DOCUMENT.replace('trust = "trust.txt"\n', f'trust = "trust.txt"\n{emv}{sockets}') + more)
    if named is None:
        assert load(file).card_room.socket == "card.sock"
    else:
        assert refusal(file).startswith(named)


def refusal(file: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(file)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(str(file))
    return line.removeprefix(f"{file}: ")


def test_a_right_one_loads_with_its_defaults(file):
    config = load(file)
    assert config.till.language == "fr"
    assert config.processor.answer_timeout_s == 10
    assert config.readers[0].name == "counter"
    assert config.state == file.parent / "state"
    assert config.path("/absolute") == Path("/absolute")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("number = 1", "number = 1\nextra = 2", "till: Object contains unknown field `extra`"),
        (
            "[log]" if False else "[card_room]",
            "[telemetry]\nurl = 'x'\n[card_room]",
            "top level: Object contains unknown",
        ),
        ("number = 1", "number = 0", "till.number: Expected `int` >= 1"),
        ("number = 1", f"number = {MAX_TILL + 1}", f"till.number: Expected `int` <= {MAX_TILL}"),
        ("number = 1", "number = 'one'", "till.number: Expected `int`, got `str`"),
        ("number = 1", "", "till: Object missing required field `number`"),
        ("port = 8443", "port = 99999", "nexo.port: Expected `int` <= 65535"),
        ('driver = "msr_plain"', 'driver = "../x"', "reader[0].driver: Expected `str` matching regex"),
        ("[till]", "[till", "not TOML:"),
        ('trust = "trust.txt"', 'trust = "none.txt"', "card_room.trust: "),
        ('trust = "trust.txt"', 'trust = "."', "card_room.trust: "),
    ],
)
def test_a_wrong_one_is_refused_in_one_line_that_names_it(file, old, new, said):
    file.write_text(DOCUMENT.replace(old, new, 1))
    assert refusal(file).startswith(said)


CHIP_READER = """
[[reader]]
name = "chip"
driver = "pcsc_emv"
device = "ACS ACR39U 00 00"
"""


def with_chips(file: Path, reader: str = CHIP_READER) -> Path:
    (file.parent / "emv.toml").write_text("x")
    (file.parent / "emv.toml").chmod(0o644)
    file.write_text(DOCUMENT.replace('trust = "trust.txt"', 'trust = "trust.txt"\nemv = "emv.toml"') + reader)
    return file


def test_a_chip_reader(file):
    config = load(with_chips(file, CHIP_READER + 'pin_pad = "/dev/ttyS1"\n'))
    assert config.readers[1].reads_chips
    assert config.pcscd(config.readers[1]) == Path("/run/pcscd/pcscd.comm")
    config = load(with_chips(file, CHIP_READER + 'pcscd = "/run/other.comm"\n'))
    assert config.pcscd(config.readers[1]) == Path("/run/other.comm")


@pytest.mark.parametrize("setting", ["pcscd", "pin_pad"])
def test_a_reader_for_stripes_has_no_daemon_and_no_pin_pad(file, setting):
    file.write_text(DOCUMENT + f'{setting} = "/run/x"\n')
    assert refusal(file) == f"reader counter: {setting}: only a reader with driver pcsc_emv has one"


def test_a_chip_reader_wants_a_terminals_data_that_others_cannot_change(file):
    file.write_text(DOCUMENT + CHIP_READER)
    assert refusal(file).startswith("reader chip: card_room.emv is missing")
    (with_chips(file).parent / "emv.toml").chmod(0o666)
    assert refusal(file).startswith("card_room.emv: ")
    (file.parent / "emv.toml").unlink()
    assert refusal(file).startswith("card_room.emv: ")


def test_a_socket_has_a_short_path(file):
    with_chips(file, CHIP_READER + f'pcscd = "/{"x" * 107}"\n')
    assert refusal(file) == "reader.chip.pcscd: the path of a socket has at most 107 bytes"


def test_two_readers_cannot_share_a_name(file):
    file.write_text(DOCUMENT + '[[reader]]\nname = "counter"\ndriver = "msr_plain"\ndevice = "/dev/ttyS1"\n')
    assert "reader.name" in refusal(file)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_can_read_is_refused(file, name, mode):
    (file.parent / name).chmod(mode)
    assert "chmod 600" in refusal(file)


@pytest.mark.parametrize("name", OPEN)
def test_a_certificate_that_others_can_change_is_refused(file, name):
    (file.parent / name).chmod(0o666)
    assert "chmod go-w" in refusal(file)


@pytest.mark.parametrize("name", SECRETS + OPEN)
def test_a_missing_file_is_named(file, name):
    (file.parent / name).unlink()
    assert name in refusal(file)


def test_no_file_and_no_text(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    assert "cannot be read" in refusal(tmp_path / "binary.toml")


def test_without_its_section_no_identity_is_kept(file):
    config = load(file)
    assert config.identity is None
    assert config.vault == file.parent / "state" / "vault.db"


def test_identity_is_configured(with_identity):
    identity = load(with_identity).identity
    assert identity is not None
    assert identity.programme == "Chouchous"
    assert (identity.programme_text, identity.delivery_text) == ("2026-11", "2026-10.b")


def test_home_delivery_may_be_left_out(with_identity):
    with_identity.write_text((DOCUMENT + IDENTITY).replace('delivery_text = "2026-10.b"\n', ""))
    identity = load(with_identity).identity
    assert identity is not None
    assert identity.delivery_text is None


def test_points_are_counted_by_a_rule_with_a_name(with_identity):
    identity = load(with_identity).identity
    assert identity is not None
    assert identity.points is None
    with_identity.write_text(DOCUMENT + IDENTITY + '[identity.points]\nrule = "2026-11"\n')
    identity = load(with_identity).identity
    assert identity is not None
    assert identity.points is not None
    assert PointsRule(identity.points.rule, identity.points.points, identity.points.for_cents).earned(12_34) == 12


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("points = 2", "identity.points: Object missing required field"),
        ('rule = "two words"', "identity.points.rule: "),
        ('rule = "2026-11"\npoints = 0', "identity.points.points: "),
        ('rule = "2026-11"\npoints = 1001', "identity.points.points: "),
        ('rule = "2026-11"\npoints = 1.5', "identity.points.points: "),
        ('rule = "2026-11"\nfor_cents = 0', "identity.points.for_cents: "),
        ('rule = "2026-11"\nfor_cents = 100001', "identity.points.for_cents: "),
        ('rule = "2026-11"\nkeep_names = true', "identity.points: Object contains unknown field"),
    ],
)
def test_a_wrong_rule_is_refused(with_identity, rule, said):
    with_identity.write_text(f"{DOCUMENT}{IDENTITY}[identity.points]\n{rule}\n")
    assert refusal(with_identity).startswith(said)


@pytest.mark.parametrize("rule", ["points = 1000", "for_cents = 100000", "points = 1000\nfor_cents = 1"])
def test_every_rule_that_is_configured_is_one(with_identity, rule):
    with_identity.write_text(f'{DOCUMENT}{IDENTITY}[identity.points]\nrule = "{"v" * 32}"\n{rule}\n')
    identity = load(with_identity).identity
    assert identity is not None
    assert identity.points is not None
    PointsRule(identity.points.rule, identity.points.points, identity.points.for_cents)


@pytest.mark.parametrize("line", [line for line in IDENTITY.splitlines() if "=" in line and "delivery" not in line])
def test_an_identity_section_is_whole(with_identity, line):
    with_identity.write_text((DOCUMENT + IDENTITY).replace(line, ""))
    assert refusal(with_identity).startswith("identity: Object missing required field")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Chouchous"', '""', "identity.programme: "),
        ('"Chouchous"', '" Chouchous"', "identity.programme: "),
        ('"Chouchous"', f'"{"x" * 33}"', "identity.programme: "),
        ('"2026-11"', '"novembre 2026"', "identity.programme_text: "),
        ('"2026-10.b"', f'"{"9" * 33}"', "identity.delivery_text: "),
        ('"vault.key"', '"none.key"', "identity.vault_key: "),
        ('"vault.key"', '"vault.key"\nkeep_names = true', "identity: Object contains unknown field"),
    ],
)
def test_a_wrong_identity_section_is_refused(with_identity, old, new, said):
    with_identity.write_text((DOCUMENT + IDENTITY).replace(old, new, 1))
    assert refusal(with_identity).startswith(said)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_vault_key_has_32_bytes(with_identity, length):
    (with_identity.parent / "vault.key").write_bytes(b"k" * length)
    said = refusal(with_identity)
    assert said.startswith("identity.vault_key: ")
    assert "32" in said
    assert "kkk" not in said


def test_a_vault_key_that_others_can_read_is_refused(with_identity):
    (with_identity.parent / "vault.key").chmod(0o640)
    assert "chmod 600" in refusal(with_identity)


def test_text_versions_are_those_that_a_consent_takes(with_identity):
    identity = load(with_identity).identity
    assert identity is not None
    for version in (identity.programme_text, identity.delivery_text or "", "x" * 32, "a.b_c-D9"):
        Consent(version, "fr", date(2026, 11, 23), 14, Channel.TILL, frozenset({Purpose.PROGRAMME}))


# ---- devices around the till, and whom to tell ----

COUNTER = """
[customer_display]
device = "/dev/null"
[printer]
device = "/dev/usb/lp0"
columns = 32
cut = false
[customer_pad]
device = "/dev/serial/by-id/none"
shared = true
[nexo.events]
url = "https://192.168.1.20:9443/events"
ca = "nexo.pem"
"""


def test_the_counter_with_its_defaults(file):
    file.write_text(DOCUMENT + COUNTER)
    config = load(file)
    assert config.customer_display is not None
    assert (config.customer_display.baud, config.customer_display.encoding) == (9600, "cp858")
    assert config.printer is not None
    assert (config.printer.columns, config.printer.cut, config.printer.answers) == (32, False, True)
    assert config.customer_pad is not None
    assert config.customer_pad.shared
    assert config.nexo.events is not None
    assert config.nexo.events.address == Address("192.168.1.20", 9443, "/events")


def test_without_one_there_is_none(file):
    config = load(file)
    assert (config.customer_display, config.printer, config.customer_pad, config.nexo.events) == (None,) * 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('device = "/dev/null"', 'device = "nexo.pem"', "customer_display.device: "),
        ('device = "/dev/null"', 'device = "."', "customer_display.device: "),
        ('device = "/dev/null"', 'device = "/dev/ttyS0"', "customer_display.device: another setting"),
        ('device = "/dev/usb/lp0"', 'device = "/dev/null"', "printer.device: another setting"),
        ("columns = 32", "columns = 10", "printer.columns: Expected `int` >= 20"),
        ("cut = false", "cut = false\nbaud = 300", "printer.baud: Invalid enum value"),
        ("cut = false", 'cut = false\nencoding = "utf-8"', "printer.encoding: Invalid enum value"),
        ("shared = true", "share = true", "customer_pad: Object contains unknown field `share`"),
        ("https://", "http://", "nexo.events.url: an address is https://"),
        (":9443", ":0", "nexo.events.url: an address is https://host[:port][/path], with a port of 1 to 65535"),
        ('ca = "nexo.pem"\n', 'ca = "none.pem"\n', "nexo.events.ca: "),
        ('ca = "nexo.pem"\n', 'ca = "nexo.pem"\nsale_id = "\\u0007"\n', "nexo.events.sale_id: Expected `str` matching"),
    ],
)
def test_a_wrong_counter_is_refused(file, old, new, said):
    assert old in COUNTER
    file.write_text(DOCUMENT + COUNTER.replace(old, new, 1))
    assert refusal(file).startswith(said)
