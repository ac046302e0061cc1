"""Devices around the till, and whom to tell: what each wants, and that no two settings name one device."""

import pytest

from pos_bridge.config.devices import Address
from pos_bridge.config.file import load
from tests.config.documents import DOCUMENT, refusal

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
        ('ca = "nexo.pem"\n', 'ca = "nexo.pem"\nsale_id = "\\u0007"\n', "nexo.events.sale_id: a text is wanted"),
    ],
)
def test_a_wrong_counter_is_refused(file, old, new, said):
    assert old in COUNTER
    file.write_text(DOCUMENT + COUNTER.replace(old, new, 1))
    assert refusal(file).startswith(said)
